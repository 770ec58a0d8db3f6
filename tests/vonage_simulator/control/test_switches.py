"""What is not certain about Vonage: each switch changes what a customer sees, and is on the page."""

import dataclasses
import hashlib
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
import jwt
import pytest
from websockets.sync.server import ServerConnection

from tests.samples import sample
from tests.vonage_simulator.api import test_message_limits
from tests.vonage_simulator.api.test_voice_api import bearer
from tests.vonage_simulator.bot import Bot, on
from tests.vonage_simulator.customer import CALLEE, CALLER, NUMBER, Customer, connect, ncco, talk
from tests.vonage_simulator.messages import test_email
from tests.vonage_simulator.verifications import test_verifications
from vonage_simulator.__main__ import main
from vonage_simulator.messages.buttons import RcsAction, holders, taps
from vonage_simulator.switches import Switches, changed
from vonage_simulator.testing.endpoint import Answer
from vonage_simulator.vonage import Vonage

Json = dict[str, Any]
APPLICATIONS = "/v2/applications"
SMS = {"channel": "sms", "from": CALLER, "to": NUMBER, "text": "hi"}
DIGITS = {"action": "input", "type": ["dtmf"]}
PAGE = Path(__file__).parents[3] / "docs" / "simulator.md"
OWN_FLAG = "rate_limits"  # a limit rather than a doubt; the APIs' own tests try it


def assume(vonage: Vonage, **positions: object) -> None:
    vonage.account.switches = changed(vonage.account.switches, positions)


def texts(outcome: Json) -> list[str]:
    return [line["text"] for line in outcome["transcript"] if line["what"] == "talk"]


def query(customer: Customer, path: str) -> dict[str, str]:
    seen = next(incoming for incoming in customer.received if incoming.path == f"/{path}")
    return dict(parse_qsl(seen.query, keep_blank_values=True))


@pytest.mark.parametrize(("position", "kept"), [("replace", []), ("merge", ["messages", "voice"])])
def test_application_put(customer: Customer, api: httpx.Client, position: str, kept: list[str]) -> None:
    assume(customer.create().vonage, application_put=position)
    path = f"{APPLICATIONS}/{customer.application['id']}"

    updated = api.put(path, json={"name": "renamed"}).json()

    assert (updated["name"], sorted(updated["capabilities"])) == ("renamed", kept)
    added = api.put(path, json={"name": "more", "capabilities": {"vbc": {}}}).json()
    assert sorted(added["capabilities"]) == sorted([*kept, "vbc"])
    assert api.put(path, json={"name": "again", "capabilities": []}).status_code == 400


@pytest.mark.parametrize(("position", "keeps"), [("keep", True), ("rotate", False)])
def test_put_without_keys(customer: Customer, api: httpx.Client, position: str, *, keeps: bool) -> None:
    assume(customer.create().vonage, put_without_keys=position)
    keys = api.put(f"{APPLICATIONS}/{customer.application['id']}", json={"name": "a"}).json()["keys"]
    assert (keys == {"public_key": customer.application["keys"]["public_key"]}) is keeps
    assert ("private_key" in keys) is not keeps


@pytest.mark.parametrize(("position", "status", "kept"), [("drop", 201, False), ("keep", 201, True)])
def test_unknown_fields(vonage: Vonage, api: httpx.Client, position: str, status: int, *, kept: bool) -> None:
    assume(vonage, unknown_fields=position)
    created = api.post(APPLICATIONS, json=with_unknown_fields())
    assert created.status_code == status
    for unknown in ("connection_timeout", "colour", "improve_everything"):
        assert (unknown in created.text) is kept, unknown


def test_unknown_capability_is_kept_whatever_it_holds(vonage: Vonage, api: httpx.Client) -> None:
    assume(vonage, unknown_fields="keep")
    created = api.post(APPLICATIONS, json={"name": "shop", "capabilities": {"telepathy": 1}})
    assert (created.status_code, created.json()["capabilities"]) == (201, {"telepathy": 1})


