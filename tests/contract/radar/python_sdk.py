"""Print what Vonage's Python SDK says of its own models, as JSON Schemas; runs where the SDK is installed.

Reads from standard input which models make up which subject:
`{"action.talk": ["vonage_voice.models.ncco:Talk"]}`.
"""

import importlib
import inspect
import json
import sys
from enum import Enum
from importlib.metadata import distributions
from typing import Any

from pydantic import BaseModel, TypeAdapter

# Where the SDK has what it sends and what is sent to it.
PACKAGES = ("vonage_voice.models", "vonage_messages.models", "vonage_application", "vonage_verify")

asked: dict[str, list[str]] = json.load(sys.stdin)


def model(reference: str) -> type[Any] | None:
    module, _, name = reference.partition(":")
    found: type[Any] | None = getattr(importlib.import_module(module), name, None)
    return found


def schema(kind: type[Any]) -> dict[str, Any]:
    # A webhook's names are those that are read, a request's those that are written.
    mode: Any = "validation" if kind.__name__.endswith("Webhook") else "serialization"
    if issubclass(kind, Enum):
        return {"type": "string", "enum": [member.value for member in kind]}
    whole = TypeAdapter(kind).json_schema(by_alias=True, mode=mode)
    for one in (whole, *whole.get("$defs", {}).values()):
        mark(one)
    return whole


def mark(one: dict[str, Any]) -> None:
    """Take a default out of an enumeration for the mark of its class: always sent, and never another."""
    for name, field in one.get("properties", {}).items():
        if "$ref" in field and isinstance(field.get("default"), str):
            one["properties"][name] = {"type": "string", "const": field["default"]}
            one["required"] = [*one.get("required", []), name]


found = {name: [kind for kind in map(model, references) if kind] for name, references in asked.items()}
missing = [one for references in asked.values() for one in references if not model(one)]
schemas = {name: [schema(kind) for kind in kinds] for name, kinds in found.items() if kinds}
read = {kind.__name__ for kinds in found.values() for one in kinds for kind in inspect.getmro(one)}
read |= {name for each in schemas.values() for one in each for name in one.get("$defs", {})}
exported = {
    name
    for package in map(importlib.import_module, PACKAGES)
    for name, kind in vars(package).items()
    if inspect.isclass(kind) and issubclass(kind, BaseModel)
}
versions = {
    one.metadata["Name"]: one.version
    for one in distributions()
    if one.metadata["Name"].replace("-", "_") in {package.partition(".")[0] for package in PACKAGES}
}
json.dump(
    {"versions": versions, "missing": missing, "unread": sorted(exported - read), "schemas": schemas},
    sys.stdout,
)
