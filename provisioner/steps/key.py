"""The steps of a key's life: stored, given to Vonage, tried, made current."""

from dataclasses import dataclass, field
from typing import ClassVar

from provisioner.errors import ProvisionerError
from provisioner.steps.context import ApplicationContext, Undo
from provisioner.steps.step import ApplicationStep
from provisioner.world import document
from provisioner.world.secret import Content

TRIES = 6
FIRST_PAUSE_S = 0.5


@dataclass(frozen=True)
class StoreKey(ApplicationStep):
    """Make a key pair and store it, before Vonage hears of it."""

    code: ClassVar[str] = "KEY_MISSING"

    key_version: str

    def __str__(self) -> str:
        return "make a key pair and store it in the secret"

    def do(self, context: ApplicationContext) -> None:
        """Nothing to undo: without an application id no reader uses it."""
        made = Content(context.make_key(), key_version=self.key_version, others=context.current.others)
        context.current = context.secret.put(made, f"{context.token}:key")


@dataclass(frozen=True)
class MoveKey(ApplicationStep):
    """Store the key and the application's id in the secret that has taken the place of another."""

    code: ClassVar[str] = "SECRET_REPLACED"

    content: Content = field(repr=False)

    def __str__(self) -> str:
        return "move the key to the new secret"

    def do(self, context: ApplicationContext) -> None:
        """Nothing to undo: the old secret keeps it too."""
        context.current = context.secret.put(self.content, f"{context.token}:key")


@dataclass(frozen=True)
class StoreNextKey(ApplicationStep):
    """Make the next key pair and store it beside the current one, which stays in use."""

    code: ClassVar[str] = "KEY_ROTATION"

    key_version: str

    def __str__(self) -> str:
        return "make the next key pair and store it as pending"

    def do(self, context: ApplicationContext) -> Undo:
        """An older pending key makes room."""
        context.secret.drop_pending()
        made = Content(
            context.make_key(),
            application_id=context.current.application_id,
            key_version=self.key_version,
            others=context.current.others,
        )
        context.pending = context.secret.put(made, f"{context.token}:next-key", pending=True)
        return context.secret.drop_pending


@dataclass(frozen=True)
class PutNextKey(ApplicationStep):
    """Give Vonage the public half of the pending key."""

    code: ClassVar[str] = "KEY_ROTATION"

    application_id: str

    def __str__(self) -> str:
        return f"give the application {self.application_id} the new public key"

    def do(self, context: ApplicationContext) -> Undo:
        """From here on only the next key signs."""
        before = document.for_put(context.live, context.key.public_pem)

        def put() -> None:
            sent = document.for_put(context.live, context.pending.public_key)
            context.live = context.vonage.put_application(self.application_id, sent)

        return context.attempt(put, lambda: context.vonage.put_application(self.application_id, before))


@dataclass(frozen=True)
class TryNextKey(ApplicationStep):
    """Ask Vonage, with a token, whether it knows the pending key."""

    code: ClassVar[str] = "KEY_ROTATION"

    application_id: str

    def __str__(self) -> str:
        return "try the new key with a token"

    def do(self, context: ApplicationContext) -> None:
        """Ask until the token is accepted; how long Vonage takes to know a key is not documented."""
        if context.pending.key is None:
            raise ValueError("the plan tries a key that it has not stored")
        for attempt in range(TRIES):
            if attempt:
                context.deadline.pause(FIRST_PAUSE_S * 2 ** (attempt - 1))
            if context.vonage.accepts(self.application_id, context.pending.key.private_pem):
                return
        raise ProvisionerError(
            f"Vonage took the new public key of the application {self.application_id}, "
            "but refuses its tokens.",
            "The old key was put back and stays in use; try the rotation again later.",
        )


@dataclass(frozen=True)
class PromoteNextKey(ApplicationStep):
    """Make the pending key the current one. From here on the old one must not come back."""

    code: ClassVar[str] = "KEY_ROTATION"
    is_final: ClassVar[bool] = True

    def __str__(self) -> str:
        return "make the new key the current one"

    def do(self, context: ApplicationContext) -> None:
        """Both keys are in the secret: only a label moves."""
        context.secret.promote(context.pending.version_id)
        context.current = context.pending


@dataclass(frozen=True)
class DropNextKey(ApplicationStep):
    """Forget a pending key that Vonage never got, or that is no longer wanted."""

    code: ClassVar[str] = "KEY_ROTATION"

    def __str__(self) -> str:
        return "forget a key of an unfinished rotation"

    def do(self, context: ApplicationContext) -> None:
        """Nothing to undo: nobody uses it."""
        context.secret.drop_pending()
