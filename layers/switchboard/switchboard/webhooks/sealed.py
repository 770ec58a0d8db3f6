"""A text in an address that nobody reads or changes without the account's signature secret.

The MAC of the text is also the vector that its key stream begins with, so the same text for the same purpose
is sealed to the same words: an answer that Vonage asks for twice is the same twice. Whoever seals puts
something of the call into the text, so that two calls of one caller can't be told to be that.

Source: Rogaway and Shrimpton, "Deterministic Authenticated-Encryption" (2006), whose SIV this is, with
HMAC-SHA-2 where it has a block cipher: Python's own library has none (docs/adr/0028).
"""

import base64
import hmac
from collections.abc import Sequence

_PURPOSE = "switchboard: sealed in an address, version 1"
_VECTOR_BYTES = 16
_BLOCK_BYTES = 64

# Lengths say something, too: of a number, for one.
_STEP_BYTES = 32


def seal(text: str, purpose: str, secret: str) -> str:
    """The text for one purpose, encrypted, in characters that an address has.

    Args:
        text: what is not to be read, without blanks at its end, as there they hide how long it is.
        purpose: what it is for; nobody takes it for anything else.
        secret: the account's signature secret, from which the keys are derived.
    """
    said = text.encode()
    said += b" " * (-len(said) % _STEP_BYTES)
    mac_key, stream_key = _keys(purpose, secret)
    vector = _vector(mac_key, said)
    return base64.urlsafe_b64encode(vector + _mixed(said, stream_key, vector)).rstrip(b"=").decode()


def unseal(sealed: str, purpose: str, secrets: Sequence[str]) -> str | None:
    """The text that was sealed with one of the secrets, for this purpose; `None` for whatever else."""
    try:
        whole = base64.b64decode(sealed.encode("ascii") + b"=" * (-len(sealed) % 4), b"-_", validate=True)
    except ValueError:
        return None
    vector, mixed = whole[:_VECTOR_BYTES], whole[_VECTOR_BYTES:]
    for secret in secrets:
        mac_key, stream_key = _keys(purpose, secret)
        said = _mixed(mixed, stream_key, vector)
        if hmac.compare_digest(_vector(mac_key, said), vector):
            return said.decode().rstrip(" ")
    return None


def _keys(purpose: str, secret: str) -> tuple[bytes, bytes]:
    key = hmac.digest(secret.encode(), f"{_PURPOSE}\n{purpose}".encode(), "sha256")
    return hmac.digest(key, b"vector", "sha256"), hmac.digest(key, b"stream", "sha256")


def _vector(key: bytes, said: bytes) -> bytes:
    return hmac.digest(key, said, "sha256")[:_VECTOR_BYTES]


def _mixed(text: bytes, key: bytes, vector: bytes) -> bytes:
    """The text with the key stream of this vector added to it, which, done again, takes it away."""
    blocks = range(-(-len(text) // _BLOCK_BYTES))
    stream = b"".join(hmac.digest(key, vector + number.to_bytes(4), "sha512") for number in blocks)
    size = len(text)
    return (int.from_bytes(text) ^ int.from_bytes(stream[:size])).to_bytes(size)
