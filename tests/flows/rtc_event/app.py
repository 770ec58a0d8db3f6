"""Something happened in a conversation of Client SDK users: a member joined, audio was muted, a leg changed.

The reply is not read.
Source: https://developer.vonage.com/en/conversation/concepts/event
"""

from switchboard import RtcEvent, rtc_event


@rtc_event
def lambda_handler(happened: RtcEvent) -> None:
    """Acknowledge the event."""
