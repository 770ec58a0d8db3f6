"""NCCO actions beyond talk, input and a plain connect."""

import json
import threading
import time
from concurrent.futures import Future
from typing import Any

import httpx
import pytest

from tests.vonage_simulator.api.test_voice_api import bearer
from tests.vonage_simulator.customer import (
    CALLEE,
    CALLER,
    NUMBER,
    Customer,
    client_of,
    connect,
    ncco,
    once,
    talk,
)
from vonage_simulator.calls.call import CallOutcome
from vonage_simulator.testing.endpoint import Answer, Incoming
from vonage_simulator.vonage import Vonage

COLLEAGUE = "447700900778"


def begin(vonage: Vonage, caller: str, steps: list[dict[str, Any]]) -> Future[CallOutcome]:
    return vonage.engine.start(vonage.lines.call_in(caller, NUMBER, steps))


def lines(outcome: dict[str, Any], what: str) -> list[dict[str, Any]]:
    return [line for line in outcome["transcript"] if line["what"] == what]


def test_recording_with_a_stop_condition_ends_before_the_next_action(customer: Customer) -> None:
    record = {
        "action": "record",
        "endOnKey": "#",
        "beepStart": True,
        "eventUrl": [f"{customer.url}/recorded"],
    }
    customer.on("answer", ncco(record, talk("Thank you."))).create()

    outcome = customer.call({"hear": "beep"}, {"say": "Call me back."}, {"press": "#"}, {"hear": "Thank you"})

    assert "failure" not in outcome
    event = customer.bodies("recorded")[0]
    assert event["recording_url"].startswith(customer.vonage.url)
    assert isinstance(event["size"], int)
    assert event["conversation_uuid"] == outcome["call"]


def test_caller_who_hangs_up_ends_the_recording_not_its_event(customer: Customer) -> None:
    record = {"action": "record", "endOnKey": "#", "timeOut": 20}
    notify = {"action": "notify", "payload": {"step": 1}, "eventUrl": [f"{customer.url}/notified"]}
    customer.on("answer", ncco(talk("Leave a message."), record, notify)).create()

    customer.call({"hear": "leave a message"}, {"say": "Call me back."}, {"hang_up": True})

    *_, recorded, completed = customer.bodies("event")
    assert "recording_url" in recorded
    assert completed["status"] == "completed"
    assert customer.bodies("notified") == []


def test_caller_who_hangs_up_has_left_words_to_transcribe(customer: Customer) -> None:
    record = {"action": "record", "endOnSilence": 10, "transcription": {"language": "en-GB"}}
    customer.on("answer", ncco(record)).create()

    customer.call({"say": "Call me back."}, {"hang_up": True})

    assert customer.bodies("event")[-1]["status"] == "transcribed"


def test_callee_who_hangs_up_on_a_recording_of_its_own_leaves_it_too(customer: Customer) -> None:
    endpoint = {"type": "phone", "number": CALLEE, "onAnswer": {"url": f"{customer.url}/whisper"}}
    record = {"action": "record", "timeOut": 20, "eventUrl": [f"{customer.url}/recorded"]}
    customer.on("answer", ncco(connect(endpoint=[endpoint]))).on("whisper", ncco(record)).create()

    customer.call(callees={CALLEE: {"picks": "answer", "steps": [{"wait": 3}, {"hang_up": True}]}})

    assert len(customer.bodies("recorded")) == 1


def test_callee_s_leg_ends_though_the_caller_hung_up_before_the_reply_to_its_failure(
    customer: Customer, vonage: Vonage
) -> None:
    def react(incoming: Incoming) -> Answer:
        happened = json.loads(incoming.body)
        if (happened["status"], happened["to"]) == ("ringing", CALLEE):
            vonage.webhook_faults.next("event", slow=True)  # the next one: that the callee is busy
        return Answer(204)

    customer.on("answer", ncco(connect(eventType="synchronous"))).on("event", react).create()

    customer.call({"wait": 20}, {"hang_up": True}, callees={CALLEE: {"picks": "busy", "after_s": 15}})

    assert customer.statuses(to=CALLEE)[-2:] == ["busy", "completed"]


