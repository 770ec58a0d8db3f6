"""Opt-Out Assist: for numbers that are set up so, Vonage answers STOP, START and HELP itself.

It keeps the list of whom it blocks, per number, and hands the message on to the inbound webhook all the same:
an application that confirms an opt-out as well sends the second confirmation.

Source: Vonage, "Opt-Out Assist", technical details (SMS and MMS, United States and Canada); help centre,
"Vonage Opt-Out Assist": stop, end, quit, cancel, unsubscribe; help; for opting in again START and JOIN. The
replies are the customer's own, from its registration.
"""

from vonage_simulator.messages.mailbox import OPT_OUT_CHANNELS, Mailbox
from vonage_simulator.messages.message import Message
from vonage_simulator.types import Json

STOP = {"STOP", "END", "QUIT", "CANCEL", "UNSUBSCRIBE"}
START = {"START", "JOIN"}
REPLIES = {
    "stop": "You are unsubscribed and will receive no more messages. Reply START to subscribe again.",
    "start": "You are subscribed again. Reply STOP to unsubscribe.",
    "help": "Reply STOP to unsubscribe.",
}


def assist(mailbox: Mailbox, inbound: Json) -> None:
    """Do what a customer's message to an assisted number asks for, and say so to the customer."""
    sender, person = mailbox.senders.get(inbound["to"]), str(inbound["from"])
    wanted = _wanted(str(inbound.get("text", "")))
    if sender is None or not sender.opt_out_assist or not wanted:
        return
    if inbound["channel"] not in OPT_OUT_CHANNELS:
        return
    if wanted == "stop":
        sender.blocked.add(person)
    if wanted == "start":
        sender.blocked.discard(person)
    body = {
        "channel": inbound["channel"],
        "message_type": "text",
        "from": inbound["to"],
        "to": person,
        "text": REPLIES[wanted],
    }
    uuid = mailbox.platform.account.identifiers.uuid()
    mailbox.keep(Message(uuid, "outbound", body, None, status="delivered"), "sent")


def _wanted(text: str) -> str:
    word = text.strip().upper()
    return "stop" if word in STOP else "start" if word in START else "help" if word == "HELP" else ""
