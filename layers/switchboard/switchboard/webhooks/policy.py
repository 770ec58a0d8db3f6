"""What sets one webhook apart from the others, and which events somebody waits for."""

from collections.abc import Mapping
from typing import NamedTuple

from switchboard.wire.classify import WebhookName

# After these Vonage reads an NCCO in the reply: somebody waits.
WAITING = frozenset({"voice.input", "voice.notify", "voice.disconnected"})
# After these it does so only when the call was set up that way, which the event does not tell.
PERHAPS_WAITING = frozenset({
    "voice.timeout", "voice.failed", "voice.unanswered", "voice.busy", "voice.rejected", "voice.cancelled",
    "voice.human", "voice.machine",
})  # fmt: skip

# The age at which a signature is stale, in seconds, by what was signed. Messages come again for 24 h, perhaps
# with the token that they were first sent with; for how long verifications do isn't documented.
MAX_AGE_S: Mapping[WebhookName, float] = {
    "answer": 300, "fallback": 300, "event": 300, "rtc_event": 300,
    "inbound": 25 * 3600, "status": 25 * 3600, "verify": 25 * 3600,
}  # fmt: skip


class Policy(NamedTuple):
    """How one webhook is treated.

    Attributes:
        name: the webhook.
        refused: HTTP status when the signature does not hold.
        unavailable: HTTP status when it could not be checked, or the event could not be queued.
        flow_failed: HTTP status when the flow raised, or was late while somebody waited.
        nothing: HTTP status when there is no NCCO to answer with.
        queued: what it receives is an event for the queue.
        too_large: HTTP status when the body is larger than can be taken.
    """

    name: WebhookName
    refused: int
    unavailable: int
    flow_failed: int
    nothing: int
    queued: bool = True
    too_large: int = 413

    @property
    def misdirected(self) -> int:
        """HTTP status for what is plainly another webhook's, once it is recorded: it need not come again."""
        return self.nothing if self.nothing < 300 else 204
