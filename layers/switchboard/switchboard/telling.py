"""Tell the person at a laptop how each request ended, with all that production keeps to itself.

Where SWITCHBOARD_TELL_ALL is 1 a response carries every outcome of its request: the exception's message, the
user's own lines, what a flow returned. The simulated Vonage takes them off and shows them. Only the local
stage and the test kit set the variable; elsewhere this module is never loaded.
"""

import json
import os
import sysconfig
import traceback
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NotRequired, TypedDict

from switchboard.errors import ReturnedError, SwitchboardError

# Its value is a list of `Told` as JSON in ASCII; docs/simulator.md has it for other languages.
HEADER = "switchboard-outcomes"

_LONGEST = 1000
_MOST_LINES = 8
_NOBODYS = tuple(
    f"{folder}/"
    for folder in (*map(sysconfig.get_path, ("stdlib", "purelib", "platlib")), Path(__file__).parent)
)


class Told(TypedDict):
    """An outcome, as the log counts them.

    Attributes:
        name: such as `Answered`, `FlowFailed` or `Late`.
        severity: how much the log makes of it.
        reason: why, in words.
        raised: the exception's type and message, as Python prints them.
        at: the lines of the user's own code that led there, the innermost last:
            `app.py:6 in lambda_handler: return MENU[digit]`.
        returned: what a flow returned, when that is what is wrong, as Python prints it.
        waits: where a dialog waits now: `app.py:26 ask`.
    """

    name: str
    severity: Literal["INFO", "WARNING", "ERROR"]
    reason: NotRequired[str]
    raised: NotRequired[str]
    at: NotRequired[list[str]]
    returned: NotRequired[str]
    waits: NotRequired[str]


# What was heard since the last response. Workers respond to nobody: what they say goes in the end.
_heard: deque[tuple[Told, BaseException | None]] = deque(maxlen=20)


class TellingResponse(dict[str, Any]):
    """A response with the header.

    Attributes:
        failure: the exception itself, for a test in the same process.
    """

    failure: BaseException | None = None


def hear(
    name: str,
    severity: Literal["INFO", "WARNING", "ERROR"],
    facts: Mapping[str, object],
    failure: BaseException | None,
) -> None:
    """Keep an outcome for the response that is being made."""
    told = Told(name=name, severity=severity)
    if "reason" in facts:
        told["reason"] = str(facts["reason"])
    if "waits" in facts:
        told["waits"] = str(facts["waits"])
    if isinstance(failure, ReturnedError):
        told["returned"] = _short(repr(failure.returned))
    elif failure and "reason" not in facts:
        told["raised"] = _short("".join(traceback.format_exception_only(failure)).strip())
    if failure and (lines := _users_lines(failure)):
        told["at"] = lines
    _heard.append((told, failure))


def enclosed(response: Mapping[str, Any]) -> TellingResponse:
    """The response, and in a header of its own what was heard since the one before."""
    outcomes = list(_heard)
    _heard.clear()
    value = json.dumps([told for told, _ in outcomes])
    telling = TellingResponse({**response, "headers": {**response.get("headers", {}), HEADER: value}})
    telling.failure = next((failure for _, failure in reversed(outcomes) if failure), None)
    return telling


def _users_lines(failure: BaseException) -> list[str]:
    """Where it happened in the user's code; nowhere for what this package raised on purpose."""
    if isinstance(failure, SwitchboardError):
        return []
    frames = traceback.extract_tb(failure.__traceback__)
    return [
        f"{_place(frame.filename)}:{frame.lineno} in {frame.name}: {_short(frame.line or '', 200)}"
        for frame in frames
        if _is_users(frame.filename)
    ][-_MOST_LINES:]


def _is_users(file: str) -> bool:
    task = os.environ.get("LAMBDA_TASK_ROOT")
    return file.startswith(f"{task}/") if task else not file.startswith(("<", *_NOBODYS))


def _place(file: str) -> str:
    """A file as its user knows it: from the function's folder, or in a test from the present one."""
    root = Path(os.environ.get("LAMBDA_TASK_ROOT") or Path.cwd())
    path = Path(file)
    return str(path.relative_to(root)) if path.is_relative_to(root) else file


def _short(text: str, longest: int = _LONGEST) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
