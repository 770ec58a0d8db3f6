"""What Vonage's many kinds of failure mean, in words an operator can act on.

Vonage answers with problem objects, with `{"error-code": …}` under HTTP 200, with short JSON, with a
proxy's HTML page, or not at all. Source: Vonage Application API v2, Numbers API and error references.
"""

import html
import json
import re
from collections.abc import Mapping
from typing import Any

from provisioner.cloudformation.protocol import printable
from provisioner.errors import ProvisionerError

MAX_DETAIL = 300


class VonageError(ProvisionerError):
    """Vonage refused a request, or did not answer it.

    Attributes:
        status: the HTTP status, or the `error-code` of a reply with HTTP 200; None when no reply came.
        uncertain: the request may have been carried out all the same.
        retryable: asking again may help.
        retry_after_s: how long Vonage asked to wait, in seconds.
    """

    def __init__(
        self, cause: str, next_step: str, *, status: int | None, retry_after_s: float | None = None
    ) -> None:
        super().__init__(cause, next_step, f"VONAGE_{status}" if status else "VONAGE_UNREACHABLE")
        self.status = status
        self.retry_after_s = retry_after_s
        self.uncertain = status is None or status >= 500
        self.retryable = self.uncertain or status == 429


def from_reply(doing: str, status: int, body: bytes, headers: Mapping[str, str]) -> VonageError:
    """The error in a reply.

    Args:
        doing: what was asked, as in "create the application".
        status: HTTP status, or the reply's own `error-code`.
        body: the reply's body.
        headers: the reply's headers.
    """
    said = _what_it_said(body)
    cause = f"Vonage refused to {doing}: {status}{f' {said}' if said else ''}."
    if status == 429 or status >= 500:
        cause = f"Vonage could not {doing}: {status}{f' {said}' if said else ''}, after several attempts."
    return VonageError(cause, _next_step(status), status=status, retry_after_s=_seconds(headers))


def no_reply(doing: str, error: Exception) -> VonageError:
    """The error when Vonage could not be reached, or broke off."""
    cause = f"Vonage did not answer when asked to {doing} ({type(error).__name__})."
    step = (
        "Check that the function can reach the internet and that VONAGE_API_URL is right, then deploy again."
    )
    return VonageError(cause, step, status=None)


def error_code(body: bytes) -> int | None:
    """The `error-code` of a Numbers API reply as a number; None when there is none."""
    document = _json(body)
    code = document.get("error-code") if isinstance(document, dict) else None
    if not isinstance(code, int | str) or not re.fullmatch(r"[0-9]{1,4}", str(code)):
        return None
    return int(code)


def _next_step(status: int) -> str:
    if status in (401, 403):
        return (
            "Check api_key and api_secret in the credentials secret (`make credentials` writes it again), "
            "then deploy again."
        )
    if status == 404:
        return "Check that it exists in the account of the credentials secret."
    if status == 420:
        return (
            "Check that the account owns the number, that its country is right, and that the URL in its SMS "
            "setting (moHttpUrl), if any, answers 200: Vonage calls it when a number is saved."
        )
    if status == 429:
        return "Too many requests in this account at the moment: deploy again in a minute."
    if status >= 500:
        return "Look at https://vonageapi.statuspage.io, then deploy again."
    return "Correct the property it names, then deploy again."


def _what_it_said(body: bytes) -> str:
    """The reply's own words, short and on one line."""
    document = _json(body)
    if isinstance(document, dict):
        return _from_json(document)
    text = body.decode("utf-8", "replace")
    if "<html" in text.lower():
        found = re.search(r"<(title|h1)[^>]*>(.*?)</\1>", text, re.IGNORECASE | re.DOTALL)
        return _line(f"(an HTML page: {html.unescape(found.group(2))})" if found else "(an HTML page)")
    return _line(text)


def _from_json(document: dict[str, Any]) -> str:
    invalid = document.get("invalid_parameters")
    if isinstance(invalid, list) and invalid:
        named = [f"{item.get('name')}: {item.get('reason')}" for item in invalid if isinstance(item, dict)]
        return _line("; ".join(named))
    known = ("error-code-label", "title", "detail", "error_title", "Error", "message")
    texts = [document[name] for name in known if isinstance(document.get(name), str)]
    return _line(": ".join(texts))


def _line(text: str) -> str:
    line = " ".join(printable(text).split()).rstrip(".")
    return line if len(line) <= MAX_DETAIL else line[: MAX_DETAIL - 1] + "…"


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (RecursionError, ValueError):
        return None


def _seconds(headers: Mapping[str, str]) -> float | None:
    value = headers.get("retry-after", "")
    return float(value[:9]) if value.isascii() and value.isdigit() else None
