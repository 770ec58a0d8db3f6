"""What can be asked of Vonage by a flow or by another stack: commands, carried out by the outbound function.

On the bus `name` is the `detail-type` and `detail` the `detail`; a flow returns the command, or the
message alone. `id` makes it safe to repeat: a command whose id was seen lately is not carried out again. A
flow leaves it out and gets one that follows from the event it answers; on the bus it is the id of the event.
What else stands beside `detail` are our own words, not Vonage's (`wire.reach.marks`): on the bus they stand
in the `detail`, and Vonage never sees them.
"""

from collections.abc import Sequence
from typing import Annotated, Literal, Required

from switchboard.wire.actions import Action
from switchboard.wire.call_requests import CallRequest, CallUpdate
from switchboard.wire.endpoints import Id, Origin, Url
from switchboard.wire.message_requests import MessageRequest, MessageUpdate
from switchboard.wire.reach.marks import CommandId, Reaching, Timed
from switchboard.wire.typed import Characters, Tagged, TypedDict
from switchboard.wire.verify.requests import CodeToCheck, Verification, VerificationRequest


class SendMessage(Reaching):
    """Send a message."""

    name: Literal["messages.send"]
    detail: MessageRequest


class MessageChange(MessageUpdate, total=False):
    """Which message becomes what; `href` is the message's own `_self.href`, of which the host is asked."""

    message_uuid: Required[Id]
    href: Url


class ReadMessage(Timed):
    """Mark a message as read, or take one back."""

    name: Literal["messages.read"]
    detail: MessageChange


class CallToPlace(CallRequest, total=False):
    """`region_url` is the host to ask; Vonage's own choice when absent."""

    region_url: Origin


class PlaceCall(Reaching):
    """Place a call."""

    name: Literal["voice.call"]
    detail: CallToPlace


class UpdateCall(Timed):
    """Change a call in progress."""

    name: Literal["voice.update"]
    detail: CallUpdate


class StartVerification(Timed):
    """Send somebody a code."""

    name: Literal["verify.start"]
    detail: VerificationRequest


class CheckCode(Timed):
    """Check a code that somebody gave back."""

    name: Literal["verify.check"]
    detail: CodeToCheck


class Heard(TypedDict, total=False):
    """The word by which somebody asked for it: where the confirmation goes, in which language, and when."""

    channel: Required[str]
    sender: Required[str]
    language: Required[str]
    at: float


class Consent(TypedDict, total=False):
    """Who opts out or in: of a `sender`, as messages and calls have it in `from`, or of all of them."""

    person: Required[Annotated[str, Characters(1, 200)]]
    sender: Annotated[str, Characters(1, 200)]
    heard: Heard


class ChangeConsent(Timed):
    """Opt somebody out, or in again."""

    name: Literal["consent.stop", "consent.start"]
    detail: Consent


class EndVerification(Timed):
    """Cancel a verification, or have its next channel send a code now."""

    name: Literal["verify.cancel", "verify.next_workflow"]
    detail: Verification


class WhichCommand(TypedDict):
    """The command that isn't to be carried out any more."""

    id: CommandId


class CancelCommand(Timed):
    """Cancel another command that hasn't been carried out yet."""

    name: Literal["command.cancel"]
    detail: WhichCommand


Command = Annotated[
    SendMessage
    | ReadMessage
    | PlaceCall
    | UpdateCall
    | StartVerification
    | CheckCode
    | EndVerification
    | ChangeConsent
    | CancelCommand,
    Tagged("name"),
]  # fmt: skip

# What a flow without a call may return: a message or command, or several.
Commands = MessageRequest | Command | Sequence[MessageRequest | Command]

# And one with a call: its NCCO may have messages and commands among the actions.
Reply = MessageRequest | Command | Sequence[Action | MessageRequest | Command]


class Result(TypedDict, total=False):
    """What became of a command, as an event: `messages.send.accepted`, `voice.call.uncertain`.

    `accepted`: Vonage took it; `message_uuid` or `uuid` is its name there. `rejected`: Vonage refused
    it, or it was never valid; `reason` says why and it is not tried again: of a `verify.check` most often
    that the code is wrong. `uncertain`: the reply was
    lost after the request, so a call may have been placed; it is not placed twice.

    `warnings` are what is doubtful about the command, such as a key that isn't documented: Vonage was asked
    with it all the same. `opted_out` is true of what was not sent because the person has opted out,
    `barred` of what the stack's owner doesn't allow, or not so many of in a day, and `cancelled` of what
    somebody cancelled. `person` and `sender` are those of a `consent.stop` or
    `consent.start`; `found` is what had become of a command that was to be cancelled.
    """

    id: Required[CommandId]
    command: Required[
        Literal[
            "messages.send", "messages.read", "voice.call", "voice.update",
            "verify.start", "verify.check", "verify.cancel", "verify.next_workflow",
            "consent.stop", "consent.start", "command.cancel",
        ]
    ]  # fmt: skip
    outcome: Required[Literal["accepted", "rejected", "uncertain"]]
    timestamp: Required[str]  # ISO 8601 with milliseconds and Z
    message_uuid: str
    workflow_id: str
    uuid: str
    conversation_uuid: str
    request_id: str
    check_url: str
    status_code: int
    reason: str
    warnings: list[str]
    opted_out: bool
    barred: bool
    cancelled: bool
    found: Literal["waiting", "unknown", "cancelled", "accepted", "rejected", "uncertain"]
    person: str
    sender: str
