"""Send the caller's mobile phone a code, and ask for it; the event function hears what is keyed in.

The verification is named after the call, so no function has to remember it.
"""

from switchboard import AnswerRequest, Ncco, Reply, VerificationRequest, answer, input_, talk

# Who may call in, from where, and the mobile phone that proves it.
MOBILES = {"447700900123": "447700900456"}
ASK: Ncco = [
    talk("Please enter the code that your mobile phone gets, or a star to be called with it."),
    input_("dtmf", dtmf={"maxDigits": 4, "timeOut": 10}),
]


@answer
def lambda_handler(call: AnswerRequest) -> Reply:
    """Send a code by SMS; where that doesn't arrive, a voice reads another one out."""
    mobile = MOBILES.get(call.get("from", ""))
    if mobile is None:
        return [talk("Sorry, this line is for members.")]
    wanted: VerificationRequest = {
        "brand": "Acme",
        "client_ref": call["uuid"],
        "workflow": [{"channel": "sms", "to": mobile}, {"channel": "voice", "to": mobile}],
    }
    return [{"name": "verify.start", "id": f"login-{call['uuid']}", "detail": wanted}, *ASK]
