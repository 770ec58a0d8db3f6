"""The Voice API: calls the account makes, and what it does to calls that run."""

import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import jwt
import pytest

from tests.vonage_simulator.customer import (
    CALLEE,
    NUMBER,
    Customer,
    client_of,
    connect,
    ncco,
    private_key,
    talk,
)
from vonage_simulator.api.applications import new_key_pair
from vonage_simulator.calls.parties import Callee
from vonage_simulator.testing.endpoint import Answer, Incoming
from vonage_simulator.testing.phone import Phone, PhoneCall
from vonage_simulator.vonage import Vonage

CALLS = "/v1/calls"
SIP = {"type": "sip", "uri": "sip:desk@example.com"}
Json = dict[str, Any]


def token(customer: Customer, claims: Json, key: str | None = None) -> str:
    now = int(time.time())
    own = {"application_id": customer.application["id"], "iat": now, "jti": str(uuid.uuid4()), **claims}
    present = {name: value for name, value in own.items() if value is not None}
    pem = key or customer.application["keys"]["private_key"]
    return jwt.encode(present, private_key(pem), algorithm="RS256")


def bearer(customer: Customer, key: str | None = None, **claims: object) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(customer, claims, key)}"}


def wanted(**members: object) -> Json:
    to = [{"type": "phone", "number": CALLEE}]
    return {"to": to, "from": {"type": "phone", "number": NUMBER}, "ncco": [talk("Hello.")], **members}


def transfer(**destination: object) -> Json:
    return {"action": "transfer", "destination": {"type": "ncco", **destination}}


@pytest.fixture
def voice(customer: Customer, vonage: Vonage) -> Iterator[httpx.Client]:
    customer.create()
    with client_of(vonage, headers=bearer(customer)) as client:
        yield client


def finished(vonage: Vonage, customer: Customer, number: str = CALLEE) -> None:
    """Wait, in real time, for the last event of a call that runs by itself."""
    deadline = time.monotonic() + 10
    while not {"completed", "rejected"} & set(customer.statuses(number)):
        assert time.monotonic() < deadline, vonage.journal.entries()
        time.sleep(0.01)


def test_call_with_an_ncco_is_dialled_and_played(
    voice: httpx.Client, vonage: Vonage, customer: Customer
) -> None:
    made = voice.post(CALLS, json=wanted())

    assert made.status_code == 201
    assert (made.json()["status"], made.json()["direction"]) == ("started", "outbound")
    finished(vonage, customer)
    assert customer.statuses(CALLEE) == ["started", "ringing", "answered", "completed"]
    shown = voice.get(f"{CALLS}/{made.json()['uuid']}").json()
    assert (shown["status"], shown["direction"], shown["to"]["number"]) == ("completed", "outbound", CALLEE)
    assert shown["duration"] == customer.bodies("event")[-1]["duration"]


def test_call_with_an_answer_url_fetches_its_ncco_once_answered(
    voice: httpx.Client, vonage: Vonage, customer: Customer
) -> None:
    customer.on("outbound", ncco(talk("From afar.")))
    request = wanted(answer_url=[f"{customer.url}/outbound"], answer_method="POST")
    del request["ncco"]

    voice.post(CALLS, json=request)

    finished(vonage, customer)
    assert customer.bodies("outbound")[0]["to"] == CALLEE
    assert [line["text"] for line in vonage.journal.entries(what="talk")] == ["From afar."]


def test_called_person_is_not_the_caller_of_an_outbound_call(
    voice: httpx.Client, vonage: Vonage, customer: Customer
) -> None:
    forward = {**connect("447700900777", timeout=3), "from": CALLEE}
    voice.post(CALLS, json=wanted(ncco=[forward]))
    finished(vonage, customer, "447700900777")
    events = [event for event in customer.bodies("event") if event["to"] == "447700900777"]
    assert {event["from"] for event in events} == {"unknown"}


def test_unanswered_call_rings_as_long_as_its_timer(
    voice: httpx.Client, vonage: Vonage, customer: Customer
) -> None:
    voice.post(CALLS, json=wanted(to=[{"type": "phone", "number": "447700900777"}], ringing_timer=20))
    finished(vonage, customer, "447700900777")
    assert customer.statuses("447700900777") == ["started", "ringing", "timeout", "completed"]


