"""Questions of the long call about connect, asked with WebSockets of ours: nobody else's telephone rings."""

from operate.ask_vonage.account import Json
from operate.ask_vonage.phone_call import PhoneCall
from operate.ask_vonage.question import Seen, UndecidedError
from operate.ask_vonage.questions.step import Step
from operate.ask_vonage.webhooks import Reply, Webhooks

# Within the range of one edition of the reference and outside the other's: 3 to 7200, and 1 to 120.
_SHORT_S, _LONG_S = 2, 121


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
        return Seen("always", "reported for both kinds of connect")
    if told[1]:
        return Seen("synchronous", "reported for the synchronous connect alone")
    raise UndecidedError(f"statuses: {', '.join(call.statuses('closed')) or 'none'}, without disconnected")


def _to_socket(call: PhoneCall, name: str, *, socket: str = "no-socket", **options: object) -> Json:
    """A connect to a WebSocket of ours, which nobody opens unless a plan says so."""
    endpoint = {
        "type": "websocket",
        "uri": call.hooks.socket_at(socket),
        "content-type": "audio/l16;rate=8000",
    }
    return {"action": "connect", "endpoint": [endpoint], "eventUrl": [call.hooks.at(name)], **options}


QUESTIONS = (
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
        "for which connect a WebSocket that closes is reported",
        _closed_socket,
        prepare=_prepare_closed_socket,
        play=_play_closed_socket,
    ),
)
