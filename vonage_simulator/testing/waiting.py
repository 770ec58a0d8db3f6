"""Commands that wait for their time, as long as it takes in simulated time, and those that were cancelled.

A window is looked at on a stack alone: a test says when something happens, not at what hour of the day.
"""

from datetime import datetime

from vonage_simulator.types import Json

CANCELLED: Json = {"reason": "It was cancelled.", "cancelled": True}


class Waiting:
    """What is known of commands by their ids: that they wait, are cancelled, or what became of them."""

    def __init__(self) -> None:
        self._waits: dict[str, Json] = {}
        self._cancelled: set[str] = set()
        self._outcomes: dict[str, str] = {}

    def begins(self, command: Json, now: datetime) -> float:
        """How many seconds a valid command waits from now, at which it comes back; 0 for one that doesn't."""
        if "at" in command:
            seconds = (datetime.fromisoformat(command["at"]) - now).total_seconds()
        else:
            seconds = float(command.get("after", 0))
        if seconds > 0 and command["id"] not in self._cancelled:
            self._waits[command["id"]] = command
            return seconds
        return 0

    def comes_back(self, command_id: str) -> Json | None:
        """A command whose time has come, without its time; None if it was cancelled meanwhile."""
        command = self._waits.pop(command_id, None)
        return command and {name: value for name, value in command.items() if name not in ("at", "after")}

    def is_cancelled(self, command_id: str) -> bool:
        """Whether a command isn't to be carried out."""
        return command_id in self._cancelled

    def ended(self, command_id: str, outcome: str) -> None:
        """Remember what became of a command."""
        self._outcomes[command_id] = outcome

    def cancel(self, command_id: str) -> tuple[Json, Json | None]:
        """Cancel a command: what is known of it, with the `reason` why not, and the command if it waited."""
        if outcome := self._outcomes.get(command_id):
            return {"reason": f"It was already carried out: {outcome}.", "found": outcome}, None
        self._cancelled.add(command_id)
        waited = self._waits.pop(command_id, None)
        return {"found": "waiting" if waited else "unknown"}, waited
