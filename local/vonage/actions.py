"""Every NCCO action, and the code that executes it."""

from local.vonage import asking, conferencing, connecting, notifying, playing, recording
from local.vonage.player import Execute

EXECUTE: dict[str, Execute] = {
    "talk": playing.talk,
    "stream": playing.stream,
    "input": asking.input_,
    "record": recording.record,
    "conversation": conferencing.conversation,
    "connect": connecting.connect,
    "notify": notifying.notify,
    "wait": notifying.wait,
    "transfer": conferencing.transfer,
}
