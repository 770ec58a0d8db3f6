"""Webhooks signed as Vonage signs them.

Source: Vonage "Webhooks" (decoding signed webhooks) and the help-centre article on verifying voice
webhooks: an HS256 JWT with the account's signature secret, no `exp`, `payload_hash` over the raw body; for
GET, over the query parameters as a JSON object without whitespace, in the order sent.
"""

import hashlib
import json
import time
from typing import NamedTuple

import jwt

from vonage_simulator.account.account import Account
from vonage_simulator.faults import Signature
from vonage_simulator.types import Json

ISSUER = "Vonage"
STALE_BY_S = 7 * 24 * 3600


class Token(NamedTuple):
    """What tells one token from another: its `jti`, and how many seconds ago it was made."""

    jti: str
    age_s: float = 0.0


def authorization(
    account: Account,
    hashed: bytes,
    application_id: str | None,
    token: Token | None = None,
    state: Signature = "signed",
) -> dict[str, str]:
    """The Authorization header of a webhook, as a dict to merge; empty when unsigned.

    `iat` is real time even when simulated time has jumped: whoever verifies it lives in real time.

    Args:
        account: whose signature secret signs.
        hashed: the bytes that `payload_hash` covers.
        application_id: left out of the claims when no application is involved.
        token: its id and age; by default a new one.
        state: how to spoil the signature, for the fault lab.
    """
    if state == "unsigned":
        return {}
    token = token or Token(account.identifiers.uuid())
    claims: Json = {
        "iat": int(time.time() - token.age_s) - (STALE_BY_S if state == "stale" else 0),
        "jti": token.jti,
        "iss": ISSUER,
        "payload_hash": hashlib.sha256(hashed).hexdigest(),
        "api_key": account.api_key,
    }
    if application_id:
        claims["application_id"] = application_id
    secret = account.signature_secret + (" of somebody else" if state == "forged" else "")
    return {"Authorization": f"Bearer {jwt.encode(claims, secret, algorithm='HS256')}"}


def query_hash_input(parameters: Json) -> bytes:
    """What `payload_hash` covers on a GET webhook."""
    return json.dumps(parameters, separators=(",", ":"), ensure_ascii=False).encode()
