"""The one alias that nearly every module of the simulator needs."""

from typing import Any

Json = dict[str, Any]
JsonValue = Any
