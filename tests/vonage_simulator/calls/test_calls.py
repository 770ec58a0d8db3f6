"""Inbound calls: from the dialled number through the NCCO to the last event."""

import contextlib
import hashlib
import json
import socket
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import jwt
import pytest

from tests.vonage_simulator.customer import CALLEE, CALLER, NUMBER, Customer, connect, ncco, once, talk
from vonage_simulator.account.account import Account
from vonage_simulator.server import running
from vonage_simulator.testing.endpoint import Answer, Incoming
from vonage_simulator.vonage import Vonage
from vonage_simulator.webhooks.reply import reply_of

Json = dict[str, Any]
SORRY = ncco(talk("Sorry."))


def texts(outcome: dict[str, list[dict[str, str]]]) -> list[str]:
    return [line["text"] for line in outcome["transcript"] if line["what"] == "talk"]


def test_call_is_answered_by_the_application_of_its_number(customer: Customer) -> None:
    customer.on("answer", ncco(talk("Hello."))).create()

    outcome = customer.call({"hear": "hello"})

    assert outcome["status"] == "completed"
    assert "failure" not in outcome
    asked = customer.bodies("answer")[0]
    assert (asked["from"], asked["to"], asked["endpoint_type"]) == (CALLER, NUMBER, "phone")
    assert asked["conversation_uuid"].startswith("CON-")
    assert customer.statuses() == ["started", "ringing", "answered", "completed"]


def test_forwarded_call_reports_both_legs(customer: Customer) -> None:
    customer.on("answer", ncco(connect())).create()

    customer.call({"hear": "Hello?"}, {"wait": 3}, {"hang_up": True})

    assert customer.statuses(CALLEE) == ["started", "ringing", "answered", "completed"]
    legs = {event["uuid"]: event for event in customer.bodies("event") if event["status"] == "completed"}
    assert len(legs) == 2
    assert {event["direction"] for event in legs.values()} == {"inbound", "outbound"}
    assert len({event["conversation_uuid"] for event in legs.values()}) == 1
    caller = next(event for event in legs.values() if event["direction"] == "inbound")
    assert (caller["duration"], caller["disconnected_by"]) == ("4", "user")
    assert isinstance(caller["price"], str)


def test_callee_sees_a_number_of_the_account_or_none(customer: Customer) -> None:
    customer.on("answer", ncco({**connect(), "from": "12025550123"})).create()
    customer.call()
    assert {event["from"] for event in customer.bodies("event") if event["to"] == CALLEE} == {"unknown"}


def callers_shown(customer: Customer, to: str = CALLEE) -> set[str]:
    return {event["from"] for event in customer.bodies("event") if event.get("to") == to}


def test_callee_sees_who_calls_when_a_phone_is_forwarded_to_a_phone(customer: Customer) -> None:
    customer.on("answer", ncco({**connect(), "from": CALLER})).create()
    outcome = customer.call()
    assert callers_shown(customer) == {CALLER}
    assert "warning" not in {line["what"] for line in outcome["transcript"]}


@pytest.mark.parametrize(
    "wanted", ["447700900888", "14155550199", "anonymous", "Shop", "sip:desk@example.com", "+447700900000"]
)
def test_callee_sees_no_stranger(customer: Customer, wanted: str) -> None:
    customer.on("answer", ncco({**connect(), "from": wanted})).create()
    outcome = customer.call()
    assert callers_shown(customer) == {"unknown"}
    (warning,) = [line for line in outcome["transcript"] if line["what"] == "warning"]
    assert wanted in warning["reason"]


@pytest.mark.parametrize("who", [{"from": "sip:desk@example.com"}, {"from_user": "447700900123"}], ids=str)
def test_callee_sees_no_caller_that_is_no_phone(customer: Customer, api: httpx.Client, who: Json) -> None:
    customer.on("answer", ncco({**connect(), "from": "447700900123"})).create()
    api.post("/_simulator/calls", json={**who, "to": NUMBER}).raise_for_status()
    assert callers_shown(customer) == {"unknown"}


def test_callee_of_a_withheld_number_sees_no_word_for_it(customer: Customer, api: httpx.Client) -> None:
    def pass_on(incoming: Incoming) -> Answer:
        return ncco({**connect(), "from": json.loads(incoming.body)["from"]})

    customer.on("answer", pass_on).create()
    api.post("/_simulator/calls", json={"withheld": True, "to": NUMBER}).raise_for_status()
    assert callers_shown(customer) == {"unknown"}
    assert "answered" in customer.statuses(CALLEE)


