"""Error bodies in the shapes Vonage sends: problem objects, and the hyphenated codes of the older APIs.

Source: Vonage Application API v2 and Numbers API references, "Errors". The host in `type` differs between
old and new replies; clients must match on the fragment alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import JSONResponse, Response

from vonage_simulator.types import Json

DOCUMENTATION = "https://developer.vonage.com/api-errors"


@dataclass(frozen=True)
class InvalidParameter:
    """One thing wrong with a request: where (a dotted path) and which rule it breaks."""

    name: str
    reason: str

    def as_json(self) -> Json:
        """The entry of `invalid_parameters`."""
        return {"name": self.name, "reason": self.reason}


class ProblemError(Exception):
    """Raised by an API's code to answer with a problem object.

    Args:
        status: the HTTP status.
        fragment: what follows `#` in the problem's `type`.
        title: as Vonage words it.
        detail: what happened to this request.
        section: the part of the error catalogue, such as `/application`.
        extra: further members, such as `invalid_parameters`.
        headers: headers of the reply.
    """

    def __init__(
        self,
        status: int,
        fragment: str,
        title: str,
        detail: str,
        *,
        section: str = "",
        extra: Json | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.headers = headers
        kind = f"{DOCUMENTATION}{section}#{fragment}"
        self.body: Json = {"type": kind, "title": title, "detail": detail, **(extra or {})}

    def response(self, instance: str) -> Response:
        """The reply, with the trace id it is to carry."""
        body = {**self.body, "instance": instance}
        return JSONResponse(body, self.status, self.headers)


def invalid(fragment: str, parameters: list[InvalidParameter], *, section: str) -> ProblemError:
    """A request that breaks the API's rules; `fragment` is `payload-validation` or `list-validation`."""
    listed = {"invalid_parameters": [parameter.as_json() for parameter in parameters]}
    detail = "The request failed due to validation errors"
    return ProblemError(400, fragment, "Bad Request", detail, section=section, extra=listed)


def unauthorized() -> ProblemError:
    """Missing or wrong credentials."""
    detail = "You did not provide correct credentials."
    return ProblemError(401, "unauthorized", "Invalid credentials supplied", detail)


def not_found(identifier: str, hint: str = "") -> ProblemError:
    """An id that names nothing of this account."""
    detail = f"ID '{identifier}' does not exist, or you do not have access{hint}"
    return ProblemError(404, "not-found", "Not Found", detail)


def wrong_verb(method: str) -> ProblemError:
    """A method the path does not know."""
    return ProblemError(
        405, "wrong-verb", "Request method not allowed", f"Request method '{method}' not supported"
    )


def wrong_header(name: str, fragment: str, status: int) -> ProblemError:
    """An Accept (406) or Content-Type (415) other than JSON."""
    detail = f"{name} header provided. Must be one of the following: 'application/json'"
    verb = "Unsupported" if status == 415 else "Invalid"
    return ProblemError(status, fragment, f"{verb} {name} header", f"{verb} {detail}")


def low_balance() -> ProblemError:
    """The account cannot pay for it."""
    detail = "This request could not be performed due to your account balance being low."
    return ProblemError(402, "low-balance", "Low balance", detail)


def rate_limited() -> ProblemError:
    """Too many requests in this second."""
    return ProblemError(429, "rate-limit", "Rate Limit Hit", "Please wait, then retry your request")


class NotAnsweredError(Exception):
    """Raised where a leg that still rings would have to hear something.

    Source: the reply in Vonage/vonage-ruby-sdk#116, explained by Vonage in Vonage/vonage-php-sdk-core#103.
    """

    def response(self) -> Response:
        """The short reply, which doesn't say why."""
        return JSONResponse({"type": "BAD_REQUEST", "error_title": "Bad Request"}, 400)


class ErrorCodeError(Exception):
    """Raised by the Numbers API's code: errors are `error-code` (a string) and its label."""

    def __init__(self, code: int, label: str) -> None:
        super().__init__(label)
        self.code = code
        self.label = label

    def response(self) -> Response:
        """The reply; HTTP status and `error-code` agree."""
        return JSONResponse({"error-code": str(self.code), "error-code-label": self.label}, self.code)


OLDER_APIS = ("/number/", "/account/numbers", "/account/get-balance")
OLDER_LABELS = {401: "authentication failed", 420: "method failed", 429: "too many requests"}


def usual(status: int, path: str, instance: str) -> Response:
    """The body that an API sends with a status; the short problem where none is known to be its own."""
    if path.startswith(OLDER_APIS) and status in OLDER_LABELS:
        return ErrorCodeError(status, OLDER_LABELS[status]).response()
    match status:
        case 401:
            return unauthorized().response(instance)
        case 402:
            return low_balance().response(instance)
        case 404:
            return not_found(path.rsplit("/", 1)[-1]).response(instance)
        case 429:
            return rate_limited().response(instance)
    short = {"type": f"{DOCUMENTATION}#error", "title": "Internal Error", "instance": instance}
    return JSONResponse(short, status)
