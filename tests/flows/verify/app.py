"""A verification went on: a channel ended (`event`), or all of it did (`summary`). With the parameter Verify.

Vonage sends it again on anything but 2xx; the reply's body is not read.
Source: https://developer.vonage.com/en/verify/concepts/webhooks
"""

from switchboard import VerifyCallback, verify


@verify
def lambda_handler(happened: VerifyCallback) -> None:
    """Acknowledge it."""
