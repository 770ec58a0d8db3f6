"""Where a call waits, as its webhook's address says it: `?dialog=CON-…&step=3.ask.9f1c2b3a.17.1764357123456`.

It names nobody: the address stands in logs. The whole query has a MAC, which `webhook_url` writes and the
pipeline checks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from switchboard.webhooks.addresses import webhook_url

if TYPE_CHECKING:
    from collections.abc import Mapping

WEBHOOK = "answer"


class Place:
    """A step of one call's dialog.

    Attributes:
        key: the `conversation_uuid` that the call began with, which later events may no longer have.
        index: which step it is.
        kind: what waits there.
        checksum: of all steps up to it.
        line: of the user's code, for people alone.
        began_ms: when the call began, in milliseconds of Unix time.
        region_url: the host that knows the call; empty if Vonage didn't say.
    """

    __slots__ = ("began_ms", "checksum", "index", "key", "kind", "line", "region_url")

    def __init__(
        self, key: str, index: int, kind: str, checksum: int, line: int, began_ms: int, region_url: str
    ) -> None:
        self.key = key
        self.index = index
        self.kind = kind
        self.checksum = checksum
        self.line = line
        self.began_ms = began_ms
        self.region_url = region_url

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> Place | None:
        """The place that fields of a query, or of a notification, name; None where they name none."""
        try:
            index, kind, checksum, line, began_ms = fields["step"].split(".")
            key, region_url = fields["dialog"], fields.get("region", "")
            return cls(key, int(index), kind, int(checksum, 16), int(line), int(began_ms), region_url)
        except (AttributeError, KeyError, ValueError):
            return None

    def fields(self) -> dict[str, str]:
        """What `read` reads."""
        step = f"{self.index}.{self.kind}.{self.checksum:08x}.{self.line}.{self.began_ms}"
        region = {"region": self.region_url} if self.region_url else {}
        return {"dialog": self.key, "step": step, **region}

    def url(self) -> str:
        """The address at which this step's webhook is to arrive."""
        return webhook_url(WEBHOOK, **self.fields())