def test_call_ends_when_its_length_timer_runs_out(
    voice: httpx.Client, vonage: Vonage, customer: Customer
) -> None:
    voice.post(CALLS, json=wanted(ncco=[talk("la", loop=0)], length_timer=30))
    finished(vonage, customer)
    assert customer.bodies("event")[-1]["duration"] == "30"


def test_timers_of_a_call_may_be_texts(voice: httpx.Client, vonage: Vonage, customer: Customer) -> None:
    voice.post(CALLS, json=wanted(ncco=[talk("la", loop="0")], length_timer="30", ringing_timer="20"))
    finished(vonage, customer)
    assert customer.bodies("event")[-1]["duration"] == "30"
    warnings = [line["reason"] for line in vonage.journal.entries(what="warning")]
    assert 'length_timer is "30"; it should be a whole number' in warnings
    assert 'ncco[0].loop is "0"; it should be a whole number' in warnings


def test_random_number_may_be_asked_for_by_a_text(
    voice: httpx.Client, vonage: Vonage, customer: Customer
) -> None:
    request = wanted(random_from_number="true")
    del request["from"]
    assert voice.post(CALLS, json=request).status_code == 201
    finished(vonage, customer)
    assert customer.bodies("event")[0]["from"] == NUMBER


@pytest.mark.parametrize(
    ("callee", "address"),
    [
        ({"type": "sip", "user": "maria", "domain": "shop-trunk"}, "maria@shop-trunk"),
        ({"type": "sip", "domain": "shop-trunk"}, "shop-trunk"),
    ],
)
def test_sip_callee_is_reached_by_its_domain(
    voice: httpx.Client, vonage: Vonage, customer: Customer, callee: Json, address: str
) -> None:
    vonage.exchange.callees[address] = Callee("answer")
    made = voice.post(CALLS, json=wanted(to=[callee])).json()
    finished(vonage, customer, address)
    assert customer.statuses(address) == ["started", "ringing", "answered", "completed"]
    assert voice.get(f"{CALLS}/{made['uuid']}").json()["to"] == callee


def test_caller_may_be_a_sip_uri(voice: httpx.Client, vonage: Vonage, customer: Customer) -> None:
    caller = {"type": "phone", "number": "sip:desk@example.com"}
    assert voice.post(CALLS, json=wanted(**{"from": caller})).status_code == 201
    finished(vonage, customer)
    assert customer.bodies("event")[0]["from"] == "sip:desk@example.com"


@pytest.mark.parametrize("level", [0.5, "0.5", -1, "-1", 1])
@pytest.mark.parametrize("loop", [2, "2"])
def test_level_and_loop_are_numbers_or_texts(
    voice: httpx.Client, vonage: Vonage, running_call: PhoneCall, level: object, loop: object
) -> None:
    said = {"text": "Twice.", "level": level, "loop": loop, "style": "0", "premium": "false"}
    assert voice.put(f"{CALLS}/{running_call.leg}/talk", json=said).status_code == 200
    streamed = {"stream_url": ["https://example.com/a.mp3"], "level": level, "loop": loop}
    assert voice.put(f"{CALLS}/{running_call.leg}/stream", json=streamed).status_code == 200
    running_call.waits(10)
    assert len([line for line in vonage.journal.entries(what="talk") if line["text"] == "Twice."]) == 2


def test_transfer_reads_its_ncco_as_a_reply_s(
    voice: httpx.Client, vonage: Vonage, running_call: PhoneCall
) -> None:
    moved = voice.put(f"{CALLS}/{running_call.leg}", json=transfer(ncco=[talk("Moved.", loop="2")]))
    assert moved.status_code == 204
    running_call.waits(10)
    assert [line["text"] for line in vonage.journal.entries(what="talk")][-2:] == ["Moved.", "Moved."]


