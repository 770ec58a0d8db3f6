"""What Vonage replies, and whether a request that failed was sent."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from switchboard.errors import RefusedError, ReplyLostError, UnreachableError


@contextmanager
def failures() -> Iterator[None]:
    """Tell, for each way in which a request fails, whether it was sent."""
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as exc:
        raise UnreachableError(f"Vonage cannot be reached: {type(exc).__name__}.") from exc
    except httpx.HTTPError as exc:
        raise ReplyLostError(f"The reply was lost: {type(exc).__name__}.") from exc


def refusal(response: httpx.Response) -> RefusedError:
    """What a reply that is an error says."""
    problem = json_object(response)
    parts = [_words(problem[name]) for name in ("title", "detail") if problem.get(name)]
    invalid = problem.get("invalid_parameters")
    parts += [
        f"{_words(each.get('name'))}: {_words(each.get('reason'))}"
        for each in (invalid if isinstance(invalid, list) else [])
        if isinstance(each, dict)
    ]
    return RefusedError(
        response.status_code,
        "; ".join(parts) or response.reason_phrase,
        retry_after_s=_seconds(response.headers.get("retry-after", "")),
    )


def _words(value: object) -> str:
    """What Vonage says, to be stored: UTF-8 has no half characters, and an object isn't a sentence."""
    text = (
        value if isinstance(value, str) else json.dumps(value) if not isinstance(value, dict | list) else "…"
    )
    return text.encode("utf-8", "replace").decode()


def _seconds(retry_after: str) -> int | None:
    """A delay in seconds; None for a date, which Vonage isn't known to send."""
    return int(retry_after[:9]) if retry_after.isascii() and retry_after.isdecimal() else None


def json_object(response: httpx.Response) -> dict[str, Any]:
    """The object in a reply; an empty one if there is none."""
    try:
        document = response.json()
    except (RecursionError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}