def test_unknown_fields_refused(vonage: Vonage, api: httpx.Client) -> None:
    assume(vonage, unknown_fields="refuse")
    refused = api.post(APPLICATIONS, json=with_unknown_fields())
    assert refused.status_code == 400
    assert {problem["name"] for problem in refused.json()["invalid_parameters"]} == {
        "colour", "privacy.improve_everything", "capabilities.voice.webhooks.answer_url.connection_timeout",
    }  # fmt: skip


def with_unknown_fields() -> Json:
    hook = {"address": "https://example.com", "connection_timeout": 500}
    capabilities = {"voice": {"webhooks": {"answer_url": hook}}}
    strange = {"colour": "red", "privacy": {"improve_everything": True}}
    return {"name": "a", "capabilities": capabilities, **strange}


@pytest.mark.parametrize(("position", "fallback"), [("absent", None), ("empty", "")])
def test_unset_fallback(customer: Customer, position: str, fallback: str | None) -> None:
    assume(customer.vonage, unset_fallback=position)
    hooks = customer.on("answer", Answer(500)).create().application["capabilities"]["voice"]["webhooks"]
    assert hooks.get("fallback_answer_url", {}).get("address") == fallback
    assert texts(customer.call()) == []


@pytest.mark.parametrize(("position", "linked"), [(True, False), (False, True)])
def test_unlink_on_application_delete(
    customer: Customer, api: httpx.Client, *, position: bool, linked: bool
) -> None:
    assume(customer.create().vonage, unlink_on_application_delete=position)
    api.delete(f"{APPLICATIONS}/{customer.application['id']}")
    assert ("app_id" in api.get("/account/numbers").json()["numbers"][0]) is linked


@pytest.mark.parametrize(("position", "linked"), [("replace", False), ("merge", True)])
def test_number_update(customer: Customer, api: httpx.Client, position: str, *, linked: bool) -> None:
    assume(customer.create().vonage, number_update=position)

    api.post("/number/update", data={"country": "GB", "msisdn": NUMBER, "moSmppSysType": "inbound"})

    number = api.get("/account/numbers").json()["numbers"][0]
    assert (number.get("app_id") == customer.application["id"]) is linked
    assert (number.get("voiceCallbackType") == "app") is linked
    assert number["moSmppSysType"] == "inbound"


@pytest.mark.parametrize(("position", "linked"), [("follows", False), ("links", True)])
@pytest.mark.parametrize("also", [{}, {"voiceStatusCallback": "https://example.com"}], ids=str)
def test_app_callback(
    customer: Customer, api: httpx.Client, position: str, also: Json, *, linked: bool
) -> None:
    assume(customer.create().vonage, app_callback=position)
    read = api.get("/account/numbers").json()["numbers"][0]
    echo = {name: read[name] for name in ("country", "msisdn", "voiceCallbackType", "voiceCallbackValue")}

    api.post("/number/update", data={**echo, **also}).raise_for_status()

    number = api.get("/account/numbers").json()["numbers"][0]
    assert ("app_id" in number, "voiceCallbackType" in number) == (linked, linked)
    assert also.items() <= number.items()


@pytest.mark.parametrize("position", ["follows", "links"])
def test_app_callback_of_another_application_links_to_that(
    customer: Customer, api: httpx.Client, position: str
) -> None:
    assume(customer.create().vonage, app_callback=position)
    other = api.post(APPLICATIONS, json={"name": "other"}).json()["id"]
    callback = {"voiceCallbackType": "app", "voiceCallbackValue": other}

    api.post("/number/update", data={"country": "GB", "msisdn": NUMBER, **callback}).raise_for_status()

    assert api.get("/account/numbers").json()["numbers"][0]["app_id"] == other


@pytest.mark.parametrize(("position", "status", "linked"), [("unlink", 200, False), ("fail", 420, True)])
def test_empty_app_id(
    customer: Customer, api: httpx.Client, position: str, status: int, *, linked: bool
) -> None:
    assume(customer.create().vonage, empty_app_id=position)
    reply = api.post("/number/update", data={"country": "GB", "msisdn": NUMBER, "app_id": ""})
    assert reply.status_code == status
    assert ("app_id" in api.get("/account/numbers").json()["numbers"][0]) is linked


