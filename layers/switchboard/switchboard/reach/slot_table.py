"""Slots in the stack's table: one item a budget, moved on by conditional updates.

An item is `PACE#messages` and `slots`: `free_at` is the next free slot, `rate_share` and `slowed_at` how much
slower than allowed everybody goes, `refusals` those since `refused_since`.

Source: DynamoDB API reference, UpdateItem: conditions hold at the moment of the write, and what was there
comes back with a condition that failed.
"""

from decimal import Decimal

from switchboard.aws import table
from switchboard.reach.slots import Booking


class SlotTable:
    """`Slots`, for all environments of the outbound function."""

    def __init__(self) -> None:
        self._free_at: dict[str, float] = {}

    def book(self, budget: str, step_s: float, now: float, latest: float) -> Booking:
        """Take the next free slot."""
        while True:
            if self._free_at.get(budget, 0) < now:
                item, is_taken = self._begin(budget, step_s, now)
                at = now
            else:
                item, is_taken = self._move_on(budget, step_s, now, latest)
                at = _number(item, "free_at") - step_s
            free_at = self._free_at[budget] = _number(item, "free_at")
            if is_taken or free_at > latest:
                slowed = _number(item, "rate_share", 1), _number(item, "slowed_at")
                return Booking(at if is_taken else None, free_at, *slowed)

    def shift(self, budget: str, seconds: float) -> None:
        """Make the next free slot later."""
        _update(budget, "ADD free_at :later", None, later=seconds)

    def hold(self, budget: str, until: float) -> None:
        """Let no slot be free before."""
        later = "attribute_not_exists(free_at) OR free_at < :until"
        _update(budget, "SET free_at = :until", later, until=until)

    def refused(self, budget: str, now: float, since: float) -> int:
        """Count one refusal."""
        while True:
            item, is_counted = _update(
                budget, "ADD refusals :one", "refused_since > :since", one=1, since=since
            )
            if is_counted:
                return int(_number(item, "refusals"))
            none = "attribute_not_exists(refused_since) OR refused_since <= :since"
            begin = "SET refused_since = :now, refusals = :one"
            if _update(budget, begin, none, now=now, one=1, since=since)[1]:
                return 1

    def slow(self, budget: str, share: float, now: float, since: float) -> bool:
        """Slow a budget down."""
        slower = "SET rate_share = :share, slowed_at = :now, refused_since = :now, refusals = :none"
        once = "attribute_not_exists(slowed_at) OR slowed_at < :since"
        return _update(budget, slower, once, share=share, now=now, none=0, since=since)[1]

    @staticmethod
    def _begin(budget: str, step_s: float, now: float) -> tuple[table.Item, bool]:
        """Nobody has been waiting: the slot is now."""
        idle = "attribute_not_exists(free_at) OR free_at < :now"
        return _update(budget, "SET free_at = :next", idle, next=now + step_s, now=now)

    @staticmethod
    def _move_on(budget: str, step_s: float, now: float, latest: float) -> tuple[table.Item, bool]:
        within = "free_at BETWEEN :now AND :latest"
        return _update(budget, "SET free_at = free_at + :step", within, step=step_s, now=now, latest=latest)


def _update(budget: str, expression: str, condition: str | None, **numbers: float) -> tuple[table.Item, bool]:
    # To the microsecond: a float's own text has more digits than it means, or an exponent.
    values = {f":{name}": {"N": f"{number:.6f}"} for name, number in numbers.items()}
    return table.update(f"PACE#{budget}", "slots", expression, condition, values)


def _number(item: table.Item, name: str, default: float = 0) -> float:
    return float(Decimal(item[name]["N"])) if name in item else default