@pytest.mark.parametrize(
    ("path", "spoiled"),
    [
        ("to", {"to": []}),
        ("to[0].number", {"to": [{"type": "phone", "number": "+44"}]}),
        ("to[0].type", {"to": [{"type": "fax"}]}),
        ("from", {"random_from_number": True}),
        ("from", {"from": "447700900000"}),
        ("from.number", {"from": {"type": "phone", "number": "+447700900000"}}),
        ("from.number", {"from": {"type": "phone", "number": "desk@example.com"}}),
        ("to[0]", {"to": [{"type": "sip", "user": "maria"}]}),
        ("to[0]", {"to": [{**SIP, "domain": "shop-trunk"}]}),
        ("length_timer", {"length_timer": "7200.5"}),
        ("ringing_timer", {"ringing_timer": "1e1"}),
        ("random_from_number", {"random_from_number": "yes"}),
        ("from.type", {"from": {"type": "sip", "number": "447700900000"}}),
        ("to[0].standard_headers.User-to-User", {"to": [{**SIP, "standard_headers": {"User-to-User": [1]}}]}),
        ("ncco", {"answer_url": ["https://example.com"]}),
        ("ncco", {"ncco": []}),
        ("ncco[0].text", {"ncco": [{"action": "talk"}]}),
        ("answer_method", {"answer_method": "PUT"}),
        ("ringing_timer", {"ringing_timer": 121}),
        ("length_timer", {"length_timer": 0}),
        ("machine_detection", {"machine_detection": "maybe"}),
        ("advanced_machine_detection.beep_timeout", {"advanced_machine_detection": {"beep_timeout": 29}}),
        ("event_url", {"event_url": "https://example.com"}),
    ],
)
def test_invalid_request_names_the_field(voice: httpx.Client, path: str, spoiled: Json) -> None:
    refused = voice.post(CALLS, json=wanted(**spoiled))
    assert refused.status_code == 400
    assert [problem["name"] for problem in refused.json()["invalid_parameters"]] == [path]


@pytest.mark.parametrize(
    "claims",
    [
        {"iat": None},
        {"jti": None},
        {"application_id": None},
        {"application_id": "unknown"},
    ],
    ids=["no iat", "no jti", "no application", "other application"],
)
def test_token_outside_the_rules_is_refused(voice: httpx.Client, customer: Customer, claims: Json) -> None:
    assert voice.get(CALLS, headers=bearer(customer, **claims)).status_code == 401


@pytest.mark.parametrize(
    ("claim", "from_now_s"),
    [("iat", -3600), ("exp", -60), ("exp", 2 * 86400), ("exp", 29), ("nbf", 600)],
    ids=["old", "expired", "too long", "too short", "not yet"],
)
def test_token_outside_its_time_is_refused(
    voice: httpx.Client, customer: Customer, claim: str, from_now_s: int
) -> None:
    claims: Json = {claim: int(time.time()) + from_now_s}
    assert voice.get(CALLS, headers=bearer(customer, **claims)).status_code == 401


def test_token_signed_with_another_key_is_refused(voice: httpx.Client, customer: Customer) -> None:
    headers = bearer(customer, key=new_key_pair()["private_key"])
    refused = voice.get(CALLS, headers=headers)
    assert refused.status_code == 401
    assert refused.json()["type"].endswith("#unauthorized")


def test_token_id_belongs_to_one_token(voice: httpx.Client, customer: Customer) -> None:
    same = str(uuid.uuid4())
    assert voice.get(CALLS, headers=bearer(customer, jti=same)).status_code == 200
    assert voice.get(CALLS, headers=bearer(customer, jti=same, sub="other")).status_code == 401


@pytest.mark.usefixtures("voice")
def test_basic_credentials_are_no_token(vonage: Vonage) -> None:
    assert httpx.get(vonage.url + CALLS, auth=vonage.credentials).status_code == 401


@pytest.fixture
def running_call(voice: httpx.Client, vonage: Vonage, customer: Customer) -> Iterator[PhoneCall]:
    """A caller who listens to endless music."""
    assert voice.get(CALLS).json()["count"] == 0
    customer.on("answer", ncco(talk("la", loop=0)))
    with Phone(vonage).dial(NUMBER) as call:
        call.hears("la")
        yield call