@pytest.mark.parametrize(
    "endpoint", [{"type": "sip", "uri": "sip:desk@example.com"}, {"type": "app", "user": "jamie"}]
)
def test_only_a_phone_sees_the_phone_that_calls(customer: Customer, endpoint: Json) -> None:
    customer.on("answer", ncco({**connect(endpoint=[endpoint], timeout=3), "from": CALLER})).create()
    outcome = customer.call()
    assert callers_shown(customer, endpoint.get("uri") or endpoint["user"]) == {"unknown"}
    assert "warning" not in {line["what"] for line in outcome["transcript"]}


def test_caller_who_hangs_up_while_it_rings_cancels_the_other_leg(customer: Customer) -> None:
    customer.on("answer", ncco(connect("447700900777"))).create()
    customer.call({"wait": 5}, {"hang_up": True})
    assert customer.statuses("447700900777") == ["started", "ringing", "cancelled", "completed"]


@pytest.mark.parametrize(
    ("number", "callee", "statuses"),
    [
        ("447700900777", None, ["timeout", "completed"]),
        ("447700900998", None, ["failed", "completed"]),
        ("447700900777", {"picks": "busy"}, ["busy", "completed"]),
        ("447700900777", {"picks": "unavailable"}, ["unanswered", "completed"]),
        ("447700900777", {"picks": "decline"}, ["rejected"]),
    ],
)
def test_unreached_callee_lets_the_next_action_run(
    customer: Customer, number: str, callee: dict[str, str] | None, statuses: list[str]
) -> None:
    customer.on("answer", ncco(connect(number, timeout=20), talk("Nobody is there."))).create()

    outcome = customer.call(callees={number: callee} if callee else {})

    assert customer.statuses(number) == ["started", "ringing", *statuses]
    assert texts(outcome) == ["Nobody is there."]


@pytest.mark.parametrize(
    ("picks", "status", "detail"),
    [
        ("unavailable", "unanswered", "unavailable"),
        ("carrier_timeout", "unanswered", "carrier_timeout"),
        ("invalid_number", "rejected", "invalid_number"),
        ("restricted", "rejected", "restricted"),
        ("decline", "rejected", "declined"),
        ("cannot_route", "failed", "cannot_route"),
        ("out_of_service", "failed", "number_out_of_service"),
        ("internal_error", "failed", "internal_error"),
    ],
)
def test_failure_says_more_in_its_detail(customer: Customer, picks: str, status: str, detail: str) -> None:
    customer.on("answer", ncco(connect())).create()
    customer.call(callees={CALLEE: {"picks": picks}})
    (failed,) = [event for event in customer.bodies("event") if event["status"] == status]
    assert failed["detail"] == detail


def test_synchronous_connect_takes_its_next_ncco_from_the_reply(customer: Customer) -> None:
    def react(incoming: object) -> Answer:
        status = json.loads(incoming.body).get("status")  # type: ignore[attr-defined]
        return ncco(talk("They are busy.")) if status == "busy" else Answer(204)

    forward = connect("447700900777", eventType="synchronous")
    customer.on("answer", ncco(forward, talk("Not heard."))).on("event", react).create()

    outcome = customer.call(callees={"447700900777": {"picks": "busy"}})

    assert texts(outcome) == ["They are busy."]


def test_keys_are_sent_to_the_event_url_and_the_reply_goes_on(customer: Customer) -> None:
    menu = talk("Press one.", bargeIn=True)
    ask = {
        "action": "input",
        "type": ["dtmf"],
        "dtmf": {"maxDigits": 1},
        "eventUrl": [f"{customer.url}/menu"],
    }
    customer.on("answer", ncco(menu, ask, talk("Not heard."))).on("menu", ncco(talk("One it is."))).create()

    outcome = customer.call({"hear": "press"}, {"press": "1"}, {"hear": "One it is"})

    assert "failure" not in outcome
    assert customer.bodies("menu")[0]["dtmf"] == {"digits": "1", "timed_out": False}
    assert texts(outcome) == ["Press one.", "One it is."]


