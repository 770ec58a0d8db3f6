"""Ask what the call is about; the event function goes on from there."""

from switchboard import AnswerRequest, Ncco, answer, input_, talk, webhook_url


@answer
def lambda_handler(_call: AnswerRequest) -> Ncco:
    """Ask, and have the keys sent to an address that says which menu they were pressed in."""
    return [
        talk("For sales press 1, for support press 2.", bargeIn=True),
        input_("dtmf", dtmf={"maxDigits": 1}, eventUrl=[webhook_url("event", menu="main")]),
    ]
