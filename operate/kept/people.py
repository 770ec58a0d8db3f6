"""What dialogs remember of a person, for whoever asks what is known of them, and wants it gone."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import boto3
from switchboard.reach import documents
from switchboard.reach.people import pseudonym

from operate.stack import Stack

TABLE = "PersonTable"


def key_of_pseudonyms(stack: Stack) -> bytes:
    """The key that people's pseudonyms are made with."""
    secret = boto3.client("secretsmanager").get_secret_value(SecretId=stack.id_of("PersonKey"))
    key: str = json.loads(secret["SecretString"])["key"]
    return key.encode()


def remembered(stack: Stack, number: str) -> dict[str, object] | None:
    """What is remembered of whoever has a number, with its version and lifetime; None if nothing is.

    Args:
        stack: The stack whose people they are.
        number: In international format without `+`.
    """
    found = documents.of_item(_item(stack, number), time.time())
    if not found.content:
        return None
    expires_at = datetime.fromtimestamp(found.expires_at, UTC).isoformat().replace("+00:00", "Z")
    return {
        "subject": "person",
        "document": found.content,
        "version": found.version,
        "expires_at": expires_at,
    }


def erase(stack: Stack, number: str, *, confirmed: bool) -> int:
    """Forget whoever has a number; how many items that are, 0 or 1. What they have opted out of stays.

    Args:
        stack: The stack whose people they are.
        number: In international format without `+`.
        confirmed: Whether to delete, or only to count.
    """
    item = _item(stack, number)
    if not item:
        return 0
    if confirmed:
        key: Any = {name: item[name] for name in ("pk", "sk")}
        boto3.client("dynamodb").delete_item(TableName=stack.id_of(TABLE), Key=key)
    return 1


def _item(stack: Stack, number: str) -> dict[str, Any] | None:
    if not stack.has(TABLE):
        return None
    key = documents.key_of(pseudonym(number, key_of_pseudonyms(stack)))
    asked = boto3.client("dynamodb").get_item(TableName=stack.id_of(TABLE), Key=key, ConsistentRead=True)
    return asked.get("Item")
