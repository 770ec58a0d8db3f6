"""A wake-up call: what has a chat hear of it that nobody has written in time.

It is put among the commands, and the outbound function has EventBridge Scheduler give it to the inbound
function at its time. It names nobody: the message that the chat began with, and a hash.
"""

from __future__ import annotations

from typing import Any

# The command, and the detail-type of what the inbound function gets.
NAME = "chat.wake"

# Who is waited for longer is heard of from the next message alone.
LONGEST_S = 366 * 86_400


class Wake:
    """A wake-up call.

    Attributes:
        chat: the id of the chat's item.
        began: the uuid of the message that the chat began with: the next one has the same id.
        step: the step that waits.
        at: until when an answer is in time, in Unix time.
    """

    __slots__ = ("at", "began", "chat", "step")

    def __init__(self, chat: str, began: str, step: int, at: float) -> None:
        self.chat = chat
        self.began = began
        self.step = step
        self.at = at

    @property
    def uuid(self) -> str:
        """Stands in place of a message's."""
        return f"{self.began}.{self.step}.late"

    def command(self) -> dict[str, Any]:
        """What has it scheduled; twice is once."""
        detail = {name: getattr(self, name) for name in ("chat", "began", "step", "at")}
        return {"id": f"{self.uuid}.{self.at:.0f}", "name": NAME, "detail": detail}
