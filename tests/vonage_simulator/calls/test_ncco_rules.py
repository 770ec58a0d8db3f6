"""Every field and range of every action: the last value within is fine, the first one beyond is named."""

from typing import Any

import pytest

from tests.vonage_simulator.customer import CALLEE, NUMBER
from vonage_simulator.ncco.check import problems_of
from vonage_simulator.types import JsonValue

Json = dict[str, Any]
URL = "https://example.com/a"
PHONE: Json = {"type": "phone", "number": CALLEE}
SOCKET: Json = {"type": "websocket", "uri": "wss://example.com/a", "content-type": "audio/l16;rate=16000"}
SIP: Json = {"type": "sip", "uri": "sip:desk@example.com"}
VALID: dict[str, Json] = {
    "talk": {"text": "Hello."},
    "stream": {"streamUrl": [URL]},
    "input": {"type": ["dtmf", "speech"]},
    "record": {},
    "conversation": {"name": "standup"},
    "connect": {"endpoint": [PHONE], "from": NUMBER},
    "notify": {"payload": {"step": 1}, "eventUrl": [URL]},
    "wait": {},
    "transfer": {"conversationId": "CON-1"},
}


def made(name: str, /, **fields: object) -> Json:
    """A valid action with some fields set; None leaves a field out."""
    members = {"action": name, **VALID[name], **fields}
    return {key: value for key, value in members.items() if value is not None}


def connect(**endpoint: object) -> Json:
    return made("connect", endpoint=[endpoint])


def rejected(action: Json) -> list[tuple[str, str]]:
    return [(problem.field, problem.rule) for problem in problems_of([action]) if problem.rejected]


@pytest.mark.parametrize(
    ("name", "required"),
    [
        ("talk", "text"),
        ("stream", "streamUrl"),
        ("conversation", "name"),
        ("connect", "endpoint"),
        ("notify", "payload"),
        ("notify", "eventUrl"),
        ("transfer", "conversationId"),
    ],
)
def test_required_field_is_missed(name: str, required: str) -> None:
    assert rejected(made(name)) == []
    assert rejected(made(name, **{required: None})) == [(required, "is required")]


@pytest.mark.parametrize(
    ("name", "field", "within", "beyond"),
    [
        ("talk", "text", "<speak>" + "x" * 1500 + "</speak>", "x" * 1501),
        ("talk", "level", [-1, 1], [-1.1, 1.1]),
        ("talk", "loop", [0], [-1]),
        ("talk", "style", [0], [-1]),
        ("stream", "bargeIn", [False], ["yes"]),
        ("talk", "premium", [False], [0]),
        ("stream", "streamUrl", [[URL]], [URL, [], [URL, URL], ["ftp://a"]]),
        ("stream", "level", [-1, 1], [-1.1, 1.1]),
        ("stream", "loop", [0], [-1]),
        ("input", "type", [["dtmf"], ["speech"]], ["dtmf", [], ["fax"]]),
        ("input", "dtmf.timeOut", [0, 10], [-1, 11]),
        ("input", "dtmf.maxDigits", [1, 20], [0, 21]),
        ("input", "dtmf.submitOnHash", [True, "true"], ["yes", "1", 1]),
        ("input", "speech.uuid", [["leg"]], ["leg", [], ["a", "b"]]),
        ("input", "speech.endOnSilence", [0.4, 10.0], [0.3, 10.1]),
        ("input", "speech.startTimeout", [1, 60], [0, 61]),
        ("input", "speech.maxDuration", [1, 60], [0, 61]),
        ("input", "speech.sensitivity", [10, 100], [9, 101]),
        ("input", "speech.saveAudio", [True], [1]),
        ("input", "speech.context", [["sales"]], ["sales"]),
        ("input", "mode", ["synchronous"], ["later"]),
        ("input", "eventUrl", [[URL], []], [URL, ["example.com"]]),
        ("input", "eventMethod", ["GET", "POST"], ["PUT"]),
        ("record", "format", ["mp3", "wav", "ogg"], ["flac"]),
        ("record", "split", ["conversation"], ["legs"]),
        ("record", "endOnSilence", [3, 10], [2, 11]),
        ("record", "endOnKey", ["#", "*", "0"], ["12", "a"]),
        ("record", "timeOut", [3, 7200], [2, 7201]),
        ("record", "beepStart", [True], ["yes"]),
        ("record", "transcription.sentimentAnalysis", [True], ["yes"]),
        ("record", "transcription.eventUrl", [[URL]], [URL]),
        ("conversation", "startOnEnter", [False, "false"], ["no", 0, ""]),
        ("conversation", "endOnExit", [True, "true"], ["on"]),
        ("conversation", "record", [True], [1]),
        ("conversation", "canSpeak", [[], ["leg"]], ["leg"]),
        ("conversation", "canHear", [[], ["leg"]], ["leg"]),
        ("conversation", "musicOnHoldUrl", [[URL]], [[], [URL, URL], 1]),
        ("connect", "endpoint", [[PHONE], [SOCKET], [SIP]], [PHONE, [], [PHONE, PHONE]]),
        ("connect", "from", [NUMBER, "+447700900000", "Shop", "anonymous", ""], [["1"], {}]),
        ("connect", "eventType", ["synchronous"], ["asynchronous"]),
        ("connect", "timeout", [1, 7200, "1"], [0, 7201, "0"]),
        ("connect", "limit", [1, 7200], [0, 7201]),
        ("connect", "machineDetection", ["continue", "hangup"], ["maybe"]),
        ("connect", "advancedMachineDetection.behavior", ["continue", "hangup"], ["maybe"]),
        ("connect", "advancedMachineDetection.mode", ["default", "detect", "detect_beep"], ["beep"]),
        ("connect", "advancedMachineDetection.beep_timeout", [30, 120], [29, 121]),
        ("connect", "ringbackTone", [URL], ["a.mp3", []]),
        ("notify", "payload", [{}], ["text", []]),
        ("notify", "eventMethod", ["GET"], ["DELETE"]),
        ("wait", "timeout", [0.1, 7200, -5, 9999, "10"], ["1e1", "10 s"]),
        ("transfer", "mute", [True], ["yes"]),
        ("transfer", "canSpeak", [[]], ["leg"]),
    ],
)
def test_value_beyond_the_range_is_rejected(
    name: str, field: str, within: JsonValue, beyond: JsonValue
) -> None:
    outer, _, inner = field.partition(".")
    for value in [within] if isinstance(within, str) else within:
        assert rejected(made(name, **{outer: {inner: value} if inner else value})) == [], value
    for value in [beyond] if isinstance(beyond, str) else beyond:
        problems = rejected(made(name, **{outer: {inner: value} if inner else value}))
        assert [place.partition("[")[0] for place, _ in problems] == [field], (value, problems)
        assert problems[0][1].startswith("must be "), problems


