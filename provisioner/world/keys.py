"""RSA key pairs of Vonage applications: made here, compared by content, proved with a token.

Source: Vonage Application API v2 reference (keys), Vonage "JSON Web Tokens" (claims and their limits).
"""

import base64
import hashlib
import time
import uuid
from dataclasses import dataclass, field

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

PROBE_LIFE_S = 60


@dataclass(frozen=True)
class KeyPair:
    """A private key as PKCS#8 PEM and its public half as PEM. Its repr shows neither."""

    private_pem: str = field(repr=False)
    public_pem: str = field(repr=False)


def make() -> KeyPair:
    """A new 2048-bit RSA pair."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return pair(pem)


def pair(private_pem: str) -> KeyPair:
    """The pair a private key belongs to.

    Raises:
        ValueError: it is not a private key in PEM.
    """
    try:
        private = _loaded(private_pem)
    except (TypeError, UnsupportedAlgorithm) as error:
        raise ValueError("not an unencrypted private key") from error
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return KeyPair(private_pem, public.decode())


def _loaded(private_pem: str) -> PrivateKeyTypes:
    # To check the primes takes 50 ms, and Vonage is asked whether it knows the key anyway.
    return load_pem_private_key(private_pem.encode(), password=None, unsafe_skip_rsa_key_validation=True)


def der(public_pem: str | None) -> bytes | None:
    """A public key's DER bytes, which are equal exactly when the keys are; None when it is not a key."""
    try:
        public = load_pem_public_key((public_pem or "").encode())
    except (ValueError, UnsupportedAlgorithm):
        return None
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def same(one: str | None, other: str | None) -> bool:
    """Whether two PEM texts hold the same public key, however they are wrapped."""
    first = der(one)
    return first is not None and first == der(other)


def fingerprint(public_pem: str | None) -> str:
    """`SHA256:` and the base64 digest of the public key's DER, as OpenSSH prints one; empty for no key."""
    encoded = der(public_pem)
    if encoded is None:
        return ""
    return "SHA256:" + base64.b64encode(hashlib.sha256(encoded).digest()).decode().rstrip("=")


def token(application_id: str, private_pem: str, now: float | None = None) -> str:
    """A short-lived application token, to ask Vonage whether it knows the key.

    Args:
        application_id: the application the key belongs to.
        private_pem: the private key.
        now: Unix time in seconds; the clock's when left out.
    """
    issued = int(time.time() if now is None else now)
    claims = {
        "application_id": application_id,
        "iat": issued,
        "exp": issued + PROBE_LIFE_S,
        "jti": str(uuid.uuid4()),
    }
    key = _loaded(private_pem)
    return jwt.encode(claims, key if isinstance(key, rsa.RSAPrivateKey) else private_pem, algorithm="RS256")
