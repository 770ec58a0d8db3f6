"""Codes on their way to the customer: a message or a call, as the customer's phone gets any other."""

import asyncio
import re

from vonage_simulator.calls.dialling import Dialling
from vonage_simulator.calls.lines import Lines
from vonage_simulator.calls.running import run_outbound
from vonage_simulator.calls.webhooks import Endpoints
from vonage_simulator.messages.mailbox import Mailbox
from vonage_simulator.messages.message import Message, Recipient
from vonage_simulator.types import Json
from vonage_simulator.verifications.verification import Step

RING_S = 60
NOT_DETECTED: Json = {"machineDetection": None, "advancedMachineDetection": None, "length_timer": 7200}


def code_in(text: str) -> str:
    """The code in what somebody got, be it written `1234` or spoken `1, 2, 3, 4`."""
    return re.sub(r"\W", "", text.partition("code is: ")[2])


async def write(mailbox: Mailbox, step: Step, brand: str) -> bool:
    """Send a code by a message; tells whether it arrived. No application hears of its statuses."""
    text = f"Your {brand} verification code is: {step.code}"
    body: Json = {
        "channel": step.channel.removesuffix("_interactive"),
        "message_type": "text",
        "to": step.wanted["to"],
        "from": step.wanted.get("from", brand),
        "text": text,
    }
    if step.channel == "email":
        body["email"] = {"subject": f"Your {brand} verification code"}
    message = Message(mailbox.platform.account.identifiers.uuid(), "outbound", body, None)
    step.uuid = message.uuid
    mailbox.keep(message, "sent")
    recipient = mailbox.recipients.get(str(body["to"]), Recipient())
    await asyncio.sleep(recipient.after_s)
    message.status = recipient.fate
    mailbox.keep(message, recipient.fate)
    return recipient.fate == "delivered"


async def read_out(lines: Lines, step: Step, brand: str) -> bool:
    """Call somebody and read out the code, twice; tells whether the phone was picked up."""
    to = str(step.wanted["to"])
    call = lines.open_outbound(brand, to, Endpoints(application_id=None))
    step.uuid = call.id
    spoken = f"Your {brand} verification code is: {', '.join(step.code)}."
    ncco = [{"action": "talk", "text": spoken, "loop": 2}]
    dialling = Dialling.to({"type": "phone", "number": to}, call, call.first, RING_S)
    await run_outbound(call, dialling, ncco, NOT_DETECTED)
    return call.first.answered_at is not None
