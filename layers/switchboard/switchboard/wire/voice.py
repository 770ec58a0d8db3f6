"""What Vonage asks when a call arrives, in its own shape and words. What happens to it: `voice_events`.

Source: Vonage Voice API webhooks reference, and requests recorded in the official SDKs' tests.
"""

from typing import Any, Literal, Required

from switchboard.wire.typed import TypedDict

_From = TypedDict("_From", {"from": str}, total=False)


class AnswerRequest(_From, total=False):
    """A call has arrived, or one of ours with an `answer_url` was answered; the reply is an NCCO.

    `from` is a number or SIP address. A Client SDK user calls with `from_user` instead:
    `reading.caller` gives whichever is there. `region_url` is the host for REST requests about this call.
    SIP headers arrive as further keys, see `reading.sip_headers`.
    """

    to: Required[str]
    uuid: Required[str]
    conversation_uuid: Required[str]
    from_user: str
    endpoint_type: Literal["phone", "sip", "app", "websocket", "vbc"]
    region_url: str
    custom_data: dict[str, Any]


class OriginalRequest(TypedDict, total=False):
    """The webhook that failed; `type` is `answer` or `event`."""

    url: str
    type: str


class FallbackRequest(AnswerRequest, total=False):
    """The fields of a webhook that failed, and why; the reply must be an NCCO.

    `reason` is `Connection closed.`, `Connection reset.`, `Socket timeout.`, `Invalid NCCO.` or
    `Invalid response code.` Source: Nexmo/nexmo-developer#2491, by Vonage's staff.
    """

    reason: str
    original_request: Required[OriginalRequest]