def test_silence_on_input_times_out_and_the_rest_runs(customer: Customer) -> None:
    customer.on("answer", ncco({"action": "input", "type": ["dtmf"]}, talk("Bye."))).create()

    outcome = customer.call()

    asked = [event for event in customer.bodies("event") if "dtmf" in event]
    assert asked[0]["dtmf"] == {"digits": "", "timed_out": True}
    assert texts(outcome) == ["Bye."]


def test_hash_submits_when_asked_to(customer: Customer) -> None:
    ask = {"action": "input", "type": ["dtmf"], "dtmf": {"submitOnHash": True, "maxDigits": 10}}
    customer.on("answer", ncco(ask)).create()
    customer.call({"press": "123#"})
    assert [e["dtmf"] for e in customer.bodies("event") if "dtmf" in e] == [
        {"digits": "123", "timed_out": False}
    ]


def test_speech_is_reported_with_its_best_reading_first(customer: Customer) -> None:
    customer.on("answer", ncco({"action": "input", "type": ["speech", "dtmf"]})).create()

    customer.call({"say": "sales please"})

    asked = next(event for event in customer.bodies("event") if "speech" in event)
    assert asked["speech"]["results"][0]["text"] == "sales please"
    assert asked["speech"]["timeout_reason"] == "end_on_silence_timeout"
    assert asked["dtmf"] == {"digits": None, "timed_out": False}


def test_words_can_be_heard_again_when_they_are_to_be_saved(customer: Customer, vonage: Vonage) -> None:
    ask = {"action": "input", "type": ["speech"], "speech": {"saveAudio": True}}
    customer.on("answer", ncco(ask)).create()
    customer.call({"say": "sales please"})
    asked = next(event for event in customer.bodies("event") if "speech" in event)
    url = asked["speech"]["recording_url"]
    kept = vonage.exchange.recordings[url.rsplit("/", 1)[-1]]
    assert kept.words == [{"sentence": "sales please"}]


def test_silence_leaves_nothing_to_save(customer: Customer) -> None:
    ask = {"action": "input", "type": ["speech"], "speech": {"saveAudio": True}}
    customer.on("answer", ncco(ask)).create()
    customer.call()
    asked = next(event for event in customer.bodies("event") if "speech" in event)
    assert asked["speech"] == {"timeout_reason": "start_timeout", "results": []}


def test_ten_minutes_take_no_time(customer: Customer) -> None:
    customer.on("answer", ncco(talk("la " * 400, loop=8))).create()
    outcome = customer.call()
    assert outcome["duration_s"] > 600


@pytest.mark.parametrize(
    "failed", [Answer(500), Answer(404), Answer(204), Answer(body=b"{}"), Answer(body=b"[")]
)
def test_failed_answer_goes_to_the_fallback_at_once(customer: Customer, failed: Answer) -> None:
    customer.on("answer", failed).on("fallback", SORRY)
    customer.create(webhooks={"fallback_answer_url": customer.hook("fallback")})

    outcome = customer.call()

    assert texts(outcome) == ["Sorry."]
    assert len(customer.bodies("answer")) == 1
    copy = customer.bodies("fallback")[0]
    assert copy["original_request"] == {"url": f"{customer.url}/answer", "type": "answer"}
    assert copy["reason"]
    assert copy["uuid"] == customer.bodies("answer")[0]["uuid"]


@pytest.mark.parametrize("failed", [Answer(429), Answer(503), Answer(504), Answer(reset=True)])
def test_transient_failure_is_tried_once_more(customer: Customer, failed: Answer) -> None:
    customer.on("answer", failed, ncco(talk("Second."))).create()
    assert texts(customer.call()) == ["Second."]


def test_answer_and_fallback_are_tried_twice_then_the_call_ends(customer: Customer) -> None:
    customer.on("answer", Answer(503)).on("fallback", Answer(503))
    customer.create(webhooks={"fallback_answer_url": customer.hook("fallback")})

    outcome = customer.call()

    assert (len(customer.bodies("answer")), len(customer.bodies("fallback"))) == (2, 2)
    assert outcome["status"] == "completed"
    assert outcome["duration_s"] == 0
    assert any("reason" in event for event in customer.bodies("event"))


def test_slow_answer_is_cut_at_its_socket_timeout(customer: Customer) -> None:
    over = threading.Event()
    customer.on("answer", once(over, ncco(talk("Late."))), ncco(talk("In time.")))
    customer.create(webhooks={"answer_url": customer.hook("answer", socket_timeout=1000)})
    outcome = customer.call()
    over.set()
    assert texts(outcome) == ["In time."]


