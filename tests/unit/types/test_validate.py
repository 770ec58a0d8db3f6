"""One line for each violation: the action, the field, the value and the rule."""

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from switchboard.ncco import (
    Ncco,
    connect,
    conversation,
    input_,
    notify,
    phone,
    record,
    stream,
    talk,
    transfer,
    wait,
    websocket,
)
from switchboard.wire.actions import Action
from switchboard.wire.endpoints import Phone
from switchboard.wire.shapes import members
from switchboard.wire.validate import ncco_problems, problems
from switchboard.wire.voice import AnswerRequest

from tests.payloads import JSON, payload
from tests.samples import sample

URL = "https://example.com/events"
PHONE = phone("447700900456")
VALID: dict[str, Any] = {
    action["action"]: action
    for action in (
        talk("Hello.", level=1, style=2, premium=True, language="en-GB"),
        stream(URL, loop=2),
        input_("dtmf", dtmf={"timeOut": 0, "maxDigits": 20, "submitOnHash": True}, eventUrl=[URL]),
        record(split="conversation", channels=32, timeOut=7200, transcription={"language": "en-GB"}),
        conversation("room", startOnEnter=False, musicOnHoldUrl=[URL], canHear=[]),
        connect(PHONE, caller_id="447700900000", timeout=3, limit=7200, eventType="synchronous"),
        notify({"step": 1}, URL, eventMethod="GET"),
        wait(7200),
        transfer("CON-1", canHear=[], canSpeak=["a"]),
    )
}
SPEECH = input_("speech")
SOCKET = connect(websocket("wss://example.com/socket"))


def spoilt(action: Any, path: str, value: object) -> Any:  # noqa: ANN401 - it fits no type any more
    """A copy of an action with the value at a dotted path replaced."""
    inner = action = copy.deepcopy(action)
    *parents, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    for step in parents:
        inner = inner[step] if isinstance(step, int) else inner.setdefault(step, {})
    inner[last] = value
    return action


@pytest.mark.parametrize("action", VALID.values(), ids=VALID.keys())
def test_valid_action_has_no_problem(action: Action) -> None:
    assert ncco_problems([action]) == []


