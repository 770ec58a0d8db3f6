"""People in a table of their own, which stays when the stack goes: an item a person, without their number.

An item is the person's pseudonym and `consent`: `stopped` are the senders that they have opted out of, `*`
all of them; `started` those that they have opted in to again; `sending` the leases of sends that are under
way; `cause` and `changed_at` what changed it last, and when. Who has opted out of nothing is forgotten
after `expires_at`.

Source: DynamoDB API reference, UpdateItem: ADD and DELETE of sets; a condition's `contains` is false of an
attribute that isn't there.
"""

import time
from collections.abc import Collection, Sequence

from switchboard.aws import table
from switchboard.environment import required
from switchboard.reach.ledger import EVERYTHING

_SORT_KEY = "consent"
# Of whoever was written to and has not opted out nothing needs to be known once their sends have ended.
_REMEMBER_S = 30 * 86400


class PersonTable:
    """`People`, for all environments of the outbound function, and for operators."""

    def begin(self, person: str, senders: Collection[str], lease: str) -> bool:
        """Note a send that begins; who has opted out of another sender is still not to be forgotten."""
        those = {*senders, EVERYTHING}
        leases = {":leases": {"SS": [lease]}}
        expires = {":expires": {"N": f"{time.time() + _REMEMBER_S:.0f}"}}
        change = "SET expires_at = :expires ADD sending :leases"
        item, has_begun = _update(person, change, "attribute_not_exists(stopped)", leases | expires)
        if has_begun or _set(item, "stopped") & those:
            return has_begun
        of = {f":sender{n}": {"S": each} for n, each in enumerate(sorted(those))}
        willing = " AND ".join(f"NOT contains(stopped, {name})" for name in of)
        return _update(person, "REMOVE expires_at ADD sending :leases", willing, leases | of)[1]

    def end(self, person: str, leases: frozenset[str]) -> None:
        """Forget sends that have ended."""
        _update(person, "DELETE sending :leases", None, {":leases": {"SS": sorted(leases)}})

    def stop(self, person: str, sender: str, cause: str, said_at: float = 0) -> tuple[frozenset[str], bool]:
        """Note an opt-out."""
        change = "SET cause = :cause, changed_at = :at ADD stopped :senders"
        change += " REMOVE expires_at" + (", started" if sender == EVERYTHING else " DELETE started :senders")
        values = _change(sender, cause, said_at) | {":sender": {"S": sender}}
        item, is_changed = _update(person, change, "NOT contains(stopped, :sender)", values)
        if not is_changed:  # said again, perhaps after an opt-in that comes late
            _update(person, "SET changed_at = :at", "changed_at < :at", {":at": values[":at"]})
        return _set(item, "sending"), item["cause"]["S"] == cause

    def start(self, person: str, sender: str, cause: str, said_at: float = 0) -> bool:
        """Take an opt-out back."""
        change = "SET cause = :cause, changed_at = :at ADD started :senders"
        values = _change(sender, cause, said_at)
        if sender == EVERYTHING:
            change, condition = f"{change} REMOVE stopped", "attribute_exists(stopped)"
        else:
            change, condition = f"{change} DELETE stopped :senders", "contains(stopped, :sender)"
            values[":sender"] = {"S": sender}
        if said_at:
            condition += " AND changed_at <= :at"
        return _update(person, change, condition, values)[0].get("cause") == {"S": cause}

    def stopped(self, person: str) -> frozenset[str]:
        """What a person has opted out of."""
        return _set(table.get(person, _SORT_KEY, name=_name()) or {}, "stopped")

    def all_stopped(self, people: Sequence[str]) -> dict[str, frozenset[str]]:
        """What each of many people has opted out of; of the others nothing is known."""
        keys = [{"pk": {"S": person}, "sk": {"S": _SORT_KEY}} for person in people]
        parts = (keys[begin : begin + 100] for begin in range(0, len(keys), 100))
        items = (item for part in parts for item in table.get_many(part, "pk, stopped", name=_name()))
        return {item["pk"]["S"]: _set(item, "stopped") for item in items}


def _change(sender: str, cause: str, said_at: float) -> table.Item:
    return {
        ":senders": {"SS": [sender]},
        ":cause": {"S": cause},
        ":at": {"N": f"{said_at or time.time():.3f}"},
    }


def _update(
    person: str, expression: str, condition: str | None, values: table.Item
) -> tuple[table.Item, bool]:
    return table.update(person, _SORT_KEY, expression, condition, values, name=_name())


def _set(item: table.Item, name: str) -> frozenset[str]:
    return frozenset(item[name]["SS"]) if name in item else frozenset()


def _name() -> str:
    return required("SWITCHBOARD_PEOPLE_TABLE_NAME")
