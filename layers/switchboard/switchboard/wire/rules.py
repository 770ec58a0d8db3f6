"""What the types cannot say: rules between fields, and between the actions of an NCCO.

Each message names the fields and says what must hold.

Source: Vonage NCCO reference; OpenAPI files of Voice API v1 and Messages API v1.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Fields = Mapping[str, Any]
Broken = Iterator[str]


def broken_rules(actions: Sequence[object]) -> Iterator[tuple[int, str]]:
    """Yield the index of each action that breaks a rule, and how. What is no object breaks none."""
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


def broken_message_rules(message: Fields, prefix: str = "") -> Broken:
    """Yield how a message of a valid shape, or one of its failovers, breaks a rule."""
    kind = message["message_type"]
    if kind not in message:
        yield f'{prefix}{kind} is missing; it must be there when message_type is "{kind}"'
    for index, other in enumerate(message.get("failover", [])):
        yield from broken_message_rules(other, f"{prefix}failover[{index}].")


def broken_call_rules(call: Fields, prefix: str = "") -> Broken:
    """Yield how a call request of a valid shape breaks a rule."""
    yield from _one_of(call, "from", "random_from_number", prefix)
    yield from _one_of(call, "ncco", "answer_url", prefix)
    for index, problem in broken_rules(call.get("ncco", [])):
        yield f"{prefix}ncco[{index}]: {problem}"


def broken_update_rules(update: Fields, prefix: str = "") -> Broken:
    """Yield how a change to a call, of a valid shape, breaks a rule."""
    if update["action"] == "transfer":
        yield from _one_of(update["destination"], "ncco", "url", f"{prefix}destination.")
        for index, problem in broken_rules(update["destination"].get("ncco", [])):
            yield f"{prefix}destination.ncco[{index}]: {problem}"


def _one_of(fields: Fields, first: str, second: str, prefix: str) -> Broken:
    if bool(fields.get(first)) == bool(fields.get(second)):
        how = "both given" if fields.get(first) else "both missing"
        yield f"{prefix}{first} and {prefix}{second} are {how}; it must be one of them"
