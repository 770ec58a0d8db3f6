"""A verification: its channels, its codes, and what its webhooks say.

Source: Vonage Verify API v2 OpenAPI file (1.0.1). Not confirmed: that an `event` is sent for a channel that
timed out, with the status `expired`, and that a code counts only while its own channel has its turn.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Literal

from vonage_simulator.types import Json

Ended = Literal["completed", "failed", "expired", "cancelled", "skipped"]

SILENT_AUTH_S = 60
STANDARD_TIMEOUT_S = 180
MOST_WRONG_CODES = 3


@dataclass
class Step:
    """One channel's turn; `uuid` is that of the message or call that carried the code."""

    wanted: Json
    code: str
    status: str = "unused"
    initiated_at: str = ""
    uuid: str = ""

    @property
    def channel(self) -> str:
        """Such as `sms`."""
        return str(self.wanted["channel"])

    def as_json(self) -> Json:
        """The step in a summary."""
        began = {"initiated_at": self.initiated_at} if self.initiated_at else {}
        return {"channel": self.channel, **began, "status": self.status}


@dataclass(eq=False)
class Verification:
    """One request to verify somebody.

    Attributes:
        steps: the channels, in their order.
        current: whose turn it is; None once it is over.
        wrong_codes: how many were given so far.
        turn_over: set when the turn of the present channel ends, with `ended` saying how.
        run: what takes it from channel to channel.
    """

    request_id: str
    application_id: str | None
    wanted: Json
    steps: list[Step]
    submitted_at: str
    submitted_s: float
    current: Step | None = None
    wrong_codes: int = 0
    status: str = "in_progress"
    ended: Ended = "expired"
    turn_over: asyncio.Event = field(default_factory=asyncio.Event)
    run: "asyncio.Task[None] | None" = None

    @property
    def is_over(self) -> bool:
        """Whether nothing can happen any more."""
        return self.status != "in_progress"

    @property
    def has_next(self) -> bool:
        """Whether another channel waits for its turn."""
        return self.current is not None and self.current is not self.steps[-1]

    @property
    def addresses(self) -> set[str]:
        """Whom it may write to or call."""
        return {str(step.wanted["to"]) for step in self.steps}

    def timeout_s(self, step: Step) -> float:
        """How long a channel has its turn."""
        own = float(self.wanted.get("channel_timeout", STANDARD_TIMEOUT_S))
        return SILENT_AUTH_S if step.channel == "silent_auth" else own

    def end_turn(self, ended: Ended) -> None:
        """End the turn of the present channel."""
        self.ended = ended
        self.turn_over.set()

    def event(self, step: Step, now: str) -> Json:
        """The webhook about one channel."""
        payload = {"type": "event", "channel": step.channel, "status": step.status}
        return {**self._common(), "triggered_at": step.initiated_at, **payload, "finalized_at": now}

    def summary(self) -> Json:
        """The webhook about the whole."""
        return {
            **self._common(),
            "submitted_at": self.submitted_at,
            "status": self.status,
            "type": "summary",
            "channel_timeout": self.wanted.get("channel_timeout", STANDARD_TIMEOUT_S),
            "workflow": [step.as_json() for step in self.steps],
        }

    def action_pending(self, step: Step, check_url: str) -> Json:
        """The webhook about a phone that is to be recognised silently."""
        action = {"type": "check", "check_url": check_url}
        payload = {"type": "event", "channel": step.channel, "status": "action_pending", "action": action}
        return {**self._common(), "triggered_at": step.initiated_at, **payload}

    def _common(self) -> Json:
        reference = {"client_ref": self.wanted["client_ref"]} if "client_ref" in self.wanted else {}
        return {"request_id": self.request_id, **reference}
