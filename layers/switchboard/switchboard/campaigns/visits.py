"""A part of a campaign with a ladder is looked at again: whose next try is due, and when to look then.

Nothing is kept of a row: what came of its tries is read anew. A try that was queued and hasn't begun is
absent, and is due again; queued twice, its command is carried out once.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from switchboard.campaigns import tries
from switchboard.campaigns.tries import Found
from switchboard.environment import whole_number
from switchboard.reach.campaign_ids import command_id
from switchboard.reach.campaigns import ROWS_A_PART
from switchboard.reach.ladder import Rung, Verdict, longest, places, verdict
from switchboard.reach.people import normal

Row = Mapping[str, Any]
Command = dict[str, Any]
Place = tuple[int, int]

# A run has 2,700 steps, as Step Functions keeps 25,000 events. To queue 100,000 tries takes 1,000 of them;
# one looks at about ten parts before its time is over.
_STEPS, _LOOKS_A_STEP, _LEAST_GAP_S = 1000, 10, 5


class Visit(NamedTuple):
    """What is to be done for a part.

    Attributes:
        due: the commands of the tries that are due.
        look_at: the Unix time at which the others are to be looked at again; None if nothing can follow.
    """

    due: list[Command]
    look_at: float | None


def visit(campaign: str, rows: Sequence[Row], ladder: Sequence[Rung], now: float, gap_s: float) -> Visit:
    """Look at what came of a part's tries.

    Args:
        campaign: its id.
        rows: of the part.
        ladder: the campaign's.
        now: a Unix time.
        gap_s: the seconds until it's looked at again, at least.

    Raises:
        AwsError: nobody knows.
    """
    known_since = now - 86400 * whole_number("SWITCHBOARD_TIMELINE_DAYS", 30, low=1, high=3650)
    verdicts = [
        verdict(ladder, {place: each.as_try() for place, each in those.items()}, now, known_since)
        for those in tries_of(campaign, rows, ladder)
    ]
    due = [
        _command(campaign, row, each.place)
        for row, each in zip(rows, verdicts, strict=True)
        if each.word == "next"
    ]
    looks = (look_at(each, now, gap_s) for each in verdicts if each.word == "wait")
    return Visit(due, min(looks, default=None))


def tries_of(campaign: str, rows: Sequence[Row], ladder: Sequence[Rung]) -> list[dict[Place, Found]]:
    """What is known of each row's tries that have begun, by their places.

    Raises:
        AwsError: nobody knows.
    """
    all_places = places(ladder) or [(0, 0)]
    ids = [{place: _id(campaign, row, place) for place in all_places} for row in rows]
    found = tries.read(identity for those in ids for identity in those.values())
    return [
        {place: found[identity] for place, identity in those.items() if identity in found} for those in ids
    ]


def gap(ladder: Sequence[Rung], rows: int, sending_s: float) -> float:
    """The seconds between two looks at least, so that one run has steps enough for all of them.

    Args:
        ladder: the campaign's.
        rows: how many people it's for.
        sending_s: how long it takes to send everybody one try.
    """
    lasts_s = sending_s * len(places(ladder)) + sum(longest(ladder))
    steps_a_look = max(1, rows / ROWS_A_PART / _LOOKS_A_STEP)
    return max(_LEAST_GAP_S, lasts_s * steps_a_look / _STEPS)


def look_at(waiting: Verdict, now: float, gap_s: float) -> float:
    """As long again as half the time that there has been no word, unless the next try is due before."""
    elapsed = (now - waiting.since) / 2 if waiting.since else 0
    look_at = now + max(gap_s, elapsed)
    return min(look_at, max(waiting.at, now + 1)) if waiting.at else look_at


def _command(campaign: str, row: Row, place: Place) -> Command:
    return {**(row["command"], *row["then"])[place[0]], "id": _id(campaign, row, place)}


def _id(campaign: str, row: Row, place: Place) -> str:
    if place == (0, 0):
        return str(row["command"]["id"])
    return command_id(campaign, normal(row["to"]), place)