def test_recording_ends_after_silence(customer: Customer) -> None:
    record = {"action": "record", "endOnSilence": 3, "eventUrl": [f"{customer.url}/recorded"]}
    customer.on("answer", ncco(record)).create()
    customer.call({"say": "Hm."})
    assert len(customer.bodies("recorded")) == 1


def test_recording_without_a_stop_condition_lasts_as_long_as_the_call(customer: Customer) -> None:
    record = {"action": "record", "eventUrl": [f"{customer.url}/recorded"]}
    customer.on("answer", ncco(record, connect())).create()

    customer.call({"wait": 7}, {"hang_up": True})

    event = customer.bodies("recorded")[0]
    assert event["end_time"] > event["start_time"]


def test_transcription_follows_the_recording(customer: Customer) -> None:
    transcription = {"language": "en-GB", "eventUrl": [f"{customer.url}/transcribed"]}
    customer.on(
        "answer", ncco({"action": "record", "endOnKey": "1", "transcription": transcription})
    ).create()

    customer.call({"press": "1"})

    recorded = next(event for event in customer.bodies("event") if "recording_url" in event)
    transcribed = customer.bodies("transcribed")[0]
    assert (transcribed["status"], transcribed["type"]) == ("transcribed", "record")
    assert transcribed["recording_uuid"] == recorded["recording_uuid"]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({}, {"sentence": "Help."}),
        ({"sentimentAnalysis": True}, {"sentence": "Help.", "sentiment": "neutral"}),
    ],
)
def test_sentiment_is_there_when_it_was_asked_for(
    customer: Customer, asked: dict[str, Any], sentence: dict[str, Any]
) -> None:
    transcription = {**asked, "eventUrl": [f"{customer.url}/transcribed"]}
    recorded = {"action": "record", "endOnKey": "1", "transcription": transcription}
    customer.on("answer", ncco(recorded)).create()

    customer.call({"say": "Help."}, {"press": "1"})

    with client_of(customer.vonage, headers=bearer(customer)) as api:
        document = api.get(customer.bodies("transcribed")[0]["transcription_url"]).json()
    assert document["channels"] == [{"transcript": [sentence]}]


def test_notify_may_replace_the_rest(customer: Customer) -> None:
    notify = {"action": "notify", "payload": {"step": 1}, "eventUrl": [f"{customer.url}/notified"]}
    customer.on("answer", ncco(notify, talk("Not heard."))).on("notified", ncco(talk("Replaced."))).create()

    outcome = customer.call()

    assert customer.bodies("notified")[0]["payload"] == {"step": 1}
    assert [line["text"] for line in lines(outcome, "talk")] == ["Replaced."]


@pytest.mark.parametrize("reply", [Answer(204), Answer(200), Answer(body=b'{"ok":true}')])
def test_notify_without_an_ncco_goes_on(customer: Customer, reply: Answer) -> None:
    notify = {"action": "notify", "payload": {}, "eventUrl": [f"{customer.url}/notified"]}
    customer.on("answer", ncco(notify, talk("Going on."))).on("notified", reply).create()
    assert [line["text"] for line in lines(customer.call(), "talk")] == ["Going on."]


@pytest.mark.parametrize(("asked", "lasts"), [(0.01, 0), (3, 3), (9999, 7200)])
def test_wait_is_clamped(customer: Customer, asked: float, lasts: int) -> None:
    customer.on("answer", ncco({"action": "wait", "timeout": asked})).create()
    assert customer.call()["duration_s"] == lasts


