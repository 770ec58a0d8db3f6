"""What can be asked of Vonage by a flow or by another stack: commands, carried out by the outbound function.

On the bus `name` is the `detail-type` and `detail` the `detail`; a flow returns the command, or the
message alone. `id` makes it safe to repeat: a command whose id was seen lately is not carried out again. A
flow leaves it out and gets one that follows from the event it answers; on the bus it is the id of the event.
`pace` and `purpose` are our own words, not Vonage's: on the bus they stand in the `detail`, and Vonage never
sees them.
"""

from collections.abc import Sequence
from typing import Annotated, Literal, NotRequired, Required

from switchboard.wire.actions import Action
from switchboard.wire.call_requests import CallRequest, CallUpdate
from switchboard.wire.endpoints import Id, Origin, Url
from switchboard.wire.message_requests import MessageRequest, MessageUpdate
from switchboard.wire.typed import Characters, Tagged, TypedDict
from switchboard.wire.verify.requests import CodeToCheck, Verification, VerificationRequest

CommandId = Annotated[str, Characters(1, 100)]
# In no hurry: one of many, which let everything else go before them.
Pace = Literal["bulk"]


# Asked for by whom it is for, such as a receipt: it is sent to somebody who has opted out, too.
Purpose = Literal["transactional"]


class SendMessage(TypedDict):
    """Send a message."""

    name: Literal["messages.send"]
    id: NotRequired[CommandId]
    pace: NotRequired[Pace]
    purpose: NotRequired[Purpose]
    detail: MessageRequest


class MessageChange(MessageUpdate, total=False):
    """Which message becomes what; `href` is the message's own `_self.href`, of which the host is asked."""

    message_uuid: Required[Id]
    href: Url


class ReadMessage(TypedDict):
    """Mark a message as read, or take one back."""

    name: Literal["messages.read"]
    id: NotRequired[CommandId]
    detail: MessageChange


class CallToPlace(CallRequest, total=False):
    """`region_url` is the host to ask; Vonage's own choice when absent."""

    region_url: Origin


class PlaceCall(TypedDict):
    """Place a call."""

    name: Literal["voice.call"]
    id: NotRequired[CommandId]
    pace: NotRequired[Pace]
    purpose: NotRequired[Purpose]
    detail: CallToPlace


class UpdateCall(TypedDict):
    """Change a call in progress."""

    name: Literal["voice.update"]
    id: NotRequired[CommandId]
    detail: CallUpdate


class StartVerification(TypedDict):
    """Send somebody a code."""

    name: Literal["verify.start"]
    id: NotRequired[CommandId]
    detail: VerificationRequest


class CheckCode(TypedDict):
    """Check a code that somebody gave back."""

    name: Literal["verify.check"]
    id: NotRequired[CommandId]
    detail: CodeToCheck


class Heard(TypedDict):
    """The word by which somebody asked for it: where the confirmation goes, and in which language."""

    channel: Required[str]
    sender: Required[str]
    language: Required[str]


class Consent(TypedDict, total=False):
    """Who opts out or in: of a `sender`, as messages and calls have it in `from`, or of all of them."""

    person: Required[Annotated[str, Characters(1, 200)]]
    sender: Annotated[str, Characters(1, 200)]
    heard: Heard


class ChangeConsent(TypedDict):
    """Opt somebody out, or in again."""

    name: Literal["consent.stop", "consent.start"]
    id: NotRequired[CommandId]
    detail: Consent


class EndVerification(TypedDict):
    """Cancel a verification, or have its next channel send a code now."""

    name: Literal["verify.cancel", "verify.next_workflow"]
    id: NotRequired[CommandId]
    detail: Verification


Command = Annotated[
    SendMessage
    | ReadMessage
    | PlaceCall
    | UpdateCall
    | StartVerification
    | CheckCode
    | EndVerification
    | ChangeConsent,
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
    with it all the same. `opted_out` is true of what was not sent because the person has opted out. `person`
    and `sender` are those of a `consent.stop` or `consent.start`.
    """

    id: Required[CommandId]
    command: Required[
        Literal[
            "messages.send", "messages.read", "voice.call", "voice.update",
            "verify.start", "verify.check", "verify.cancel", "verify.next_workflow",
            "consent.stop", "consent.start",
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
    person: str
    sender: str
