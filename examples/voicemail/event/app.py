"""Tell the owner by SMS that somebody left a message."""

from switchboard import MessageRequest, VoiceEvent, event

OWNER, OURS = "447700900456", "447700900000"


@event
def lambda_handler(happened: VoiceEvent) -> MessageRequest | None:
    """Send one SMS for each recording; it is sent once, even when Vonage reports the recording twice."""
    match happened:
        case {"recording_uuid": str(recording), "start_time": str(time)}:
            text = f"A voicemail was left at {time}: recording {recording}."
            return {"channel": "sms", "message_type": "text", "to": OWNER, "from": OURS, "text": text}
    return None
