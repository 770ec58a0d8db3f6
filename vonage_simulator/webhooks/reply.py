"""What comes back from a webhook: a reply, or why there is none, and whether trying again may help.

Source: Vonage help-centre article on failing NCCO downloads: timeouts, lost connections, 429, 503 and 504 are
transient; TLS trouble, an invalid URL and all other statuses are not.
"""

from dataclasses import dataclass

import httpx

from vonage_simulator.webhooks.signing import Token

Arrival = httpx.Response | httpx.HTTPError | httpx.InvalidURL

TRANSIENT = (429, 503, 504)
# The failures after which nobody has replied, and nobody will.
UNDELIVERED = {"connect timeout", "no connection", "TLS error", "connection closed", "invalid URL"}


@dataclass
class Reply:
    """What became of one attempt; `failure` is None when there was a reply with a success status.

    Attributes:
        transient: a timeout, a lost connection, or a status that asks to try again.
        token: what signed the attempt, in the simulated second `at_s`.
    """

    entry_id: int
    status: int | None = None
    content_type: str = ""
    body: bytes = b""
    failure: str | None = None
    transient: bool = False
    token: Token | None = None
    at_s: float = 0.0


def reply_of(outcome: Arrival) -> Reply:
    """What an attempt comes to, to be written down under an entry id of its own."""
    if isinstance(outcome, httpx.Response):
        success = 200 <= outcome.status_code <= 205
        return Reply(
            0,
            outcome.status_code,
            outcome.headers.get("content-type", ""),
            outcome.content,
            None if success else f"status {outcome.status_code}",
            outcome.status_code in TRANSIENT,
        )
    if isinstance(outcome, httpx.ConnectTimeout | httpx.PoolTimeout):
        return Reply(0, failure="connect timeout", transient=True)
    if isinstance(outcome, httpx.TimeoutException):
        return Reply(0, failure="socket timeout", transient=True)
    if isinstance(outcome, httpx.ConnectError):
        certificate = "CERTIFICATE" in str(outcome) or "SSL" in str(outcome)
        return Reply(0, failure="TLS error" if certificate else "no connection", transient=not certificate)
    if isinstance(outcome, httpx.NetworkError | httpx.RemoteProtocolError):
        return Reply(0, failure="connection closed", transient=True)
    return Reply(0, failure="invalid URL")
