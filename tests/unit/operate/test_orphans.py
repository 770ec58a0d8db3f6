"""An orphan is deleted only while it carries the key that its stack gave it."""

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from operate.orphans import same_key

KEYS = [rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2)]


def public_pem(format_: PublicFormat = PublicFormat.SubjectPublicKeyInfo, key: int = 0) -> str:
    return KEYS[key].public_key().public_bytes(Encoding.PEM, format_).decode()


@pytest.mark.parametrize(
    "live",
    [
        public_pem(),
        public_pem().replace("\n", "\r\n"),
        public_pem().rstrip(),
        public_pem(PublicFormat.PKCS1),
    ],
)
def test_a_key_is_the_same_however_it_is_written(live: str) -> None:
    assert same_key(live, public_pem())


@pytest.mark.parametrize("live", [public_pem(key=1), "", None, "not a key"])
def test_another_key_or_none_is_not_the_stacks(live: str | None) -> None:
    assert not same_key(live, public_pem())


@pytest.mark.parametrize("nothing", ["", None, "not a key"])
def test_two_that_are_not_keys_are_not_the_same_key(nothing: str | None) -> None:
    assert not same_key(nothing, nothing)
