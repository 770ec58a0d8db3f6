"""The two grades: what Vonage certainly refuses, and what nobody can tell; and the one reading of both."""

import json
from decimal import Decimal
from typing import Any, get_args, get_origin

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from switchboard.wire.actions import Action
from switchboard.wire.call_requests import CallRequest, CallUpdate
from switchboard.wire.judge.judgement import judge, judge_call, judge_command, judge_message, judge_ncco
from switchboard.wire.judge.reader import read
from switchboard.wire.message_requests import MessageRequest
from switchboard.wire.shapes import Shape, keys, members, tags, unwrap
from switchboard.wire.typed import Tagged
from switchboard.wire.validate import (
    call_problems,
    command_problems,
    message_problems,
    ncco_doubts,
    ncco_problems,
)

from tests.payloads import payload

URL = "https://example.com/events"
PHONE = {"type": "phone", "number": "447700900456"}
SHAPES = [*members(Action), *members(CallUpdate), *members(MessageRequest), CallRequest]
Json = dict[str, Any]


def connect(**fields: object) -> list[Json]:
    return [{"action": "connect", "endpoint": [PHONE], **fields}]


def reach(**endpoint: object) -> list[Json]:
    return connect(endpoint=[endpoint])


def listen(**fields: object) -> list[Json]:
    return [{"action": "input", **fields}]


def talk(**fields: object) -> list[Json]:
    return [{"action": "talk", "text": "Hello.", **fields}]


@pytest.mark.parametrize(("ncco", "doubtful"), [
    (talk(loop="2", level="-0.5", style="3", premium="false", bargeIn="false"),
     ["loop", "level", "style", "premium", "bargeIn"]),
    (talk(loop=2.0), ["loop"]),
    (talk(premium="True"), ["premium"]),
    (talk(voiceName="Amy"), ["voiceName"]),
    (talk(provider="ElevenLabs", providerOptions={"voice": "v1"}), []),
    (listen(type=["speech"], speech={"provider": "x", "providerOptions": {}, "startTimeout": "5"}),
     ["speech.startTimeout"]),
    (connect(timeout="30", limit="7200", randomFromNumber="true"), ["timeout", "limit", "randomFromNumber"]),
    (connect(advancedMachineDetection={"beep_timeout": "45"}), ["advancedMachineDetection.beep_timeout"]),
    (connect(timeout=2), ["timeout"]),
    (connect(timeout="2"), ["timeout", "timeout"]),
    (connect(timeout=300), ["timeout"]),
    (connect(timeout=60), []),
    (connect(**{"from": "anonymous"}), ["from"]),
    (connect(**{"from": "sip:desk@example.com"}), ["from"]),
    (connect(**{"from": 447700900000}), ["from"]),
    (connect(ringbackTone=[URL]), ["ringbackTone"]),
    (reach(type="sip", user="maria", domain="shop-trunk", headers={"floor": "3"}), []),
    (reach(type="sip", domain="shop-trunk"), []),
    (reach(type="sip", uri="sip:a@example.com", headers={"floor": 3, "vip": True}),
     ["endpoint[0].headers.floor", "endpoint[0].headers.vip"]),
    (reach(type="websocket", uri="wss://example.com/a", **{"content-type": "audio/l16;rate=16000"}), []),
    (reach(type="vbc", extension=204), ["endpoint[0].extension"]),
    ([{"action": "record", "endOnSilence": "3", "beepStart": "true", "channels": "2",
       "split": "conversation"}], ["endOnSilence", "beepStart", "channels"]),
    ([{"action": "record", "eventUrl": [], "transcription": {"eventUrl": []}}],
     ["eventUrl", "transcription.eventUrl"]),
    ([{"action": "conversation", "name": "room", "startOnEnter": "false", "record": "true",
       "transcription": {}}], ["startOnEnter", "record"]),
    ([{"action": "conversation", "name": "room", "musicOnHoldUrl": URL}], ["musicOnHoldUrl"]),
    ([{"action": "stream", "streamUrl": [URL], "bargeIn": "true"}, *listen(type=["dtmf"])], ["bargeIn"]),
    ([{"action": "wait", "timeout": "0"}], ["timeout", "timeout"]),
    ([{"action": "transfer", "conversation_id": "CON-1", "mute": "true"}], ["conversation_id", "mute"]),
    (listen(dtmf={"maxDigits": "1", "submitOnHash": "true"}),
     ["type", "dtmf.maxDigits", "dtmf.submitOnHash"]),
    (listen(maxDigits=1, timeOut=5, submitOnHash=True, eventUrl=[URL]),
     ["timeOut", "maxDigits", "submitOnHash", "type"]),
    (listen(), ["type"]),
    (listen(mode="asynchronous"), ["type"]),
    (listen(type=["dtmf"], eventUrl=[]), ["eventUrl"]),
    ([{"action": "talk", "text": 5}], ["text"]),
])  # fmt: skip
def test_what_vonage_may_take_is_doubtful_and_not_refused(ncco: list[Json], doubtful: list[str]) -> None:
    judged = judge_ncco(ncco)

    assert (judged.refused, ncco_problems(ncco)) == ([], [])
    assert [violation.field for _, violation in judged.doubtful] == doubtful
    assert len(ncco_doubts(ncco)) == len(doubtful)
    assert bool(ncco_problems(ncco, strict=True)) is bool(doubtful)


