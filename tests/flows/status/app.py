"""A message that was sent got a new status: submitted, delivered, read, rejected or undeliverable.

Vonage sends it again for 24 hours until it is acknowledged; the reply's body is not read.
Source: https://developer.vonage.com/en/api/messages#message-status
"""

from switchboard import MessageStatus, status


@status
def lambda_handler(message: MessageStatus) -> None:
    """Acknowledge the status."""
