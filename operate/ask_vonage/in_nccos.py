"""Questions of the long call about NCCOs: what Vonage takes, and what it makes of it."""

from operate.ask_vonage.account import Json
from operate.ask_vonage.phone_call import PhoneCall
from operate.ask_vonage.question import Seen, UndecidedError
from operate.ask_vonage.step import Step, notify, talk
from operate.ask_vonage.webhooks import Reply, Webhooks

_ACCEPT_OR_REFUSE = ("accept", "refuse")
# Within the range of one edition of the reference and outside the other's: 3 to 7200, and 1 to 120.
_SHORT_S, _LONG_S = 2, 121


def _accepts(call: PhoneCall, name: str) -> Seen:
    refusal = call.refusal(name)
    if refusal is None:
        return Seen("accept", "it was played, and so was what came after it")
    return Seen("refuse", f"the fallback was asked: {refusal}")


def _play_text_for_number(call: PhoneCall) -> None:
    call.play("text_for_number", talk("One.", loop="1", level="0"))


def _play_number_for_text(call: PhoneCall) -> None:
    call.play("number_for_text", talk("Two.") | {"text": 2})


def _play_plain(call: PhoneCall) -> None:
    call.play("text_plain_ncco", talk("Three."), content_type="text/plain")


def _prepare_other_json(hooks: Webhooks) -> None:
    hooks.plans["other-json"] = lambda _: Reply(200, b'{"ok": true}')


def _play_other_json(call: PhoneCall) -> None:
    call.play("non_ncco_event_reply", notify(call.hooks.at("other-json")))


def _other_json(call: PhoneCall) -> Seen:
    refusal = call.refusal("non_ncco_event_reply")
    _arrived(call, "other-json")
    if refusal is None:
        return Seen("ignore", "the call went on")
    return Seen("fail", f"the fallback was asked: {refusal}")


def _prepare_moved(hooks: Webhooks) -> None:
    hooks.plans["moved"] = lambda _: Reply(307, location=hooks.at("there"))


def _play_moved(call: PhoneCall) -> None:
    call.play("redirects", notify(call.hooks.at("moved")))


def _moved(call: PhoneCall) -> Seen:
    refusal = call.refusal("redirects")
    _arrived(call, "moved")
    if call.hooks.of("there"):
        return Seen("follow", "the new address was asked")
    if refusal is not None:
        return Seen("fail", f"the fallback was asked: {refusal}")
    raise UndecidedError("neither the new address nor the fallback was asked")


def _play_timeouts(call: PhoneCall) -> None:
    for seconds in (_SHORT_S, _LONG_S):
        call.play(f"timeout-{seconds}", _to_socket(call, "refused-socket", timeout=seconds))


def _timeouts(call: PhoneCall) -> Seen:
    short, long = (call.refusal(f"timeout-{seconds}") is None for seconds in (_SHORT_S, _LONG_S))
    words = {True: "taken", False: "refused"}
    seen = f"{_SHORT_S} s {words[short]}, {_LONG_S} s {words[long]}"
    position = {(True, True): "either", (True, False): "newest", (False, True): "older"}.get((short, long))
    if position is None:
        raise UndecidedError(seen)
    return Seen(position, seen)


def _play_untyped(call: PhoneCall) -> None:
    call.play("input_without_type", _silent_input(call, "untyped", dtmf={"maxDigits": 1, "timeOut": 1}))


def _untyped(call: PhoneCall) -> Seen:
    seen = _accepts(call, "input_without_type")
    if seen.position == "accept":
        _arrived(call, "untyped")
    return seen


def _play_older(call: PhoneCall) -> None:
    call.play("older_input_event", _silent_input(call, "older", maxDigits=1, timeOut=1))


def _older(call: PhoneCall) -> Seen:
    if refusal := call.refusal("older_input_event"):
        raise UndecidedError(f"an input of the older form is refused: {refusal}")
    match _arrived(call, "older")["dtmf"]:
        case str():
            return Seen("text", "dtmf is a text")
        case dict():
            return Seen("object", "dtmf is an object")
    raise UndecidedError("dtmf is neither a text nor an object")


def _play_silence(call: PhoneCall) -> None:
    call.play("empty_digits", _typed_input(call, "silence"))


def _silence(call: PhoneCall) -> Seen:
    call.refusal("empty_digits")
    digits = _arrived(call, "silence")["dtmf"]["digits"]
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
    results = _arrived(call, "speech")["speech"].get("results") or []
    if not results:
        raise UndecidedError("nothing was understood")
    confidence = results[0]["confidence"]
    if isinstance(confidence, str):
        return Seen("text", "confidence is a text")
    return Seen("number", "confidence is a number")


