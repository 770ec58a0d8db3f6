"""Check the code that was keyed in, or have it read out; whether it is right, the verify function hears."""

from switchboard import Reply, VoiceEvent, event, input_, talk, wait
from switchboard.wire.verify.requests import CodeToCheck, Verification

ASK = input_("dtmf", dtmf={"maxDigits": 4, "timeOut": 10})
MOMENT = talk("One moment, please.")
WRONG = talk("That isn't the code. Please try again.")


@event
def lambda_handler(happened: VoiceEvent) -> Reply | None:
    """Check, and ask again after a while: whoever is let in no longer hears it."""
    match happened:
        case {"dtmf": {"digits": "*"}, "uuid": str(leg)}:
            named: Verification = {"start": f"login-{leg}"}
            return [{"name": "verify.next_workflow", "detail": named}, talk("We are calling you."), ASK]
        case {"dtmf": {"digits": str(code)}, "uuid": str(leg)} if len(code) == 4:
            given: CodeToCheck = {"start": f"login-{leg}", "code": code}
            return [{"name": "verify.check", "detail": given}, MOMENT, wait(timeout=5), WRONG, ASK]
        case {"dtmf": {"digits": ""}}:
            return [talk("Goodbye.")]
        case {"dtmf": _}:
            return [talk("The code has four digits."), ASK]
    return None