@pytest.mark.parametrize(("action", "path", "value", "problem"), [
    ("input", "dtmf.maxDigits", 25, "dtmf.maxDigits is 25; it must be from 1 to 20"),
    ("input", "dtmf.maxDigits", 0, "dtmf.maxDigits is 0; it must be from 1 to 20"),
    ("input", "dtmf.maxDigits", "1", 'dtmf.maxDigits is "1"; it must be a whole number'),
    ("input", "dtmf.maxDigits", True, "dtmf.maxDigits is true; it must be a whole number"),
    ("input", "dtmf.timeOut", 11, "dtmf.timeOut is 11; it must be from 0 to 10"),
    ("input", "dtmf.timeout", 3, "dtmf.timeout is not a field; did you mean timeOut?"),
    ("input", "type", "dtmf", 'type is "dtmf"; it must be a list'),
    ("input", "type", [], "type is []; it must be 1 to 2 items"),
    ("input", "type.0", "keys", 'type[0] is "keys"; it must be one of "dtmf", "speech"'),
    ("input", "eventUrl", URL, f'eventUrl is "{URL}"; it must be a list'),
    ("input", "eventUrl.0", "example.com", 'eventUrl[0] is "example.com"; it must be an http or https URL'),
    ("input", "eventMethod", "PUT", 'eventMethod is "PUT"; it must be one of "GET", "POST"'),
    ("speech", "speech.endOnSilence", 0.3, "speech.endOnSilence is 0.3; it must be from 0.4 to 10.0"),
    ("speech", "speech.startTimeout", 61, "speech.startTimeout is 61; it must be from 1 to 60"),
    ("speech", "speech.maxDuration", 0, "speech.maxDuration is 0; it must be from 1 to 60"),
    ("speech", "speech.sensitivity", 9, "speech.sensitivity is 9; it must be from 10 to 100"),
    ("speech", "speech.uuid", ["a", "b"], 'speech.uuid is ["a", "b"]; it must be exactly 1 item'),
    ("talk", "text", "x" * 1501,
     "text is 1501 characters long; it must be 1500 characters or less, SSML tags not counted"),
    ("talk", "text", None, "text is null; it must be a text"),
    ("talk", "level", 1.1, "level is 1.1; it must be from -1 to 1"),
    ("talk", "loop", -1, "loop is -1; it must be 0 or more"),
    ("talk", "loop", 1.5, "loop is 1.5; it must be a whole number"),
    ("talk", "bargein", True, "bargein is not a field; did you mean bargeIn?"),
    ("stream", "streamUrl", [URL, URL], f'streamUrl is ["{URL}", "{URL}"]; it must be exactly 1 item'),
    ("record", "format", "flac", 'format is "flac"; it must be one of "mp3", "wav", "ogg"'),
    ("record", "channels", 33, "channels is 33; it must be from 1 to 32"),
    ("record", "endOnSilence", 2, "endOnSilence is 2; it must be from 3 to 10"),
    ("record", "endOnKey", "##", 'endOnKey is "##"; it must be one of the keys 0-9 * #'),
    ("record", "timeOut", 2, "timeOut is 2; it must be from 3 to 7200"),
    ("record", "transcription.eventUrl", URL, f'transcription.eventUrl is "{URL}"; it must be a list'),
    ("conversation", "musicOnHoldUrl", URL, f'musicOnHoldUrl is "{URL}"; it must be a list'),
    ("connect", "timeout", 2, "timeout is 2; it must be from 3 to 120"),
    ("connect", "timeout", 121, "timeout is 121; it must be from 3 to 120"),
    ("connect", "timeout", 7201, "timeout is 7201; it must be from 1 to 7200"),
    ("connect", "limit", 7201, "limit is 7201; it must be from 1 to 7200"),
    ("connect", "endpoint", [], "endpoint is []; it must be exactly 1 item"),
    ("connect", "endpoint.0.number", "+447700900456",
     'endpoint[0].number is "+*********456"; it must be 7 to 15 digits in E.164 form, without + or spaces'),
    ("connect", "endpoint.0.dtmfAnswer", "1w",
     'endpoint[0].dtmfAnswer is "1w"; it must be keys 0-9 * # and p for a pause of half a second'),
    ("connect", "endpoint.0.type", "fax",
     'endpoint[0].type is "fax"; it must be one of "phone", "app", "websocket", "sip", "vbc"'),
    ("connect", "advancedMachineDetection.beep_timeout", 121,
     "advancedMachineDetection.beep_timeout is 121; it must be from 30 to 120"),
    ("socket", "endpoint.0.uri", URL, f'endpoint[0].uri is "{URL}"; it must be a ws or wss URI'),
    ("socket", "endpoint.0.headers", {"a": "b" * 600},
     "endpoint[0].headers is 609 bytes of JSON; it must be 512 bytes of JSON or less"),
    ("notify", "payload", "text", 'payload is "text"; it must be an object'),
    ("wait", "timeout", 0.05, "timeout is 0.05; it must be from 0.1 to 7200"),
    ("transfer", "conversationId", 7, "conversationId is 7; it must be a text"),
])  # fmt: skip
def test_violation_names_field_value_and_rule(action: str, path: str, value: object, problem: str) -> None:
    action_ = {**VALID, "speech": SPEECH, "socket": SOCKET}[action]

    found = ncco_problems([talk("First."), spoilt(action_, path, value)], strict=True)

    assert found == [f"action 2 ({action_['action']}): {problem}"]


@pytest.mark.parametrize(("action", "key"), [
    ("talk", "text"), ("stream", "streamUrl"), ("input", "type"), ("conversation", "name"),
    ("connect", "endpoint"), ("notify", "payload"), ("notify", "eventUrl"), ("transfer", "conversationId"),
])  # fmt: skip
def test_missing_key_is_named(action: str, key: str) -> None:
    incomplete = {name: value for name, value in VALID[action].items() if name != key}

    assert ncco_problems([incomplete], strict=True) == [f"action 1 ({action}): {key} is missing"]


@pytest.mark.parametrize(("ncco", "problem"), [
    ({"action": "talk"}, 'the NCCO is {"action": "talk"}; it must be a list of actions'),
    (None, "the NCCO is null; it must be a list of actions"),
    ([3], "action 1: it is 3; it must be an object"),
])  # fmt: skip
def test_what_is_no_ncco_is_named(ncco: object, problem: str) -> None:
    assert ncco_problems(ncco) == [problem]