@pytest.mark.parametrize(
    ("position", "reply"), [("empty_object", {}), ("empty_list", {"count": 0, "numbers": []})]
)
def test_no_numbers(vonage: Vonage, api: httpx.Client, position: str, reply: Json) -> None:
    assume(vonage, no_numbers=position)
    assert api.get("/account/numbers", params={"pattern": "999999"}).json() == reply


@pytest.mark.parametrize(("position", "status", "count"), [("messages", 201, 1), ("sms", 400, 0)])
def test_sms_setting(customer: Customer, api: httpx.Client, position: str, status: int, count: int) -> None:
    assume(customer.create().vonage, sms_setting=position)
    assert api.post("/_simulator/messages", json=SMS).status_code == status
    assert len(customer.bodies("inbound")) == count


@pytest.mark.parametrize(
    ("position", "base"), [("absolute", "http://127.0.0.1:"), ("relative", "/v1/calls?")]
)
def test_call_links(customer: Customer, position: str, base: str) -> None:
    assume(customer.create().vonage, call_links=position)
    links = httpx.get(f"{customer.vonage.url}/v1/calls", headers=bearer(customer)).json()["_links"]
    assert {link["href"].startswith(base) for link in links.values()} == {True}


@pytest.mark.parametrize(("position", "length"), [("hex", 32), ("dashes", 36)])
def test_leg_uuid(customer: Customer, position: str, length: int) -> None:
    assume(customer.vonage, leg_uuid=position)
    customer.on("answer", ncco(connect())).create()
    customer.call({"hear": "Hello?"}, {"hang_up": True})
    legs = {event["uuid"] for event in customer.bodies("event")}
    assert len(legs) == 2
    assert {len(leg) for leg in legs} == {length}


@pytest.mark.parametrize(
    ("position", "after_500", "after_502", "after_503"),
    [("any", 2, 2, 2), ("transient", 1, 2, 2), ("never", 1, 1, 1)],
)
def test_event_retry(
    customer: Customer, position: str, after_500: int, after_502: int, after_503: int
) -> None:
    assume(customer.vonage, event_retry=position)
    customer.on("answer", ncco(talk("Hello."))).create()
    for status, attempts in ((500, after_500), (502, after_502), (503, after_503)):
        customer.on("event", Answer(status)).received.clear()
        customer.call()
        assert customer.statuses().count("started") == attempts, status


@pytest.mark.parametrize(("position", "attempts"), [("never", 1), ("transient", 1), ("any", 2)])
def test_rtc_retry(customer: Customer, api: httpx.Client, position: str, attempts: int) -> None:
    assume(customer.vonage, rtc_retry=position)
    listen_to_rtc(customer.on("rtc", Answer(500)), api)
    api.post("/_simulator/rtc", json={"type": "member:joined"})
    assert len(customer.bodies("rtc")) == attempts


@pytest.mark.parametrize("position", [True, False])
def test_rtc_ids(customer: Customer, api: httpx.Client, *, position: bool) -> None:
    assume(customer.vonage, rtc_ids=position)
    listen_to_rtc(customer, api)
    api.post("/_simulator/rtc", json={"type": "member:joined"})
    (event,) = customer.bodies("rtc")
    assert ("conversation_id" in event, "application_id" in event) == (position, position)


def listen_to_rtc(customer: Customer, api: httpx.Client) -> None:
    rtc = {"webhooks": {"event_url": customer.hook("rtc")}}
    api.post(APPLICATIONS, json={"name": "app", "capabilities": {"rtc": rtc}}).raise_for_status()


@pytest.mark.parametrize(("position", "attempts"), [("transient", 1), ("any", 2)])
def test_message_retry(customer: Customer, api: httpx.Client, position: str, attempts: int) -> None:
    assume(customer.vonage, message_retry=position)
    customer.on("inbound", Answer(401), Answer(200)).create()
    api.post("/_simulator/messages", json=SMS)
    assert len(customer.bodies("inbound")) == attempts


