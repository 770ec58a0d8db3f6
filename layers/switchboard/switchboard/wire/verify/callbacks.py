"""What Vonage sends to the verify webhook: how each channel ended, and at last the whole verification.

Flows tell the two apart by `type`: an `event` is about one channel, a `summary` about all. A code that was
wrong is not told here, but in the reply to the check.

Source: Vonage Verify API v2 OpenAPI file (1.0.1), its webhooks; the Java SDK's `VerificationCallback`
(9.13); the guide "Verify API Webhooks", which also has the status `blocked`.
"""

from typing import Literal, Required, final

from switchboard.wire.typed import TypedDict


class Action(TypedDict, total=False):
    """What the phone has to do in a silent authentication: open `check_url` by mobile data."""

    type: str
    check_url: str


@final
class ChannelEvent(TypedDict, total=False):
    """How one channel of a verification ended; or, with `action_pending`, what it waits for.

    Times are ISO 8601. `action` is an object in the reference, and a list in the Java SDK.
    """

    type: Required[Literal["event"]]
    request_id: Required[str]
    channel: Required[str]
    status: Required[
        Literal[
            "completed", "failed", "rejected", "user_rejected", "expired", "blocked", "cancelled",
            "action_pending",
        ]
    ]  # fmt: skip
    triggered_at: str
    finalized_at: str
    channel_timeout: int
    client_ref: str
    action: Action | list[Action]


class Step(TypedDict, total=False):
    """One channel of a workflow; `unused` is the status of one whose turn never came."""

    channel: str
    initiated_at: str
    status: str


@final
class Summary(TypedDict, total=False):
    """How a verification ended: `completed` is the only status that lets somebody in.

    `price` is in euros.
    """

    type: Required[Literal["summary"]]
    request_id: Required[str]
    status: Required[Literal["completed", "failed", "expired", "blocked", "cancelled"]]
    submitted_at: str
    channel_timeout: int
    workflow: list[Step]
    price: str | float
    client_ref: str


Callback = ChannelEvent | Summary
