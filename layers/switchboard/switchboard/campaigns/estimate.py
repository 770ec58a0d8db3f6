"""What a campaign will take, at the pace of the stack, and how many messages are paid for.

Source: 3GPP TS 23.038, the alphabet of 7 bits and its extension; 3GPP TS 23.040, messages in several parts.
"""

import math
from collections.abc import Mapping
from typing import Any

from switchboard.campaigns.prepared import Prepared
from switchboard.campaigns.visits import gap
from switchboard.errors import CampaignError
from switchboard.reach import pace, turns
from switchboard.reach.ladder import longest

_SEVEN_BITS = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWICE_SEVEN_BITS = frozenset("^{}\\[~]|€\f")


def ends_at(prepared: Prepared, now: float, per_second: float) -> float:
    """The Unix time at which the last one is sent at the latest: part by part, each in its window.

    Of a ladder, each try comes as late after its time as it may be until somebody looks.

    Args:
        prepared: the campaign.
        now: when it begins.
        per_second: the pace, 0 without limit.
    """
    rows = len(prepared.recipients)
    late_s = gap(prepared.ladder, rows, rows / per_second if per_second else 0)
    now = _ends_at(prepared, now, per_second)
    for pause_s in longest(prepared.ladder):
        now = _ends_at(prepared, now + pause_s + late_s, per_second)
    return now


def _ends_at(prepared: Prepared, now: float, per_second: float) -> float:
    parts = [part for part, _ in prepared.parts()]
    left, seconds_a_row = {*range(len(parts))}, 1 / per_second if per_second else 0
    while left and (turn := turns.first(parts, left, prepared.open_in, now, seconds_a_row)):
        opens_at, number = turn
        left.discard(number)
        now = opens_at + parts[number].rows * seconds_a_row
    return now


def end(prepared: Prepared, now: float, wished: float, days: int) -> float:
    """When it's done, at the stack's pace or a slower one, which has to be before its rows expire.

    Args:
        prepared: the campaign.
        now: when it begins.
        wished: how many a second are wished for, 0 for as many as the stack may.
        days: how long rows are kept.

    Raises:
        CampaignError: It would take longer.
    """
    first = prepared.recipients[0]
    most = map(pace.most_per_second, (first.command, *first.then))
    per_second = min(filter(None, (wished, *most)), default=0)
    longest_s = days * 86400
    is_endless = per_second and len(prepared.recipients) / per_second > longest_s  # no clock goes so far
    at = math.inf if is_endless else ends_at(prepared, now, per_second)
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
