"""What sets one webhook apart from the others, and which events somebody waits for."""

from typing import NamedTuple

from switchboard.webhooks.classify import WebhookName

# After these Vonage reads an NCCO in the reply: somebody waits.
WAITING = frozenset({"voice.input", "voice.notify", "voice.disconnected"})
# After these it does so only when the call was set up that way, which the event does not tell.
PERHAPS_WAITING = frozenset({
    "voice.timeout", "voice.failed", "voice.unanswered", "voice.busy", "voice.rejected", "voice.cancelled",
    "voice.human", "voice.machine",
})  # fmt: skip


class Policy(NamedTuple):
    """How one webhook is treated.

    Attributes:
        name: the webhook.
        max_age_s: age at which its signature is stale, in seconds.
        refused: HTTP status when the signature does not hold.
        unavailable: HTTP status when it could not be checked, or the event could not be queued.
        flow_failed: HTTP status when the flow raised, or was late while somebody waited.
        nothing: HTTP status when there is no NCCO to answer with.
        queued: what it receives is an event for the queue.
    """

    name: WebhookName
    max_age_s: float
    refused: int
    unavailable: int
    flow_failed: int
    nothing: int
    queued: bool = True
