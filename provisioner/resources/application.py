"""`Custom::VonageApplication`: an application whose private key never leaves AWS."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from provisioner.cloudformation.protocol import Answer, Request
from provisioner.errors import ConflictError, ProvisionerError
from provisioner.plan.application import Found, plan, plan_removal, plan_rotation
from provisioner.remembered import succession
from provisioner.remembered.memory import Memory
from provisioner.resources.finder import ApplicationFinder
from provisioner.resources.tools import Tools
from provisioner.steps.context import ApplicationContext
from provisioner.steps.execute import execute
from provisioner.steps.step import ApplicationStep
from provisioner.wanted import properties
from provisioner.wanted.properties import Application
from provisioner.world import keys

RECOVERED = (
    "The records of this application were gone, and were written again. A Delete will leave it at Vonage."
)


@dataclass(frozen=True)
class ApplicationComparison:
    """What is wanted, what is there, the steps from the one to the other, and what they work with."""

    wanted: Application
    found: Found
    steps: Sequence[ApplicationStep]
    context: ApplicationContext
    left: ClassVar[Sequence[ConflictError]] = ()

    @property
    def is_superseded(self) -> bool:
        """Whether another resource has taken the application over since, and looks after it now."""
        return not self.found.topmost

    def carry_out(self) -> None:
        """Do the steps, and remember which application it is now, and its key."""
        memory, known = self.context.memory, self.context.memory.record.get("application_id")
        execute(self.steps, self.context)
        if known not in (None, self.context.live["id"]):
            self.context.ownership.release(known, memory.id)
        public_key = self.context.current.public_key or memory.record.get("public_key")
        memory.note(application_id=self.context.live["id"], public_key=public_key)

    def rotate(self) -> None:
        """Give it a new key, or go on with a rotation that did not end."""
        execute(plan_rotation(self.found), self.context)
        self.context.memory.note(public_key=self.context.key.public_pem)

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the key as it is now."""
        return keys.fingerprint(self.context.key.public_pem)


@dataclass(frozen=True)
class VonageApplication:
    """One application of some stack."""

    TYPE: ClassVar[str] = "Custom::VonageApplication"
    LEASES: ClassVar[tuple[str, ...]] = ()

    tools: Tools
    memory: Memory

    @staticmethod
    def validate(wants: Mapping[str, Any]) -> None:
        """Refuse properties that an application cannot have."""
        properties.application(wants)

    def compare(
        self, wants: Mapping[str, Any], stack_id: str, token: str, creating: str = ""
    ) -> ApplicationComparison:
        """Find what is there, and plan.

        Args:
            wants: the properties.
            stack_id: the ARN of the resource's stack.
            token: names what is being done, so that a write done twice is one write.
            creating: the id of a Create, which a Delete may overtake.
        """
        wanted = properties.application(wants)
        finder = self._finder(wanted.CredentialsSecret, wanted.ApplicationSecret)
        found = finder.find(wants, stack_id)
        context = self._context(finder, found, token, creating)
        return ApplicationComparison(wanted, found, plan(wanted, found), context)

    def recover(self, request: Request) -> None:
        """Write down what it was, with the application in its secret, unless that one is somebody else's.

        Whether this resource made the application or adopted it is not known any more: on Delete it stays.
        """
        secret = self.tools.application_secret(str(request.old_properties.get("ApplicationSecret") or ""))
        held = secret.current()
        if held.application_id and not self.tools.ownership("applications").of(held.application_id):
            self.memory.recover(request, application_id=held.application_id, public_key=held.public_key)

    def converge(self, request: Request) -> Answer:
        """Create or Update."""
        creating = request.id if request.type == "Create" else ""
        comparison = self.compare(request.properties, request.stack_id, request.id, creating)
        self.memory.begin(request)
        comparison.carry_out()
        self.memory.done(request)
        return self.reached(request, RECOVERED if "recovered" in self.memory.record else "")

    def reached(self, request: Request, note: str = "") -> Answer:
        """SUCCESS, with what is recorded of the application."""
        data = {
            "ApplicationId": str(self.memory.record["application_id"]),
            "PublicKeyFingerprint": keys.fingerprint(self.memory.record["public_key"]),
            "Name": str(request.properties["Name"]),
            "SecretArn": str(request.properties["ApplicationSecret"]),
        }
        return Answer("SUCCESS", request.answer_id, note, data)

    def remove(self, request: Request) -> Answer:
        """Delete what this resource made, give back what it took over, leave everything else alone."""
        application_id = self.memory.record.get("application_id", "")
        if not (application_id or self.memory.record.get("public_key")):
            self._withdraw()
            return Answer("SUCCESS", request.answer_id)
        try:
            note = self._remove(request)
        except ProvisionerError as error:
            remains = f"The application {application_id or 'with the key of this stack'}"
            by_hand = f"vonage apps delete {application_id or '<id>'}"
            error.cause = f"{remains} may remain at Vonage: {error.cause}"
            error.next_step += f" Then delete the stack again; or remove it by hand: `{by_hand}`."
            raise
        return Answer("SUCCESS", request.answer_id, note)

    def _withdraw(self) -> None:
        """Take back the claim of a Create that died before it did anything else."""
        ownership = self.tools.ownership("applications")
        for application_id in ownership.things_of(self.memory.id):
            ownership.release(application_id, self.memory.id)

    def _remove(self, request: Request) -> str:
        application_id = self.memory.record.get("application_id", "")
        credentials_secret, application_secret = (
            str(request.properties.get(name) or "") for name in ("CredentialsSecret", "ApplicationSecret")
        )
        finder = self._finder(credentials_secret, application_secret)
        found = finder.find_for_removal()
        steps, note = plan_removal(found)
        execute(steps, self._context(finder, found, request.id))
        if application_id:
            finder.ownership.release(application_id, self.memory.id)
        succession.forget(self.memory)
        return note

    def _finder(self, credentials_secret: str, application_secret: str) -> ApplicationFinder:
        return ApplicationFinder(
            vonage=self.tools.vonage(credentials_secret),
            secret=self.tools.application_secret(application_secret),
            ownership=self.tools.ownership("applications"),
            memory=self.memory,
        )

    def _context(
        self, finder: ApplicationFinder, found: Found, token: str, creating: str = ""
    ) -> ApplicationContext:
        return ApplicationContext(
            token=token,
            vonage=finder.vonage,
            deadline=self.tools.deadline,
            ownership=finder.ownership,
            memory=self.memory,
            secret=finder.secret,
            current=found.current,
            pending=found.pending,
            make_key=self.tools.make_key,
            live=found.live or {},
            creating=creating,
        )
