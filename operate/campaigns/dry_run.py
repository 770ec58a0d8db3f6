"""What a campaign would be: how many, where to, how long and for how much, before anything is sent."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypedDict

from switchboard.campaigns import estimate
from switchboard.campaigns.prepared import Prepared

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
        units: how many messages, parts of an SMS or calls are paid for.
        price: of one of them, if it was given.
        cost: of all.
        doubtful: what Vonage may ignore or take otherwise.
    """

    id: str
    hash: str
    recipients: int
    invalid: list[dict[str, Any]]
    opted_out: int
    countries: Counter[str]
    zones: Counter[str]
    ends_at: str
    units: int
    price: str | None
    cost: str | None
    doubtful: list[str]


def about(prepared: Prepared, opted_out: int, price: Decimal | None, ends_at: float) -> About:
    """What a campaign would be.

    Args:
        prepared: the campaign.
        opted_out: how many of its recipients have opted out by now.
        price: of a message, a part of an SMS or a call.
        ends_at: the Unix time at which it's done.
    """
    units = estimate.units(prepared.recipients)
    return {
        "id": prepared.campaign,
        "hash": prepared.hash,
        "recipients": len(prepared.recipients),
        "invalid": [each._asdict() for each in prepared.invalid],
        "opted_out": opted_out,
        "countries": prepared.countries(),
        "zones": Counter(" ".join(each.zones) for each in prepared.recipients),
        "ends_at": datetime.fromtimestamp(ends_at, UTC).isoformat(timespec="seconds"),
        "units": units,
        "price": None if price is None else str(price),
        "cost": None if price is None else str(units * price),
        "doubtful": prepared.doubts(),
    }


def sentences(prepared: Prepared, about: About) -> Iterator[str]:
    """The same for a person."""
    name = prepared.recipients[0].command["name"]
    yield f"{about['id']}: {about['recipients']} × {name}. Nothing has been sent."
    yield f"  not sent to: {len(prepared.invalid)} rows"
    yield from (f"    line {each.line}: {each.reason}" for each in prepared.invalid[:_MOST_FAULTS_TOLD])
    if len(prepared.invalid) > _MOST_FAULTS_TOLD:
        yield "    … (JSON=true has all of them)"
    yield f"  opted out now: {about['opted_out']}; it's looked up again when each is sent"
    yield "  to: " + ", ".join(f"+{code} {number}" for code, number in sorted(about["countries"].items()))
    yield f"  done by: {about['ends_at']}, if it begins now"
    bill = f"{about['units']} × {about['price']} = {about['cost']}"
    yield "  costs at most: " + (bill if about["cost"] else "PRICE=… of one message says it")
    yield from (f"  doubtful: {doubt}" for doubt in about["doubtful"])
    yield f"To start exactly this, give the same again with CONFIRM={about['hash']}."
