"""Nobody can take the call: say so, and write to the caller."""

from switchboard import AnswerRequest, Reply, answer, talk


@answer
def lambda_handler(call: AnswerRequest) -> Reply:
    """Apologise on the phone and by SMS; who calls by an app or withholds the number only hears it."""
    sorry = talk("Sorry, nobody can take your call right now. Please try again later.")
    caller = call.get("from", "")
    if call.get("endpoint_type") != "phone" or not caller.isdecimal():
        return [sorry]
    text = "Sorry that we missed your call. Answer this message, and we will call you back."
    return [sorry, {"channel": "sms", "message_type": "text", "to": caller, "from": call["to"], "text": text}]
