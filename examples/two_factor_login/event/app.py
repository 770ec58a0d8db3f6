"""Check the code that was keyed in, or have it read out; whether it is right, the verify function hears."""

from switchboard import Ncco, Reply, VoiceEvent, event, input_, talk, wait

ASK = input_("dtmf", dtmf={"maxDigits": 4, "timeOut": 10})
CALLING: Ncco = [talk("We are calling you."), ASK]
# Whoever is let in no longer hears the end of it.
CHECKING: Ncco = [
    talk("One moment, please."),
    wait(timeout=5),
    talk("That isn't the code. Please try again."),
    ASK,
]


@event
def lambda_handler(happened: VoiceEvent) -> Reply | None:
    """Check, and ask again; a star is for another code, by the next channel."""
    match happened:
        case {"dtmf": {"digits": "*"}, "uuid": str(leg)}:
            return [{"name": "verify.next_workflow", "detail": {"start": f"login-{leg}"}}, *CALLING]
        case {"dtmf": {"digits": str(code)}, "uuid": str(leg)} if len(code) == 4:
            return [{"name": "verify.check", "detail": {"start": f"login-{leg}", "code": code}}, *CHECKING]
        case {"dtmf": {"digits": ""}}:
            return [talk("Goodbye.")]
        case {"dtmf": _}:
            return [talk("The code has four digits."), ASK]
    return None