def test_two_callers_meet_in_a_named_conversation(customer: Customer, vonage: Vonage) -> None:
    customer.on("answer", ncco({"action": "conversation", "name": "standup"})).create()
    first = begin(vonage, CALLER, [{"hear": "good morning"}, {"hang_up": True}])
    second = begin(vonage, COLLEAGUE, [{"wait": 5}, {"say": "Good morning."}, {"hang_up": True}])

    assert first.result(timeout=20).failure is None
    assert second.result(timeout=20).failure is None
    moves = [event for event in customer.bodies("event") if event.get("type") == "transfer"]
    assert len(moves) == 2
    assert len({event["conversation_uuid_to"] for event in moves}) == 1


def test_conversation_is_on_hold_until_the_moderator_comes(customer: Customer, vonage: Vonage) -> None:
    def react(incoming: Incoming) -> Answer:
        moderator = json.loads(incoming.body)["from"] == COLLEAGUE
        return ncco(
            {"action": "conversation", "name": "board", "startOnEnter": moderator, "endOnExit": moderator}
        )

    customer.on("answer", react).create()
    guest = begin(vonage, CALLER, [{"wait": 1}, {"hear": "welcome"}])
    steps: list[dict[str, Any]] = [{"wait": 30}, {"say": "Welcome."}, {"hang_up": True}]
    moderator = begin(vonage, COLLEAGUE, steps)

    assert guest.result(timeout=20).failure is None
    assert guest.result().duration_s == moderator.result(timeout=20).duration_s


def test_callee_hears_its_own_ncco_before_the_legs_are_joined(customer: Customer) -> None:
    endpoint = {"type": "phone", "number": CALLEE, "onAnswer": {"url": f"{customer.url}/whisper"}}
    customer.on("answer", ncco(connect(endpoint=[endpoint]))).on(
        "whisper", ncco(talk("A call for you."))
    ).create()

    steps = [{"hear": "a call for you"}, {"wait": 3}, {"say": "Hi."}, {"hang_up": True}]
    outcome = customer.call({"hear": "Hi."}, callees={CALLEE: {"picks": "answer", "steps": steps}})

    assert "failure" not in outcome
    assert lines(outcome, "talk")[0]["party"] == CALLEE


@pytest.mark.parametrize(("picks", "status"), [("answer", "human"), ("machine", "machine")])
def test_machine_detection_reports_who_answered(customer: Customer, picks: str, status: str) -> None:
    customer.on("answer", ncco(connect(machineDetection="continue"))).create()

    customer.call(
        {"wait": 20}, {"hang_up": True}, callees={CALLEE: {"picks": picks, "steps": [{"wait": 15}]}}
    )

    detected = next(
        event for event in customer.bodies("event") if event.get("status") in {"human", "machine"}
    )
    assert detected["status"] == status
    assert "call_uuid" in detected
    assert "uuid" not in detected


def test_machine_may_be_hung_up_on(customer: Customer) -> None:
    customer.on(
        "answer", ncco(connect(machineDetection="hangup", eventType="synchronous"), talk("No luck."))
    ).create()
    outcome = customer.call(callees={CALLEE: {"picks": "machine"}})
    assert [line["text"] for line in lines(outcome, "talk")] == ["No luck."]


def test_beep_may_bring_another_ncco(customer: Customer) -> None:
    def react(incoming: Incoming) -> Answer:
        beep = json.loads(incoming.body).get("sub_state") == "beep_start"
        return ncco(talk("This is a message for you.")) if beep else Answer(204)

    forward = connect(advancedMachineDetection={"mode": "default", "behavior": "continue"})
    customer.on("answer", ncco(forward)).on("event", react).create()

    outcome = customer.call(callees={CALLEE: {"picks": "machine"}})

    assert [line["text"] for line in lines(outcome, "talk")] == ["This is a message for you."]


