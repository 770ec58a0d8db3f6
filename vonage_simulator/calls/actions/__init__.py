"""Every NCCO action, and the code that executes it."""

from vonage_simulator.calls.actions import connect, conversation, notify, record, talk
from vonage_simulator.calls.actions.input import input_
from vonage_simulator.calls.player import Execute

EXECUTE: dict[str, Execute] = {
    "talk": talk.talk,
    "stream": talk.stream,
    "input": input_,
    "record": record.record,
    "conversation": conversation.conversation,
    "connect": connect.connect,
    "notify": notify.notify,
    "wait": notify.wait,
    "transfer": conversation.transfer,
}