def test_hangup_ends_the_call(voice: httpx.Client, running_call: PhoneCall) -> None:
    leg = running_call.leg
    assert voice.put(f"{CALLS}/{leg}", json={"action": "hangup"}).status_code == 204
    assert running_call.ends().status == "completed"
    assert voice.put(f"{CALLS}/{leg}", json={"action": "hangup"}).status_code == 404


def test_transfer_replaces_the_ncco_in_a_new_conversation(
    voice: httpx.Client, customer: Customer, running_call: PhoneCall
) -> None:
    leg = running_call.leg
    destination = {"type": "ncco", "ncco": [talk("Enough music.")]}

    changed = voice.put(f"{CALLS}/{leg}", json={"action": "transfer", "destination": destination})

    assert changed.status_code == 204
    running_call.hears("enough")
    running_call.ends()
    event = next(event for event in customer.bodies("event") if event.get("type") == "transfer")
    assert event["conversation_uuid_from"] != event["conversation_uuid_to"]


def test_transfer_to_a_url_fetches_the_ncco(
    voice: httpx.Client, customer: Customer, running_call: PhoneCall
) -> None:
    leg = running_call.leg
    customer.on("next", ncco(talk("Enough.")))
    destination = {"type": "ncco", "url": [f"{customer.url}/next"]}
    voice.put(f"{CALLS}/{leg}", json={"action": "transfer", "destination": destination})
    running_call.hears("enough")


def recording(customer: Customer, **stops: object) -> Json:
    transcription = {"eventUrl": [f"{customer.url}/transcribed"]}
    event_url = [f"{customer.url}/event"]
    return {"action": "record", **stops, "eventUrl": event_url, "transcription": transcription}


STOPS: list[Json] = [{"timeOut": 60}, {"endOnSilence": 10}, {"endOnKey": "#"}, {}]


@pytest.mark.parametrize("stops", STOPS, ids=str)
def test_recording_that_a_hangup_cuts_short_is_told_before_the_end_of_its_leg(
    voice: httpx.Client, vonage: Vonage, customer: Customer, stops: Json
) -> None:
    customer.on("answer", ncco(recording(customer, **stops), talk("la", loop=0)))
    with Phone(vonage).dial(NUMBER) as call:
        call.waits(2)
        voice.put(f"{CALLS}/{call.leg}", json={"action": "hangup"})
        call.ends()

    *_, recorded, completed = customer.bodies("event")
    assert "recording_url" in recorded
    assert completed["status"] == "completed"
    assert len(customer.bodies("transcribed")) == 1


@pytest.mark.parametrize("stops", STOPS, ids=str)
def test_recording_that_the_length_timer_cuts_short_is_told_before_the_end_of_its_leg(
    voice: httpx.Client, vonage: Vonage, customer: Customer, stops: Json
) -> None:
    steps = ({"say": "Well, well, well, well, well."}, {"wait": 9}) * 9
    vonage.exchange.callees[CALLEE] = Callee("answer", steps=steps)
    voice.post(CALLS, json=wanted(ncco=[recording(customer, **stops), talk("la", loop=0)], length_timer=30))
    finished(vonage, customer)

    *_, recorded, completed = customer.bodies("event")
    assert "recording_url" in recorded
    assert completed["duration"] == "30"


def test_callee_who_was_transferred_is_recorded_though_the_caller_is_gone(
    voice: httpx.Client, vonage: Vonage, customer: Customer
) -> None:
    steps = ({"hear": "moment"}, {"wait": 9}, {"hang_up": True})
    vonage.exchange.callees[CALLEE] = Callee("answer", steps=steps)
    customer.on("answer", ncco(connect()))
    with Phone(vonage).dial(NUMBER) as call:
        call.is_connected_to(CALLEE)
        _, callee = voice.get(CALLS).json()["_embedded"]["calls"]
        message = [talk("One moment."), recording(customer, endOnKey="#")]
        voice.put(f"{CALLS}/{callee['uuid']}", json=transfer(ncco=message))

    assert [event["recording_uuid"] for event in customer.bodies("event") if "recording_url" in event] == [
        event["recording_uuid"] for event in customer.bodies("transcribed")
    ]
    assert len(customer.bodies("transcribed")) == 1


