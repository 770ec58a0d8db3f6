"""What flows remember of a person: one small document, beside their consent, for calls and messages alike.

    pk          `document#` and the person's pseudonym
    sk          `document`
    document    what is remembered, a JSON object as text
    version     how many writes it is the result of
    expires_at  when DynamoDB may delete it, so many days after the last write

It's an item of its own, so that it ends and their consent doesn't, and so that the role of a flow gets
documents alone: IAM tells items apart by their partition key.

Each write names the version that it was made from; who is overtaken reads again what is there, and changes
that. So two that write at once lose nothing, and of a name that both write the later one counts.

Source: DynamoDB developer guide, "Using IAM policy conditions for fine-grained access control"
(`dynamodb:LeadingKeys`); "Time to Live": an item whose time is over may still be read for days.
"""

from __future__ import annotations

import functools
import json
import random
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from switchboard.environment import required, whole_number
from switchboard.errors import AwsError, DialogError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from switchboard.aws.signed import Service

PREFIX, SORT_KEY = "document#", "document"
LARGEST = 16_000

# While a caller waits.
_TIMEOUT_S = 1.5
_MOST_TRIES = 8
_LONGEST_PAUSE_S = 0.02


class Document(NamedTuple):
    """What is remembered of a person.

    Attributes:
        content: by name, JSON values.
        version: how many writes it is the result of; 0 is none.
        expires_at: Unix time in seconds.
    """

    content: dict[str, Any]
    version: int = 0
    expires_at: int = 0


def key_of(person: str) -> dict[str, Any]:
    """The key of a person's item, by their pseudonym."""
    return {"pk": {"S": f"{PREFIX}{person}"}, "sk": {"S": SORT_KEY}}


def of_item(item: Mapping[str, Any] | None, now: float) -> Document:
    """The document that an item holds; an empty one if there is none, or its time is over."""
    if not item:
        return Document({})
    version, expires_at = int(item["version"]["N"]), int(item["expires_at"]["N"])
    content = json.loads(item["document"]["S"]) if expires_at > now else {}
    return Document(content, version, expires_at)


def read(person: str) -> Document:
    """What is remembered of a person, by their pseudonym.

    Raises:
        AwsError: nobody knows.
    """
    found = _call("GetItem", Key=key_of(person), ConsistentRead=True)
    return of_item(found.get("Item"), time.time())


def change(person: str, changes: Mapping[str, Any]) -> Document:
    """Remember some things besides what is remembered; what is None is forgotten.

    Args:
        person: their pseudonym.
        changes: by name, JSON values.

    Returns:
        All that is remembered then.

    Raises:
        DialogError: there would be more than `LARGEST` characters of it.
        AwsError: it may not be remembered.
    """
    for attempt in range(_MOST_TRIES):
        before = read(person)
        content = {**before.content, **changes}
        content = {name: value for name, value in content.items() if value is not None}
        document = Document(content, before.version + 1, _expiry())
        if _is_written(person, document, before.version):
            return document
        time.sleep(random.uniform(0, _LONGEST_PAUSE_S) * 2**attempt)  # noqa: S311 - somebody else is at it
    raise AwsError("UpdateItem", "ConditionalCheckFailedException", retryable=True)


def _is_written(person: str, document: Document, before: int) -> bool:
    """Write it, unless there is another version than `before`."""
    text = json.dumps(document.content, separators=(",", ":"))
    if len(text) > LARGEST:
        raise DialogError(
            f"{len(text):,} characters of JSON are to be remembered of a person, and there is room for "
            f"{LARGEST:,}: keep what is large in a table of yours, and its key here"
        )
    try:
        _call(
            "UpdateItem",
            Key=key_of(person),
            UpdateExpression="SET document = :document, version = :version, expires_at = :expires_at",
            ConditionExpression="version = :before" if before else "attribute_not_exists(version)",
            ExpressionAttributeValues={
                ":document": {"S": text},
                ":version": {"N": str(document.version)},
                ":expires_at": {"N": str(document.expires_at)},
                **({":before": {"N": str(before)}} if before else {}),
            },
        )
    except AwsError as failure:
        if failure.code == "ConditionalCheckFailedException":
            return False
        raise
    return True


def _expiry() -> int:
    return int(time.time()) + whole_number("SWITCHBOARD_PERSON_DAYS", 180, low=1, high=3650) * 86400


def _call(action: str, **asked: object) -> dict[str, Any]:
    table = required("SWITCHBOARD_PEOPLE_TABLE_NAME")
    return _dynamodb().call(action, {"TableName": table, **asked}, timeout_s=_TIMEOUT_S)


@functools.cache
def _dynamodb() -> Service:
    from switchboard.aws.signed import Service

    return Service("dynamodb", "DynamoDB_20120810", "1.0", "AWS_ENDPOINT_URL_DYNAMODB")
