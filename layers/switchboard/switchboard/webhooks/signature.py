"""Vonage's webhook signature: a JWT in the Authorization header, HS256 with the account's signature secret.

Standard library only: on the answer path pyjwt would cost more than everything else together. Tests hold this
module equal to pyjwt.

Source: Vonage, "Webhooks: decoding signed webhooks" and "Signed webhooks" (claims `iat`, `jti`, `iss`,
`payload_hash`, `api_key`, `application_id`; there is no `exp`, so freshness is judged by `iat`).
"""

import binascii
import functools
import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from switchboard.errors import SignatureError
from switchboard.request import decoded

# Of base64, from the alphabet for addresses, and to it. The module base64 would load three others.
_STANDARD, _ADDRESSES = bytes.maketrans(b"-_", b"+/"), bytes.maketrans(b"+/", b"-_")

_DECODER = json.JSONDecoder()

# How far a sender's clock may run ahead of ours.
FUTURE_SKEW_S = 300


class SecretSource(Protocol):
    """Where signature secrets come from; `None` stands for a token that names no account.

    One that was rotated away counts for `overlap_s` seconds more.
    """

    @property
    def account(self) -> str:
        """The API key of the account itself, which may have subaccounts; empty until a secret was read."""

    def known(self, api_key: str | None, overlap_s: float) -> Sequence[str]:
        """The secrets that are held for an account, newest first."""

    def reread(self, api_key: str | None, overlap_s: float) -> Sequence[str]:
        """The secrets after a fresh look, in case they were rotated; empty when a look was taken just now."""


class Token(NamedTuple):
    """A token of the form that Vonage's have; nothing in it is proven yet."""

    signed: bytes
    mac: bytes
    claims: dict[str, Any]


def read(authorization: str | None) -> Token:
    """The token in an Authorization header. It costs next to nothing: anybody may send one.

    Raises:
        SignatureError: `missing`, `malformed` or `algorithm`: it isn't Vonage's.
    """
    scheme, _, text = (authorization or "").strip().partition(" ")
    if scheme.lower() != "bearer":
        raise SignatureError("missing")
    try:
        signed, mac = text.strip().encode("ascii").rsplit(b".", 1)
        header, claims = signed.split(b".")
        # The algorithm is ours to choose, never the token's: "none" and the RS256-as-HMAC confusion end here.
        if not _is_hs256(header):
            raise SignatureError("algorithm")
        return Token(signed, mac, _json_object(claims))
    except (ValueError, RecursionError) as exc:
        raise SignatureError("malformed") from exc


def verify(
    token: Token, body: bytes | None, secrets: SecretSource, *, now: float, max_age_s: float
) -> dict[str, Any]:
    """The claims of a webhook that was signed by the Vonage account, for this body, recently.

    Args:
        token: what the request carries.
        body: the request's bytes as they were sent; `payload_hash` is their SHA-256. None stands for one that
            is too large to be looked at: the token is checked without it.
        secrets: gives the signature secrets by `api_key`. It is asked last, so that what is malformed or
            stale costs no look at the secret.
        now: Unix time in seconds.
        max_age_s: age at which a token is stale, in seconds.

    Raises:
        SignatureError: with the check that failed as its reason.
        SecretError: there is no secret to check with.
    """
    check_age(token.claims, now, max_age_s)
    if body is not None:
        _check_body(token.claims, body)
    api_key = token.claims.get("api_key")
    if not (api_key is None or isinstance(api_key, str)):
        raise SignatureError("malformed")
    # As long as what was signed just before a rotation, by a clock that is ahead, can be fresh.
    overlap_s = max_age_s + FUTURE_SKEW_S
    if not (
        _is_signed(token, secrets.known(api_key, overlap_s))
        or _is_signed(token, secrets.reread(api_key, overlap_s))
    ):
        raise SignatureError("signature")
    return token.claims


def check_age(claims: dict[str, Any], now: float, max_age_s: float) -> None:
    """Refuse what is older than `max_age_s`, comes from the future or is outside its own `exp` and `nbf`.

    Raises:
        SignatureError: `stale`.
    """
    if not _is_between(now - max_age_s, claims.get("iat"), now + FUTURE_SKEW_S):
        raise SignatureError("stale")
    if "exp" in claims and not _is_between(now - FUTURE_SKEW_S, claims["exp"], float("inf")):
        raise SignatureError("stale")
    if "nbf" in claims and not _is_between(float("-inf"), claims["nbf"], now + FUTURE_SKEW_S):
        raise SignatureError("stale")


@functools.lru_cache(maxsize=8)  # Vonage's header is the same every time
def _is_hs256(header: bytes) -> bool:
    fields = _json_object(header)
    return fields.get("alg") == "HS256" and "crit" not in fields


def _json_object(part: bytes) -> dict[str, Any]:
    value = decoded(binascii.a2b_base64(part.translate(_STANDARD) + b"==").decode(), _DECODER)
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def _check_body(claims: dict[str, Any], body: bytes) -> None:
    stated, actual = claims.get("payload_hash"), hashlib.sha256(body).hexdigest()
    if not isinstance(stated, str) or stated.lower() != actual:
        raise SignatureError("payload_hash")


def _is_between(low: float, value: object, high: float) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high


def _is_signed(token: Token, secrets: Sequence[str]) -> bool:
    for secret in secrets:
        mac = _keyed(secret).copy()
        mac.update(token.signed)
        # Comparing the encoded text, not decoded bytes, refuses every second spelling of the same signature.
        encoded = binascii.b2a_base64(mac.digest(), newline=False).translate(_ADDRESSES)
        if hmac.compare_digest(encoded.rstrip(b"="), token.mac):
            return True
    return False


@functools.lru_cache(maxsize=4)  # to begin with a key takes longer than to go on from there
def _keyed(secret: str) -> hmac.HMAC:
    return hmac.new(secret.encode(), digestmod="sha256")
