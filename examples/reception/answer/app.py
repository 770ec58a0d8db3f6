"""The reception of a shop: a language, opening hours, a menu, somebody to talk to, or a message."""

from switchboard import Call, call_dialog, phone, sms

OWNER = "447700900456"
HOURS, ZONE = range(24), "Europe/London"  # range(9, 17) is from nine to five
TEAMS = {"sales": "447700900457", "repairs": "447700900458"}
MENU = {
    "en-GB": "For sales press 1. For repairs press 2. To hear this again press star.",
    "de-DE": "Verkauf: die 1. Reparaturen: die 2. Noch einmal: Stern.",
}
HELLO = {"en-GB": "Hello {}.", "de-DE": "Guten Tag, {}."}
LEAVE_A_MESSAGE = {
    "en-GB": "Nobody is free. Please leave a message after the tone.",
    "de-DE": "Gerade ist niemand frei. Bitte sprechen Sie nach dem Ton.",
}
THANKS = {"en-GB": "Thank you. Goodbye.", "de-DE": "Danke. Auf Wiederhören."}


def find_customer(number: str) -> str:
    """The name of a customer; here would be a look into your own system."""
    return {"447700900111": "Ada"}.get(number, "")


@call_dialog
async def lambda_handler(call: Call) -> None:
    """Say hello, connect to the team that is wanted, and take a message when nobody is there."""
    call.language = await call.ask(
        "For English press 1. Deutsch: die 2.", choices={"1": "en-GB", "2": "de-DE"}
    )
    if name := await call.do(find_customer, call.caller):
        call.say(HELLO[call.language].format(name))
    if call.now(ZONE).hour in HOURS:
        team = ""
        while not team:
            team = await call.ask(MENU[call.language], choices={"1": "sales", "2": "repairs", "*": ""})
        if await call.connect(phone(TEAMS[team]), timeout_s=20):
            return
    call.say(LEAVE_A_MESSAGE[call.language])
    message = await call.record(longest_s=120)
    call.send(sms(OWNER, f"A message from {call.caller}, {message.seconds} s: {message.url}"))
    call.say(THANKS[call.language])