def test_talk_into_a_call_is_heard_and_can_be_stopped(voice: httpx.Client, running_call: PhoneCall) -> None:
    leg = running_call.leg
    started = voice.put(f"{CALLS}/{leg}/talk", json={"text": "That is enough.", "loop": 0, "level": "0.4"})
    stopped = voice.delete(f"{CALLS}/{leg}/talk")
    assert started.json() == {"message": "Talk started", "uuid": leg}
    assert stopped.json() == {"message": "Talk stopped", "uuid": leg}
    running_call.hears("enough")


def test_stream_and_keys_are_sent_into_a_call(
    voice: httpx.Client, vonage: Vonage, running_call: PhoneCall
) -> None:
    leg = running_call.leg
    streamed = voice.put(f"{CALLS}/{leg}/stream", json={"stream_url": ["https://example.com/a.mp3"]})
    sent = voice.put(f"{CALLS}/{leg}/dtmf", json={"digits": "1713"})
    assert streamed.json()["message"] == "Stream started"
    assert sent.json() == {"message": "DTMF sent", "uuid": leg}
    assert vonage.journal.entries(what="keys sent")[0]["keys"] == "1713"


SPOKEN: list[tuple[str, Json]] = [
    ("talk", {"text": "Hello."}),
    ("stream", {"stream_url": ["https://example.com/a.mp3"]}),
    ("dtmf", {"digits": "1"}),
]


@pytest.mark.parametrize(("path", "body"), SPOKEN)
def test_leg_that_rings_takes_nothing_until_it_is_answered(
    voice: httpx.Client, vonage: Vonage, customer: Customer, path: str, body: Json
) -> None:
    number = "447700900555"
    vonage.clock.set_live(live=True)
    made = voice.post(CALLS, json=wanted(to=[{"type": "phone", "number": number}], ncco=[talk("la", loop=0)]))
    leg = made.json()["uuid"]

    refused = voice.put(f"{CALLS}/{leg}/{path}", json=body)
    picked_up = httpx.post(f"{vonage.url}/_simulator/legs/{leg}/pick_up")
    while "answered" not in customer.statuses(number):
        time.sleep(0.01)
    taken = voice.put(f"{CALLS}/{leg}/{path}", json=body)

    assert (refused.status_code, picked_up.status_code, taken.status_code) == (400, 200, 200)
    assert refused.json() == {"type": "BAD_REQUEST", "error_title": "Bad Request"}


@pytest.mark.usefixtures("voice")
@pytest.mark.parametrize(("path", "body"), SPOKEN)
def test_inbound_leg_takes_nothing_before_its_ncco_is_there(
    vonage: Vonage, customer: Customer, path: str, body: Json
) -> None:
    refused = []

    def react(incoming: Incoming) -> Answer:
        leg = json.loads(incoming.body)["uuid"]
        refused.append(httpx.put(f"{vonage.url}{CALLS}/{leg}/{path}", json=body, headers=bearer(customer)))
        return ncco(talk("Hello."))

    customer.on("answer", react)
    customer.call()

    assert [reply.status_code for reply in refused] == [400]