@pytest.mark.parametrize(("action", "beginning"), [
    ({}, "action 1: action is missing; it must be one of "),
    ({"action": "pay"}, 'action 1 (pay): action is "pay"; it must be one of '),
    ({"action": ["talk"]}, 'action 1: action is ["talk"]; it must be one of '),
])  # fmt: skip
def test_unknown_action_is_named_with_the_known_ones(action: object, beginning: str) -> None:
    [problem] = ncco_problems([action])

    assert problem.startswith(beginning)
    assert '"talk", "stream", "input"' in problem


@pytest.mark.parametrize(("action", "problem"), [
    (connect(PHONE, caller_id="447700900000", randomFromNumber=True),
     "from and randomFromNumber are both given; it must be one of them"),
    (conversation("room", canSpeak=[], mute=True),
     "canSpeak and mute are both given; it must be one of them"),
    (conversation("room", transcription={"language": "en-GB"}),
     "transcription is given; record must be true with it"),
    (record(channels=2), 'channels is given; split must be "conversation" with it'),
    (input_("speech", mode="asynchronous"), 'mode is "asynchronous"; type must be ["dtmf"] alone'),
    (input_("dtmf", mode="asynchronous", dtmf={"maxDigits": 1}),
     'mode is "asynchronous"; it must come without dtmf settings'),
])  # fmt: skip
def test_fields_that_exclude_each_other_are_named(action: Action, problem: str) -> None:
    assert ncco_problems([action]) == [f"action 1 ({action['action']}): {problem}"]


def test_interruptible_talk_must_be_followed_by_input() -> None:
    ncco = [talk("Press 1.", bargeIn=True), stream(URL), record(), talk("Bye.")]

    assert ncco_problems(ncco) == [
        "action 3 (record): follows a talk (action 1) with bargeIn; the next action must be input"
    ]


@pytest.mark.parametrize("rest", [[], [stream(URL)], [{"action": "talk", "text": "Bye.", "bargeIn": False}]])
def test_interruptible_talk_without_any_input_is_refused(rest: list[Action]) -> None:
    ncco = [talk("Hello."), talk("Press 1.", bargeIn=True), *rest]

    assert ncco_problems(ncco) == ["action 2 (talk): bargeIn is given; an input must follow"]


@pytest.mark.parametrize("ncco", [
    [talk("Press 1.", bargeIn=True), stream(URL, bargeIn=True), input_("dtmf"), record()],
    [talk("Hello."), record()],
    [],
])  # fmt: skip
def test_interruptible_talk_before_input_is_fine(ncco: Ncco) -> None:
    assert ncco_problems(ncco) == []


def test_problems_come_in_the_order_of_the_actions() -> None:
    ncco = [record(channels=2), {"action": "talk"}, talk("Hi.", bargeIn=True), {"action": "record", "x": 1}]

    found = [problem.partition(" (")[0] for problem in ncco_problems(ncco, strict=True)]

    assert found == ["action 1", "action 2", "action 4", "action 4"]


def test_tags_of_speech_synthesis_do_not_count_as_text() -> None:
    assert ncco_problems([talk("<speak>" + "<break time='1s'/>x" * 700 + "</speak>")]) == []


def test_phone_numbers_are_not_shown() -> None:
    as_written: Phone = {"type": "phone", "number": "+44 7700 900456"}
    found = ncco_problems([connect(as_written, caller_id="+14155550123")], strict=True)

    assert "".join(found).count("*") == 9 + 8
    assert all("7700" not in problem and "1415555" not in problem for problem in found)


def test_what_we_read_may_have_more_than_we_know() -> None:
    assert problems(AnswerRequest, sample("answer_sip") | {"brand_new": {"field": 1}}) == []
    assert problems(AnswerRequest, {"to": "1"}) == ["uuid is missing", "conversation_uuid is missing"]


@pytest.mark.filterwarnings("ignore:Ignoring unsupported")  # what only pydantic reads
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.data(), JSON)
def test_generated_actions_are_valid_and_any_unknown_key_is_refused(
    data: st.DataObject, value: object
) -> None:
    shape = data.draw(st.sampled_from(members(Action)))
    action = data.draw(payload(shape))

    assert problems(Action, action, strict=True) == []
    assert len(problems(Action, action | {"no_such_key": value}, strict=True)) == 1
