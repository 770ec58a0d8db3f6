"""What arrived at a webhook: proven to be the account's, read, and known for what it plainly is."""

import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from switchboard import request as http
from switchboard import telemetry
from switchboard.envelope import Envelope, wrap
from switchboard.environment import given
from switchboard.errors import BodyTooLargeError
from switchboard.webhooks import signature
from switchboard.webhooks.applications import Applications
from switchboard.webhooks.marks import meant_for
from switchboard.webhooks.policy import MAX_AGE_S
from switchboard.wire.classify import WebhookName, classify

# A call that was in progress when the secret was rotated goes on with its addresses, for the day that a call
# can last (`length_timer`). The old secret alone is worth nothing here: the request has to be signed, too.
_QUERY_OVERLAP_S = 24 * 3600

# The claim of a token that a deployment signs to try its own webhooks; it counts once the signature holds.
CHECK = "switchboard_check"

_NOTHING: Mapping[str, str] = MappingProxyType({})


class Reception(NamedTuple):
    """A webhook request that the account signed.

    Attributes:
        request: the request.
        body: what was signed.
        envelope: the event that it is.
        is_misdirected: whether it is plainly another webhook's.
        is_check: whether a deployment tries itself.
        api_key: the account or subaccount that signed it, where the token says so.
        secrets: where that one's signature secrets come from.
        query: what a flow has put into the address; empty unless it is as it was written.
        payload: what Vonage said, all of it; and who calls, where the address says it alone.
        caller: who calls, where the address says it.
    """

    request: http.Request
    body: bytes
    envelope: Envelope
    is_misdirected: bool
    is_check: bool
    api_key: str | None
    secrets: signature.SecretSource
    query: Mapping[str, str]
    payload: Mapping[str, Any]
    caller: Mapping[str, str] = _NOTHING

    @property
    def name(self) -> str:
        """The event's name."""
        return self.envelope["name"]

    @property
    def subject(self) -> str:
        """The call, message or conversation that it is about."""
        return self.envelope["subject"]

    @property
    def who(self) -> Mapping[str, Any]:
        """What says who calls; nothing where it isn't certain: a busy callee's event says who was called."""
        payload = self.payload
        is_callers = self.name in ("voice.answer", "voice.input") or payload.get("direction") == "inbound"
        return self.caller or (payload if is_callers else _NOTHING)

    @property
    def answered(self) -> bytes:
        """What an answer is for: the same when Vonage asks once more for the same NCCO of the same call."""
        return f"{self.subject}\n{self.request.query}".encode("utf-8", "surrogatepass")

    @property
    def is_large(self) -> bool:
        """Whether the event has only a part of it."""
        return len(self.body) > http.MAX_BODY_BYTES


def receive(
    event: Mapping[str, Any],
    webhook: WebhookName,
    secrets: signature.SecretSource,
    applications: Applications,
) -> Reception:
    """Take in API Gateway's event.

    Raises:
        BypassedError: it did not come through CloudFront, as all has to.
        SignatureError: the account did not sign this, or long ago.
        ApplicationError: it signed this for another of its applications.
        SecretError: there is no secret to check with.
        BodyTooLargeError: the account signed something, and the body is too large to be looked at.
    """
    request = arrived(event)
    now = time.time()
    body, claims = _proven(request, webhook, secrets, now)
    applications.refuse_others(claims, secrets.account)
    payload = http.payload(body)
    kind = meant_for(payload, webhook)
    if kind != webhook:
        signature.check_age(claims, now, MAX_AGE_S[kind])
    identity = claims["payload_hash"].lower()  # as has been checked
    envelope = wrap(classify(kind, payload), body, request.received_at, payload, identity)
    if len(body) > http.MAX_BODY_BYTES:
        from switchboard.webhooks import large

        envelope = large.claim(envelope, body)
    api_key = claims.get("api_key")
    query, caller = (
        _query(request, payload, api_key, secrets, webhook) if request.query else (_NOTHING, _NOTHING)
    )
    if caller and not any(name in payload for name in ("from", "from_user", "to")):
        payload = {**payload, **caller}
        envelope = {**envelope, "payload": payload}
    is_check = bool(claims.get(CHECK))
    return Reception(
        request, body, envelope, kind != webhook, is_check, api_key, secrets, query, payload, caller
    )


def _proven(
    request: http.Request, webhook: WebhookName, secrets: signature.SecretSource, now: float
) -> tuple[bytes, dict[str, Any]]:
    """The body, and what the account says of it in its token."""
    token = signature.read(request.headers.get("authorization"))  # before anything is done with the body
    try:
        body = request.body(_most_bytes(webhook))
    except BodyTooLargeError:
        signature.verify(token, None, secrets, now=now, max_age_s=MAX_AGE_S[webhook])
        raise
    return body, signature.verify(token, body, secrets, now=now, max_age_s=MAX_AGE_S[webhook])


def arrived(event: Mapping[str, Any]) -> http.Request:
    """The request in API Gateway's event, before anything else is done with it.

    Raises:
        BypassedError: it did not come through CloudFront, as all has to.
    """
    request = http.read(event)
    if expected := given("SWITCHBOARD_ORIGIN_SECRETS"):
        from switchboard.webhooks import cloudfront

        request = cloudfront.arrived(request, expected)
    return request


def _most_bytes(webhook: WebhookName) -> int:
    """How large a body may be: only messages have a bucket for large ones."""
    if webhook != "inbound":
        return http.MAX_BODY_BYTES
    from switchboard.webhooks import large

    return large.most_bytes()


def _query(
    request: http.Request,
    payload: Mapping[str, Any],
    api_key: str | None,
    secrets: signature.SecretSource,
    webhook: WebhookName,
) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """The query as a flow wrote it, and who calls. A changed one is none: the call has to go on."""
    from switchboard.webhooks import query

    name = request.path.rpartition("/")[2]
    known = secrets.known(api_key, _QUERY_OVERLAP_S)
    found = query.read(name, request.query, known)
    if found is None and query.MAC in request.query:  # else no secret fits
        known = secrets.reread(api_key, _QUERY_OVERLAP_S)
        found = query.read(name, request.query, known)
    if found is None:
        telemetry.outcome("QueryRefused", webhook, "WARNING", **telemetry.describe(payload))
        return _NOTHING, _NOTHING
    if query.CALLER not in found:
        return found, _NOTHING
    from switchboard.webhooks import callers

    caller = callers.read(found, known)
    if not caller:  # it is the flow's own field
        return found, _NOTHING
    return {field: value for field, value in found.items() if field != query.CALLER}, caller