@pytest.mark.parametrize("position", [0.5, 4.0])
def test_voice_retry_pause_s(customer: Customer, position: float) -> None:
    assume(customer.vonage, voice_retry_pause_s=position)
    customer.on("answer", Answer(503), ncco(talk("Second."))).create()
    before = customer.vonage.clock.seconds()
    customer.call({"hear": "second"}, {"hang_up": True})
    assert position <= customer.vonage.clock.seconds() - before < position + 3


@pytest.mark.parametrize("position", ["new", "first"])
def test_retry_signature(customer: Customer, api: httpx.Client, position: str) -> None:
    assume(customer.vonage, retry_signature=position)
    customer.on("inbound", Answer(503), Answer(503), Answer(200)).create()

    api.post("/_simulator/messages", json=SMS)

    secret = customer.vonage.account.signature_secret
    tokens = [seen.headers["authorization"].removeprefix("Bearer ") for seen in customer.received]
    claims = [jwt.decode(token, secret, algorithms=["HS256"]) for token in tokens]
    ages = [claims[0]["iat"] - claim["iat"] for claim in claims]
    if position == "new":
        assert len({claim["jti"] for claim in claims}) == 3
        assert max(map(abs, ages)) <= 1
    else:
        assert len({claim["jti"] for claim in claims}) == 1
        assert ages == [0, pytest.approx(5, abs=1), pytest.approx(15, abs=1)]


@pytest.mark.parametrize(("position", "heard"), [("fail", []), ("follow", ["There."])])
def test_redirects(customer: Customer, position: str, heard: list[str]) -> None:
    assume(customer.vonage, redirects=position)
    moved = Answer(307, headers={"Location": f"{customer.url}/there"})
    customer.on("answer", moved).on("there", ncco(talk("There."))).create()
    assert texts(customer.call()) == heard


@pytest.mark.parametrize("position", ["text", "nested"])
def test_hash_on_get(customer: Customer, position: str) -> None:
    assume(customer.vonage, hash_on_get=position)
    ask = {**DIGITS, "eventUrl": [f"{customer.url}/menu?shop=7"], "eventMethod": "GET"}
    customer.on("answer", ncco(ask)).create()

    customer.call({"press": "1234"})

    seen = next(incoming for incoming in customer.received if incoming.path == "/menu")
    sent: Json = query(customer, "menu")
    assert sent["shop"] == "7"
    if position == "nested":
        sent = {**sent, "dtmf": json.loads(sent["dtmf"]), "speech": json.loads(sent["speech"])}
    assert claimed_hash(customer, seen.headers["authorization"]) == sha256_of(sent)


def claimed_hash(customer: Customer, authorization: str) -> str:
    token, secret = authorization.removeprefix("Bearer "), customer.vonage.account.signature_secret
    return str(jwt.decode(token, secret, algorithms=["HS256"])["payload_hash"])


def sha256_of(value: Json) -> str:
    return hashlib.sha256(json.dumps(value, separators=(",", ":")).encode()).hexdigest()


@pytest.mark.parametrize(
    ("position", "parameters"),
    [("json", {"custom_data": '{"plan":"gold"}'}), ("brackets", {"custom_data[plan]": "gold"})],
)
def test_custom_data_on_get(
    customer: Customer, api: httpx.Client, position: str, parameters: dict[str, str]
) -> None:
    assume(customer.vonage, custom_data_on_get=position)
    customer.on("answer", ncco(talk("Hello.")))
    customer.create(webhooks={"answer_url": customer.hook("answer", "GET")})
    call = {"from_user": "jamie", "to": "support", "custom_data": {"plan": "gold"}}
    api.post("/_simulator/calls", json=call).raise_for_status()
    asked = query(customer, "answer")
    assert {name: text for name, text in asked.items() if name.startswith("custom_data")} == parameters


@pytest.mark.parametrize(("position", "asked"), [("ignore", 0), ("fail", 1)])
def test_non_ncco_event_reply(customer: Customer, position: str, asked: int) -> None:
    assume(customer.vonage, non_ncco_event_reply=position)
    notify = {"action": "notify", "payload": {}, "eventUrl": [f"{customer.url}/notified"]}
    customer.on("answer", ncco(notify)).on("notified", Answer(body=b'{"ok":true}'))
    customer.create(webhooks={"fallback_answer_url": customer.hook("fallback")})
    customer.call()
    assert len(customer.bodies("fallback")) == asked


