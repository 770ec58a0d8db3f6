"""A menu of two levels: where the caller is, and how often they were asked, is in the event's address."""

from switchboard import Ncco, VoiceEvent, caller_id, connect, event, input_, phone, query, talk, webhook_url

QUESTIONS = {
    "main": "For sales press 1, for support press 2.",
    "sales": "For a new order press 1, to go back press 9.",
    "support": "If something is broken press 1, to go back press 9.",
}
KEYS = {
    "main": {"1": "sales", "2": "support"},
    "sales": {"1": "447700900456", "9": "main"},
    "support": {"1": "447700900789", "9": "main"},
}
ASKED_AGAIN = 2


@event
def lambda_handler(happened: VoiceEvent) -> Ncco | None:
    """Go where the key leads; ask again, twice at most, for one that leads nowhere."""
    match happened:
        case {"dtmf": {"digits": str(digits)}}:
            menu, again = query().get("menu", "main"), int(query().get("again", 0))
            chosen = KEYS[menu].get(digits, menu)
            if chosen not in QUESTIONS:
                return [talk("Connecting you."), connect(phone(chosen), **caller_id(happened))]
            if chosen == menu and again == ASKED_AGAIN:
                return [talk("Please call again later. Goodbye.")]
            address = webhook_url("event", menu=chosen, again=again + 1 if chosen == menu else 0)
            listen = input_("dtmf", dtmf={"maxDigits": 1}, eventUrl=[address])
            return [talk(QUESTIONS[chosen], bargeIn=True), listen]
    return None
