"""The steps a plan is made of: plain data, each one thing, each safe to do twice.

A step's `code` says what is amiss when a plan holds it although nothing was asked to change.
"""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from provisioner.plan.number_steps import ClaimNumber, LinkNumber, ReleaseNumber, RestoreNumber
from provisioner.world.secret import Content

Document = dict[str, Any]


@dataclass(frozen=True)
class StoreKey:
    """Make a key pair and store it, before Vonage hears of it."""

    code: ClassVar[str] = "KEY_MISSING"

    key_version: str

    def __str__(self) -> str:
        return "make a key pair and store it in the secret"


@dataclass(frozen=True)
class MoveKey:
    """Store the key and the application's id in the secret that has taken the place of another."""

    code: ClassVar[str] = "SECRET_REPLACED"

    content: Content = field(repr=False)

    def __str__(self) -> str:
        return "move the key to the new secret"


@dataclass(frozen=True)
class CreateApplication:
    """Create the application with the public half of the stored key."""

    code: ClassVar[str] = "APPLICATION_MISSING"

    document: Document = field(repr=False)

    def __str__(self) -> str:
        capabilities = ", ".join(sorted(self.document["capabilities"])) or "no capability"
        return f"create the application {self.document['name']!r} with {capabilities}"


@dataclass(frozen=True)
class ClaimApplication:
    """Write down that this resource manages the application, and what it was before: None when it made it."""

    code: ClassVar[str] = "APPLICATION_UNRECORDED"

    before: Document | None = field(repr=False)

    def __str__(self) -> str:
        return "write down that this resource manages the application"


@dataclass(frozen=True)
class PutApplication:
    """Replace the application's document; the key is the stored one."""

    code: ClassVar[str] = "APPLICATION_CHANGED"

    application_id: str
    document: Document = field(repr=False)
    before: Document = field(repr=False)
    changes: tuple[str, ...]

    def __str__(self) -> str:
        return f"change {', '.join(self.changes)} of the application {self.application_id}"


@dataclass(frozen=True)
class StoreNextKey:
    """Make the next key pair and store it beside the current one."""

    code: ClassVar[str] = "KEY_ROTATION"

    key_version: str

    def __str__(self) -> str:
        return "make the next key pair and store it as pending"


@dataclass(frozen=True)
class PutNextKey:
    """Give Vonage the public half of the pending key."""

    code: ClassVar[str] = "KEY_ROTATION"

    application_id: str

    def __str__(self) -> str:
        return f"give the application {self.application_id} the new public key"


@dataclass(frozen=True)
class TryNextKey:
    """Ask Vonage, with a token, whether it knows the pending key."""

    code: ClassVar[str] = "KEY_ROTATION"

    application_id: str

    def __str__(self) -> str:
        return "try the new key with a token"


@dataclass(frozen=True)
class PromoteNextKey:
    """Make the pending key the current one."""

    code: ClassVar[str] = "KEY_ROTATION"

    def __str__(self) -> str:
        return "make the new key the current one"


@dataclass(frozen=True)
class DropNextKey:
    """Forget a pending key that Vonage never got, or that is no longer wanted."""

    code: ClassVar[str] = "KEY_ROTATION"

    def __str__(self) -> str:
        return "forget a key of an unfinished rotation"


@dataclass(frozen=True)
class SaveApplication:
    """Write the application's id beside its key: from here on it is provisioned for every reader."""

    code: ClassVar[str] = "SECRET_CHANGED"

    key_version: str

    def __str__(self) -> str:
        return "write the application's id to the secret"


@dataclass(frozen=True)
class RestoreApplication:
    """Give an application back as it was before it was taken over."""

    code: ClassVar[str] = "APPLICATION_REMOVAL"

    application_id: str
    document: Document = field(repr=False)

    def __str__(self) -> str:
        return f"give the application {self.application_id} back as it was"


@dataclass(frozen=True)
class DeleteApplication:
    """Delete the application at Vonage."""

    code: ClassVar[str] = "APPLICATION_REMOVAL"

    application_id: str

    def __str__(self) -> str:
        return f"delete the application {self.application_id}"


@dataclass(frozen=True)
class EmptySecret:
    """Take the id and the key of an application that is gone out of the secret."""

    code: ClassVar[str] = "APPLICATION_REMOVAL"

    content: Content = field(repr=False)

    def __str__(self) -> str:
        return "take the key out of the secret"


Step = (
    StoreKey
    | MoveKey
    | CreateApplication
    | ClaimApplication
    | PutApplication
    | StoreNextKey
    | PutNextKey
    | TryNextKey
    | PromoteNextKey
    | DropNextKey
    | SaveApplication
    | RestoreApplication
    | DeleteApplication
    | EmptySecret
    | LinkNumber
    | ClaimNumber
    | RestoreNumber
    | ReleaseNumber
)
