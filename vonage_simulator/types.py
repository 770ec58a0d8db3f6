"""JSON, as nearly every module of the simulator handles it."""

from typing import Any

Json = dict[str, Any]
JsonValue = Any
