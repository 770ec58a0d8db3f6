"""What functions say that answer nobody, such as a dialog at its call's end, told to the simulated Vonage.

A webhook's reply carries how it went. Of what the event bus or the scheduler starts, nobody sees the reply:
here it is sent on, with the event, and so is the exception that AWS would only have logged.
"""

import json
import os
import re
import threading
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
HEADER = "switchboard-outcomes"
# Functions inherit the environment, and none has to know it.
_URL = os.environ.pop("SIMULATED_VONAGE_URL", "")

_FUNCTION = re.compile(r"-(\w+)Function(?:-|$)")
_FRAME = re.compile(r'File "(?:.*/)?(\w+\.py)", line (\d+), in (\w+)\n\s*(.*)')
# It couldn't be done yet, and comes again.
_REPEATED = "switchboard.errors.HistoryError"


def tell(function: str, event: object, result: Mapping[str, Any], began_at: float) -> None:
    """Tell of one request, aside, if nobody was waiting for it and it says how it went.

    Args:
        function: its name.
        event: what it was asked.
        result: of the emulator's: `result`, or `error` and `trace`.
        began_at: of `time.perf_counter`.
    """
    if not (_URL and isinstance(event, dict) and "detail-type" in event):
        return
    outcomes = outcomes_of(function, result)
    if outcomes is None:
        return
    detail = event["detail"]
    about = detail.get("payload") or {}
    told = {
        "function": _folder(function),
        "event": event["detail-type"],
        "call": about.get("conversation_uuid"),
        "message": about.get("message_uuid") or detail.get("began"),
        "body": about,
        "failed": result.get("status") != "ok",
        "duration_ms": round((time.perf_counter() - began_at) * 1000, 1),
        "outcomes": outcomes,
    }
    threading.Thread(target=_send, args=(told,), daemon=True).start()


def outcomes_of(function: str, result: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """What a function says of itself, or why it failed; None where it says nothing, as one of others' may."""
    if result.get("status") == "ok":
        reply = result.get("result")
        said = reply.get("headers", {}).get(HEADER) if isinstance(reply, dict) else None
        outcomes: list[dict[str, Any]] | None = json.loads(said) if said else None
        return outcomes
    trace = str(result.get("trace") or result.get("error"))
    raised = trace.strip().splitlines()[-1]
    severity = "WARNING" if raised.startswith(_REPEATED) else "ERROR"
    at = [
        f"{place}:{line} in {name}: {code}"
        for file, line, name, code in _FRAME.findall(trace)
        if (ROOT / (place := f"functions/{_folder(function)}/{file}")).is_file()
    ]
    return [{"name": "FlowFailed", "severity": severity, "raised": raised, "at": at}]


def _folder(function: str) -> str:
    """The folder of a function of ours; of another one, its name."""
    found = _FUNCTION.search(function)
    return found[1].lower() if found else function


def _send(told: Mapping[str, Any]) -> None:
    request = urllib.request.Request(  # noqa: S310 - the address is ours
        f"{_URL}/_simulator/told", json.dumps(told).encode(), {"Content-Type": "application/json"}
    )
    try:
        urllib.request.urlopen(request, timeout=5).close()  # noqa: S310
    except OSError as error:
        print(f"The simulated Vonage can't be told: {error}", flush=True)  # noqa: T201 - to the emulator's log
