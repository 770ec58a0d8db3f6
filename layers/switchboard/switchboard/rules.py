"""What the types of an NCCO cannot say: rules between the fields of an action, and between actions.

Source: Vonage NCCO reference.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Fields = Mapping[str, Any]
Broken = Iterator[str]


def broken_rules(actions: Sequence[object]) -> Iterator[tuple[int, str]]:
    """Yield the index of each action that breaks a rule, and how.

    Each message names the fields and says what must hold. An action whose shape is wrong otherwise breaks no
    rule here.
    """
    for index, action in enumerate(actions):
        if isinstance(action, Mapping):
            for rule in _RULES.get(str(action.get("action")), ()):
                yield from ((index, message) for message in rule(action))
    yield from _interruptions(actions)


def _connect(action: Fields) -> Broken:
    if "from" in action and action.get("randomFromNumber"):
        yield "from and randomFromNumber are both given; it must be one of them"


def _input(action: Fields) -> Broken:
    if action.get("mode") != "asynchronous":
        return
    if action.get("type") != ["dtmf"]:
        yield 'mode is "asynchronous"; type must be ["dtmf"] alone'
    for settings in ("dtmf", "speech"):
        if action.get(settings):
            yield f'mode is "asynchronous"; it must come without {settings} settings'


def _conversation(action: Fields) -> Broken:
    if "canSpeak" in action and action.get("mute"):
        yield "canSpeak and mute are both given; it must be one of them"


def _record(action: Fields) -> Broken:
    if "channels" in action and "split" not in action:
        yield 'channels is given; split must be "conversation" with it'


_RULES: Mapping[str, Sequence[Callable[[Fields], Broken]]] = {
    "connect": [_connect],
    "input": [_input],
    "conversation": [_conversation],
    "record": [_record],
}


def _interruptions(actions: Sequence[object]) -> Iterator[tuple[int, str]]:
    interruptible: str | None = None
    for index, action in enumerate(actions):
        if not isinstance(action, Mapping):
            continue
        name = action.get("action")
        if name in ("talk", "stream"):
            if action.get("bargeIn"):
                interruptible = f"{name} (action {index + 1})"
        else:
            if interruptible and name != "input":
                yield index, f"follows a {interruptible} with bargeIn; the next action must be input"
            interruptible = None