@pytest.mark.parametrize(("path", "body"), SPOKEN)
def test_callee_that_rings_takes_nothing(
    voice: httpx.Client, vonage: Vonage, customer: Customer, path: str, body: Json
) -> None:
    customer.on("answer", ncco(connect("447700900555", timeout=20)))
    with Phone(vonage).dial(NUMBER) as call:
        call.waits(5)
        callee = voice.get(CALLS, params={"order": "desc"}).json()["_embedded"]["calls"][0]
        assert callee["status"] == "ringing"
        assert voice.put(f"{CALLS}/{callee['uuid']}/{path}", json=body).status_code == 400


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("", {"action": "dance"}),
        ("", {"action": "transfer", "destination": {"type": "ncco"}}),
        ("", {"action": "transfer", "destination": {"type": "ncco", "ncco": [{"action": "talk"}]}}),
        ("/talk", {}),
        ("/talk", {"text": "Hello.", "level": "soft"}),
        ("/talk", {"text": "Hello.", "level": 1.5}),
        ("/talk", {"text": "Hello.", "level": "1.5"}),
        ("/talk", {"text": "Hello.", "loop": -1}),
        ("/stream", {"stream_url": ["https://example.com/a.mp3"], "level": "2"}),
        ("/stream", {"stream_url": "https://example.com/a.mp3"}),
        ("/dtmf", {"digits": "abc"}),
        ("/input/dtmf", {"event_url": []}),
    ],
)
def test_change_that_makes_no_sense_is_refused(
    voice: httpx.Client, running_call: PhoneCall, path: str, body: Json
) -> None:
    leg = running_call.leg
    assert voice.put(f"{CALLS}/{leg}{path}", json=body).status_code == 400


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("action", {}),
        ("action", {"action": "dance"}),
        ("destination", {"action": "transfer"}),
        ("destination.type", transfer(url=["https://example.com"], type="url")),
        ("destination.url[0]", transfer(url=["example.com"])),
        ("destination.ncco", transfer()),
        ("destination.ncco", transfer(ncco=[])),
        ("destination.ncco", transfer(ncco=[talk("Hi.")], url=["https://example.com"])),
        ("destination.ncco", transfer(ncco={"action": "talk"})),
        ("destination.ncco[0].text", transfer(ncco=[{"action": "talk"}])),
    ],
)
def test_invalid_change_names_the_field(
    voice: httpx.Client, running_call: PhoneCall, path: str, body: Json
) -> None:
    refused = voice.put(f"{CALLS}/{running_call.leg}", json=body)
    assert refused.status_code == 400
    assert [problem["name"] for problem in refused.json()["invalid_parameters"]] == [path]


def test_ncco_of_a_transfer_is_tolerated_as_in_a_reply(voice: httpx.Client, running_call: PhoneCall) -> None:
    lenient = [{"action": "wait", "timeout": 9999}, talk("Hi.", voiceName="Amy")]
    assert voice.put(f"{CALLS}/{running_call.leg}", json=transfer(ncco=lenient)).status_code == 204


def test_muted_leg_is_not_heard_and_earmuffed_leg_hears_nothing(
    voice: httpx.Client, vonage: Vonage, customer: Customer
) -> None:
    customer.on("answer", ncco({"action": "conversation", "name": "standup"}))
    with (
        Phone(vonage).dial(NUMBER) as one,
        Phone(vonage, "447700900124").dial(NUMBER) as two,
    ):
        two.waits(1)

        def said(text: str) -> bool:
            """Whether the second one hears what the first one says."""
            one.says(text)
            try:
                two.hears(text, within_s=5)
            except AssertionError:
                return False
            return True

        def change(call: PhoneCall, action: str) -> None:
            assert voice.put(f"{CALLS}/{call.leg}", json={"action": action}).status_code == 204

        assert said("one")
        change(one, "mute")
        assert not said("two")
        change(one, "unmute")
        assert said("three")
        change(two, "earmuff")
        assert not said("four")
        change(two, "unearmuff")
        assert said("five")


def test_keys_of_an_asynchronous_input_go_where_a_request_says(
    voice: httpx.Client, customer: Customer, vonage: Vonage
) -> None:
    keys = {
        "action": "input",
        "type": ["dtmf"],
        "mode": "asynchronous",
        "eventUrl": [f"{customer.url}/first"],
    }
    customer.on("answer", ncco(keys, talk("la", loop=0)))
    with Phone(vonage).dial(NUMBER) as call:
        call.hears("la")
        call.presses("1")
        path = f"{CALLS}/{call.leg}/input/dtmf"
        moved = voice.put(path, json={"event_url": [f"{customer.url}/second"]})
        call.presses("2")
        stopped = voice.delete(path)
        call.presses("3")

    assert (moved.status_code, stopped.status_code) == (200, 200)
    assert set(moved.json()) == {"message", "uuid"}
    assert [event["dtmf"]["digits"] for event in customer.bodies("first")] == ["1"]
    assert [event["dtmf"]["digits"] for event in customer.bodies("second")] == ["2"]


