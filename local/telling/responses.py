"""What the functions of the embedded AWS tell the simulated Vonage, in terms of the project on disk.

A function names its lines as it knows them, `app.py:6`, and one that can't start tells nothing at all: then
the emulator says why in the body of its 502.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from operate import paths
from vonage_simulator.webhooks.told import HEADER, outcomes_of

Json = dict[str, Any]

# The folders of functions that are called otherwise than their routes.
_FOLDERS = {"rtcevent": "rtc_event"}


def function_of(address: httpx.URL) -> str:
    """The folder of the function behind a webhook's address."""
    route = address.path.rpartition("/")[2]
    return _FOLDERS.get(route, route)


def retold(response: httpx.Response, function: str) -> httpx.Response:
    """The response of a function, with the files that it tells of named as they are on disk."""
    told = outcomes_of(response)
    if not told and response.status_code == httpx.codes.BAD_GATEWAY:
        response.read()
        told = list(_crash(response))
    if told:
        in_project = [_in_project(one, function) for one in told]
        response.headers[HEADER] = json.dumps(in_project)
    return response


def _in_project(told: Json, function: str) -> Json:
    waits = {"waits": on_disk(told["waits"], function)} if "waits" in told else {}
    return {**told, "at": [on_disk(line, function) for line in told.get("at", [])], **waits}


def crashed(why: str, at: list[str]) -> Json:
    """The outcome of a request to a function that ended or could not begin."""
    return {"name": "Crashed", "severity": "ERROR", "raised": why, "at": at}


def on_disk(line: str, function: str, root: Path = paths.ROOT) -> str:
    """A line of a function's own code, with the path that an editor opens.

    >>> on_disk("app.py:6 in lambda_handler: return MENU[digit]", "answer")
    'functions/answer/app.py:6 in lambda_handler: return MENU[digit]'
    """
    folder = Path("functions", function)
    file, colon, rest = line.partition(":")
    return f"{folder / file}{colon}{rest}" if (root / folder / file).is_file() else line


def _crash(response: httpx.Response) -> Iterator[Json]:
    try:
        body = response.json()
    except ValueError:
        return
    if isinstance(body, dict) and isinstance(body.get("errorMessage"), str):
        yield crashed(body["errorMessage"], [])