@pytest.fixture
def unreachable() -> Iterator[str]:
    """The address of a server whose queue of connections is full: no further one is made."""
    with contextlib.ExitStack() as opened:
        listener = opened.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(2):
            waiting = opened.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex(listener.getsockname())
        yield "http://{}:{}/answer".format(*listener.getsockname())


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a full queue refuses connections")
def test_connection_that_is_not_made_in_time_is_tried_twice(
    customer: Customer, vonage: Vonage, unreachable: str
) -> None:
    answer = {"address": unreachable, "connect_timeout": 300}
    customer.on("fallback", SORRY)
    customer.create(webhooks={"answer_url": answer, "fallback_answer_url": customer.hook("fallback")})

    assert texts(customer.call()) == ["Sorry."]

    asked = vonage.journal.entries(webhook="answer")
    assert [entry["failure"] for entry in asked] == ["connect timeout"] * 2
    assert all(300 <= entry["duration_ms"] < 5000 for entry in asked)


def test_untrusted_certificate_is_not_tried_again(customer: Customer, vonage: Vonage) -> None:
    tls = customer.hook("answer")["address"].replace("http:", "https:")
    hooks = {"answer_url": {"address": tls}, "fallback_answer_url": customer.hook("fallback")}
    customer.on("fallback", SORRY).create(webhooks=hooks)

    assert texts(customer.call()) == ["Sorry."]

    (asked,) = vonage.journal.entries(webhook="answer")
    assert asked["failure"] == "TLS error"
    assert customer.bodies("fallback")[0]["reason"] == "Connection closed."


def test_address_that_is_none_is_a_failure_like_others(customer: Customer) -> None:
    ask = {"action": "input", "type": ["dtmf"], "eventUrl": ["https://example.com:port/menu"]}
    customer.on("answer", ncco(ask, talk("Going on."))).create()
    assert texts(customer.call()) == ["Going on."]
    assert [event["reason"] for event in customer.bodies("event") if "reason" in event] == [
        "Connection closed."
    ]


@pytest.mark.parametrize("webhook", ["answer", "menu"])
@pytest.mark.parametrize(
    ("failing", "reason"),
    [
        (Answer(500), "Invalid response code."),
        (Answer(404), "Invalid response code."),
        (Answer(503), "Invalid response code."),
        (Answer(307, headers={"Location": "https://example.com/"}), "Invalid response code."),
        (Answer(body=b"[]", headers={"Content-Type": "text/html"}), "Invalid NCCO."),
        (Answer(body=b'[{"action": "dance"}]'), "Invalid NCCO."),
        (Answer(reset=True), "Connection closed."),
    ],
    ids=["500", "404", "503", "redirect", "html", "no action", "closed"],
)
def test_fallback_is_told_the_reason_in_vonages_words(
    customer: Customer, webhook: str, failing: Answer, reason: str
) -> None:
    ask = {"action": "input", "type": ["dtmf"], "eventUrl": [f"{customer.url}/menu"]}
    customer.on("answer", ncco(ask)).on("fallback", SORRY).on(webhook, failing)
    customer.create(webhooks={"fallback_answer_url": customer.hook("fallback")})

    assert texts(customer.call()) == ["Sorry."]

    (copy,) = customer.bodies("fallback")
    kind = "answer" if webhook == "answer" else "event"
    assert copy["reason"] == reason
    assert copy["original_request"] == {"url": f"{customer.url}/{webhook}", "type": kind}


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (httpx.ConnectTimeout("late"), "Socket timeout."),
        (httpx.ReadTimeout("late"), "Socket timeout."),
        (httpx.ConnectError("refused"), "Connection closed."),
        (httpx.ReadError("reset by peer"), "Connection reset."),
        (httpx.RemoteProtocolError("closed"), "Connection closed."),
    ],
    ids=lambda value: type(value).__name__,
)
def test_lost_connection_is_told_in_vonages_words(outcome: httpx.HTTPError, reason: str) -> None:
    assert reply_of(outcome).reason == reason


