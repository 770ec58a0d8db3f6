"""What AWS refuses because of its size or its shape.

Sources: API references of SQS (SendMessage) and EventBridge (PutEvents, PutEventsRequestEntry,
PutEventsResultEntry); "Constraints" in DynamoDB's developer guide. That EventBridge answers `MalformedDetail`
to numbers and levels beyond its limits is our guess.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

_MESSAGE_BYTES = 1_048_576
_MESSAGE_ID = re.compile(r"[!-~]{1,128}")
_NOT_IN_A_MESSAGE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ITEM_BYTES = 409_600
_KEY_BYTES = {"pk": 2048, "sk": 1024, "day": 2048}
_INTEGERS = range(-(2**63), 2**63)
_LEVELS = 1000


def message(asked: Json) -> str | None:
    """SQS's code for a message that it refuses."""
    if _NOT_IN_A_MESSAGE.search(asked["MessageBody"]):
        return "InvalidMessageContents"
    ids = [asked[name] for name in ("MessageGroupId", "MessageDeduplicationId") if name in asked]
    is_right = all(_MESSAGE_ID.fullmatch(each) for each in ids)
    if asked["QueueUrl"].endswith(".fifo"):
        is_right &= len(ids) == len(("group", "deduplication"))  # none is made of the contents
    else:
        is_right &= "MessageDeduplicationId" not in asked
    return (
        None
        if is_right and 0 < len(asked["MessageBody"].encode()) <= _MESSAGE_BYTES
        else "InvalidParameterValue"
    )


def entry(asked: Json) -> str | None:
    """EventBridge's code for an entry that it refuses."""
    if not asked["Source"] or not asked["DetailType"]:
        return "InvalidArgument"
    try:
        detail = json.loads(asked["Detail"])
    except ValueError:
        return "MalformedDetail"
    is_right = isinstance(detail, dict) and all(_is_readable(*each) for each in _values(detail))
    return None if is_right else "MalformedDetail"


def item(asked: Json) -> str | None:
    """DynamoDB's code for an item that it refuses."""
    texts = {name: str(value.get("S", "")) for name, value in asked.items()}
    has_keys = all(
        0 < len(texts[name].encode()) <= most for name, most in _KEY_BYTES.items() if name in texts
    )
    size = sum(len(name) + len(text.encode()) for name, text in texts.items())
    return None if has_keys and size <= _ITEM_BYTES else "ValidationException"


def _is_readable(value: object, level: int) -> bool:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return level <= _LEVELS and (not is_whole or value in _INTEGERS)


def _values(document: Json) -> Iterator[tuple[Any, int]]:
    """Every value in a document, and how many objects and lists it stands in."""
    left: list[tuple[Any, int]] = [(document, 0)]
    while left:
        value, level = left.pop()
        yield value, level
        inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        left += [(each, level + 1) for each in inside]