@pytest.mark.parametrize(("ncco", "problem"), [
    (connect(timeout="soon"), 'timeout is "soon"; it must be a whole number'),
    (connect(timeout="0,5"), 'timeout is "0,5"; it must be a whole number'),
    (connect(timeout="1e1"), 'timeout is "1e1"; it must be a whole number'),
    (connect(timeout=" 30"), 'timeout is " 30"; it must be a whole number'),
    (connect(timeout="+30"), 'timeout is "+30"; it must be a whole number'),
    (connect(timeout=""), 'timeout is ""; it must be a whole number'),
    (connect(timeout="٣٠"), 'timeout is "٣٠"; it must be a whole number'),
    (connect(timeout=True), "timeout is true; it must be a whole number"),
    (connect(timeout="30.5"), "timeout is 30.5; it must be a whole number"),
    (connect(timeout=0), "timeout is 0; it must be from 1 to 7200"),
    (connect(timeout="7201"), "timeout is 7201; it must be from 1 to 7200"),
    (connect(limit="0"), "limit is 0; it must be from 1 to 7200"),
    (connect(**{"from": None}), "from is null; it must be a text"),
    (talk(bargeIn="perhaps"), 'bargeIn is "perhaps"; it must be true or false'),
    (talk(premium="yes"), 'premium is "yes"; it must be true or false'),
    (talk(premium="1"), 'premium is "1"; it must be true or false'),
    (talk(premium=1), "premium is 1; it must be true or false"),
    (talk(level="loud"), 'level is "loud"; it must be a number'),
    (talk(level="1.5"), "level is 1.5; it must be from -1 to 1"),
    (talk(bargeIn=True), "bargeIn is given; an input must follow"),
    (talk(bargeIn="true"), "bargeIn is given; an input must follow"),
    ([{"action": "record", "endOnKey": "\ud83d"}],
     'endOnKey is "\ud83d"; it must be a text without half a character'),
    (listen(maxDigits="21"), "dtmf.maxDigits is 21; it must be from 1 to 20"),
    (listen(type="dtmf"), 'type is "dtmf"; it must be a list'),
    (listen(mode="asynchronous", dtmf={"maxDigits": 1}),
     'mode is "asynchronous"; it must come without dtmf settings'),
    (reach(type="sip"), "endpoint[0].uri is missing; it must be there, or endpoint[0].domain in its place"),
    (reach(type="sip", user="maria"), "endpoint[0].user is given; it must come with endpoint[0].domain"),
    (reach(type="sip", uri="sip:a@example.com", domain="t"),
     "endpoint[0].uri is given; it must come without endpoint[0].user and endpoint[0].domain"),
    (reach(type="sip", uri="sip:a@example.com", user="a"),
     "endpoint[0].uri is given; it must come without endpoint[0].user and endpoint[0].domain"),
    ([{"action": "conversation", "name": "room", "transcription": {}}],
     "transcription is given; record must be true with it"),
    ([{"action": "conversation", "name": "room", "transcription": {}, "record": "false"}],
     "transcription is given; record must be true with it"),
    ([{"action": "notify", "payload": {}, "eventUrl": []}], "eventUrl is []; it must be 1 or more items"),
])  # fmt: skip
def test_what_vonage_surely_refuses_is_named(ncco: list[Json], problem: str) -> None:
    name = ncco[0]["action"]

    assert ncco_problems(ncco) == [f"action 1 ({name}): {problem}"]


