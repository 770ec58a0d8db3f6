"""One request of CloudFormation, from its lease to its answer."""

from types import ModuleType

from provisioner import application, number, protocol
from provisioner.errors import CancelledError, ProvisionerError, StillRunningError
from provisioner.memory import Memory
from provisioner.protocol import Answer, Request
from provisioner.wiring import Tools

KINDS: dict[str, ModuleType] = {"Custom::VonageApplication": application, "Custom::VonageNumber": number}
NUMBERS_LEASE = "numbers"


def handle(request: Request, tools: Tools) -> Answer:
    """Do what a request asks, once.

    Raises:
        StillRunningError: another delivery is at work on the same resource.
        ProvisionerError: the request could not even be begun.
    """
    kind = KINDS.get(request.resource_type)
    if kind is None:
        return protocol.failed(request, f"{request.resource_type} is not known. Known: {', '.join(KINDS)}.")
    memory = tools.memory(request.own_id)
    if request.type == "Delete":
        memory.bury()
    names = [request.own_id, *([NUMBERS_LEASE] if kind is number else [])]
    with tools.leases.held(names):
        memory.recall()
        return _handled_once(request, tools, memory, kind)


def _handled_once(request: Request, tools: Tools, memory: Memory, kind: ModuleType) -> Answer:
    stored = memory.answer_to(request.id)
    if stored is not None:
        return stored
    try:
        answer = _done(request, tools, memory, kind)
    except StillRunningError:
        raise
    except ProvisionerError as error:
        answer = protocol.failed(request, str(error))
    memory.keep_answer(request.id, answer)
    return answer


def _done(request: Request, tools: Tools, memory: Memory, kind: ModuleType) -> Answer:
    answer: Answer
    if request.type == "Delete":
        answer = kind.remove(request, tools, memory)
        memory.forget()
        return answer
    if request.type == "Create" and memory.buried(request.id):
        raise CancelledError("The stack has deleted this resource already.", "Nothing was created.")
    answer = kind.converge(request, tools, memory)
    return answer
