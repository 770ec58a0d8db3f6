"""Permissions for items: the condition key `dynamodb:LeadingKeys`, which the emulator leaves out.

Source: Amazon DynamoDB Developer Guide, "Using IAM policy conditions for fine-grained access control".
"""

import json
from typing import Any

from ministack.core import iam_actions

# The partition keys of the stack's tables.
_PARTITION_KEYS = ("pk", "id")

_context = iam_actions.dynamodb_service_context


def install() -> None:
    """Have policies see whose items a request is about."""
    iam_actions.dynamodb_service_context = _with_leading_keys


def _with_leading_keys(body: bytes) -> dict[str, Any]:
    found: dict[str, Any] = _context(body)
    leading = _leading_keys(json.loads(body)) if found else []
    return {**found, "dynamodb:LeadingKeys": leading} if leading else found


def _leading_keys(asked: dict[str, Any]) -> list[str]:
    """The partition key of the one item that a request names."""
    key = asked.get("Key") or asked.get("Item") or {}
    return [str(key[name]["S"]) for name in _PARTITION_KEYS if "S" in key.get(name, {})]
