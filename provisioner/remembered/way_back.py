"""Whether an Update is the way back of a rollback, which must not fail.

CloudFormation undoes an update by another Update, to the properties of before. Whoever fails that one leaves
the stack in UPDATE_ROLLBACK_FAILED, where nothing can be deployed. A request does not say that it is the way
back; what is remembered tells it:

* An Update to the properties that were reached last is one for certain: CloudFormation sends no Update that
  changes nothing, so whatever came between has failed. Where that had not begun to change anything, nothing
  has to be done.
* An Update to those that were reached before them may be one: something else of the stack failed. It may
  also be a deployment of what was there before, so it is carried out like one; but it is not failed within
  the time that a rollback may take to begin.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from provisioner.cloudformation.protocol import Request
from provisioner.remembered.memory import Memory, digest

# Between a resource's own success and a rollback lies the rest of the stack's update.
ROLLBACK_BEGINS_WITHIN_S = 3600.0


@dataclass(frozen=True)
class WayBack:
    """A way back.

    Attributes:
        memory: of the resource that it leads to; another one when the account is changed back.
        is_untouched: whether that resource is as it was: nothing had been begun.
    """

    memory: Memory
    is_untouched: bool


def of(request: Request, memory: Memory) -> WayBack | None:
    """The way back that a request is, or may be; None for anything else."""
    if request.type != "Update":
        return None
    wants = dict(request.properties)
    left = _left_lately(wants, memory)
    for reached in (memory, left):
        if reached is not None and reached.record.get("properties") == wants:
            return WayBack(reached, is_untouched=reached.attempt() is None)
    return WayBack(memory, is_untouched=False) if left is memory else None


def _left_lately(wants: Mapping[str, Any], memory: Memory) -> Memory | None:
    """The memory of the resource that had these properties before, if it had them a short time ago.

    It is another one when the account was changed; CloudFormation deletes that one when all else is in place.
    """
    left = memory.record.get("left") or {}
    lately = memory.clock() < float(left.get("at", 0)) + ROLLBACK_BEGINS_WITHIN_S
    if not lately or left["properties"] != digest(wants):
        return None
    return memory if left["resource"] == memory.id else memory.of(left["resource"])