def test_asynchronous_input_reports_each_key_while_the_call_goes_on(customer: Customer) -> None:
    keys = {"action": "input", "type": ["dtmf"], "mode": "asynchronous", "eventUrl": [f"{customer.url}/keys"]}
    customer.on("answer", ncco(keys, talk("A long text that goes on for a while. " * 4))).create()

    outcome = customer.call({"hear": "long text"}, {"press": "12"}, {"hang_up": True})

    assert "failure" not in outcome
    assert [event["dtmf"]["digits"] for event in customer.bodies("keys")] == ["1", "2"]


def test_websocket_leg_carries_its_headers_and_may_disconnect(customer: Customer) -> None:
    uri = "wss://example.com/audio"
    endpoint = {
        "type": "websocket",
        "uri": uri,
        "content-type": "audio/l16;rate=16000",
        "headers": {"app": "demo"},
    }

    def react(incoming: Incoming) -> Answer:
        disconnected = json.loads(incoming.body).get("status") == "disconnected"
        return ncco(talk("The line is gone.")) if disconnected else Answer(204)

    customer.on("answer", ncco(connect(endpoint=[endpoint]))).on("event", react).create()

    steps = [{"wait": 2}, {"hang_up": True}]
    outcome = customer.call(callees={uri: {"picks": "answer", "steps": steps}})

    assert [line["text"] for line in lines(outcome, "talk")] == ["The line is gone."]
    disconnected = next(event for event in customer.bodies("event") if event.get("status") == "disconnected")
    assert disconnected["headers"] == {"app": "demo"}


def test_call_ends_at_the_limit_of_a_connect(customer: Customer) -> None:
    customer.on("answer", ncco(connect(limit=5))).create()
    outcome = customer.call(callees={CALLEE: {"picks": "answer", "steps": [{"wait": 600}]}})
    assert 5 <= outcome["duration_s"] <= 7


def test_random_caller_id_is_one_of_the_account(customer: Customer, vonage: Vonage) -> None:
    forward = {name: value for name, value in connect(randomFromNumber=True).items() if name != "from"}
    customer.on("answer", ncco(forward)).create()
    customer.call()
    assert {event["from"] for event in customer.bodies("event") if event["to"] == CALLEE} <= {
        msisdn for msisdn, number in vonage.account.numbers.items() if "app_id" in number
    }


def test_markup_is_not_heard_and_a_stream_is_heard_as_its_address(customer: Customer) -> None:
    url = "https://example.com/a.mp3"
    spoken = talk("<speak>Good <break time='1s'/> morning.</speak>")
    customer.on("answer", ncco(spoken, {"action": "stream", "streamUrl": [url], "loop": 2})).create()
    outcome = customer.call({"hear": "Good morning."}, {"hear": url}, {"hear": url})
    assert "failure" not in outcome


def test_key_overrides_words(customer: Customer) -> None:
    customer.on("answer", ncco({"action": "input", "type": ["speech", "dtmf"]})).create()
    customer.call({"say": "sales"}, {"press": "1234"})
    (asked,) = [event for event in customer.bodies("event") if "dtmf" in event]
    assert asked["speech"] == {"error": "Speech overridden by DTMF"}
    assert asked["dtmf"] == {"digits": "1234", "timed_out": False}


def test_speech_is_cut_at_its_longest(customer: Customer) -> None:
    ask = {"action": "input", "type": ["speech"], "speech": {"maxDuration": 2}}
    customer.on("answer", ncco(ask)).create()
    customer.call({"say": "a very long story that never seems to come to any end"})
    (asked,) = [event for event in customer.bodies("event") if "speech" in event]
    assert asked["speech"]["timeout_reason"] == "max_duration"
    assert asked["dtmf"] == {"digits": None, "timed_out": False}


