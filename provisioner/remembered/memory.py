"""What is remembered about one resource, so that a repeated, late or half-dead request does no harm.

resources/<id>   what it is, what it made, and its properties when it was last done
attempts/<id>    properties that are being applied; left behind by a crash
answers/<id>     the last answer, to be sent again when the same request comes again
tombstones/<id>  a Delete was here: a Create that it overtook stops
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from provisioner.cloudformation.protocol import Answer, Request
from provisioner.errors import CancelledError
from provisioner.world.records import GONE_AT, Record, Records

# How long a Create may arrive after the Delete that overtook it: Lambda drops older events.
OVERTAKEN_S = 150.0

REMEMBERED_REQUESTS = 20

# No delivery comes later than this: what is only kept for late ones may go.
LATE_S = 86_400.0

# Where something is left of what went.
FOLDERS = ("resources", "attempts", "answers", "tombstones", "checks", "applications", "before", "leases")


@dataclass
class Memory:
    """The memory of one resource.

    Attributes:
        records: where it is kept.
        id: the resource's physical id.
        clock: Unix time in seconds.
        record: what `resources/<id>` holds; empty when there is nothing.
    """

    records: Records
    id: str
    clock: Callable[[], float] = time.time
    record: Record = field(default_factory=dict)
    _stored: Record = field(default_factory=dict, init=False, repr=False)

    def recall(self) -> None:
        """Read what is known."""
        self._stored = self.records.get(f"resources/{self.id}") or {}
        self.record = dict(self._stored)

    def of(self, resource_id: str) -> "Memory":
        """The memory of another resource."""
        other = Memory(self.records, resource_id, self.clock)
        other.recall()
        return other

    def begin(self, request: Request) -> None:
        """Before anything is changed: who is doing what."""
        self.note(type=request.resource_type, stack_id=request.stack_id, logical_id=request.logical_id)
        if request.properties != self.record.get("properties"):  # on the way back: what is to be undone stays
            self._attempt(request.properties)

    def recover(self, request: Request, **facts: str | None) -> None:
        """Write down again what CloudFormation knows of a resource whose records are gone."""
        self.note(
            type=request.resource_type,
            stack_id=request.stack_id,
            logical_id=request.logical_id,
            properties=dict(request.old_properties),
            recovered=True,
            **facts,
        )

    def turn_back(self, wants: Mapping[str, Any]) -> None:
        """Before a way back: from here on the resource has to become what it was, now or by a repair."""
        reached = self.record.get("properties")
        if reached not in (None, dict(wants)) and self.attempt() is None:
            self._attempt(reached)
        self.note(properties=dict(wants), left=None, repair_since=int(self.clock()))

    def settled(self) -> None:
        """A way back has been gone to its end; nothing has to be repaired."""
        self.note(repair_since=None)
        self.records.delete(f"attempts/{self.id}")

    def attempt(self) -> Mapping[str, Any] | None:
        """The properties that an unfinished request may have applied in part."""
        return (self.records.get(f"attempts/{self.id}") or {}).get("properties")

    def _attempt(self, wants: Mapping[str, Any]) -> None:
        self.records.put(f"attempts/{self.id}", {"properties": dict(wants)})

    def note(self, **facts: Any) -> None:  # noqa: ANN401 - JSON
        """Add facts; None removes one."""
        self.record = {name: value for name, value in {**self.record, **facts}.items() if value is not None}
        self._save()

    def done(self, request: Request) -> None:
        """The resource is what these properties say."""
        reached, wants = self.record.get("properties"), dict(request.properties)
        if reached is not None:
            self.record["left"] = self.leaving() if reached != wants else None
        self.note(properties=wants, repair_since=None)
        self.records.delete(f"attempts/{self.id}")

    def leaving(self) -> Record:
        """What to remember of the properties that are left, for a rollback that leads back to them."""
        return {"resource": self.id, "properties": digest(self.record["properties"]), "at": int(self.clock())}

    def forget(self) -> None:
        """The resource is gone; its answers and its tombstone stay for late deliveries."""
        self.records.delete(f"attempts/{self.id}")
        self.records.delete(f"resources/{self.id}")
        self.record, self._stored = {}, {}

    def earlier_properties(self) -> list[Mapping[str, Any]]:
        """The properties it had, and those that an unfinished request may have applied in part."""
        return [each for each in (self.record.get("properties"), self.attempt()) if each]

    def answer_to(self, request_id: str) -> Answer | None:
        """The answer that was given to this request; None when there is work to do.

        Raises:
            CancelledError: other requests have been begun since, so nobody waits for this one any more.
        """
        stored = self.records.get(f"answers/{self.id}") or {}
        if request_id in stored.get("earlier", []):
            raise CancelledError("This request was overtaken: others have begun since.")
        if stored.get("request") != request_id or stored["answer"] is None:
            return None
        return Answer(**stored["answer"])

    def start(self, request_id: str, overtaken: str | None = None) -> None:
        """Write down that a request has been begun: from here on, earlier ones are of the past.

        Args:
            request_id: the request.
            overtaken: a Create that got no further than its lease, when the request is a Delete.
        """
        stored = self.records.get(f"answers/{self.id}") or {}
        known = [*stored.get("earlier", []), stored.get("request"), overtaken]
        earlier = [each for each in known if each not in (None, request_id)]
        self._keep(request_id, None, list(dict.fromkeys(earlier))[-REMEMBERED_REQUESTS:])

    def keep_answer(self, request_id: str, answer: Answer) -> None:
        """Keep the answer for another delivery of the same request."""
        stored = self.records.get(f"answers/{self.id}") or {}
        self._keep(request_id, {**asdict(answer), "data": dict(answer.data)}, stored.get("earlier", []))

    def _keep(self, request_id: str, answer: Record | None, earlier: list[str]) -> None:
        kept = {"request": request_id, "answer": answer, "earlier": earlier, "at": int(self.clock())}
        self.records.put(f"answers/{self.id}", kept)

    def bury(self) -> str | None:
        """Put up the tombstone, before waiting for a Create that may run; the id of that Create, if known."""
        create = (self.records.get(f"resources/{self.id}") or {}).get("create_request") or self._at_work()
        self.records.put(f"tombstones/{self.id}", {"create_request": create, "at": int(self.clock())})
        return create

    def _at_work(self) -> str | None:
        """The request that holds the resource's lease, or held it when it died."""
        leases = self.records.under(f"leases/{self.id}")
        return next((lease.get("request") or None for lease in leases.values()), None)

    def buried(self, request_id: str) -> bool:
        """Whether a Delete has overtaken this Create."""
        tombstone = self.records.get(f"tombstones/{self.id}")
        if tombstone is None:
            return False
        if tombstone["create_request"] is not None:
            return bool(tombstone["create_request"] == request_id)
        return self.clock() < float(tombstone["at"]) + OVERTAKEN_S

    def _save(self) -> None:
        """Parameter Store takes three writes a second from all stacks together: none is made for nothing."""
        if self.record != self._stored:
            self.records.put(f"resources/{self.id}", self.record)
            self._stored = dict(self.record)


def digest(properties: Mapping[str, Any]) -> str:
    """What tells properties from others; they can be long, and a record cannot."""
    return hashlib.sha256(json.dumps(dict(properties), sort_keys=True).encode()).hexdigest()


def forget_old(records: Records, now: float) -> None:
    """Remove what is left of resources that went more than a day ago: answers, tombstones and marks.

    The marks of numbers and of their lease stay: any stack may come back for them at any moment.
    """
    living = records.under("resources")
    for folder in FOLDERS:
        for name, record in records.with_marks(folder).items():
            went_at = record.get(GONE_AT, record.get("at"))
            is_old = isinstance(went_at, int | float) and went_at < now - LATE_S
            if is_old and not _is_needed(folder, name.partition("/")[0], living):
                records.remove(f"{folder}/{name}")


def _is_needed(folder: str, thing: str, living: Iterable[str]) -> bool:
    """Whether it belongs to a resource that lives, in this account or in another, or to all of them."""
    return (folder, thing) == ("leases", "numbers") or any(
        resource_id == thing or resource_id.startswith(f"{thing}.") for resource_id in living
    )
