"""A message arrived, by SMS, WhatsApp or any other channel of the application.

Vonage sends it again for 24 hours until it is acknowledged; the reply's body is not read.
Source: https://developer.vonage.com/en/api/messages#inbound-message
"""

from switchboard import InboundMessage, inbound


@inbound
def lambda_handler(message: InboundMessage) -> None:
    """Acknowledge the message."""
