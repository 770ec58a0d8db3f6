"""`Custom::VonageNumber`: owned numbers linked to an application, and put back afterwards."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from provisioner.cloudformation.protocol import Answer, Request
from provisioner.errors import ConflictError, ProvisionerError
from provisioner.plan.number import FoundNumber, WantedLinks, linked_to, plan_links, plan_release
from provisioner.remembered import succession
from provisioner.remembered.memory import Memory
from provisioner.remembered.ownership import Claim
from provisioner.resources.tools import Tools
from provisioner.steps.context import StepContext
from provisioner.steps.execute import execute
from provisioner.steps.step import NumberStep
from provisioner.wanted import properties
from provisioner.wanted.properties import Number


@dataclass(frozen=True)
class NumberComparison:
    """What is wanted, what is there, the steps from the one to the other, and what they work with.

    Attributes:
        left: numbers that somebody took since, and that stay with them.
    """

    wanted: Number
    found: Mapping[str, FoundNumber]
    steps: Sequence[NumberStep]
    left: Sequence[ConflictError]
    context: StepContext
    is_superseded: ClassVar[bool] = False

    def carry_out(self) -> None:
        """Do the steps."""
        execute(self.steps, self.context)


@dataclass(frozen=True)
class VonageNumber:
    """The links that one resource of some stack wants."""

    TYPE: ClassVar[str] = "Custom::VonageNumber"
    LEASES: ClassVar[tuple[str, ...]] = ("numbers",)

    tools: Tools
    memory: Memory

    @staticmethod
    def validate(wants: Mapping[str, Any]) -> None:
        """Refuse properties that a link cannot have."""
        properties.number(wants)

    def compare(self, wants: Mapping[str, Any], _stack_id: str, token: str) -> NumberComparison:
        """Find what is there, and plan."""
        wanted = properties.number(wants)
        context = self._context(wanted.CredentialsSecret, token)
        found = _find([*wanted.Numbers, *context.ownership.things_of(self.memory.id)], context)
        links = WantedLinks(
            owner=self.memory.id,
            application_id=succession.today(self.tools.records, wanted.ApplicationId),
            numbers=wanted.Numbers,
            takeover=wanted.AllowTakeover,
            unchanged=self.memory.record.get("properties") == dict(wants),
        )
        steps, left = plan_links(links, found)
        return NumberComparison(wanted, found, steps, left, context)

    def recover(self, request: Request) -> None:
        """Write down what it was; who links its numbers comes with the Update."""
        self.memory.recover(request)

    def converge(self, request: Request) -> Answer:
        """Create or Update: link what is wanted, then release what is wanted no more."""
        comparison = self.compare(request.properties, request.stack_id, request.id)
        self.memory.begin(request)
        comparison.carry_out()
        self.memory.done(request)
        return self.reached(request, " ".join(str(conflict) for conflict in comparison.left))

    def reached(self, request: Request, note: str = "") -> Answer:
        """SUCCESS, with the numbers that are wanted."""
        numbers = properties.number(request.properties).Numbers
        return Answer("SUCCESS", request.answer_id, note, {"Numbers": ",".join(numbers)})

    def remove(self, request: Request) -> Answer:
        """Delete: put back every number that this resource still links."""
        numbers = self.tools.ownership("numbers").things_of(self.memory.id)
        if not numbers:
            return Answer("SUCCESS", request.answer_id)
        try:
            context = self._context(str(request.properties.get("CredentialsSecret") or ""), request.id)
            found = _find(numbers, context)
            for msisdn in numbers:
                execute(plan_release(self.memory.id, msisdn, found[msisdn]), context)
        except ProvisionerError as error:
            application_id = request.properties.get("ApplicationId", "<application id>")
            by_hand = f"vonage apps numbers unlink {application_id} <number>"
            error.cause = f"The numbers {', '.join(numbers)} may remain linked: {error.cause}"
            error.next_step += f" Then delete the stack again; or unlink each by hand: `{by_hand}`."
            raise
        return Answer("SUCCESS", request.answer_id)

    def _context(self, credentials_secret: str, token: str) -> StepContext:
        return StepContext(
            token=token,
            vonage=self.tools.vonage(credentials_secret),
            deadline=self.tools.deadline,
            ownership=self.tools.ownership("numbers"),
            memory=self.memory,
        )


def _find(numbers: Iterable[str], context: StepContext) -> dict[str, FoundNumber]:
    """What the account lists of these numbers, and who links them; one request a second."""
    vonage, ownership = context.vonage, context.ownership
    return {
        msisdn: _found(vonage.number(msisdn), ownership.of(msisdn), context)
        for msisdn in dict.fromkeys(numbers)
    }


def _found(live: Mapping[str, Any] | None, claims: Sequence[Claim], context: StepContext) -> FoundNumber:
    before = linked_to(claims[-1].before or {}) if claims else None
    elsewhere = before is not None and before != claims[-1].details.get("application_id")
    lost = before if elsewhere and context.vonage.application(str(before)) is None else None
    return FoundNumber(live, claims, lost, _successor(live, context))


def _successor(live: Mapping[str, Any] | None, context: StepContext) -> str | None:
    """The application that has taken the place of the one that a number is linked to."""
    linked = linked_to(live or {})
    now = succession.today(context.memory.records, linked) if linked else None
    return now if now != linked else None
