"""The token that opens the APIs of an application: RS256, by its private key, for a quarter of an hour.

Source: Vonage, "Authentication" (application JWT: `application_id`, `iat`, `exp`, `jti`).
"""

import time
import uuid

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from switchboard.errors import SecretError

_LIFE_S = 900
_MARGIN_S = 60


class ApplicationToken:
    """One that is still good for a minute at least.

    Raises:
        SecretError: the private key isn't one.
    """

    def __init__(self, application_id: str, private_key: str) -> None:
        self._application_id = application_id
        self._key = _load(private_key)
        self._token, self._ends = "", 0.0

    def present(self) -> str:
        """The token that opens them now; as good as a password."""
        now = time.time()
        if now > self._ends - _MARGIN_S:
            self._ends = now + _LIFE_S
            claims = {
                "application_id": self._application_id,
                "iat": int(now),
                "exp": int(self._ends),
                "jti": str(uuid.uuid4()),
            }
            self._token = jwt.encode(claims, self._key, algorithm="RS256")
        return self._token


def _load(private_key: str) -> RSAPrivateKey:
    """The key. To check its primes would take 36 ms, and the provisioner has tried it at Vonage."""
    try:
        key = load_pem_private_key(private_key.encode(), None, unsafe_skip_rsa_key_validation=True)
    except (TypeError, ValueError):
        key = None
    if not isinstance(key, RSAPrivateKey):
        # Without its cause, which could quote the key.
        raise SecretError("The application's private key isn't an RSA key in PEM form.") from None
    return key
