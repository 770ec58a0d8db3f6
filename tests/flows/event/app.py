"""Something happened to a call: it rings, was answered, keys were pressed, it is over.

Vonage reads an NCCO in the reply to `input`, `notify`, `disconnected`, synchronous `connect` events and
machine detection; to all others, and to go on with the call as it is, the reply is empty.
Source: https://developer.vonage.com/en/voice/voice-api/webhook-reference#event-webhook
"""

from switchboard import Ncco, VoiceEvent, event


@event
def lambda_handler(_happened: VoiceEvent) -> Ncco | None:
    """Let the call go on."""
    return None
