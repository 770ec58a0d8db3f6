"""One request of CloudFormation, from its lease to its answer."""

import logging
from dataclasses import replace

from provisioner.cloudformation import protocol
from provisioner.cloudformation.protocol import Answer, Request
from provisioner.errors import CancelledError, ProvisionerError, StillRunningError
from provisioner.remembered import way_back
from provisioner.remembered.memory import Memory
from provisioner.resources import credentials_check, going_back, webhook_check
from provisioner.resources.kinds import KINDS, CustomResource
from provisioner.resources.tools import Tools

log = logging.getLogger("provisioner")


def handle(request: Request, tools: Tools) -> Answer:
    """Do what a request asks, once.

    Raises:
        StillRunningError: another delivery is at work on the same resource.
        ProvisionerError: the request could not even be begun.
    """
    if request.resource_type == webhook_check.TYPE:
        return webhook_check.handle(request, tools)
    if request.resource_type == credentials_check.TYPE:
        return credentials_check.handle(request, tools)
    kind = KINDS.get(request.resource_type)
    if kind is None:
        known = ", ".join([*KINDS, webhook_check.TYPE, credentials_check.TYPE])
        return protocol.failed(request, f"{request.resource_type} is not known. Known: {known}.")
    memory = tools.memory(_known_id(request))
    try:
        return _held(request, tools, memory, kind)
    except ProvisionerError as error:
        back = way_back.of(request, memory) if error.code == "AWS_REFUSED" else None
        if not (back and back.is_untouched):
            raise
        log.warning("nothing can be recorded of a way back on which nothing has to be done: %s", error.cause)
        return going_back.gone_back(request, tools, back, kind)


def _held(request: Request, tools: Tools, memory: Memory, kind: type[CustomResource]) -> Answer:
    """Do it while everybody else's requests for the resource have to wait."""
    overtaken = None
    if request.type == "Delete" and memory.answer_to(request.id) is None:
        overtaken = memory.bury()
    with tools.leases.held([request.own_id, *kind.LEASES], request.id):
        memory.recall()
        stored = memory.answer_to(request.id)
        if stored is not None:
            return stored
        memory.start(request.id, overtaken)
        return _handled(request, tools, memory, kind)


def _handled(request: Request, tools: Tools, memory: Memory, kind: type[CustomResource]) -> Answer:
    try:
        answer = _done(request, tools, memory, kind)
    except StillRunningError:
        raise
    except ProvisionerError as error:
        answer = protocol.failed(request, str(error))
    memory.keep_answer(request.id, answer)
    return answer


def _done(request: Request, tools: Tools, memory: Memory, kind: type[CustomResource]) -> Answer:
    if request.type == "Delete":
        answer = kind(tools, memory).remove(request)
        memory.forget()
        return answer
    if request.type == "Create":
        if memory.buried(request.id):
            raise CancelledError("The stack has deleted this resource already.", "Nothing was created.")
        memory.note(create_request=request.id)
    if request.type == "Update" and not memory.record:
        kind(tools, memory).recover(request)
    back = way_back.of(request, memory)
    if back:
        now, answer = back.memory, going_back.gone_back(request, tools, back, kind)
    else:
        kind.validate(request.properties)
        now = _memory_in_account(request, tools, memory)
        answer = kind(tools, now).converge(request)
    return answer if now.id == memory.id else replace(answer, physical_id=now.id)


def _known_id(request: Request) -> str:
    """The id a resource is remembered by: the one CloudFormation sent, unless that one was made up."""
    sent = request.physical_id or ""
    return sent if sent.startswith(request.own_id) else request.own_id


def _memory_in_account(request: Request, tools: Tools, memory: Memory) -> Memory:
    """The memory to go on with: a resource that moves to another Vonage account becomes another one there.

    CloudFormation sees another physical id, and deletes the old one when everything else is in place.
    """
    account = tools.account(request.properties)
    for candidate in (memory, tools.memory(request.own_id), tools.memory(f"{request.own_id}.{account}")):
        if candidate.record.get("account", account) == account:
            break
    candidate.record["account"] = account
    if candidate.id != memory.id and memory.record.get("properties"):
        candidate.record["left"] = memory.leaving()
    return candidate