@pytest.mark.parametrize(("given", "meant"), [
    (listen(dtmf={"maxDigits": "1"}), {"type": ["dtmf"], "dtmf": {"maxDigits": 1}}),
    (listen(speech={}), {"type": ["speech"], "speech": {}}),
    (listen(dtmf={}, speech={}), {"type": ["dtmf", "speech"], "dtmf": {}, "speech": {}}),
    (listen(maxDigits="2", dtmf={"maxDigits": 3}, speech={}),
     {"type": ["dtmf", "speech"], "dtmf": {"maxDigits": 3}, "speech": {}, "maxDigits": "2"}),
    (listen(eventUrl=[]), {"type": ["dtmf"]}),
    ([{"action": "wait", "timeout": "9999"}], {"timeout": 7200}),
    ([{"action": "wait", "timeout": -5}], {"timeout": 0.1}),
    (talk(loop="0", level="1", premium="FALSE"), {"text": "Hello.", "loop": 0, "level": 1, "premium": False}),
    (talk(loop="soon", new=["x"]), {"text": "Hello.", "loop": "soon", "new": ["x"]}),
    (talk(loop="9" * 4000), {"text": "Hello.", "loop": "9" * 4000}),
])  # fmt: skip
def test_value_is_read_as_what_it_stands_for(given: list[Json], meant: Json) -> None:
    [action] = judge_ncco(given).value

    assert action == {"action": given[0]["action"], **meant}


CALL: Json = {"to": [PHONE], "from": {"type": "phone", "number": "447700900000"}, "ncco": talk()}
SMS: Json = {"channel": "sms", "message_type": "text", "to": "447700900123", "from": "Shop", "text": "Hi."}


@pytest.mark.parametrize("changes", [
    {"length_timer": "7200", "ringing_timer": "60"},
    {"from": {"type": "phone", "number": "sip:desk@example.com"}},
    {"ncco": talk(loop="2", voiceName="Amy")},
    {"ncco": listen(maxDigits=1)},
    {"ncco": connect(**{"from": "Shop", "timeout": "2"})},
    {"to": [{"type": "sip", "user": "maria", "domain": "shop-trunk"}]},
    {"to": [{**PHONE, "brand_new": 1}], "also_new": {}},
    {"advanced_machine_detection": {"beep_timeout": "45"}},
])  # fmt: skip
def test_call_that_vonage_may_take_has_no_problem(changes: Json) -> None:
    assert call_problems(CALL | changes) == []
    assert command_problems({"name": "voice.call", "id": "c", "detail": CALL | changes}) == []


@pytest.mark.parametrize(("changes", "problem"), [
    ({"length_timer": "two hours"}, 'length_timer is "two hours"; it must be a whole number'),
    ({"random_from_number": "true"}, "from and random_from_number are both given; it must be one of them"),
    ({"ncco": talk(bargeIn="true")}, "ncco[0]: bargeIn is given; an input must follow"),
    ({"ncco": [*talk(), *listen(maxDigits="many")]},
     'ncco[1].dtmf.maxDigits is "many"; it must be a whole number'),
    ({"to": [{"type": "sip", "user": "maria"}]}, "to[0].user is given; it must come with to[0].domain"),
])  # fmt: skip
def test_call_that_vonage_refuses_is_named(changes: Json, problem: str) -> None:
    assert call_problems(CALL | changes) == [problem]


@pytest.mark.parametrize("update", [
    {"action": "talk", "text": "Hi.", "level": 0.5},
    {"action": "talk", "text": "Hi.", "level": "0.5", "loop": "2", "style": "1", "premium": "true"},
    {"action": "stream", "stream_url": [URL], "level": "-1", "loop": "0"},
    {"action": "dtmf", "digits": 1713},
    {"action": "transfer", "destination": {"type": "ncco", "ncco": talk(loop="2")}},
    {"action": "hangup", "brand_new": True},
])  # fmt: skip
def test_change_that_vonage_may_take_has_no_problem(update: Json) -> None:
    assert command_problems({"name": "voice.update", "id": "c", "detail": {"uuid": "u", **update}}) == []


