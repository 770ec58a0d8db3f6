"""Every action of an NCCO by its name, and the code that carries it out."""

from vonage_simulator.calls.actions import connect, conversation, notify, record, stream, talk, transfer, wait
from vonage_simulator.calls.actions.input import input_
from vonage_simulator.calls.call import Execute

ACTIONS: dict[str, Execute] = {
    "talk": talk.talk,
    "stream": stream.stream,
    "input": input_,
    "record": record.record,
    "conversation": conversation.conversation,
    "connect": connect.connect,
    "notify": notify.notify,
    "wait": wait.wait,
    "transfer": transfer.transfer,
}
