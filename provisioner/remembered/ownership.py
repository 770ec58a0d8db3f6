"""Who manages an application or a number, and what it was before.

Several resources may manage the same thing for a while: renaming a logical id, or moving a number to
another stack, makes CloudFormation create the new one first and delete the old one after. Owners are
therefore kept in the order in which they came. The last one decides. When it goes, it gives the thing back
as it found it; when an earlier one goes, the next one inherits what that one would have given back, and the
thing itself is not touched.

An application goes back to what the owner below has recorded, which may have changed since; what was found is
what remains when that can't be read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from provisioner.world.records import Record, Records


@dataclass(frozen=True)
class Claim:
    """One owner's claim.

    Attributes:
        owner: physical id of the resource.
        before: what the thing was when the owner came; None when the owner made it.
        details: what else belongs to the claim, such as the application a number was linked to.
    """

    owner: str
    before: dict[str, Any] | None
    details: dict[str, Any]


class Ownership:
    """The owners of things of one kind.

    Args:
        records: where they are kept.
        kind: `applications` or `numbers`.
    """

    def __init__(self, records: Records, kind: str) -> None:
        self._records = records
        self._kind = kind

    def of(self, thing: str) -> list[Claim]:
        """The owners of a thing, the first one first."""
        owners = _owners(self._records.get(f"{self._kind}/{thing}"))
        return [self._claim(thing, owner) for owner in owners]

    def claim(self, thing: str, claim: Claim) -> None:
        """Put an owner on top; one that is there keeps its place and what it found, and gets new details."""
        owners = _owners(self._records.get(f"{self._kind}/{thing}"))
        place = self._place(thing, claim.owner)
        before = claim.before if claim.owner not in owners else (self._records.get(place) or {}).get("before")
        self._records.put(place, {"before": before, "details": claim.details})
        if claim.owner not in owners:
            self._records.put(f"{self._kind}/{thing}", {"owners": [*owners, claim.owner]})

    def release(self, thing: str, owner: str) -> None:
        """Take an owner out; the next one above it inherits what it found."""
        claims = self.of(thing)
        names = [claim.owner for claim in claims]
        if owner in names:
            index = names.index(owner)
            for heir in claims[index + 1 : index + 2]:
                inherited: Record = {"before": claims[index].before, "details": heir.details}
                self._records.put(self._place(thing, heir.owner), inherited)
            names.remove(owner)
        if names:
            self._records.put(f"{self._kind}/{thing}", {"owners": names})
        else:
            self._records.delete(f"{self._kind}/{thing}")
        self._records.delete(self._place(thing, owner))

    def restore(self, thing: str, claims: Sequence[Claim]) -> None:
        """Make these the owners, in this order, each with what is said to be theirs, and nobody else."""
        for claim in claims:
            self._records.put(
                self._place(thing, claim.owner), {"before": claim.before, "details": claim.details}
            )
        gone = {claim.owner for claim in self.of(thing)} - {claim.owner for claim in claims}
        if claims:
            self._records.put(f"{self._kind}/{thing}", {"owners": [claim.owner for claim in claims]})
        else:
            self._records.delete(f"{self._kind}/{thing}")
        for owner in gone:
            self._records.delete(self._place(thing, owner))

    def things_of(self, owner: str) -> list[str]:
        """Everything an owner has a claim on."""
        everything = self._records.under(self._kind)
        return sorted(thing for thing, record in everything.items() if owner in _owners(record))

    def _claim(self, thing: str, owner: str) -> Claim:
        record = self._records.get(self._place(thing, owner)) or {}
        return Claim(owner, record.get("before"), record.get("details") or {})

    def _place(self, thing: str, owner: str) -> str:
        return f"before/{self._kind}/{thing}/{owner}"


def _owners(record: Record | None) -> list[str]:
    owners = (record or {}).get("owners")
    return owners if isinstance(owners, list) else []
