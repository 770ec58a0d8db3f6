"""A small reception as a dialog: a language, a customer, somebody to talk to, or a message."""

from switchboard import Call, call_dialog, sms
from switchboard import phone as number
from switchboard.wire.actions import AdvancedMachineDetection

NUMBER, OWNER, SALES = "447700900000", "447700900456", "447700900457"

# Nobody's mailbox, please.
PERSONS: AdvancedMachineDetection = {"mode": "default", "behavior": "hangup"}

# What `do` has done, in this process.
looked_up: list[str] = []


def find_customer(caller: str) -> dict[str, str]:
    looked_up.append(caller)
    return {"name": "Ada"}


@call_dialog
async def reception(call: Call) -> None:
    call.language = await call.ask("English: 1. Deutsch: 2.", choices={"1": "en-GB", "2": "de-DE"})
    customer = await call.do(find_customer, call.caller)
    call.say(f"Hello {customer['name']}.")
    if await call.connect(number(SALES), timeout_s=20, advancedMachineDetection=PERSONS):
        return
    call.say("Nobody is free. Please leave a message.")
    recording = await call.record(longest_s=120)
    call.send(sms(OWNER, f"A message from {call.caller}: {recording.url}"))
    call.say("Thank you. Goodbye.")
