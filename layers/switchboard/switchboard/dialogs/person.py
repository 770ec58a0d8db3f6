"""The person whom a dialog is with: what is remembered of them, read and written as a step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from switchboard.dialogs.steps import Do, remembered
from switchboard.errors import AwsError, HistoryError, SecretError, SettingError

if TYPE_CHECKING:
    from collections.abc import Iterator

# The user part of a SIP address whose owner doesn't show it. Source: RFC 3323, section 4.1.
_NOBODY = ("", "anonymous", "restricted", "unavailable", "unknown")
_GIVEN = "call.person", "was given"


class Person(Mapping[str, Any]):
    """What is remembered of a person, by name: `person.get("language", "en-GB")`.

    It's what it was at its step, and to be read alone: `await call.person(language="de-DE")` writes.

    Attributes:
        is_withheld: whether nobody knows who it is. Then nothing is remembered, whatever is written.
    """

    __slots__ = ("_content", "is_withheld")

    def __init__(self, content: Mapping[str, Any] | None) -> None:
        self._content = content or {}
        self.is_withheld = content is None

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - JSON
        """What is remembered under a name."""
        return self._content[name]

    def __iter__(self) -> Iterator[str]:
        """The names, in the order in which they came."""
        return iter(self._content)

    def __len__(self) -> int:
        """How many things are remembered."""
        return len(self._content)

    def __repr__(self) -> str:
        """As it reads in a test's failure."""
        return f"Person({'withheld' if self.is_withheld else self._content})"


class Remember(Do[Person]):
    """What is remembered of somebody, after some changes or none.

    Args:
        address: who it is: a number, or what a channel calls them.
        changes: by name; None forgets.
    """

    __slots__ = ("_address", "_changes")

    kind = "person"

    def __init__(self, address: str, changes: Mapping[str, Any]) -> None:
        self._address = address
        self._changes = changes
        self.shape = "\n".join(sorted(changes))

    def perform(self) -> dict[str, Any] | None:
        """Read it, or change it; None of somebody whom nobody knows.

        Raises:
            DialogError: what is to be remembered doesn't survive JSON, or is too much.
            HistoryError: AWS didn't answer, or refused: the webhook has to come again.
        """
        from switchboard.reach import documents, people

        changes: dict[str, Any] = remembered(dict(self._changes), *_GIVEN)
        if _is_nobody(self._address):
            return None
        try:
            person = people.person_id(self._address)
            found = documents.change(person, changes) if changes else documents.read(person)
        except (AwsError, SecretError, SettingError) as failure:
            raise HistoryError(f"What is remembered of the person: {failure}") from failure
        return found.content

    def read(self, recorded: Any) -> Person:  # noqa: ANN401 - JSON
        """What it was then."""
        return Person(recorded)


def _is_nobody(address: str) -> bool:
    user = address.casefold().removeprefix("sips:").removeprefix("sip:").partition("@")[0]
    return user.strip() in _NOBODY
