"""Three levels of a menu, opening hours and voicemail: the dialog of docs/dialogs.md."""

from switchboard import Call, CallEnded, call_dialog, phone, sms

OWNER = "447700900456"
HOURS, ZONE = range(9, 17), "Europe/London"
MENU = "For sales press 1, for repairs press 2."
SALES = {"1": "447700900457", "2": "447700900458"}
REPAIRS = {"1": "447700900459", "9": None}


async def wanted(call: Call) -> str:
    """Whom the caller wants to talk to."""
    while True:
        if await call.ask(MENU, choices={"1": "sales", "2": "repairs"}) == "sales":
            return await call.ask("For bicycles press 1, for parts press 2.", choices=SALES)
        ticket = await call.ask("The number of your ticket?", max_digits=4)
        if number := await call.ask(f"Ticket {ticket}: press 1. To go back: 9.", choices=REPAIRS):
            return number


@call_dialog
async def lambda_handler(call: Call) -> None:
    """Connect the caller in opening hours, or take a message."""
    call.say("Welcome to the bicycle shop.")
    if call.now(ZONE).hour in HOURS:
        if await call.connect(phone(await wanted(call)), timeout_s=20):
            return
        call.say("Nobody is free.")
    else:
        call.say("We are open from nine to five.")
    call.say("Please leave a message after the tone.")
    message = await call.record(longest_s=120)
    call.send(sms(OWNER, f"{call.caller} left a message of {message.seconds} s: {message.url}"))


@call_dialog
async def feedback(call: Call) -> None:
    """Listen for as long as the caller likes, and tell the owner when it is over."""
    lines = 0
    try:
        while lines := lines + await call.ask("Tell us more: 1.", choices={"1": 1}):
            call.say("Thank you.")
    except CallEnded:
        call.send(sms(OWNER, f"{call.caller} has hung up after {lines} lines."))


@call_dialog
async def in_person(call: Call) -> None:
    """Connect the caller to a person, and to nobody's mailbox."""
    reached = await call.connect(
        phone(OWNER), advancedMachineDetection={"mode": "default", "behavior": "hangup"}
    )
    if reached.status == "machine":
        call.say("Nobody is there. Please call again later.")


@call_dialog
async def with_note(call: Call) -> None:
    """Tell the owner who calls, and connect."""
    await call.transfer(phone(OWNER), note=f"{call.caller} wants to talk about a bicycle.")