@pytest.mark.parametrize(("position", "digits"), [("empty", ""), ("null", None)])
def test_empty_digits(customer: Customer, position: str, digits: str | None) -> None:
    assume(customer.vonage, empty_digits=position)
    customer.on("answer", ncco(DIGITS)).create()
    customer.call()
    (asked,) = [event for event in customer.bodies("event") if "dtmf" in event]
    assert asked["dtmf"] == {"digits": digits, "timed_out": True}


@pytest.mark.parametrize(("position", "kind"), [("text", str), ("number", float)])
def test_confidence(customer: Customer, position: str, kind: type) -> None:
    assume(customer.vonage, confidence=position)
    customer.on("answer", ncco({"action": "input", "type": ["speech"]})).create()
    customer.call({"say": "sales"})
    (asked,) = [event for event in customer.bodies("event") if "speech" in event]
    assert isinstance(asked["speech"]["results"][0]["confidence"], kind)


@pytest.mark.parametrize(
    ("position", "statuses"),
    [
        ("unknown", ["started", "ringing", "answered", "completed"]),
        ("not_connected", ["started", "failed", "completed"]),
    ],
)
@pytest.mark.parametrize("shown", ["447700900888", "Shop", "anonymous", "sip:desk@example.com"])
def test_foreign_caller_id(customer: Customer, position: str, statuses: list[str], shown: str) -> None:
    assume(customer.vonage, foreign_caller_id=position)
    customer.on("answer", ncco({**connect(), "from": shown}, talk("Going on."))).create()

    outcome = customer.call({"wait": 20}, {"hang_up": True})

    assert customer.statuses(CALLEE) == statuses
    assert texts(outcome) == ["Going on."]


@pytest.mark.parametrize("wanted", [CALLER, NUMBER, None])
@pytest.mark.parametrize("position", ["unknown", "not_connected"])
def test_foreign_caller_id_is_not_an_own_or_original_one_or_none(
    customer: Customer, position: str, wanted: str | None
) -> None:
    assume(customer.vonage, foreign_caller_id=position)
    shown = {"from": wanted} if wanted else {}
    endpoint = [{"type": "phone", "number": CALLEE}]
    customer.on("answer", ncco({"action": "connect", "endpoint": endpoint, **shown})).create()
    customer.call()
    assert "answered" in customer.statuses(CALLEE)


def voicemail(customer: Customer) -> Json:
    return {"action": "record", "endOnKey": "#", "timeOut": 60, "eventUrl": [f"{customer.url}/event"],
            "transcription": {"eventUrl": [f"{customer.url}/event"]}}  # fmt: skip


@pytest.mark.parametrize(
    ("position", "order"),
    [
        ("before_completed", ["record", "completed", "transcribed"]),
        ("after_completed", ["completed", "record", "transcribed"]),
        ("lost", ["completed"]),
    ],
)
@pytest.mark.parametrize("silent_s", [0, 3])
def test_hung_up_recording(customer: Customer, position: str, order: list[str], silent_s: int) -> None:
    assume(customer.vonage, hung_up_recording=position)
    customer.on("answer", ncco(voicemail(customer), talk("Thank you."))).create()

    customer.call({"say": "Call me back."}, {"wait": silent_s}, {"hang_up": True})

    events = [event.get("status", "record") for event in customer.bodies("event")]
    assert events[3:] == order


@pytest.mark.parametrize("position", ["before_completed", "after_completed", "lost"])
def test_recording_that_the_caller_stops_is_told_at_once_in_any_position(
    customer: Customer, position: str
) -> None:
    assume(customer.vonage, hung_up_recording=position)
    customer.on("answer", ncco(voicemail(customer))).create()

    customer.call({"press": "#"}, {"hang_up": True})

    events = [event.get("status", "record") for event in customer.bodies("event")]
    assert events[3:] == ["record", "completed", "transcribed"]


