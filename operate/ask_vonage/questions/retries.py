"""Questions of the long call about webhooks that fail: which are sent again, when, and with what."""

from collections.abc import Callable

from operate.ask_vonage.phone_call import PhoneCall
from operate.ask_vonage.question import Seen, UndecidedError
from operate.ask_vonage.questions.step import Step
from operate.ask_vonage.webhooks import ANSWER, Arrived, Reply, Webhooks

# What the first two different webhooks of a kind are answered; 500 isn't transient, 503 is.
_FAILURES = (500, 503)
# What tells one webhook from another, and neither time nor token: a retry has the same.
_OF_EVENT = ("uuid", "status")
_OF_RTC = ("id", "type", "from")


def _answer_fails_once(hooks: Webhooks) -> None:
    hooks.plans[ANSWER] = lambda _: Reply(503) if len(hooks.of(ANSWER)) == 1 else None


def _two_answers(call: PhoneCall) -> tuple[Arrived, Arrived]:
    asked = call.hooks.of(ANSWER)
    if len(asked) < 2:
        raise UndecidedError("the answer webhook was answered 503, and not asked again")
    return asked[0], asked[1]


def _pause(call: PhoneCall) -> Seen:
    first, second = _two_answers(call)
    pause = round(second.at_s - first.at_s, 1)
    return Seen(pause, f"{pause} s from one to the other, the way here included")


def _signature(call: PhoneCall) -> Seen:
    first, second = (each.claims for each in _two_answers(call))
    if not (first.get("jti") and second.get("jti")):
        raise UndecidedError("the answer webhook came without a token")
    if first["jti"] == second["jti"]:
        return Seen("first", "the retry came with the first token")
    return Seen("new", "the retry came with another jti")


def _bodies(call: PhoneCall) -> Seen:
    first, second = _two_answers(call)
    if first.body == second.body:
        return Seen("equal", "the retry had the first body, byte by byte")
    fields = first.fields.keys() | second.fields.keys()
    differing = sorted(name for name in fields if first.fields.get(name) != second.fields.get(name))
    return Seen("different", f"the retry's body had another {', '.join(differing) or 'form'}")


def _first_two_fail(name: str, of: tuple[str, ...]) -> Callable[[Webhooks], None]:
    """Let the first two different webhooks at an address fail, each in its way and as often as it comes."""

    def prepare(hooks: Webhooks) -> None:
        def plan(arrived: Arrived) -> Reply | None:
            place = _different(hooks.of(name), of).index(_key(arrived, of))
            return Reply(_FAILURES[place]) if place < len(_FAILURES) else None

        hooks.plans[name] = plan

    return prepare


def _retried(name: str, of: tuple[str, ...]) -> Callable[[PhoneCall], Seen]:
    """Which of the first two were sent again."""

    def look(call: PhoneCall) -> Seen:
        arrived = call.hooks.of(name)
        failed = _different(arrived, of)[: len(_FAILURES)]
        if len(failed) < len(_FAILURES):
            raise UndecidedError(f"{len(failed)} different ones came, and two have to fail")
        times = [[_key(each, of) for each in arrived].count(key) for key in failed]
        plain, transient = (count > 1 for count in times)
        seen = ", ".join(
            f"answered {status}: came {count} times" for status, count in zip(_FAILURES, times, strict=True)
        )
        position = {(True, True): "any", (False, True): "transient", (False, False): "never"}.get(
            (plain, transient)
        )
        if position is None:
            raise UndecidedError(seen)
        return Seen(position, seen)

    return look


def _key(arrived: Arrived, of: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(arrived.fields.get(name)) for name in of)


def _different(arrived: list[Arrived], of: tuple[str, ...]) -> list[tuple[str, ...]]:
    return list(dict.fromkeys(_key(each, of) for each in arrived))


QUESTIONS = (
    Step(
        "voice_retry_pause_s",
        (0.5,),
        "the seconds before the second attempt",
        _pause,
        prepare=_answer_fails_once,
    ),
    Step(
        "retry_signature",
        ("new", "first"),
        "whether a retry has a new signature",
        _signature,
        prepare=_answer_fails_once,
    ),
    Step(
        "retry_body",
        ("equal", "different"),
        "whether a retry has the same body",
        _bodies,
        prepare=_answer_fails_once,
        has_switch=False,
    ),
    Step(
        "event_retry",
        ("any", "transient", "never"),
        "which failed events are sent again",
        _retried("event", _OF_EVENT),
        prepare=_first_two_fail("event", _OF_EVENT),
    ),
    Step(
        "rtc_retry",
        ("never", "transient", "any"),
        "which failed RTC events are sent again",
        _retried("rtc", _OF_RTC),
        prepare=_first_two_fail("rtc", _OF_RTC),
    ),
)
