"""What a campaign will take, at the pace of the stack, and how many messages are paid for.

Source: 3GPP TS 23.038, the alphabet of 7 bits and its extension; 3GPP TS 23.040, messages in several parts.
"""

import functools
import math
import operator
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from switchboard.campaigns.prepared import Prepared
from switchboard.campaigns.running import slowest
from switchboard.campaigns.visits import gap
from switchboard.errors import CampaignError
from switchboard.reach import turns
from switchboard.reach.ladder import longest
from switchboard.reach.turns import Part
from switchboard.reach.windows import CLOSES_EARLY_S

_SEVEN_BITS = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWICE_SEVEN_BITS = frozenset("^{}\\[~]|€\f")
# What a campaign's step takes at most, beside waiting after it.
_STEP_S = 1


def ends_at(prepared: Prepared, now: float, per_second: float, wished: float = 0) -> float:
    """The Unix time at which the last one is sent at the latest: part by part, each in its window.

    Of a ladder, each try comes as late after its time as it may be until somebody looks. It depends on the
    hours what takes longest: that everybody is tried once before anybody is again, or that those go first.

    Args:
        prepared: the campaign.
        now: when it begins.
        per_second: the stack's pace, 0 without limit.
        wished: how many a second are wished for, 0 for as many as the stack may.

    Raises:
        CampaignError: For somebody there's never time enough at once.
    """
    rows = len(prepared.recipients)
    sending_s = max(rows / each if each else 0 for each in (per_second, wished))
    late_s = 2 * gap(prepared.ladder, rows, sending_s)  # a look comes a gap later, at the next multiple of it
    pauses = [pause_s + late_s for pause_s in longest(prepared.ladder)]
    going = functools.partial(_ends_at, prepared, per_second, wished)
    at = going(now)
    for pause_s in pauses:
        at = going(at + pause_s)
    return max(at, going(now, pauses)) if pauses else at


def _ends_at(
    prepared: Prepared, per_second: float, wished: float, now: float, pauses: Sequence[float] = ()
) -> float:
    """As the campaign itself goes on, but that each part comes only when those before it are sent.

    After each of the pauses, a part is to be sent again, which goes first.
    """
    parts, seconds_a_row = [part for part, _ in prepared.parts()], 1 / per_second if per_second else 0
    left, again, sent = {*range(len(parts))}, dict[int, float](), Counter[int]()
    while left or again:
        due = [number for number, at in again.items() if at <= now]
        those = (turns.first(parts, each, prepared.open_in, now, seconds_a_row) for each in (due, left))
        turn = min(filter(None, those), key=operator.itemgetter(0), default=None)
        soon = min((at for at in again.values() if at > now), default=math.inf)
        if soon < (turn[0] if turn else math.inf):
            now = soon
            continue
        if turn is None:
            raise _too_short(parts[min(left or again)], seconds_a_row)
        opens_at, number = turn
        left.discard(number)
        again.pop(number, None)
        rows = parts[number].rows
        wait_s = max(1, math.ceil(rows / wished) if wished else 0)
        sent_at = opens_at + rows * seconds_a_row
        now = max(sent_at, opens_at + _STEP_S + wait_s)
        if sent[number] < len(pauses):
            again[number] = sent_at + pauses[sent[number]]
            sent[number] += 1
    return now


def _too_short(part: Part, seconds_a_row: float) -> CampaignError:
    zones = ", ".join(part.zones[:3]) + (" …" if part.zones[3:] else "")
    minutes = math.ceil((2 * part.rows * seconds_a_row + CLOSES_EARLY_S) / 60)
    return CampaignError(
        f"The hours that the window and the stack's QuietHours leave in {zones} are too short: {part.rows} "
        f"people at a time take {minutes} minutes at the stack's pace, with as many who may be before them.",
        "Give a longer window or fewer people; or raise the pace (MessagesPerSecond, CallsPerSecond or "
        "SendersPerSecond), and deploy.",
    )


def end(prepared: Prepared, now: float, wished: float, days: int) -> float:
    """When it's done, at the stack's pace or a slower one, which has to be before its rows expire.

    Args:
        prepared: the campaign.
        now: when it begins.
        wished: how many a second are wished for, 0 for as many as the stack may.
        days: how long rows are kept.

    Raises:
        CampaignError: It would take longer, or can't be done at all.
    """
    first = prepared.recipients[0]
    per_second = slowest((first.command, *first.then))
    longest_s = days * 86400
    at_most = min(filter(None, (wished, per_second)), default=0)
    is_endless = at_most and len(prepared.recipients) / at_most > longest_s  # no clock goes so far
    at = math.inf if is_endless else ends_at(prepared, now, per_second, wished)
    if at > now + longest_s:
        raise CampaignError(
            f"It would take longer than its rows are kept: {days} days (TimelineDays).",
            "Give fewer rows, a faster pace or a wider window; or raise TimelineDays, and deploy.",
        )
    return at


def units(prepared: Prepared) -> list[int]:
    """What is paid for at most, at each step: each message or call, and of an SMS each of its parts."""
    steps = zip(*([each.command, *each.then] for each in prepared.recipients), strict=True)
    attempts = [rung.attempts for rung in prepared.ladder] or [1]
    return [sum(map(_units, step)) * times for step, times in zip(steps, attempts, strict=True)]


def _units(command: Mapping[str, Any]) -> int:
    detail = command["detail"]
    if detail.get("channel") != "sms" or not isinstance(detail.get("text"), str):
        return 1
    return sms_parts(detail["text"])


def sms_parts(text: str) -> int:
    """How many parts a text has as an SMS."""
    if set(text) <= _SEVEN_BITS | _TWICE_SEVEN_BITS:
        length = sum(2 if each in _TWICE_SEVEN_BITS else 1 for each in text)
        whole, part = 160, 153
    else:
        length = len(text.encode("utf-16-le")) // 2
        whole, part = 70, 67
    return 1 if length <= whole else math.ceil(length / part)
