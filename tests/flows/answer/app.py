"""A call arrived at one of your numbers: say what happens to it.

Vonage waits 5 seconds for the NCCO while the caller hears nothing; without one it asks functions/fallback.
Source: https://developer.vonage.com/en/voice/voice-api/webhook-reference#answer-webhook
"""

import os

from switchboard import AnswerRequest, Ncco, answer, connect, phone, talk

FORWARD_TO = phone(os.environ.get("FORWARD_TO", ""))["number"]


@answer
def lambda_handler(call: AnswerRequest) -> Ncco:
    """Forward the call to the stack's parameter ForwardTo, or greet the caller when it is empty."""
    if FORWARD_TO in ("", call["to"]):  # to itself, the call would go round and round
        return [talk("Hello, this is Switchboard. Your call has arrived.")]
    # Whoever calls by an app or SIP may have dialled anything; then the callee sees any number of yours.
    if call["to"].isdecimal() and call.get("endpoint_type", "phone") == "phone":
        return [talk("Connecting you."), connect(phone(FORWARD_TO), caller_id=call["to"])]
    return [talk("Connecting you."), connect(phone(FORWARD_TO), randomFromNumber=True)]