def test_call_of_a_region_is_known_at_its_region_url_only(vonage: Vonage, customer: Customer) -> None:
    customer.create(region="eu-west")
    customer.on("answer", ncco(talk("la", loop=0)))
    headers = bearer(customer)
    with Phone(vonage).dial(NUMBER) as call:
        call.hears("la")
        region_url, path = customer.bodies("answer")[-1]["region_url"], f"{CALLS}/{call.leg}"
        elsewhere = httpx.get(vonage.url + path, headers=headers)
        there = httpx.get(region_url + path, headers=headers)

    assert (elsewhere.status_code, there.status_code) == (404, 200)
    assert region_url in elsewhere.json()["detail"]


def test_outbound_call_belongs_to_the_region_that_was_asked(vonage: Vonage, customer: Customer) -> None:
    customer.create(region="eu-west")
    regional = vonage.url.replace("127.0.0.1", "localhost")
    for made_at, found in ((vonage.url, 200), (regional, 404)):
        made = httpx.post(made_at + CALLS, json=wanted(), headers=bearer(customer)).json()
        asked = httpx.get(f"{vonage.url}{CALLS}/{made['uuid']}", headers=bearer(customer))
        assert asked.status_code == found


@pytest.mark.parametrize(
    ("endpoint", "shown"),
    [
        ({"type": "phone", "number": CALLEE}, {"type": "phone", "number": CALLEE}),
        (SIP, SIP),
        ({"type": "app", "user": "jamie"}, {"type": "app", "user": "jamie"}),
        ({"type": "vbc", "extension": "42"}, {"type": "vbc", "extension": "42"}),
    ],
)
def test_record_shows_the_endpoint_as_it_was_called(voice: httpx.Client, endpoint: Json, shown: Json) -> None:
    made = voice.post(CALLS, json=wanted(to=[endpoint])).json()
    record = voice.get(f"{CALLS}/{made['uuid']}").json()
    assert (record["to"], record["from"]) == (shown, {"type": "phone", "number": NUMBER})


def test_record_of_an_inbound_call_shows_who_called(
    voice: httpx.Client, vonage: Vonage, customer: Customer
) -> None:
    customer.on("answer", ncco(talk("la", loop=0)))
    with Phone(vonage).of_user("jamie").dial("support") as call:
        record = voice.get(f"{CALLS}/{call.leg}").json()
    assert record["from"] == {"type": "app", "user": "jamie"}


def test_more_than_three_calls_or_fifteen_requests_a_second_are_too_many(
    voice: httpx.Client, vonage: Vonage
) -> None:
    vonage.account.switches = replace(vonage.account.switches, rate_limits=True)
    vonage.clock.set_live(live=True)
    calls = [voice.post(CALLS, json=wanted()).status_code for _ in range(4)]
    others = [voice.get(CALLS) for _ in range(16)]
    assert calls == [201, 201, 201, 429]
    assert [reply.status_code for reply in others] == [200] * 15 + [429]
    assert others[-1].json()["type"].endswith("#rate-limit")


def test_call_of_another_application_is_not_found(
    api: httpx.Client, vonage: Vonage, customer: Customer, running_call: PhoneCall
) -> None:
    leg = running_call.leg
    other = Customer(vonage)
    other.application = api.post("/v2/applications", json={"name": "other"}).json()
    assert httpx.get(f"{vonage.url}{CALLS}/{leg}", headers=bearer(other)).status_code == 404
    assert httpx.get(f"{vonage.url}{CALLS}/{leg}", headers=bearer(customer)).status_code == 200


def test_calls_are_listed_with_filters(voice: httpx.Client, customer: Customer) -> None:
    customer.on("answer", ncco(connect()))
    customer.call()

    everything = voice.get(CALLS).json()
    outbound = voice.get(CALLS, params={"order": "desc", "page_size": 1}).json()

    assert everything["count"] == 2
    assert [call["direction"] for call in everything["_embedded"]["calls"]] == ["inbound", "outbound"]
    assert outbound["_embedded"]["calls"][0]["direction"] == "outbound"
    assert voice.get(CALLS, params={"status": "busy"}).json()["count"] == 0
    assert voice.get(CALLS, params={"page_size": 101}).status_code == 400
    assert voice.get(CALLS, params={"date_start": "yesterday"}).status_code == 400
    assert voice.get(CALLS, params={"date_start": "2020-01-01T00:00:00Z"}).json()["count"] == 2
    assert voice.get(CALLS, params={"date_end": "2020-01-01T00:00:00+01:00"}).json()["count"] == 0
    conversation = everything["_embedded"]["calls"][0]["conversation_uuid"]
    assert voice.get(CALLS, params={"conversation_uuid": conversation}).json()["count"] == 2
    assert voice.get(CALLS, params={"record_index": 1}).json()["_embedded"]["calls"] == [
        everything["_embedded"]["calls"][1]
    ]


