"""What a campaign would be: how many, where to, how long and for how much, before anything is sent."""

import operator
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypedDict

from switchboard.campaigns import estimate
from switchboard.campaigns.prepared import Prepared

from operate.command_line import UsageError

_MOST_FAULTS_TOLD = 20


class About(TypedDict):
    """What is told of a campaign that isn't started yet.

    Attributes:
        id: the campaign's.
        hash: what is to be confirmed.
        recipients: how many rows are sent to.
        invalid: the others.
        opted_out: how many of the recipients have opted out by now.
        countries: how many have each calling code.
        zones: how many may be in which time zones.
        ends_at: when it's done, at the pace and in its window.
        steps: of a ladder, what each of them is; none if everybody gets one message or call.
        units: how many messages, parts of an SMS or calls are paid for at most.
        price: of one of them, if it was given; or of one of each step.
        cost: of all, at most.
        doubtful: what Vonage may ignore or take otherwise, and what is too much for a day.
    """

    id: str
    hash: str
    recipients: int
    invalid: list[dict[str, Any]]
    opted_out: int
    countries: Counter[str]
    zones: Counter[str]
    ends_at: str
    steps: list[dict[str, Any]]
    units: int
    price: str | None
    cost: str | None
    doubtful: list[str]


def about(prepared: Prepared, opted_out: int, prices: tuple[Decimal, ...], ends_at: float) -> About:
    """What a campaign would be.

    Args:
        prepared: the campaign.
        opted_out: how many of its recipients have opted out by now.
        prices: of a message, a part of an SMS or a call; one for all steps, or one for each. None if nobody
            said.
        ends_at: the Unix time at which it's done.

    Raises:
        UsageError: There are as many prices as that, and another number of steps.
    """
    units = estimate.units(prepared)
    if len(prices) > 1 and len(prices) != len(units):
        or_each = f", or once for each of the {len(units)} steps: 0.05,0.04" if len(units) > 1 else ""
        raise UsageError(
            f"These are {len(prices)} prices. Give PRICE=… once{or_each}. Commas separate prices; "
            "a decimal is written with a point: 0.04"
        )
    each = prices * len(units) if len(prices) == 1 else prices
    return {
        "id": prepared.campaign,
        "hash": prepared.hash,
        "recipients": len(prepared.recipients),
        "invalid": [each._asdict() for each in prepared.invalid],
        "opted_out": opted_out,
        "countries": prepared.countries(),
        "zones": Counter(" ".join(each.zones) for each in prepared.recipients),
        "ends_at": datetime.fromtimestamp(ends_at, UTC).isoformat(timespec="seconds"),
        "steps": [*_steps(prepared)],
        "units": sum(units),
        "price": ",".join(map(str, prices)) or None,
        "cost": str(sum(map(operator.mul, units, each))) if prices else None,
        "doubtful": prepared.doubts(),
    }


def sentences(prepared: Prepared, about: About) -> Iterator[str]:
    """The same for a person."""
    name = prepared.recipients[0].command["name"]
    what = "people, each until they are reached" if about["steps"] else f"× {name}"
    yield f"{about['id']}: {about['recipients']} {what}. Nothing has been sent."
    yield from (f"  step {number}: {_told(step)}" for number, step in enumerate(about["steps"], 1))
    yield f"  not sent to: {len(prepared.invalid)} rows"
    yield from (f"    line {each.line}: {each.reason}" for each in prepared.invalid[:_MOST_FAULTS_TOLD])
    if len(prepared.invalid) > _MOST_FAULTS_TOLD:
        yield "    … (JSON=true has all of them)"
    yield f"  opted out now: {about['opted_out']}; it's looked up again when each is sent"
    yield "  to: " + ", ".join(f"+{code} {number}" for code, number in sorted(about["countries"].items()))
    latest = " at the latest" if about["steps"] else ""
    yield f"  done by: {about['ends_at']}{latest}, if it begins now"
    bill = f"{_bill(prepared, about)} = {about['cost']}"
    yield "  costs at most: " + (bill if about["cost"] else "PRICE=… of one message says it")
    yield from (f"  doubtful: {doubt}" for doubt in about["doubtful"])
    yield f"To start exactly this, give the same again with CONFIRM={about['hash']}."


def _bill(prepared: Prepared, about: About) -> str:
    prices = (about["price"] or "").split(",")
    if len(prices) == 1:
        return f"{about['units']} × {prices[0]}"
    units = estimate.units(prepared)
    return " + ".join(f"{number} × {price}" for number, price in zip(units, prices, strict=True))


def _steps(prepared: Prepared) -> Iterator[dict[str, Any]]:
    """A ladder's steps; nothing is waited for after the last one."""
    first, last = prepared.recipients[0], len(prepared.ladder) - 1
    for number, (rung, command) in enumerate(
        zip(prepared.ladder, (first.command, *first.then), strict=False)
    ):
        yield {
            "channel": command["detail"].get("channel", "voice"),
            "again": rung.again,
            "attempts": rung.attempts,
            "wait_s": rung.wait_s if number < last else None,
        }


def _told(step: dict[str, Any]) -> str:
    again = ", ".join(f"{word} after {_duration(each)}" for word, each in step["again"].items())
    again = f", {step['attempts']} times at most: {again}" if again else ""
    wait = f"; the next step after {_duration(step['wait_s'])} without word" if step["wait_s"] else ""
    return f"{step['channel']}{again}{wait}"


def _duration(seconds: int) -> str:
    units = {"d": 86400, "h": 3600, "m": 60}
    name = next(name for name, unit in units.items() if seconds % unit == 0)
    return f"{seconds // units[name]}{name}"
