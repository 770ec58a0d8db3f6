"""The way back of a rollback: never failed; what cannot be undone at once is recorded, told and repaired."""

import logging

from provisioner.cloudformation.protocol import Answer, Request
from provisioner.errors import ProvisionerError
from provisioner.remembered.memory import Memory
from provisioner.remembered.way_back import WayBack
from provisioner.resources.kinds import CustomResource
from provisioner.resources.tools import Tools
from provisioner.world.announce import announce

REPAIR = "The daily check repairs that; `make drift` does so at once."
log = logging.getLogger("provisioner")


def gone_back(request: Request, tools: Tools, back: WayBack, kind: type[CustomResource]) -> Answer:
    """SUCCESS: the resource is as it was, or will be repaired.

    Args:
        request: the Update.
        tools: what to work with; half of the time is kept for the answer.
        back: where the way leads.
        kind: the kind of the resource.
    """
    if back.is_untouched:
        log.info("%s is as it was: nobody was asked", back.memory.id)
        return kind(tools, back.memory).reached(request, "Nothing had been changed, so nobody was asked.")
    return _undone(request, tools, back.memory, kind)


def _undone(request: Request, tools: Tools, memory: Memory, kind: type[CustomResource]) -> Answer:
    """Bring it back as a deployment would, within the time for that."""
    tools.deadline.halve()
    memory.turn_back(request.properties)
    resource = kind(tools, memory)
    try:
        tools.refuse_another_account(request.properties, memory)
        return resource.converge(request)
    except ProvisionerError as error:
        log.warning("%s has to be repaired: %s", memory.id, error.code)
        _tell(memory.id, error)
        return resource.reached(request, f"Not failed, as on the way back of a rollback: {error} {REPAIR}")


def _tell(resource_id: str, error: ProvisionerError) -> None:
    finding = {"code": error.code, "message": error.cause, "next_step": f"{error.next_step} {REPAIR}".strip()}
    try:
        announce([{"resource": resource_id, "status": "owed", "findings": [finding]}], checked=1)
    except ProvisionerError as failure:
        log.warning("nobody was told: %s", failure.cause)