def test_input_event_and_its_fallback_are_tried_twice_then_the_call_goes_on(customer: Customer) -> None:
    ask = {"action": "input", "type": ["dtmf"], "eventUrl": [f"{customer.url}/menu"]}
    customer.on("answer", ncco(ask, talk("Going on."))).on("menu", Answer(503)).on("fallback", Answer(503))
    customer.create(webhooks={"fallback_answer_url": customer.hook("fallback")})

    assert texts(customer.call()) == ["Going on."]

    assert (len(customer.bodies("menu")), len(customer.bodies("fallback"))) == (2, 2)
    first, second = customer.bodies("fallback")
    assert first == second
    assert {**customer.bodies("menu")[0], **first} == first


def test_fallback_of_an_event_may_bring_another_ncco(customer: Customer) -> None:
    ask = {"action": "input", "type": ["dtmf"], "eventUrl": [f"{customer.url}/menu"]}
    customer.on("answer", ncco(ask, talk("Not heard."))).on("menu", Answer(500)).on("fallback", SORRY)
    customer.create(webhooks={"fallback_answer_url": customer.hook("fallback")})
    assert texts(customer.call()) == ["Sorry."]


def test_plain_event_that_fails_has_no_fallback(customer: Customer) -> None:
    customer.on("answer", ncco(talk("Hello."))).on("event", Answer(500))
    customer.create(webhooks={"fallback_answer_url": customer.hook("fallback")})
    assert texts(customer.call()) == ["Hello."]
    assert customer.bodies("fallback") == []


@pytest.mark.parametrize("status", [200, 201, 202, 203, 204, 205])
def test_plain_event_is_taken_with_any_of_these(customer: Customer, status: int) -> None:
    customer.on("answer", ncco(talk("Hello."))).on("event", Answer(status)).create()
    customer.call()
    assert customer.statuses() == ["started", "ringing", "answered", "completed"]


def test_reply_to_a_plain_event_is_not_read(customer: Customer) -> None:
    customer.on("answer", ncco(talk("Hello."))).on("event", ncco(talk("Not heard."))).create()
    assert texts(customer.call()) == ["Hello."]


def test_webhook_whose_reply_the_caller_did_not_await_is_written_down() -> None:
    over = threading.Event()

    def react(incoming: Incoming) -> Answer:
        if json.loads(incoming.body)["status"] == "completed":
            over.set()
        return Answer(204)

    def react_late(_: Incoming) -> Answer:
        assert over.wait(10)
        return Answer(204)

    with running(Account.seeded(seed=1), live=True) as up, Customer.serving(up) as customer:
        customer.on("answer", ncco({"action": "notify", "payload": {}, "eventUrl": [f"{customer.url}/late"]}))
        customer.on("late", react_late).on("event", react).create()

        customer.call({"wait": 0.1}, {"hang_up": True})
        up.engine.run(up.delivery.settled())

        (entry,) = up.journal.entries(webhook="notify")
        assert entry["response"]["status"] == 204


def test_nested_values_of_a_get_webhook_are_json_text(customer: Customer) -> None:
    ask = {
        "action": "input",
        "type": ["dtmf"],
        "eventUrl": [f"{customer.url}/menu"],
        "eventMethod": "GET",
    }
    customer.on("answer", ncco(ask)).create()
    customer.call({"press": "1234"})
    seen = next(incoming for incoming in customer.received if incoming.path == "/menu")
    assert json.loads(httpx.QueryParams(seen.query)["dtmf"]) == {"digits": "1234", "timed_out": False}


def test_failed_input_event_goes_to_the_fallback_and_the_call_goes_on(customer: Customer) -> None:
    ask = {"action": "input", "type": ["dtmf"], "eventUrl": [f"{customer.url}/menu"]}
    customer.on("answer", ncco(ask, talk("Going on."))).on("menu", Answer(500)).on("fallback", Answer(500))
    customer.create(webhooks={"fallback_answer_url": customer.hook("fallback")})

    outcome = customer.call()

    assert customer.bodies("fallback")[0]["original_request"]["type"] == "event"
    assert texts(outcome) == ["Going on."]


def test_invalid_ncco_is_rejected_with_the_field_and_the_rule(customer: Customer, vonage: Vonage) -> None:
    customer.on("answer", ncco(talk("Hello.", loop="two"))).create()

    customer.call()

    entry = vonage.journal.entries(webhook="answer")[0]
    assert entry["problems"][0]["field"] == "loop"
    assert entry["problems"][0]["action"] == 0
    reasons = [event["reason"] for event in customer.bodies("event") if "reason" in event]
    assert reasons == ["Syntax error in NCCO. Invalid value type or action."]


