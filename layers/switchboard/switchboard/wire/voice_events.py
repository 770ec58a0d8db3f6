"""What happens to a call, as the event webhook hears it, in Vonage's own shape and words.

Flows tell events apart by `status` or by the key that only one of them has::

    match event:
        case {"dtmf": {"digits": "1"}}: ...
        case {"status": "completed", "duration": str(seconds)}: ...

The types say what is documented. Any field, status or detail that Vonage adds passes through as it came.

Source: Vonage Voice API webhooks reference, and requests recorded in the official SDKs' tests.
"""

from typing import Any, Literal, Required, final

from switchboard.wire.typed import TypedDict

_From = TypedDict("_From", {"from": str}, total=False)


class _Leg(_From, total=False):
    to: str
    uuid: str
    conversation_uuid: str
    timestamp: str  # ISO 8601 with milliseconds and Z
    direction: Literal["inbound", "outbound"]
    headers: dict[str, Any]  # on a WebSocket leg, the headers given to its endpoint


class _OfCaller(_From, total=False):
    """Vonage doesn't say who calls: the address does, where a flow's NCCO gave these one of our webhooks'."""

    from_user: str
    to: str


@final
class Progress(_Leg, total=False):
    """The leg is set up (`started`) or rings; the two may arrive in either order."""

    status: Required[Literal["started", "ringing"]]


@final
class Answered(_Leg, total=False):
    """The leg was answered; what it costs is not known yet."""

    status: Required[Literal["answered"]]
    start_time: str | None
    rate: str | None
    network: str | None


@final
class NotAnswered(_Leg, total=False):
    """The leg ended without an answer.

    `detail` says more: `unavailable`, `timeout` or `carrier_timeout` (unanswered), `invalid_number`,
    `restricted` or `declined` (rejected), `cannot_route`, `number_out_of_service` or `internal_error`
    (failed). The reply is read as an NCCO only after a `connect` with `eventType: synchronous`.
    """

    status: Required[Literal["busy", "cancelled", "timeout", "unanswered", "rejected", "failed"]]
    detail: str
    sip_code: int | str


@final
class MachineDetected(_Leg, total=False):
    """Who answered. `sub_state` is `beep_start` or `beep_timeout`.

    The leg is named `call_uuid` here: `reading.leg` gives whichever name is there.
    """

    status: Required[Literal["human", "machine"]]
    call_uuid: str
    sub_state: str


@final
class Disconnected(_Leg, total=False):
    """The other side closed the WebSocket; the reply is read as an NCCO."""

    status: Required[Literal["disconnected"]]


@final
class Completed(_Leg, total=False):
    """The leg is over. Its numbers are texts, or null: see `reading.duration` and `reading.price`."""

    status: Required[Literal["completed"]]
    start_time: str | None
    end_time: str | None
    duration: str | None
    rate: str | None
    price: str | None
    network: str | None
    disconnected_by: str  # "user" or "platform"
    sip_code: int | str


@final
class Transcribed(_OfCaller, total=False):
    """A recording has been transcribed."""

    status: Required[Literal["transcribed"]]
    type: Literal["record"]
    conversation_uuid: str
    recording_uuid: str
    transcription_url: str
    timestamp: str


class Dtmf(TypedDict, total=False):
    """The keys pressed; `digits` is null or empty when there were none."""

    digits: str | None
    timed_out: bool


class SpeechResult(TypedDict, total=False):
    """One reading of what was said; `confidence` is documented both as a text and as a number."""

    text: Required[str]
    confidence: str | float


class Speech(TypedDict, total=False):
    """What was said, best reading first; without `results` there may be an `error`."""

    timeout_reason: str  # end_on_silence_timeout, max_duration or start_timeout
    results: list[SpeechResult]
    error: str
    recording_url: str


@final
class Input(_Leg, total=False):
    """The result of an `input` action; an NCCO in the reply replaces the rest of the call's.

    After an input without a `dtmf` object `dtmf` may be the keys alone, a text: `reading.digits` reads both.
    """

    dtmf: Dtmf | str
    speech: Speech


@final
class Notification(_OfCaller, total=False):
    """A `notify` action was reached; an empty reply lets the NCCO go on."""

    payload: Required[dict[str, Any]]
    conversation_uuid: str
    timestamp: str


@final
class Recorded(_OfCaller, total=False):
    """A recording is ready at `recording_url` for 30 days; fetching it takes the application's JWT."""

    recording_url: Required[str]
    recording_uuid: str
    start_time: str
    end_time: str
    size: int
    conversation_uuid: str
    timestamp: str


@final
class Transferred(TypedDict, total=False):
    """The leg moved to another conversation. `type` may be missing; `conversation_uuid_to` never is."""

    type: Literal["transfer"]
    conversation_uuid_from: str
    conversation_uuid_to: Required[str]
    uuid: str
    timestamp: str


@final
class CallError(TypedDict, total=False):
    """Vonage could not carry out the NCCO; `reason` is written for people."""

    reason: Required[str]
    conversation_uuid: str
    timestamp: str


Event = (
    Progress | Answered | NotAnswered | MachineDetected | Disconnected | Completed | Transcribed
    | Input | Notification | Recorded | Transferred | CallError
)  # fmt: skip
