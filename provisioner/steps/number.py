"""The steps that link a number and put it back."""

from dataclasses import dataclass, field
from typing import ClassVar

from provisioner.errors import ConflictError
from provisioner.remembered.ownership import Claim
from provisioner.steps.context import StepContext, Undo
from provisioner.steps.step import NumberStep
from provisioner.wanted.msisdn import masked
from provisioner.world.document import Document
from provisioner.world.vonage_errors import VonageError

# What the Numbers API answers to a link that it does not make. Source: Vonage Numbers API reference.
NOT_ALLOWED = 420


@dataclass(frozen=True)
class LinkNumber(NumberStep):
    """Link an owned number to the application, keeping its other settings."""

    code: ClassVar[str] = "NUMBER_UNLINKED"

    msisdn: str
    settings: dict[str, str] = field(repr=False)
    before: dict[str, str] = field(repr=False)

    def __str__(self) -> str:
        return f"link the number {masked(self.msisdn)} to the application {self.settings['app_id']}"

    def do(self, context: StepContext) -> Undo:
        """One update sends all settings: Vonage may reset those that are left out."""
        update = context.vonage.update_number
        try:
            return context.attempt(lambda: update(self.settings), lambda: update(self.before))
        except VonageError as error:
            if error.status == NOT_ALLOWED:
                self._refuse_missing_application(context)
            raise

    def _refuse_missing_application(self, context: StepContext) -> None:
        """Vonage gives the same reply for every reason: an application that is gone is not told apart."""
        application_id = self.settings["app_id"]
        if context.vonage.application(application_id) is None:
            raise ConflictError(
                f"There is no application {application_id} in the account.",
                "Correct ApplicationId. If it was deleted by hand, `make drift REPAIR=true` makes it again, "
                "and its numbers follow.",
                "APPLICATION_MISSING",
            )


@dataclass(frozen=True)
class ClaimNumber(NumberStep):
    """Write down that this resource links the number, and what the number was like before."""

    code: ClassVar[str] = "NUMBER_UNRECORDED"
    is_record: ClassVar[bool] = True

    msisdn: str
    application_id: str
    before: Document = field(repr=False)

    def __str__(self) -> str:
        return f"remember what the number {masked(self.msisdn)} was"

    def do(self, context: StepContext) -> Undo:
        """Before the number is changed."""
        earlier = [each for each in context.ownership.of(self.msisdn) if each.owner == context.owner]
        details = {"application_id": self.application_id}
        context.ownership.claim(self.msisdn, Claim(context.owner, self.before, details))
        if earlier:
            return lambda: context.ownership.claim(self.msisdn, earlier[0])
        return lambda: context.ownership.release(self.msisdn, context.owner)


@dataclass(frozen=True)
class RestoreNumber(NumberStep):
    """Put a number back as it was before it was linked."""

    code: ClassVar[str] = "NUMBER_REMOVAL"

    msisdn: str
    settings: dict[str, str] = field(repr=False)
    now: dict[str, str] = field(repr=False)

    def __str__(self) -> str:
        return f"put the number {masked(self.msisdn)} back as it was"

    def do(self, context: StepContext) -> Undo:
        """One update sends all settings, as when it was linked."""
        update = context.vonage.update_number
        return context.attempt(lambda: update(self.settings), lambda: update(self.now))


@dataclass(frozen=True)
class ReleaseNumber(NumberStep):
    """Strike this resource off the number's record; whoever linked it since inherits what it was before."""

    code: ClassVar[str] = "NUMBER_REMOVAL"

    msisdn: str

    def __str__(self) -> str:
        return f"forget the number {masked(self.msisdn)}"

    def do(self, context: StepContext) -> None:
        """Nothing to undo: the number itself is as it should be without this resource."""
        context.ownership.release(self.msisdn, context.owner)
