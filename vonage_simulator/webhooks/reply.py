"""What comes back from a webhook: a reply, or why there is none, and whether trying again may help.

Source: Vonage help-centre article on failing NCCO downloads: timeouts, lost connections, 429, 503 and 504 are
transient; TLS trouble, an invalid URL and all other statuses are not. Nexmo/nexmo-developer#2491, by Vonage's
staff: the words of a `Reason`; which of them a connection that was never made gets is not confirmed.
"""

from dataclasses import dataclass, field
from typing import Literal

import httpx

from vonage_simulator.types import Json
from vonage_simulator.webhooks.signing import Token
from vonage_simulator.webhooks.told import outcomes_of

Arrival = httpx.Response | httpx.HTTPError | httpx.InvalidURL

TRANSIENT = (429, 503, 504)
# The failures after which nobody has replied, and nobody will.
UNDELIVERED = {
    "connect timeout",
    "no connection",
    "TLS error",
    "connection closed",
    "connection reset",
    "invalid URL",
}

Reason = Literal[
    "Connection closed.", "Connection reset.", "Socket timeout.", "Invalid NCCO.", "Invalid response code."
]  # fmt: skip


@dataclass
class Reply:
    """What became of one attempt; `failure` is None when there was a reply with a success status.

    Attributes:
        failure: for people, such as `status 500`.
        reason: the same as Vonage tells it to a fallback.
        transient: a timeout, a lost connection, or a status that asks to try again.
        token: what signed the attempt, in the simulated second `at_s`.
        outcomes: what the code behind the webhook says about itself.
        raised: the exception itself, of a handler in this process.
    """

    entry_id: int
    status: int | None = None
    content_type: str = ""
    body: bytes = b""
    failure: str | None = None
    reason: Reason | None = None
    transient: bool = False
    token: Token | None = None
    at_s: float = 0.0
    outcomes: list[Json] = field(default_factory=list)
    raised: BaseException | None = None


def reply_of(outcome: Arrival) -> Reply:
    """What an attempt comes to, to be written down under an entry id of its own."""
    if isinstance(outcome, httpx.Response):
        failed = not 200 <= outcome.status_code <= 205
        return Reply(
            0,
            outcome.status_code,
            outcome.headers.get("content-type", ""),
            outcome.content,
            f"status {outcome.status_code}" if failed else None,
            "Invalid response code." if failed else None,
            outcome.status_code in TRANSIENT,
            outcomes=outcomes_of(outcome),
            raised=outcome.extensions.get("raised"),
        )
    failure, reason, transient = _undelivered(outcome)
    return Reply(0, failure=failure, reason=reason, transient=transient)


def _undelivered(outcome: httpx.HTTPError | httpx.InvalidURL) -> tuple[str, Reason, bool]:
    match outcome:
        case httpx.ConnectTimeout() | httpx.PoolTimeout():
            return "connect timeout", "Socket timeout.", True
        case httpx.TimeoutException():
            return "socket timeout", "Socket timeout.", True
        case httpx.ConnectError() if "CERTIFICATE" in str(outcome) or "SSL" in str(outcome):
            return "TLS error", "Connection closed.", False
        case httpx.ConnectError():
            return "no connection", "Connection closed.", True
        case httpx.NetworkError():
            return "connection reset", "Connection reset.", True
        case httpx.RemoteProtocolError():
            return "connection closed", "Connection closed.", True
    return "invalid URL", "Connection closed.", False