def follow(client: httpx.Client, url: str, way: str) -> Iterator[Json]:
    """A page, and those that its link, `next` or `prev`, leads to."""
    while True:
        page: Json = client.get(url).json()
        yield page
        if way not in page["_links"]:
            return
        url = page["_links"][way]["href"]


def uuids(pages: list[Json]) -> list[str]:
    return [call["uuid"] for page in pages for call in page["_embedded"]["calls"]]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 100])
@pytest.mark.parametrize("filters", [{}, {"status": "completed", "order": "desc"}], ids=str)
def test_every_call_is_found_by_following_next(
    voice: httpx.Client, vonage: Vonage, customer: Customer, size: int, filters: dict[str, str]
) -> None:
    customer.on("answer", ncco(talk("Hello.")))
    for _ in range(5):
        customer.call()
    legs = list(vonage.exchange.legs)

    first = f"{CALLS}?{httpx.QueryParams({**filters, 'page_size': size})}"
    pages = list(follow(voice, first, "next"))

    assert uuids(pages) == (legs[::-1] if filters else legs)
    assert len(pages) == -(-5 // size)
    assert {"first", "last", "self"} <= set(pages[0]["_links"])
    assert "prev" not in pages[0]["_links"]
    last = pages[0]["_links"]["last"]["href"]
    assert voice.get(last).json()["_embedded"] == pages[-1]["_embedded"]
    assert uuids(list(follow(voice, last, "prev"))[::-1]) == uuids(pages)


def test_page_of_no_calls_links_to_itself_alone(voice: httpx.Client) -> None:
    links = voice.get(CALLS).json()["_links"]
    assert set(links) == {"self", "first", "last"}
    assert len({link["href"] for link in links.values()}) == 1


def test_page_from_the_middle_ends_with_the_last_call(voice: httpx.Client, customer: Customer) -> None:
    customer.on("answer", ncco(talk("Hello.")))
    for _ in range(3):
        customer.call()
    assert "next" not in voice.get(CALLS, params={"page_size": 2, "record_index": 1}).json()["_links"]
    assert "next" in voice.get(CALLS, params={"page_size": 1, "record_index": 1}).json()["_links"]


@pytest.mark.usefixtures("voice")
def test_fallback_serves_outbound_calls_too(vonage: Vonage, customer: Customer) -> None:
    customer.on("outbound", Answer(500)).on("fallback", ncco(talk("Plan B.")))
    customer.create(webhooks={"fallback_answer_url": customer.hook("fallback")})
    request = wanted(answer_url=[f"{customer.url}/outbound"])
    del request["ncco"]
    httpx.post(vonage.url + CALLS, json=request, headers=bearer(customer))
    finished(vonage, customer)
    assert [line["text"] for line in vonage.journal.entries(what="talk")] == ["Plan B."]


def test_recording_is_downloaded_with_a_token_of_its_application(
    voice: httpx.Client, vonage: Vonage, customer: Customer
) -> None:
    record = {
        "action": "record",
        "endOnKey": "#",
        "transcription": {},
        "eventUrl": [f"{customer.url}/recorded"],
    }
    customer.on("answer", ncco(record))
    customer.call({"say": "Call me back."}, {"press": "#"})
    url = customer.bodies("recorded")[0]["recording_url"]

    audio = voice.get(url)

    assert (audio.headers["content-type"], audio.content[:4]) == ("audio/wav", b"RIFF")
    assert "Call me back." in voice.get(f"{url}/transcription").text
    assert httpx.get(url).status_code == 401
    assert voice.get(f"{vonage.url}/v1/files/unknown").status_code == 404
    vonage.clock.advance(31 * 86400)
    assert voice.get(url).status_code == 404
