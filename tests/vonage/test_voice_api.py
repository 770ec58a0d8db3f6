"""The Voice API: calls the account makes, and what it does to calls that run."""

import time
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import jwt
import pytest

from local.vonage.applications import new_key_pair
from local.vonage.endpoint import Answer
from local.vonage.phone import Phone, PhoneCall
from local.vonage.server import Vonage
from tests.vonage.customer import CALLEE, NUMBER, Customer, connect, ncco, talk

CALLS = "/v1/calls"
Json = dict[str, Any]


def token(customer: Customer, claims: Json, key: str | None = None) -> str:
    now = int(time.time())
    own = {"application_id": customer.application["id"], "iat": now, "jti": str(uuid.uuid4()), **claims}
    present = {name: value for name, value in own.items() if value is not None}
    return jwt.encode(present, key or customer.application["keys"]["private_key"], algorithm="RS256")


def bearer(customer: Customer, key: str | None = None, **claims: object) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(customer, claims, key)}"}


def wanted(**members: object) -> Json:
    to = [{"type": "phone", "number": CALLEE}]
    return {"to": to, "from": {"type": "phone", "number": NUMBER}, "ncco": [talk("Hello.")], **members}


@pytest.fixture
def voice(customer: Customer, vonage: Vonage) -> Iterator[httpx.Client]:
    customer.create()
    with httpx.Client(base_url=vonage.url, headers=bearer(customer)) as client:
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


@pytest.mark.parametrize(
    ("path", "spoiled"),
    [
        ("to", {"to": []}),
        ("to[0].number", {"to": [{"type": "phone", "number": "+44"}]}),
        ("to[0].type", {"to": [{"type": "fax"}]}),
        ("from", {"random_from_number": True}),
        ("from", {"from": "447700900000"}),
        ("ncco", {"answer_url": ["https://example.com"]}),
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
        {"iat": int(time.time()) - 3600},
        {"exp": int(time.time()) - 60},
        {"exp": int(time.time()) + 2 * 86400},
        {"nbf": int(time.time()) + 600},
    ],
    ids=["no iat", "no jti", "no application", "other application", "old", "expired", "too long", "not yet"],
)
def test_token_outside_the_rules_is_refused(voice: httpx.Client, customer: Customer, claims: Json) -> None:
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
    with Phone(vonage.exchange).dial(NUMBER) as call:
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


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("", {"action": "dance"}),
        ("", {"action": "transfer", "destination": {"type": "ncco"}}),
        ("", {"action": "transfer", "destination": {"type": "ncco", "ncco": [{"action": "talk"}]}}),
        ("/talk", {}),
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
