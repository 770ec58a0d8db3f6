"""Questions of the long call about input: what is taken for one, and how its event looks."""

from operate.ask_vonage.account import Json
from operate.ask_vonage.phone_call import PhoneCall
from operate.ask_vonage.question import Seen, UndecidedError
from operate.ask_vonage.questions.step import ACCEPT_OR_REFUSE, Step, accepts, arrived, talk


def _play_untyped(call: PhoneCall) -> None:
    call.play("input_without_type", _silent_input(call, "untyped", dtmf={"maxDigits": 1, "timeOut": 1}))


def _untyped(call: PhoneCall) -> Seen:
    seen = accepts(call, "input_without_type")
    if seen.position == "accept":
        arrived(call, "untyped")
    return seen


def _play_older(call: PhoneCall) -> None:
    call.play("older_input_event", _silent_input(call, "older", maxDigits=1, timeOut=1))


def _older(call: PhoneCall) -> Seen:
    if refusal := call.refusal("older_input_event"):
        raise UndecidedError(f"an input of the older form is refused: {refusal}")
    match arrived(call, "older")["dtmf"]:
        case str():
            return Seen("text", "dtmf is a text")
        case dict():
            return Seen("object", "dtmf is an object")
    raise UndecidedError("dtmf is neither a text nor an object")


def _play_silence(call: PhoneCall) -> None:
    call.play("empty_digits", _typed_input(call, "silence"))


def _silence(call: PhoneCall) -> Seen:
    call.refusal("empty_digits")
    digits = arrived(call, "silence")["dtmf"]["digits"]
    if digits == "":
        return Seen("empty", 'digits is ""')
    if digits is None:
        return Seen("null", "digits is null")
    raise UndecidedError("a key was pressed")


def _play_speech(call: PhoneCall) -> None:
    listen = {"endOnSilence": 1, "startTimeout": 10, "maxDuration": 10, "language": "en-US"}
    url = call.hooks.at("speech")
    said = {"action": "input", "type": ["speech"], "speech": listen, "eventUrl": [url]}
    call.play("confidence", talk("Please say hello now."), said)


def _speech(call: PhoneCall) -> Seen:
    call.refusal("confidence")
    results = arrived(call, "speech")["speech"].get("results") or []
    if not results:
        raise UndecidedError("nothing was understood")
    confidence = results[0]["confidence"]
    if isinstance(confidence, str):
        return Seen("text", "confidence is a text")
    return Seen("number", "confidence is a number")


def _silent_input(call: PhoneCall, name: str, **settings: object) -> Json:
    return {"action": "input", "eventUrl": [call.hooks.at(name)], **settings}


def _typed_input(call: PhoneCall, name: str) -> Json:
    return _silent_input(call, name, type=["dtmf"], dtmf={"maxDigits": 1, "timeOut": 1})


QUESTIONS = (
    Step(
        "input_without_type",
        ACCEPT_OR_REFUSE,
        "whether an input may do without a type",
        _untyped,
        play=_play_untyped,
    ),
    Step(
        "older_input_event",
        ("text", "object"),
        "what dtmf is after an input of the older form",
        _older,
        play=_play_older,
    ),
    Step(
        "empty_digits",
        ("empty", "null"),
        "what digits is when no key is pressed",
        _silence,
        play=_play_silence,
    ),
    Step(
        "confidence",
        ("text", "number"),
        "what the confidence of a speech result is",
        _speech,
        play=_play_speech,
    ),
)
