"""The steps that make, change, give back and delete an application."""

from dataclasses import dataclass, field, replace
from typing import ClassVar

from provisioner.remembered import succession
from provisioner.remembered.ownership import Claim
from provisioner.steps.context import ApplicationContext, Undo
from provisioner.steps.step import ApplicationStep
from provisioner.world import document
from provisioner.world.document import Document
from provisioner.world.secret import Content
from provisioner.world.vonage_errors import VonageError


@dataclass(frozen=True)
class CreateApplication(ApplicationStep):
    """Create the application with the public half of the stored key."""

    code: ClassVar[str] = "APPLICATION_MISSING"

    document: Document = field(repr=False)

    def __str__(self) -> str:
        capabilities = ", ".join(sorted(self.document["capabilities"])) or "no capability"
        return f"create the application {self.document['name']!r} with {capabilities}"

    def do(self, context: ApplicationContext) -> Undo:
        """Unless the resource is being deleted."""
        context.stop_if_cancelled()
        known = {name: context.memory.record.get(name) for name in ("application_id", "public_key")}
        context.memory.note(public_key=context.key.public_pem)
        try:
            sent = document.for_put(self.document, context.key.public_pem)
            context.live = context.vonage.create_application(sent)
        except VonageError as error:
            if not error.uncertain:
                context.memory.note(**known)  # nothing was made: a Delete has nothing to look for
            raise
        application_id = context.live["id"]

        def undo() -> None:
            context.vonage.delete_application(application_id)
            context.memory.note(**known)

        return undo


@dataclass(frozen=True)
class ClaimApplication(ApplicationStep):
    """Write down that this resource manages the application, and what it was before: None when it made it."""

    code: ClassVar[str] = "APPLICATION_UNRECORDED"
    is_record: ClassVar[bool] = True

    before: Document | None = field(repr=False)

    def __str__(self) -> str:
        return "write down that this resource manages the application"

    def do(self, context: ApplicationContext) -> Undo:
        """Before the application is changed. Whoever takes it back comes last, as a new owner would."""
        application_id, ownership = context.live["id"], context.ownership
        succession.succeed(context.memory, application_id)
        claims = ownership.of(application_id)
        if context.owner in [claim.owner for claim in claims]:
            ownership.release(application_id, context.owner)
        ownership.claim(application_id, Claim(context.owner, self.before, {}))
        context.memory.note(application_id=application_id)
        return lambda: ownership.restore(application_id, claims)


@dataclass(frozen=True)
class PutApplication(ApplicationStep):
    """Replace the application's document; the key is the stored one."""

    code: ClassVar[str] = "APPLICATION_CHANGED"

    application_id: str
    document: Document = field(repr=False)
    before: Document = field(repr=False)
    changes: tuple[str, ...]

    def __str__(self) -> str:
        return f"change {', '.join(self.changes)} of the application {self.application_id}"

    def do(self, context: ApplicationContext) -> Undo:
        """Vonage removes what the document leaves out, so it is whole."""
        put = context.vonage.put_application

        def replace_it() -> None:
            sent = document.for_put(self.document, context.key.public_pem)
            context.live = put(self.application_id, sent)

        return context.attempt(replace_it, lambda: put(self.application_id, document.for_put(self.before)))


@dataclass(frozen=True)
class SaveApplication(ApplicationStep):
    """Write the application's id beside its key: from here on it is provisioned for every reader."""

    code: ClassVar[str] = "SECRET_CHANGED"

    key_version: str

    def __str__(self) -> str:
        return "write the application's id to the secret"

    def do(self, context: ApplicationContext) -> Undo:
        """Unless the resource is being deleted."""
        context.stop_if_cancelled()
        before = context.current
        after = replace(
            before,
            application_id=context.live["id"],
            key_version=before.key_version or self.key_version,
        )
        context.current = context.secret.put(after, f"{context.token}:application")
        return lambda: context.secret.put(before, f"{context.token}:undo")


@dataclass(frozen=True)
class RestoreApplication(ApplicationStep):
    """Give an application back as it was before it was taken over."""

    code: ClassVar[str] = "APPLICATION_REMOVAL"

    application_id: str
    document: Document = field(repr=False)

    def __str__(self) -> str:
        return f"give the application {self.application_id} back as it was"

    def do(self, context: ApplicationContext) -> None:
        """Nothing to undo: a Delete that fails is tried again, and goes on from here."""
        context.vonage.put_application(self.application_id, self.document)


@dataclass(frozen=True)
class DeleteApplication(ApplicationStep):
    """Delete the application at Vonage."""

    code: ClassVar[str] = "APPLICATION_REMOVAL"

    application_id: str

    def __str__(self) -> str:
        return f"delete the application {self.application_id}"

    def do(self, context: ApplicationContext) -> None:
        """There is no way back."""
        context.vonage.delete_application(self.application_id)


@dataclass(frozen=True)
class EmptySecret(ApplicationStep):
    """Take the id and the key of an application that is gone out of the secret."""

    code: ClassVar[str] = "APPLICATION_REMOVAL"

    content: Content = field(repr=False)

    def __str__(self) -> str:
        return "take the key out of the secret"

    def do(self, context: ApplicationContext) -> None:
        """Other people's fields stay."""
        context.secret.empty(self.content, f"{context.token}:empty")
