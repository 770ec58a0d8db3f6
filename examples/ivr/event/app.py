"""Connect the caller to the extension whose digits were pressed."""

from switchboard import Ncco, VoiceEvent, caller_id, connect, event, input_, phone, talk

EXTENSIONS = {"10": "447700900456", "20": "447700900789"}


@event
def lambda_handler(happened: VoiceEvent) -> Ncco | None:
    """Connect, or ask again; whatever else happens to the call, let it go on."""
    match happened:
        case {"dtmf": {"digits": str(digits)}} if digits in EXTENSIONS:
            return [talk("Connecting you."), connect(phone(EXTENSIONS[digits]), **caller_id(happened))]
        case {"dtmf": _}:
            return [
                talk("Sorry, there is no such extension. Please try again.", bargeIn=True),
                input_("dtmf", dtmf={"maxDigits": 2, "timeOut": 5}),
            ]
    return None
