"""What every JSON API checks of a request before it looks inside."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from vonage_simulator.api.problems import wrong_header
from vonage_simulator.types import Json

LONGEST_NUMBER = 12


class NotAnObjectError(Exception):
    """A body that isn't a JSON object: most APIs answer it without a problem object.

    Attributes:
        is_json: it is something else than an object.
    """

    def __init__(self, *, is_json: bool) -> None:
        super().__init__()
        self.is_json = is_json

    def response(self) -> Response:
        """The short reply."""
        return JSONResponse({"Error": "Bad Request"}, 400)


def check_media_types(request: Request) -> None:
    """Refuse what neither takes (406) nor sends (415) JSON."""
    accepted = request.headers.get("accept", "*/*")
    if not any(kind in accepted for kind in ("*/*", "application/*", "application/json")):
        raise wrong_header("Accept", "accept-header", 406)
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method in {"POST", "PUT", "PATCH"} and content_type != "application/json":
        raise wrong_header("Content-Type", "content-type-header", 415)


async def json_object(request: Request) -> Json:
    """The body.

    Raises:
        NotAnObjectError: it is something else than a JSON object.
    """
    try:
        body: Any = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise NotAnObjectError(is_json=False) from None
    if not isinstance(body, dict):
        raise NotAnObjectError(is_json=True)
    return body


def whole_number(sent: str) -> int:
    """A whole number that was sent as text; -1 for anything else, or longer than anybody counts."""
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) <= LONGEST_NUMBER else -1
