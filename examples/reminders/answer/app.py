"""The same appointment by phone: whoever wrote from this number can confirm it, or let it go."""

from switchboard import Call, call_dialog, sms

OWNER = "447700900456"


@call_dialog
async def lambda_handler(call: Call) -> None:
    """Ask a customer with an appointment whether they come."""
    appointment = (await call.person()).get("appointment")
    if appointment is None:
        call.say("Please send a message to this number to make an appointment.")
        return
    question = f"Your appointment is on {appointment['name']}. If you will come, press 1. If not, press 2."
    if await call.ask(question, choices={"1": True, "2": False}):
        call.say("Thank you. See you then.")
        return
    await call.person(appointment=None)
    call.say("What a pity. Send a message for another time.")
    call.send(sms(OWNER, f"{call.caller} doesn't come on {appointment['name']}."))
