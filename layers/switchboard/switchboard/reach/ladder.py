"""The ladder of a campaign: by what became of a person's tries, whether there is another one, and when.

A try is a command of its own. Which comes next follows from what is known of those before it, and from the
clock, whenever somebody looks: so nothing is kept of a person, and whoever is cut off looks again.

Source: Vonage Voice API, "Webhook reference", event statuses (`completed` may come before or besides
`busy` and the like; `human` and `machine` only where machine detection was asked for); Messages API, status.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

# What becomes of a call that no human takes up; another attempt may be made by it.
MISSED = ("machine", "busy", "unanswered", "timeout", "rejected", "failed", "cancelled")
_UNDELIVERED = ("rejected", "undeliverable", "failed")
REACHED = "reached"
# SQS keeps a command for 14 days: what has been on its way for longer is in no queue any more.
_LOST_S = 15 * 86400
# What a call takes that no human takes up: it rings for two minutes at most, or tells a machine something.
_CALL_S = 300
# How long after the end of a call the word may still come that tells what became of it.
_SETTLES_S = 60


class Rung(NamedTuple):
    """A step of a ladder: a message or call, the same for everybody.

    Attributes:
        is_call: whether it's a call.
        detects: whether Vonage says of it who took it up, a human or a machine.
        wait_s: how long it's waited for word that the person was reached.
        again: the seconds after which another attempt is made, by what became of the last one.
        attempts: how many there are at most.
    """

    is_call: bool
    detects: bool
    wait_s: int
    again: Mapping[str, int]
    attempts: int


class Try(NamedTuple):
    """What is known of one try.

    Attributes:
        progress: of its command: `open` on its way to Vonage, `opted_out`, `cancelled`, `barred`, or else its
            outcome.
        at: the Unix time since when that is so.
        statuses: what Vonage has said since, and when.
        due: the Unix time for which its command waits, such as an opening; 0 if it doesn't.
    """

    progress: str
    at: float = 0
    statuses: Sequence[tuple[str, float]] = ()
    due: float = 0


class Verdict(NamedTuple):
    """What comes next for a person.

    Attributes:
        word: `reached`; `ended`, as nothing can follow; `next` is the try `place`; `wait` for word.
        at: the Unix time at which the next try is due, or at which it will be if no word comes.
        place: a step and an attempt, from 0 on.
        since: the Unix time at which the last try began.
    """

    word: str
    at: float = 0
    place: tuple[int, int] = (0, 0)
    since: float = 0


def places(rungs: Sequence[Rung]) -> list[tuple[int, int]]:
    """All tries that there may be, in their order."""
    return [(number, attempt) for number, rung in enumerate(rungs) for attempt in range(rung.attempts)]


def longest(rungs: Sequence[Rung]) -> list[int]:
    """The seconds between each try that there may be and the one after it, if all takes its longest."""
    pauses = []
    for rung in rungs:
        # What becomes of a call is found half as late again as it comes, and may be overdue by then.
        again_s = _CALL_S + max([_CALL_S // 2, *rung.again.values()])
        pauses += [again_s] * (rung.attempts - 1) + [rung.wait_s]
    return pauses[:-1]


def verdict(
    rungs: Sequence[Rung], tries: Mapping[tuple[int, int], Try], now: float, known_since: float = 0
) -> Verdict:
    """What comes next for a person.

    Args:
        rungs: of the ladder.
        tries: those that have begun, by their places.
        now: a Unix time.
        known_since: another one. What Vonage said of earlier tries is forgotten, so they may have reached.
    """
    reached_at = min((_reached_at(rungs[place[0]], each) for place, each in tries.items()), default=math.inf)
    if reached_at <= now:
        return Verdict("reached")
    # A day's messages that are used up are no reason to call everybody instead.
    if any(each.progress in ("opted_out", "cancelled", "barred") for each in tries.values()):
        return Verdict("ended")
    if any(each.progress in ("accepted", "uncertain") and each.at < known_since for each in tries.values()):
        return Verdict("ended")
    begun = [place for place in places(rungs) if place in tries]
    if not begun:
        return Verdict("wait")
    last = begun[-1]
    if last == places(rungs)[-1]:
        return Verdict("ended")
    found, rung = tries[last], rungs[last[0]]
    if reached_at < math.inf:
        return Verdict("wait", reached_at, since=found.at)
    if found.progress == "open" and now < max(found.at, found.due) + _LOST_S:
        return Verdict("wait", found.due if found.due > now else 0, since=found.at)
    place, at = _next(rung, last, found)
    if place[0] == len(rungs):
        return Verdict("ended" if now >= at else "wait", at, since=found.at)
    return Verdict("next" if now >= at else "wait", at, place, found.at)


def said(rung: Rung, statuses: Sequence[tuple[str, float]]) -> tuple[str, float]:
    """The word of Vonage's that decides about a try, and when it came; `reached`, or empty if none does."""
    times = dict(reversed(statuses))
    if word := next((word for word in _sure(rung) if word in times), ""):
        return REACHED, times[word]
    if not rung.is_call:
        return next(((word, times[word]) for word in _UNDELIVERED if word in times), ("", 0))
    missed = next((word for word in MISSED if word in times), "")
    if missed == "machine" and "completed" not in times:
        return "", 0  # it may be talking to it still
    if missed:
        return missed, times.get("completed", times[missed])
    return (REACHED, times["completed"]) if "completed" in times else ("", 0)


def _sure(rung: Rung) -> Sequence[str]:
    """What says that somebody was reached, whatever else is said.

    A try may be that of another step, which had this number when the campaign was started before.
    """
    return ("read", "delivered", "human") if rung.detects else ("read", "delivered", "human", "answered")


def _reached_at(rung: Rung, found: Try) -> float:
    """Since when it's certain that a try has reached somebody; `inf` if it isn't."""
    word, at = said(rung, found.statuses)
    if word != REACHED:
        return math.inf
    return 0 if any(each in _sure(rung) for each, _ in found.statuses) else at + _SETTLES_S


def _next(rung: Rung, last: tuple[int, int], found: Try) -> tuple[tuple[int, int], float]:
    """The try after one that has begun and reached nobody, and when it's due unless word comes before."""
    number, attempt = last
    following = (number + 1, 0)
    if found.progress == "rejected":
        return following, found.at
    word, at = said(rung, found.statuses)
    if not word:
        return following, found.at + rung.wait_s
    if attempt + 1 < rung.attempts and (after := _again(rung, word)) is not None:
        return (number, attempt + 1), at + after
    return following, at


def _again(rung: Rung, word: str) -> int | None:
    """When the ringing is over, Vonage says `unanswered` or `timeout`: the first stands for both."""
    return rung.again.get(word, rung.again.get("unanswered") if word == "timeout" else None)