@pytest.mark.parametrize("position", ["failed", "unanswered"])
def test_unreachable_websocket(customer: Customer, bot: Bot, position: str) -> None:
    assume(customer.vonage, unreachable_websocket=position)
    bot.refuses = 403
    customer.on("answer", ncco(connect(endpoint=[{"type": "websocket", "uri": bot.uri}]))).create()
    customer.call()
    assert customer.statuses(bot.uri) == ["started", "ringing", position, "completed"]


@pytest.mark.parametrize(
    ("position", "options", "told"),
    [
        ("always", {}, True),
        ("synchronous", {"eventType": "synchronous"}, True),
        ("synchronous", {}, False),
    ],
)
def test_disconnected_event(
    customer: Customer, bot: Bot, position: str, options: Json, *, told: bool
) -> None:
    assume(customer.vonage, disconnected_event=position)
    bot.react = on("websocket:connected", ServerConnection.close)
    endpoint = {"type": "websocket", "uri": bot.uri}
    customer.on("answer", ncco(connect(endpoint=[endpoint], **options))).create()
    customer.call()
    assert ("disconnected" in customer.statuses(bot.uri)) is told


@pytest.mark.parametrize(
    ("position", "shown"), [("anonymous", "anonymous"), ("unknown", "unknown"), ("empty", "")]
)
def test_withheld_caller(customer: Customer, position: str, shown: str) -> None:
    assume(customer.vonage, withheld_caller=position)
    customer.on("answer", ncco(talk("Hello."))).create()
    call = {"withheld": True, "to": NUMBER}
    httpx.post(f"{customer.vonage.url}/_simulator/calls", json=call).raise_for_status()
    assert customer.bodies("answer")[0]["from"] == shown
    assert {event["from"] for event in customer.bodies("event")} == {shown}


@pytest.mark.parametrize("position", [True, False])
def test_sms_message_type(customer: Customer, api: httpx.Client, *, position: bool) -> None:
    assume(customer.create().vonage, sms_message_type=position)
    api.post("/_simulator/messages", json={**SMS, "message_type": "text"})
    assert ("message_type" in customer.bodies("inbound")[0]) is position


@pytest.mark.parametrize(("position", "status"), [("accept", 202), ("refuse", 422)])
def test_whatsapp_custom(customer: Customer, api: httpx.Client, position: str, status: int) -> None:
    assume(customer.create().vonage, whatsapp_custom=position)
    sides = {"channel": "whatsapp", "from": NUMBER, "to": CALLEE, "message_type": "custom"}
    for custom in ({"type": "interactive", "interactive": {"type": "button"}}, {"type": "poll"}):
        sent = api.post("/v1/messages", json={**sides, "custom": custom}, headers=bearer(customer))
        assert sent.status_code == status


@pytest.mark.parametrize(
    ("position", "kinds"), [("button", ["reply", "button"]), ("reply", ["reply", "reply"])]
)
def test_rcs_action(position: RcsAction, kinds: list[str]) -> None:
    body = sample("command_rcs_card")["detail"]
    found = [tap for holder in holders(body) for tap in taps(body, holder, position)]
    assert [tap.message["message_type"] for tap in found] == kinds


@pytest.mark.parametrize(("position", "heard"), [("accept", ["Hi.", "Hi."]), ("refuse", [])])
@pytest.mark.parametrize(
    "changes", [{"loop": "2"}, {"loop": 2, "level": "0.5"}, {"loop": 2, "premium": "true"}, {"loop": 2.0}]
)
def test_text_for_number(customer: Customer, position: str, heard: list[str], changes: Json) -> None:
    assume(customer.on("answer", ncco(talk("Hi.", **changes))).create().vonage, text_for_number=position)
    assert texts(customer.call()) == heard


@pytest.mark.parametrize(("position", "connected"), [("accept", True), ("refuse", False)])
@pytest.mark.parametrize(
    "endpoint",
    [
        {"type": "vbc", "extension": 4321},
        {"type": "phone", "number": int(CALLEE)},
        {"type": "sip", "uri": "sip:desk@example.com", "headers": {"X-Floor": 3, "X-Vip": True}},
    ],
    ids=lambda endpoint: endpoint["type"],
)
def test_number_for_text(customer: Customer, position: str, endpoint: Json, *, connected: bool) -> None:
    vonage = customer.on("answer", ncco({**connect(), "endpoint": [endpoint]})).create().vonage
    assume(vonage, number_for_text=position)
    reached = str(endpoint.get("extension") or endpoint.get("number") or endpoint.get("uri"))
    customer.call(callees={reached: {"picks": "answer"}})
    assert [line["number"] for line in vonage.journal.entries(what="connected")] == [reached] * connected


