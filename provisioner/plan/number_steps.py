"""The steps of a plan for numbers; like those of `steps`, plain data and safe to do twice."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from provisioner.wanted.msisdn import masked

Document = dict[str, Any]


@dataclass(frozen=True)
class LinkNumber:
    """Link an owned number to the application, keeping its other settings."""

    code: ClassVar[str] = "NUMBER_UNLINKED"

    msisdn: str
    settings: dict[str, str] = field(repr=False)
    before: dict[str, str] = field(repr=False)

    def __str__(self) -> str:
        return f"link the number {masked(self.msisdn)} to the application {self.settings['app_id']}"


@dataclass(frozen=True)
class ClaimNumber:
    """Write down that this resource links the number, and what the number was like before."""

    code: ClassVar[str] = "NUMBER_UNRECORDED"

    msisdn: str
    application_id: str
    before: Document = field(repr=False)

    def __str__(self) -> str:
        return f"remember what the number {masked(self.msisdn)} was"


@dataclass(frozen=True)
class RestoreNumber:
    """Put a number back as it was before it was linked."""

    code: ClassVar[str] = "NUMBER_REMOVAL"

    msisdn: str
    settings: dict[str, str] = field(repr=False)
    now: dict[str, str] = field(repr=False)

    def __str__(self) -> str:
        return f"put the number {masked(self.msisdn)} back as it was"


@dataclass(frozen=True)
class ReleaseNumber:
    """Strike this resource off the number's record; whoever linked it since inherits what it was before."""

    code: ClassVar[str] = "NUMBER_REMOVAL"

    msisdn: str

    def __str__(self) -> str:
        return f"forget the number {masked(self.msisdn)}"