def _play_refused_socket(call: PhoneCall) -> None:
    call.play("unreachable_websocket", _to_socket(call, "unreachable", timeout=10))


def _refused_socket(call: PhoneCall) -> Seen:
    call.refusal("unreachable_websocket")
    statuses = call.statuses("unreachable")
    for position in ("failed", "unanswered"):
        if position in statuses:
            return Seen(position, ", ".join(statuses))
    raise UndecidedError(f"its leg was {', '.join(statuses) or 'never heard of'}")


def _prepare_closed_socket(hooks: Webhooks) -> None:
    for name in ("closed", "closed-synchronous"):
        hooks.plans[f"{name}-socket"] = lambda _: Reply(101)


def _play_closed_socket(call: PhoneCall) -> None:
    call.play("closed", _to_socket(call, "closed", socket="closed-socket"))
    synchronous = _to_socket(call, "closed-synchronous", socket="closed-synchronous-socket")
    call.play("closed-synchronous", synchronous | {"eventType": "synchronous"})


def _closed_socket(call: PhoneCall) -> Seen:
    call.refusal("closed-synchronous")
    told = ["disconnected" in call.statuses(name) for name in ("closed", "closed-synchronous")]
    if all(told):
        return Seen("always", "told of both kinds of connect")
    if told[1]:
        return Seen("synchronous", "told of the synchronous connect alone")
    raise UndecidedError(f"statuses: {', '.join(call.statuses('closed')) or 'none'}, without disconnected")


def _to_socket(call: PhoneCall, name: str, *, socket: str = "no-socket", **options: object) -> Json:
    """A connect to a WebSocket of ours, which nobody opens unless a plan says so."""
    endpoint = {
        "type": "websocket",
        "uri": call.hooks.socket_at(socket),
        "content-type": "audio/l16;rate=8000",
    }
    return {"action": "connect", "endpoint": [endpoint], "eventUrl": [call.hooks.at(name)], **options}


def _silent_input(call: PhoneCall, name: str, **settings: object) -> Json:
    return {"action": "input", "eventUrl": [call.hooks.at(name)], **settings}


def _typed_input(call: PhoneCall, name: str) -> Json:
    return _silent_input(call, name, type=["dtmf"], dtmf={"maxDigits": 1, "timeOut": 1})


def _arrived(call: PhoneCall, name: str) -> Json:
    """What was told at an address; UndecidedError when nothing was."""
    told = call.hooks.of(name)
    if not told:
        raise UndecidedError("it was taken, and nothing came of it")
    return told[0].fields


QUESTIONS = (
    Step(
        "text_for_number",
        _ACCEPT_OR_REFUSE,
        "whether a number may be given as a text",
        lambda call: _accepts(call, "text_for_number"),
        play=_play_text_for_number,
    ),
    Step(
        "number_for_text",
        _ACCEPT_OR_REFUSE,
        "whether a text may be given as a number",
        lambda call: _accepts(call, "number_for_text"),
        play=_play_number_for_text,
    ),
    Step(
        "text_plain_ncco",
        _ACCEPT_OR_REFUSE,
        "whether an NCCO may be text/plain",
        lambda call: _accepts(call, "text_plain_ncco"),
        play=_play_plain,
    ),
    Step(
        "non_ncco_event_reply",
        ("ignore", "fail"),
        "what JSON that is no array, in reply to notify, does",
        _other_json,
        prepare=_prepare_other_json,
        play=_play_other_json,
    ),
    Step(
        "redirects",
        ("fail", "follow"),
        "whether a redirect is followed",
        _moved,
        prepare=_prepare_moved,
        play=_play_moved,
    ),
    Step(
        "connect_timeout",
        ("either", "newest", "older"),
        "how long a connect may ring",
        _timeouts,
        play=_play_timeouts,
    ),
    Step(
        "unreachable_websocket",
        ("failed", "unanswered"),
        "what the leg of a WebSocket that refuses is called",
        _refused_socket,
        play=_play_refused_socket,
    ),
    Step(
        "disconnected_event",
        ("always", "synchronous"),
        "of which connect a WebSocket that closes is told",
        _closed_socket,
        prepare=_prepare_closed_socket,
        play=_play_closed_socket,
    ),
    Step(
        "input_without_type",
        _ACCEPT_OR_REFUSE,
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