@pytest.mark.parametrize(("position", "taken"), [("either", [2, 121]), ("newest", [2]), ("older", [121])])
def test_connect_timeout(customer: Customer, position: str, taken: list[int]) -> None:
    vonage = customer.create().vonage
    assume(vonage, connect_timeout=position)
    for seconds in (0, 2, 121, 7201):
        customer.on("answer", ncco(connect("447700900777", timeout=seconds), talk(f"Rang {seconds} s.")))
        assert bool(texts(customer.call())) is (seconds in taken), seconds


@pytest.mark.parametrize(("position", "listens"), [("accept", True), ("refuse", False)])
def test_input_without_type(customer: Customer, position: str, *, listens: bool) -> None:
    ask = {"action": "input", "dtmf": {"maxDigits": 1}, "eventUrl": [f"{customer.url}/menu"]}
    assume(customer.on("answer", ncco(ask)).create().vonage, input_without_type=position)
    customer.call({"press": "7"})
    assert [event["dtmf"]["digits"] for event in customer.bodies("menu")] == ["7"] * listens


@pytest.mark.parametrize(
    ("position", "dtmf"), [("text", "7"), ("object", {"digits": "7", "timed_out": False})]
)
def test_older_input_event(customer: Customer, position: str, dtmf: object) -> None:
    ask = {"action": "input", "maxDigits": "1", "eventUrl": [f"{customer.url}/menu"]}
    assume(customer.on("answer", ncco(ask)).create().vonage, older_input_event=position)
    customer.call({"press": "7"})
    assert [event["dtmf"] for event in customer.bodies("menu")] == [dtmf]


@pytest.mark.parametrize(("position", "heard"), [("accept", ["Hello."]), ("refuse", [])])
def test_text_plain_ncco(customer: Customer, position: str, heard: list[str]) -> None:
    plain = {"Content-Type": "text/plain; charset=utf-8"}
    customer.on("answer", Answer(body=ncco(talk("Hello.")).body, headers=plain)).create()
    assume(customer.vonage, text_plain_ncco=position)
    assert texts(customer.call()) == heard


def test_every_switch_is_tried_and_on_the_page() -> None:
    names = {field.name for field in dataclasses.fields(Switches)}
    section = PAGE.read_text().partition("## What is not certain about Vonage")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == names
    elsewhere = (test_verifications, test_message_limits, test_email)
    tried = globals().keys() | {name for module in elsewhere for name in vars(module)}
    assert {name for name in names if f"test_{name}" in tried} == names - {OWN_FLAG}


def test_switches_can_be_read_and_set_over_http(api: httpx.Client) -> None:
    assert api.get("/_simulator/switches").json()["confidence"] == "text"
    assert api.post("/_simulator/switches", json={"confidence": "number"}).json()["confidence"] == "number"
    refused = api.post("/_simulator/switches", json={"confidence": "high"})
    assert (refused.status_code, api.get("/_simulator/switches").json()["confidence"]) == (400, "number")
    assert (
        "there is no mood; there are application_put"
        in api.post("/_simulator/switches", json={"mood": "good"}).json()["error"]
    )


@pytest.mark.parametrize("option", ["confidence=high", "mood=good", "confidence"])
def test_switch_that_does_not_exist_is_refused_on_the_command_line(
    option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--port", "0", "--jump", "--assume", option]) == 1
    assert "error: " in capsys.readouterr().err


def test_texts_of_a_command_line_are_read_as_what_they_stand_for() -> None:
    switches = changed(Switches(), {"rtc_ids": "false", "voice_retry_pause_s": "2"})
    assert (switches.rtc_ids, switches.voice_retry_pause_s) == (False, 2.0)
