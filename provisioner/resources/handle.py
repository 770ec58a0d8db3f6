"""One request of CloudFormation, from its lease to its answer."""

import hashlib
from dataclasses import replace

from provisioner.cloudformation import protocol
from provisioner.cloudformation.protocol import Answer, Request
from provisioner.errors import CancelledError, ProvisionerError, StillRunningError
from provisioner.remembered.memory import Memory
from provisioner.resources import webhook_check
from provisioner.resources.kinds import KINDS, CustomResource
from provisioner.resources.tools import Tools


def handle(request: Request, tools: Tools) -> Answer:
    """Do what a request asks, once.

    Raises:
        StillRunningError: another delivery is at work on the same resource.
        ProvisionerError: the request could not even be begun.
    """
    if request.resource_type == webhook_check.TYPE:
        return webhook_check.handle(request, tools)
    kind = KINDS.get(request.resource_type)
    if kind is None:
        known = ", ".join([*KINDS, webhook_check.TYPE])
        return protocol.failed(request, f"{request.resource_type} is not known. Known: {known}.")
    memory = tools.memory(_known_id(request))
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
    kind.validate(request.properties)
    in_account = _memory_in_account(request, tools, memory)
    answer = kind(tools, in_account).converge(request)
    return answer if in_account.id == memory.id else replace(answer, physical_id=in_account.id)


def _known_id(request: Request) -> str:
    """The id a resource is remembered by: the one CloudFormation sent, unless that one was made up."""
    sent = request.physical_id or ""
    return sent if sent.startswith(request.own_id) else request.own_id


def _memory_in_account(request: Request, tools: Tools, memory: Memory) -> Memory:
    """The memory to go on with: a resource that moves to another Vonage account becomes another one there.

    CloudFormation sees another physical id, and deletes the old one when everything else is in place.
    """
    account = hashlib.sha256(tools.account(request.properties).encode()).hexdigest()[:12]
    for candidate in (memory, tools.memory(request.own_id), tools.memory(f"{request.own_id}.{account}")):
        if candidate.record.get("account", account) == account:
            break
    candidate.record["account"] = account
    return candidate