def test_html_is_no_ncco(customer: Customer, vonage: Vonage) -> None:
    customer.on("answer", Answer(body=b"[]", headers={"Content-Type": "text/html"})).create()
    customer.call()
    assert vonage.journal.entries(webhook="answer")[0]["ncco_failure"] == "content type text/html"


def test_ncco_of_an_event_has_to_say_that_it_is_json(customer: Customer, vonage: Vonage) -> None:
    ask = {"action": "input", "type": ["dtmf"], "eventUrl": [f"{customer.url}/menu"]}
    body = ncco(talk("Not heard.")).body
    customer.on("menu", Answer(body=body, headers={"Content-Type": "text/html"}))
    customer.on("answer", ncco(ask, talk("Going on."))).create()
    assert texts(customer.call()) == ["Going on."]
    assert vonage.journal.entries(webhook="input")[0]["ncco_failure"] == "content type text/html"


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_webhooks_are_signed_over_what_was_sent(customer: Customer, vonage: Vonage, method: str) -> None:
    customer.on("answer", ncco(talk("Hello.")))
    customer.create(webhooks={"answer_url": customer.hook("answer", method)})

    customer.call()

    seen = next(incoming for incoming in customer.received if incoming.path == "/answer")
    token = seen.headers["authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, vonage.account.signature_secret, algorithms=["HS256"])
    assert claims["iss"] == "Vonage"
    assert claims["api_key"] == vonage.account.api_key
    assert claims["application_id"] == customer.application["id"]
    assert "exp" not in claims
    hashed = seen.body
    if method == "GET":
        pairs = [pair.split("=") for pair in httpx.QueryParams(seen.query).__str__().split("&")]
        decoded = {name: httpx.QueryParams(seen.query)[name] for name, _ in pairs}
        hashed = json.dumps(decoded, separators=(",", ":")).encode()
    assert claims["payload_hash"] == hashlib.sha256(hashed).hexdigest()


def test_unsigned_callbacks_carry_no_authorization(customer: Customer) -> None:
    customer.on("answer", ncco(talk("Hello."))).create(signed_callbacks=False)
    customer.call()
    assert all("authorization" not in incoming.headers for incoming in customer.received)


def test_failed_event_is_sent_once_more(customer: Customer) -> None:
    customer.on("answer", ncco(talk("Hello."))).on("event", Answer(500), Answer(204)).create()
    customer.call()
    assert customer.statuses() == ["started", "started", "ringing", "answered", "completed"]


def test_number_that_leads_nowhere_says_why(customer: Customer) -> None:
    assert customer.call(to="447700900001")["failure"].startswith(
        "447700900001 is not a number of this account"
    )
    assert customer.call()["failure"] == f"{NUMBER} is linked to no application"


@pytest.mark.parametrize(
    ("script", "failure"),
    [
        ([{"hear": "goodbye"}], 'never heard "goodbye" before the call ended; heard: "Hello."'),
        ([{"press": "1"}], "wanted to press 1, but no input action listened"),
    ],
)
def test_caller_who_cannot_do_its_step_says_so(
    customer: Customer, script: list[dict[str, str]], failure: str
) -> None:
    customer.on("answer", ncco(talk("Hello."))).create()
    assert failure in customer.call(*script)["failure"]


def test_step_nobody_could_follow_is_refused(api: httpx.Client) -> None:
    refused = api.post("/_simulator/calls", json={"from": "1", "to": "2", "script": [{"sing": "la"}]})
    assert refused.status_code == 400
    assert "step 1 must have exactly one of hear, say, press, wait, hang_up" in refused.json()["error"]


def story(seed: int) -> list[dict[str, Any]]:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    with running(Account.seeded(seed=seed), start=start) as vonage, Customer.serving(vonage) as customer:
        customer.on("answer", ncco(talk("Hello."), connect())).create()
        customer.call({"hear": "Hello?"}, {"wait": 5}, {"hang_up": True})
        return [
            {name: entry[name] for name in ("kind", "at", "call", "leg", "what", "webhook") if name in entry}
            for entry in vonage.journal.entries()
        ]


def test_same_seed_and_start_tell_the_same_story_to_the_millisecond() -> None:
    assert story(seed=7) == story(seed=7)
    assert story(seed=7) != story(seed=8)