def test_spellings_on_which_sources_disagree_both_work(customer: Customer, vonage: Vonage) -> None:
    tone, music = "https://example.com/tone.mp3", "https://example.com/music.mp3"
    hold = {"action": "conversation", "name": "board", "startOnEnter": False, "musicOnHoldUrl": music}
    customer.on("answer", ncco(connect(ringbackTone=[tone]), hold)).create()

    outcome = customer.call(
        {"hear": tone}, {"wait": 30}, {"hang_up": True}, callees={CALLEE: {"picks": "busy"}}
    )

    assert "failure" not in outcome
    assert lines(outcome, "on hold")[0]["music"] == music
    marked = vonage.journal.entries(webhook="answer")[0]["problems"]
    assert [(problem["field"], problem["rejected"]) for problem in marked] == [
        ("ringbackTone", False), ("musicOnHoldUrl", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "endpoint",
    [
        {"type": "sip", "uri": "sip:desk@example.com", "headers": {"location": "London"}},
        {"type": "app", "user": "jamie"},
        {"type": "vbc", "extension": "4321"},
    ],
)
def test_other_endpoints_ring_like_phones(customer: Customer, endpoint: dict[str, Any]) -> None:
    customer.on("answer", ncco(connect(endpoint=[endpoint], timeout=5))).create()
    address = endpoint.get("uri") or endpoint.get("user") or endpoint["extension"]
    customer.call()
    assert customer.statuses(address) == ["started", "ringing", "timeout", "completed"]


def test_bill_is_text_and_grows_with_time(customer: Customer, api: httpx.Client) -> None:
    customer.on("answer", ncco({"action": "wait", "timeout": 60})).create()
    customer.call()
    completed = customer.bodies("event")[-1]
    assert (completed["duration"], completed["rate"], completed["price"]) == (
        "60",
        "0.00720000",
        "0.00720000",
    )
    shown = api.get("/_simulator/journal", params={"webhook": "event"}).json()["entries"][-1]
    assert shown["request"]["body"]["price"] == completed["price"]


def test_muted_moderated_guest_is_not_heard(customer: Customer, vonage: Vonage) -> None:
    def react(incoming: Incoming) -> Answer:
        guest = json.loads(incoming.body)["from"] == CALLER
        return ncco({"action": "conversation", "name": "panel", "mute": guest})

    customer.on("answer", react).create()
    guest = begin(vonage, CALLER, [{"wait": 3}, {"say": "Me too."}, {"hang_up": True}])
    listener = begin(vonage, COLLEAGUE, [{"hear": "me too", "within": 20}])

    assert guest.result(timeout=20).failure is None
    assert "never heard" in (listener.result(timeout=60).failure or "")


def test_caller_who_loses_patience_before_the_answer_is_never_answered(customer: Customer) -> None:
    hung_up = threading.Event()
    customer.on("answer", once(hung_up, ncco(talk("Hello.")))).create()
    outcome = begin(customer.vonage, CALLER, [])
    control = f"{customer.vonage.url}/_simulator"
    while not customer.bodies("answer"):
        time.sleep(0.01)
    leg = customer.bodies("answer")[0]["uuid"]
    assert httpx.post(f"{control}/legs/{leg}/hang_up").status_code == 200
    hung_up.set()
    assert outcome.result(timeout=30).duration_s == 0
    assert customer.statuses() == ["started", "ringing", "completed"]


def test_callee_who_hangs_up_on_the_whisper_is_not_connected(customer: Customer) -> None:
    endpoint = {"type": "phone", "number": CALLEE, "onAnswer": {"url": f"{customer.url}/whisper"}}
    customer.on("answer", ncco(connect(endpoint=[endpoint]), talk("Nobody."))).create()
    customer.on("whisper", ncco(talk("A call for you.", loop=0)))

    steps = [{"hear": "a call"}, {"hang_up": True}]
    outcome = customer.call({"hear": "Nobody"}, callees={CALLEE: {"picks": "answer", "steps": steps}})

    assert "failure" not in outcome
    assert lines(outcome, "connected") == []
    assert customer.statuses(CALLEE) == ["started", "ringing", "answered", "completed"]