@pytest.mark.parametrize(
    ("action", "field"),
    [
        (connect(type="fax"), "endpoint[0].type"),
        (connect(number=CALLEE), "endpoint[0].type"),
        (connect(type="phone"), "endpoint[0].number"),
        (connect(type="phone", number="+44"), "endpoint[0].number"),
        (connect(**PHONE, dtmfAnswer="12x"), "endpoint[0].dtmfAnswer"),
        (connect(**PHONE, onAnswer={}), "endpoint[0].onAnswer.url"),
        (connect(**PHONE, onAnswer={"url": URL, "ringbackTone": "a"}), "endpoint[0].onAnswer.ringbackTone"),
        (connect(type="app"), "endpoint[0].user"),
        (connect(type="vbc", extension=["4321"]), "endpoint[0].extension"),
        (connect(type="sip", uri="desk@example.com"), "endpoint[0].uri"),
        (connect(**SIP, headers={"a": [1]}), "endpoint[0].headers.a"),
        (connect(**{**SOCKET, "uri": URL}), "endpoint[0].uri"),
        (connect(**{**SOCKET, "content-type": "audio/l16;rate=44100"}), "endpoint[0].content-type"),
        (connect(**SOCKET, headers={"a": "x" * 512}), "endpoint[0].headers"),
        (connect(**SOCKET, authorization={"type": "basic"}), "endpoint[0].authorization.type"),
    ],
)
def test_endpoint_outside_the_rules_is_rejected(action: Json, field: str) -> None:
    assert [place for place, _ in rejected(action)] == [field]


@pytest.mark.parametrize(
    "endpoint",
    [
        {**PHONE, "dtmfAnswer": "1p2*#", "onAnswer": {"url": URL, "ringback": URL}, "shaken": "token"},
        {**SOCKET, "headers": {"app": "demo"}, "authorization": {"type": "custom", "value": "Bearer x"}},
        {**SIP, "uri": "sip:a@b;transport=tls;media=srtp", "headers": {"a": "b"}, "standardHeaders": {}},
        {"type": "app", "user": "jamie"},
        {"type": "vbc", "extension": "4321"},
    ],
    ids=lambda endpoint: endpoint["type"],
)
def test_endpoint_with_all_it_may_have_is_fine(endpoint: Json) -> None:
    assert problems_of([connect(**endpoint)]) == []


@pytest.mark.parametrize(
    ("ncco", "rule"),
    [
        ([made("connect", randomFromNumber=True)], "from and randomFromNumber are both given"),
        ([made("conversation", canSpeak=[], mute=True)], "canSpeak and mute are both given"),
        ([made("record", channels=2)], 'split must be "conversation"'),
        ([made("record", channels=33, split="conversation")], "must be from 1 to 32"),
        ([made("input", mode="asynchronous")], 'type must be ["dtmf"] alone'),
        ([made("input", type=["dtmf"], mode="asynchronous", dtmf={"maxDigits": 1})], "without dtmf settings"),
        ([made("talk", bargeIn=True), made("record")], "the next action must be input"),
        ([made("talk", bargeIn=True), made("stream"), made("wait")], "the next action must be input"),
        ([made("talk") | {"action": "pay"}], "must be one of"),
        ([{"text": "Hello."}], "is required"),
        (["talk"], "must be"),
        ({"action": "talk"}, "an NCCO is a JSON array"),
    ],
)
def test_rule_between_fields_and_between_actions(ncco: JsonValue, rule: str) -> None:
    problems = [problem for problem in problems_of(ncco) if problem.rejected]
    assert len(problems) == 1
    assert rule in problems[0].rule


@pytest.mark.parametrize(
    ("action", "field"),
    [
        (made("talk", voiceName="Amy"), "voiceName"),
        (made("connect", ringbackTone=[URL]), "ringbackTone"),
        (made("conversation", musicOnHoldUrl=URL), "musicOnHoldUrl"),
    ],
)
def test_what_is_unknown_or_spelt_otherwise_is_marked_and_run(action: Json, field: str) -> None:
    assert rejected(action) == []
    assert [problem.field for problem in problems_of([action])] == [field]


def test_talk_after_an_interruptible_one_may_go_before_the_input() -> None:
    assert problems_of([made("talk", bargeIn=True), made("stream"), made("input")]) == []
