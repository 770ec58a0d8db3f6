"""Tell the owner by SMS who left a message."""

from switchboard import MessageRequest, VoiceEvent, caller, event, sms

OWNER, OURS = "447700900456", "447700900000"


@event
def lambda_handler(happened: VoiceEvent) -> MessageRequest | None:
    """Send one SMS for each recording; it is sent once, even when Vonage reports the recording twice."""
    match happened:
        case {"recording_uuid": str(recording)}:
            who = caller(happened) or "Somebody"
            return sms(OWNER, f"{who} left a voicemail: recording {recording}.", sender=OURS)
    return None
