"""`Custom::VonageNumber`: owned numbers linked to an application, and put back afterwards."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from provisioner.cloudformation.protocol import Answer, Request
from provisioner.errors import ProvisionerError, RefusedError
from provisioner.plan import number
from provisioner.plan.number import FoundNumber, WantedLinks
from provisioner.remembered.memory import Memory
from provisioner.remembered.ownership import Claim, Ownership
from provisioner.resources.tools import Tools
from provisioner.steps.context import StepContext
from provisioner.steps.execute import execute
from provisioner.steps.step import NumberStep
from provisioner.wanted import properties
from provisioner.wanted.properties import Number
from provisioner.world.vonage import Vonage

OWNED = "numbers"
validate = properties.number


@dataclass(frozen=True)
class Survey:
    """What is wanted, what is there, the steps from the one to the other, and what was left to others."""

    wanted: Number
    vonage: Vonage
    ownership: Ownership
    memory: Memory
    found: Mapping[str, FoundNumber]
    steps: list[NumberStep]
    left: list[RefusedError]

    def context(self, tools: Tools, token: str) -> StepContext:
        """The tools to do the steps with."""
        return StepContext(token, self.vonage, tools.deadline, self.ownership, self.memory)


def survey(tools: Tools, memory: Memory, wants: Mapping[str, Any], _stack_id: str = "") -> Survey:
    """Look, and plan. Changes nothing.

    Raises:
        ProvisionerError: it cannot be had, or cannot be found out.
    """
    wanted = properties.number(wants)
    vonage, ownership = tools.vonage(wanted.CredentialsSecret), tools.ownership(OWNED)
    found = _look([*wanted.Numbers, *ownership.things_of(memory.id)], vonage, ownership)
    links = WantedLinks(
        owner=memory.id,
        application_id=wanted.ApplicationId,
        numbers=wanted.Numbers,
        takeover=wanted.AllowTakeover,
        unchanged=memory.record.get("properties") == dict(wants),
    )
    steps, left = number.plan_links(links, found)
    return Survey(wanted, vonage, ownership, memory, found, steps, left)


def converge(request: Request, tools: Tools, memory: Memory) -> Answer:
    """Create or Update: link what is wanted, then release what is wanted no more."""
    seen = survey(tools, memory, request.properties)
    memory.begin(request)
    execute(seen.steps, seen.context(tools, request.id))
    memory.done(request)
    note = " ".join(str(refusal) for refusal in seen.left)
    return Answer("SUCCESS", request.answer_id, note, {"Numbers": ",".join(seen.wanted.Numbers)})


def remove(request: Request, tools: Tools, memory: Memory) -> Answer:
    """Delete: put back every number that this resource still links."""
    ownership = tools.ownership(OWNED)
    numbers = ownership.things_of(memory.id)
    if not numbers:
        return Answer("SUCCESS", request.answer_id)
    try:
        vonage = tools.vonage(str(request.properties.get("CredentialsSecret") or ""))
        found = _look(numbers, vonage, ownership)
        context = StepContext(request.id, vonage, tools.deadline, ownership, memory)
        for msisdn in numbers:
            execute(number.plan_release(memory.id, msisdn, found[msisdn]), context)
    except ProvisionerError as error:
        application_id = request.properties.get("ApplicationId", "<application id>")
        by_hand = f"vonage apps numbers unlink {application_id} <number>"
        error.cause = f"The numbers {', '.join(numbers)} may remain linked: {error.cause}"
        error.next_step += f" Then delete the stack again; or unlink each by hand: `{by_hand}`."
        raise
    return Answer("SUCCESS", request.answer_id)


def _look(numbers: Iterable[str], vonage: Vonage, ownership: Ownership) -> dict[str, FoundNumber]:
    """What the account lists of these numbers, and who links them; one request a second."""
    return {
        msisdn: _found(vonage.number(msisdn), ownership.of(msisdn), vonage)
        for msisdn in dict.fromkeys(numbers)
    }


def _found(live: Mapping[str, Any] | None, claims: Sequence[Claim], vonage: Vonage) -> FoundNumber:
    before = number.linked_to(claims[-1].before or {}) if claims else None
    elsewhere = before is not None and before != claims[-1].details.get("application_id")
    lost = before if elsewhere and vonage.application(str(before)) is None else None
    return FoundNumber(live, claims, lost)
