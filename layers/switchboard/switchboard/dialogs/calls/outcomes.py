"""What steps of a call come back with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    Status = Literal["answered", "busy", "timeout", "unanswered", "rejected", "failed", "machine"]


class ConnectOutcome:
    """What became of a `connect`; true if somebody answered, rather than a machine.

    Attributes:
        status: in Vonage's word: `answered`, `busy`, `timeout`, `unanswered`, `rejected`, `failed`, or
            `machine`, where its detection was asked for.
        detail: what Vonage says beside it, such as `declined`; mostly empty.
        duration_s: how long the two talked, where Vonage says so in time.
    """

    __slots__ = ("detail", "duration_s", "status")

    def __init__(self, status: Status, detail: str = "", duration_s: int | None = None) -> None:
        self.status: Status = status
        self.detail = detail
        self.duration_s = duration_s

    def __bool__(self) -> bool:
        """Whether a person answered, as far as that is known."""
        return self.status == "answered"


class Recording:
    """What was recorded; false if Vonage never said where it is.

    Attributes:
        url: where Vonage keeps it for 30 days; fetching it takes the application's token.
        uuid: its name at Vonage.
        seconds: how long it is.
    """

    __slots__ = ("seconds", "url", "uuid")

    def __init__(self, url: str = "", uuid: str = "", seconds: int = 0) -> None:
        self.url = url
        self.uuid = uuid
        self.seconds = seconds

    def __bool__(self) -> bool:
        """Whether there is something to listen to."""
        return bool(self.url)
