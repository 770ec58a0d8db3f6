"""What the types cannot say: rules between fields, and between the actions of an NCCO.

They are for values of a valid shape, and what breaks one is certainly refused.

Source: Vonage NCCO reference; OpenAPI files of Voice API v1 and Messages API v1; of `bargeIn` without an
`input` also Nexmo/nexmo-developer#1662, of SIP by user and domain Vonage/vonage-java-sdk#567.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from switchboard.wire.content.channels import MESSAGE_TYPES
from switchboard.wire.reach.marks import broken_mark_rules
from switchboard.wire.violations import Violation

Fields = Mapping[str, Any]
Broken = Iterator[Violation]


def broken_rules(actions: Sequence[object]) -> Iterator[tuple[int, Violation]]:
    """The index of each action that breaks a rule, and how. What isn't an object breaks none."""
    for index, action in enumerate(actions):
        if isinstance(action, Mapping):
            for rule in _RULES.get(str(action.get("action")), ()):
                yield from ((index, Violation("broken", "", rule=words)) for words in rule(action))
    for index, words in _interruptions(actions):
        yield index, Violation("broken", "", rule=words)


def _connect(action: Fields) -> Iterator[str]:
    if "from" in action and action.get("randomFromNumber"):
        yield "from and randomFromNumber are both given; it must be one of them"
    match action.get("endpoint"):
        case [Mapping() as endpoint]:
            yield from _sip(endpoint, "endpoint[0].")


def _sip(endpoint: Fields, prefix: str) -> Iterator[str]:
    if endpoint.get("type") != "sip":
        return
    uri, user, domain = (f"{prefix}{name}" for name in ("uri", "user", "domain"))
    given = {"uri", "user", "domain"} & endpoint.keys()
    if not given:
        yield f"{uri} is missing; it must be there, or {domain} in its place"
    elif given == {"user"}:
        yield f"{user} is given; it must come with {domain}"
    elif "uri" in given and len(given) > 1:
        yield f"{uri} is given; it must come without {user} and {domain}"


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
    if "transcription" in action and not action.get("record"):
        yield "transcription is given; record must be true with it"


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
    """After a `bargeIn` nothing but talk and stream may come before the `input` that it is for."""
    interruptible: tuple[int, str] | None = None
    for index, action in enumerate(actions):
        if not isinstance(action, Mapping):
            continue
        name = action.get("action")
        if name in ("talk", "stream"):
            if action.get("bargeIn") is True:
                interruptible = index, name
            continue
        if interruptible and name != "input":
            began, what = interruptible
            yield index, f"follows a {what} (action {began + 1}) with bargeIn; the next action must be input"
        interruptible = None
    if interruptible:
        yield interruptible[0], "bargeIn is given; an input must follow"


# What each kind of suggestion can't do without.
_SUGGESTED: Mapping[str, Sequence[str]] = {
    "dial": ["phone_number"],
    "view_location": ["latitude", "longitude"],
    "open_url": ["url"],
    "open_url_in_webview": ["url"],
    "create_calendar_event": ["start_time", "end_time", "title"],
}


def _suggestions(message: Fields) -> Iterator[tuple[str, Fields]]:
    """Every suggestion in an RCS message, and where it is."""
    places = {"suggestions": message, "card.suggestions": message.get("card", {})}
    cards = message.get("carousel", {}).get("cards", [])
    places |= {f"carousel.cards[{index}].suggestions": card for index, card in enumerate(cards)}
    for place, holder in places.items():
        for index, suggestion in enumerate(holder.get("suggestions", [])):
            yield f"{place}[{index}]", suggestion


def broken_message_rules(message: Fields, prefix: str = "") -> Broken:
    """How a message to send, or one of its failovers, breaks a rule."""
    kind, failover = message.get("message_type"), message.get("failover")
    if kind in MESSAGE_TYPES and kind not in message:
        rule = f'there when message_type is "{kind}"'
        yield Violation("missing", f"{prefix}{kind}", rule=rule)
    for field, suggestion in _suggestions(message):
        for key in _SUGGESTED.get(suggestion.get("type", ""), ()):
            if key not in suggestion:
                rule = f'there when type is "{suggestion["type"]}"'
                yield Violation("missing", f"{prefix}{field}.{key}", rule=rule)
    match message.get("messenger"):
        case {"category": "message_tag", **settings} if "tag" not in settings:
            rule = 'there when category is "message_tag"'
            yield Violation("missing", f"{prefix}messenger.tag", rule=rule)
    for index, other in enumerate(failover if isinstance(failover, list) else []):
        if isinstance(other, Mapping):
            yield from broken_message_rules(other, f"{prefix}failover[{index}].")


def broken_call_rules(call: Fields, prefix: str = "") -> Broken:
    """How a call request breaks a rule, its NCCO included."""
    yield from _one_of(call, "from", "random_from_number", prefix)
    yield from _one_of(call, "ncco", "answer_url", prefix)
    for words in _sip(call["to"][0], f"{prefix}to[0]."):
        yield Violation("broken", f"{prefix}to[0]", rule=words)
    yield from _in_ncco(call, prefix)


def broken_update_rules(update: Fields, prefix: str = "") -> Broken:
    """How a change to a call breaks a rule, its NCCO included."""
    if update["action"] == "transfer":
        prefix, destination = f"{prefix}destination.", update["destination"]
        yield from _one_of(destination, "ncco", "url", prefix)
        yield from _in_ncco(destination, prefix)


def broken_command_rules(command: Fields) -> Broken:
    """How a command breaks a rule, what it asks for included."""
    yield from broken_mark_rules(command)
    match command:
        case {"name": "messages.send", "detail": message}:
            yield from broken_message_rules(message, "detail.")
        case {"name": "voice.call", "detail": call}:
            yield from broken_call_rules(call, "detail.")
        case {"name": "voice.update", "detail": update}:
            yield from broken_update_rules(update, "detail.")
        case {"name": "verify.check" | "verify.cancel" | "verify.next_workflow" as name, "detail": about}:
            yield from _one_of(about, "request_id", "start", "detail.")
            if name == "verify.check":
                yield from _one_of(about, "code", "token", "detail.")


def _in_ncco(fields: Fields, prefix: str) -> Broken:
    for index, violation in broken_rules(fields.get("ncco", [])):
        place = f"{prefix}ncco[{index}]"
        yield violation._replace(field=place, rule=f"{place}: {violation.rule}")


def _one_of(fields: Fields, first: str, second: str, prefix: str) -> Broken:
    if bool(fields.get(first)) == bool(fields.get(second)):
        how = "both given" if fields.get(first) else "both missing"
        rule = f"{prefix}{first} and {prefix}{second} are {how}; it must be one of them"
        yield Violation("broken", f"{prefix}{first}", rule=rule)
