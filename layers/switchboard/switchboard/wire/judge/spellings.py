"""Other spellings of the same thing, which Vonage's reference or an official SDK has beside the usual one."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from switchboard.wire import actions
from switchboard.wire.shapes import Shape
from switchboard.wire.violations import Violation

Fields = dict[str, Any]
Spelling = Callable[[Fields], Iterator[Violation]]

# What an `input` had at its top before there were `dtmf` settings.
OLDER_SETTINGS = ("timeOut", "maxDigits", "submitOnHash")


def settle(shape: Shape, given: Mapping[str, Any]) -> tuple[Fields, list[Violation]]:
    """The fields of a wire type in the documented spelling, and what was spelt otherwise."""
    fields = dict(given)
    found = [] if "eventUrl" in getattr(shape, "__required_keys__", ()) else list(_no_event_url(fields))
    for spelling in _SPELLINGS.get(shape, ()):
        found += spelling(fields)
    return fields, found


def _no_event_url(fields: Fields) -> Iterator[Violation]:
    """Vonage's Node SDK writes an empty list for no URL."""
    if fields.get("eventUrl") == []:
        yield Violation("wrong", "eventUrl", fields.pop("eventUrl"), "1 or more items", doubt="spelling")


def _ringback_tone(fields: Fields) -> Iterator[Violation]:
    """Vonage's Python SDK sends a list."""
    match fields.get("ringbackTone"):
        case [str(url)]:
            yield Violation("wrong", "ringbackTone", [url], "a text", doubt="spelling")
            fields["ringbackTone"] = url


def _music(fields: Fields) -> Iterator[Violation]:
    """The reference's text says a URL."""
    match fields.get("musicOnHoldUrl"):
        case str(url):
            yield Violation("wrong", "musicOnHoldUrl", url, "a list", doubt="spelling")
            fields["musicOnHoldUrl"] = [url]


def _conversation_id(fields: Fields) -> Iterator[Violation]:
    """The reference's table has another key than its sample."""
    if "conversation_id" in fields and "conversationId" not in fields:
        rule = "conversation_id is spelt conversationId in Vonage's sample"
        yield Violation("broken", "conversation_id", fields["conversation_id"], rule, doubt="spelling")
        fields["conversationId"] = fields.pop("conversation_id")


def _older_settings(fields: Fields) -> Iterator[Violation]:
    """The form of old tutorials. The settings also stay where they are: they tell it from the newer form."""
    older = {name: fields[name] for name in OLDER_SETTINGS if name in fields}
    settings = fields.get("dtmf", {})
    if older and isinstance(settings, Mapping):
        for name, value in older.items():
            rule = f"{name} belongs in dtmf; at the top of the action it is an older form"
            yield Violation("broken", name, value, rule, doubt="spelling")
        fields["dtmf"] = {**older, **settings}


def _missing_type(fields: Fields) -> Iterator[Violation]:
    """Vonage's PHP SDK never writes the type, though the reference requires it: the settings tell."""
    if "type" not in fields:
        fields["type"] = [kind for kind in ("dtmf", "speech") if kind in fields] or ["dtmf"]
        rule = " and ".join(fields["type"])
        yield Violation("missing", "type", rule=f"there ({rule} is meant)", doubt="input without type")


_SPELLINGS: Mapping[Shape, tuple[Spelling, ...]] = {
    actions.Connect: (_ringback_tone,),
    actions.Conversation: (_music,),
    actions.Input: (_older_settings, _missing_type),
    actions.Transfer: (_conversation_id,),
}
