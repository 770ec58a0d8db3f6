"""CloudWatch Logs' filter patterns for JSON, as far as we use them: equality, `*`, `&&` or `||`.

Source: AWS, CloudWatch Logs, "Using filter patterns to match terms in JSON log events".
"""

import re
from fnmatch import fnmatchcase
from typing import Any

_EQUALITY = re.compile(r'\$\.([\w.]+) = "([^"]+)"')


def matches(pattern: str, line: dict[str, Any]) -> bool:
    """Whether a line is found by a pattern such as `{ $.level = "ERROR" || $.record.status = "timeout" }`."""
    inside = pattern.strip().removeprefix("{").removesuffix("}")
    assert ("&&" in inside) + ("||" in inside) < 2, f"{pattern} mixes && and ||"
    parts = [_EQUALITY.fullmatch(part.strip()) for part in re.split(r"&&|\|\|", inside)]
    assert all(parts), f"{pattern} has more than equalities"
    found = [fnmatchcase(str(_at(line, part[1])), part[2]) for part in parts if part]
    return all(found) if "&&" in inside else any(found)


def _at(line: Any, path: str) -> Any:  # noqa: ANN401
    for name in path.split("."):
        line = line.get(name) if isinstance(line, dict) else None
    return line
