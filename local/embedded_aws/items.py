"""Permissions for items: the condition key `dynamodb:LeadingKeys`, which the emulator leaves out.

Source: Amazon DynamoDB Developer Guide, "Using IAM policy conditions for fine-grained access control".
"""

import json
import re
from typing import Any

from ministack.core import iam_actions

# The partition keys of the stack's tables.
_PARTITION_KEYS = ("pk", "id")
_EQUAL = re.compile(r"(#?\w+) = (:\w+)")

_context = iam_actions.dynamodb_service_context


def install() -> None:
    """Have policies see whose items a request is about."""
    iam_actions.dynamodb_service_context = _with_leading_keys


def _with_leading_keys(body: bytes) -> dict[str, Any]:
    found: dict[str, Any] = _context(body)
    leading = _leading_keys(json.loads(body)) if found else []
    return {**found, "dynamodb:LeadingKeys": leading} if leading else found


def _leading_keys(asked: dict[str, Any]) -> list[str]:
    """The partition keys of the items that a request names, or of the partition that it queries."""
    tables = asked.get("RequestItems", {}).values()
    items = [asked.get("Key") or asked.get("Item") or {}]
    items += [key for each in tables if isinstance(each, dict) for key in each["Keys"]]
    found = [str(item[name]["S"]) for item in items for name in _PARTITION_KEYS if "S" in item.get(name, {})]
    names, values = (asked.get(f"ExpressionAttribute{kind}", {}) for kind in ("Names", "Values"))
    for name, value in _EQUAL.findall(asked.get("KeyConditionExpression", "")):
        if names.get(name, name) in _PARTITION_KEYS:
            found.append(str(values[value]["S"]))
    return found