@pytest.mark.parametrize("changes", [
    {"trusted_sender": True}, {"ttl": "600"}, {"trusted_recipient": "true"}, {"brand_new": {"a": 1}},
    {"to": 447700900123}, {"sms": {"brand_new": 1}},
    {"channel": "whatsapp", "message_type": "flow", "flow": {"id": 1}},
    {"channel": "rcs", "ttl": 2592000}, {"channel": "rcs", "ttl": 20},
    {"channel": "email", "message_type": "html", "html": {"body": "<p>"}, "email": {"subject": "Hi"}},
    {"failover": [SMS | {"ttl": "600", "brand_new": 1}]},
])  # fmt: skip
def test_message_that_vonage_may_take_has_no_problem(changes: Json) -> None:
    assert message_problems(SMS | changes) == []


@pytest.mark.parametrize(("changes", "problem"), [
    ({"channel": "messenger", "messenger": {"category": "message_tag"}},
     'messenger.tag is missing; it must be there when category is "message_tag"'),
    ({"failover": [SMS | {"channel": "messenger", "messenger": {"category": "message_tag"}}]},
     'failover[0].messenger.tag is missing; it must be there when category is "message_tag"'),
    ({"ttl": "an hour"}, 'ttl is "an hour"; it must be a whole number'),
    ({"channel": "rcs", "ttl": 19}, "ttl is 19; it must be from 20 to 2592000"),
    ({"message_type": "image"}, 'message_type is "image"; it must be one of "text"'),
])  # fmt: skip
def test_message_that_vonage_refuses_is_named(changes: Json, problem: str) -> None:
    assert message_problems(SMS | changes) == [problem]


def test_nesting_beyond_all_reason_is_a_problem_and_no_crash() -> None:
    message: Json = SMS
    for _ in range(3000):
        message = SMS | {"failover": [message]}

    assert len(message_problems(message)) == 1
    assert len(judge_command({"name": "messages.send", "id": "c", "detail": message}).refused) == 1


def test_what_the_types_leave_open_may_be_nested_as_deeply_as_it_likes() -> None:
    payload: Json = {}
    for _ in range(200):
        payload = {"a": [payload]}

    assert ncco_problems([{"action": "notify", "payload": payload, "eventUrl": [URL]}]) == []


def test_every_doubt_says_should_and_every_problem_must() -> None:
    ncco = connect(timeout=2, limit=0)

    assert "should be from 3 to 120" in ncco_doubts(ncco)[0]
    assert "must be from 1 to 7200" in ncco_problems(ncco)[0]


def as_texts(shape: Shape, value: Any) -> Any:  # noqa: ANN401 - JSON
    """The value with every number and boolean that the types know as a text, as some SDKs write it."""
    inner, rules, _ = unwrap(shape)
    tagged = next((rule for rule in rules if isinstance(rule, Tagged)), None)
    if tagged:
        inner = tags(shape, tagged.key)[value[tagged.key]]
    if isinstance(value, dict):
        origin: Any = get_origin(inner)
        known, within = keys(inner), get_args(inner)[-1] if origin is dict else Any
        return {key: as_texts(known.get(key, within), item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_texts(get_args(inner)[0] if get_args(inner) else Any, item) for item in value]
    if inner is bool:
        return json.dumps(value)
    return format(Decimal(str(value)), "f") if inner in (int, float) else value


@pytest.mark.filterwarnings("ignore:Ignoring unsupported")  # what only pydantic reads
@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=150)
@given(st.data())
def test_every_number_and_boolean_of_every_type_may_be_a_text(data: st.DataObject) -> None:
    shape = data.draw(st.sampled_from(SHAPES))
    value = data.draw(payload(shape))

    judged = judge(shape, as_texts(shape, value))

    assert judged.refused == []
    assert judged.value == read(shape, value)


@pytest.mark.filterwarnings("ignore:Ignoring unsupported")
@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=60)
@given(st.data())
def test_what_is_documented_has_no_doubt(data: st.DataObject) -> None:
    shape = data.draw(st.sampled_from(SHAPES))
    value = data.draw(payload(shape))

    assert judge(shape, value)[1:] == ([], [])


def test_message_and_call_are_judged_by_their_own_rules() -> None:
    assert [violation.field for violation in judge_message({**SMS, "a": 1}).doubtful] == ["a"]
    assert [violation.field for violation in judge_call({**CALL, "a": 1}).doubtful] == ["a"]
