"""What Vonage sends to the RTC webhook: the events of the conversations behind calls, in its own shape.

Source: Vonage Conversation API, "Event". The envelope of a webhook is not documented: read it loosely.
"""

from typing import Any, Required

from switchboard.wire.typed import TypedDict

_From = TypedDict("_From", {"from": str}, total=False)


class Event(_From, total=False):
    """Something happened in a conversation; `from` is a member (`MEM-…`); `body` goes by `type`.

    `type` is a word path such as `member:joined`, `audio:dtmf`, `leg:status:update` or
    `rtc:hangup`; your own begin with `custom:`. `id` counts within the conversation.
    """

    type: Required[str]
    id: int | str
    conversation_id: str
    application_id: str
    timestamp: str
    body: dict[str, Any]
    _embedded: dict[str, Any]
    _links: dict[str, Any]
