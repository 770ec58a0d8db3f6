"""Let the caller in whose code was right; `client_ref` is the leg that waits."""

from switchboard import Commands, Ncco, VerifyCallback, connect, phone, talk, verify

OFFICE = "447700900999"
WELCOME: Ncco = [talk("Thank you. Connecting you."), connect(phone(OFFICE))]
SORRY: Ncco = [talk("Sorry, we can't let you in.")]


@verify
def lambda_handler(happened: VerifyCallback) -> Commands | None:
    """Only the summary says how it ended. For one that expired nobody waits any more, most likely."""
    match happened:
        case {"type": "summary", "status": "completed", "client_ref": str(leg)}:
            ncco = WELCOME
        case {"type": "summary", "status": "failed", "client_ref": str(leg)}:
            ncco = SORRY
        case _:
            return None
    return {
        "name": "voice.update",
        "detail": {"uuid": leg, "action": "transfer", "destination": {"type": "ncco", "ncco": [*ncco]}},
    }
