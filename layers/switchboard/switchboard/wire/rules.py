"""What the types cannot say: rules between fields, and between the actions of an NCCO.

The product checks by them what it sends, the simulated Vonage what it is sent.

Source: Vonage NCCO reference; OpenAPI files of Voice API v1 and Messages API v1.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from switchboard.wire.violations import Violation

Fields = Mapping[str, Any]
Broken = Iterator[Violation]


def broken_rules(actions: Sequence[object]) -> Iterator[tuple[int, str]]:
    """The index of each action that breaks a rule, and how. What isn't an object breaks none."""
    for index, action in enumerate(actions):
        if isinstance(action, Mapping):
            for rule in _RULES.get(str(action.get("action")), ()):
                yield from ((index, message) for message in rule(action))
    yield from _interruptions(actions)


def _connect(action: Fields) -> Iterator[str]:
    if "from" in action and action.get("randomFromNumber"):
        yield "from and randomFromNumber are both given; it must be one of them"


def _input(action: Fields) -> Iterator[str]:
    if action.get("mode") != "asynchronous":
        return
    if action.get("type") != ["dtmf"]:
        yield 'mode is "asynchronous"; type must be ["dtmf"] alone'
    for settings in ("dtmf", "speech"):
        if action.get(settings):
            yield f'mode is "asynchronous"; it must come without {settings} settings'


def _conversation(action: Fields) -> Iterator[str]:
    if "canSpeak" in action and action.get("mute"):
        yield "canSpeak and mute are both given; it must be one of them"


def _record(action: Fields) -> Iterator[str]:
    if "channels" in action and "split" not in action:
        yield 'channels is given; split must be "conversation" with it'


_RULES: Mapping[str, Sequence[Callable[[Fields], Iterator[str]]]] = {
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
    """How a message to send, or one of its failovers, breaks a rule."""
    kind, failover = message.get("message_type"), message.get("failover")
    if isinstance(kind, str) and kind not in message:
        rule = f'there when message_type is "{kind}"'
        yield Violation("missing", f"{prefix}{kind}", rule=rule)
    for index, other in enumerate(failover if isinstance(failover, list) else []):
        if isinstance(other, Mapping):
            yield from broken_message_rules(other, f"{prefix}failover[{index}].")


def broken_call_rules(call: Fields, prefix: str = "") -> Broken:
    """How a call request breaks a rule; those inside its NCCO are `broken_rules`."""
    yield from _one_of(call, "from", "random_from_number", prefix)
    yield from _one_of(call, "ncco", "answer_url", prefix)


def broken_update_rules(update: Fields, prefix: str = "") -> Broken:
    """How a change to a call, of a valid shape, breaks a rule; those inside its NCCO are `broken_rules`."""
    if update["action"] == "transfer":
        yield from _one_of(update["destination"], "ncco", "url", f"{prefix}destination.")


def _one_of(fields: Fields, first: str, second: str, prefix: str) -> Broken:
    if bool(fields.get(first)) == bool(fields.get(second)):
        how = "both given" if fields.get(first) else "both missing"
        rule = f"{prefix}{first} and {prefix}{second} are {how}; it must be one of them"
        yield Violation("broken", f"{prefix}{first}", rule=rule)
