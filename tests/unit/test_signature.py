"""Only what Vonage signed, for this body and recently, is let in; pyjwt is the oracle."""

import base64
import hashlib
import json
from collections.abc import Sequence
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st
from jwt.types import Options
from switchboard.errors import SignatureError
from switchboard.webhooks import signature
from switchboard.webhooks.signature import FUTURE_SKEW_S

from tests.factories import API_KEY, SIGNATURE_SECRET, claims, signed

NOW = 1_795_400_000
BODY = b'{"uuid":"aaaa"}'
MAX_AGE_S = 300


class Held:
    """Holds these secrets, for every account; a fresh look finds `fresh`."""

    account = API_KEY

    def __init__(self, *held: str, fresh: Sequence[str] = ()) -> None:
        self._held, self._fresh = held, fresh

    def known(self, _api_key: str | None, _overlap_s: float) -> Sequence[str]:
        return self._held

    def reread(self, _api_key: str | None, _overlap_s: float) -> Sequence[str]:
        return self._fresh


class NeverAsked(Held):
    def known(self, _api_key: str | None, _overlap_s: float) -> Sequence[str]:
        raise AssertionError("the secret was read for a token that could be refused without it")


HELD = Held(SIGNATURE_SECRET)

# Times and hash are checked against NOW, which pyjwt cannot be told.
ONLY_THE_SIGNATURE: Options = {
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}


def verify(authorization: str | None, body: bytes | None, secrets: Held = HELD) -> dict[str, Any]:
    token = signature.read(authorization)
    return signature.verify(token, body, secrets, now=NOW, max_age_s=MAX_AGE_S)


def refusal(authorization: str | None, body: bytes = BODY, secrets: Held = HELD) -> str:
    with pytest.raises(SignatureError) as refused:
        verify(authorization, body, secrets)
    return refused.value.reason


def test_what_vonage_signed_is_let_in() -> None:
    token = signed(BODY, iat=NOW)

    assert verify(token, BODY)["api_key"] == API_KEY


def test_the_scheme_may_be_written_in_any_case() -> None:
    token = signed(BODY, iat=NOW).replace("Bearer", "bearer")

    assert verify(token, BODY)


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Basic YTpi", "eyJhbGciOiJIUzI1NiJ9.e30.x"])
def test_a_missing_token_is_refused(authorization: str | None) -> None:
    assert refusal(authorization, secrets=NeverAsked()) in ("missing", "malformed")


@pytest.mark.parametrize("token", ["a.b.c", "..", "a.b", "a.b.c.d", "é.é.é", "e30.W10.x", "e30.e30.e30,e30"])
def test_a_malformed_token_is_refused(token: str) -> None:
    assert refusal(f"Bearer {token}", secrets=NeverAsked()) in ("malformed", "algorithm")


def test_a_deeply_nested_token_is_refused() -> None:
    deep = base64.urlsafe_b64encode(b"[" * 100_000).decode()

    assert refusal(f"Bearer {deep}.{deep}.x", secrets=NeverAsked()) == "malformed"


def test_alg_none_is_refused() -> None:
    token = jwt.encode(claims(BODY, iat=NOW), None, algorithm="none")  # type: ignore[arg-type]

    assert refusal(f"Bearer {token}", secrets=NeverAsked()) == "algorithm"


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_another_hmac_is_refused(algorithm: str) -> None:
    token = jwt.encode(claims(BODY, iat=NOW), SIGNATURE_SECRET * 2, algorithm=algorithm)

    assert refusal(f"Bearer {token}", secrets=Held(SIGNATURE_SECRET * 2)) == "algorithm"


def test_a_public_key_is_no_secret() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    token = jwt.encode(claims(BODY, iat=NOW), key, algorithm="RS256")

    assert refusal(f"Bearer {token}", secrets=Held(pem.decode())) == "algorithm"


def test_a_critical_extension_is_refused() -> None:
    token = jwt.encode(claims(BODY, iat=NOW), SIGNATURE_SECRET, headers={"crit": ["b64"], "b64": True})

    assert refusal(f"Bearer {token}") == "algorithm"


@pytest.mark.parametrize(
    "iat", [NOW - MAX_AGE_S - 1, NOW + FUTURE_SKEW_S + 1, None, "now", True, float("nan")]
)
def test_a_token_that_is_not_fresh_is_refused(iat: object) -> None:
    assert refusal(signed(BODY, iat=iat), secrets=NeverAsked()) == "stale"


@pytest.mark.parametrize("iat", [NOW - MAX_AGE_S, NOW + FUTURE_SKEW_S, NOW - 0.5])
def test_a_token_at_the_edge_of_its_time_is_let_in(iat: float) -> None:
    assert verify(signed(BODY, iat=iat), BODY)


@pytest.mark.parametrize("times", [{"exp": NOW - 301}, {"nbf": NOW + 301}, {"exp": "never"}])
def test_a_token_outside_its_own_times_is_refused(times: dict[str, Any]) -> None:
    assert refusal(signed(BODY, iat=NOW, **times), secrets=NeverAsked()) == "stale"


@pytest.mark.parametrize("stated", [None, "", 1, hashlib.sha256(b"other").hexdigest()])
def test_a_token_for_another_body_is_refused(stated: object) -> None:
    assert refusal(signed(BODY, iat=NOW, payload_hash=stated), secrets=NeverAsked()) == "payload_hash"


def test_the_hash_covers_the_bytes_and_not_their_meaning() -> None:
    assert refusal(signed(BODY, iat=NOW), body=json.dumps(json.loads(BODY)).encode()) == "payload_hash"


def test_of_a_body_that_is_too_large_the_token_alone_counts() -> None:
    assert verify(signed(BODY, iat=NOW), None)
    with pytest.raises(SignatureError, match="signature"):
        verify(signed(BODY, "x" * 32, iat=NOW), None)


def test_a_wrong_secret_is_refused() -> None:
    assert refusal(signed(BODY, "x" * 32, iat=NOW)) == "signature"


def test_no_secret_lets_nobody_in() -> None:
    assert refusal(signed(BODY, iat=NOW), secrets=Held()) == "signature"


def test_a_secret_that_was_rotated_meanwhile_is_found_by_a_fresh_look() -> None:
    token = signed(BODY, "n" * 32, iat=NOW)

    assert verify(token, BODY, Held(SIGNATURE_SECRET, fresh=["n" * 32]))


def test_a_second_spelling_of_the_signature_is_refused() -> None:
    token = signed(BODY, iat=NOW)

    assert refusal(token + "=") == "signature"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@given(
    body=st.binary(max_size=200),
    secret=st.text(min_size=32, max_size=64),
    age_s=st.integers(-FUTURE_SKEW_S, MAX_AGE_S),
    extra=st.dictionaries(st.text(max_size=8), json_values, max_size=3),
)
def test_nothing_genuine_is_refused(body: bytes, secret: str, age_s: int, extra: dict[str, object]) -> None:
    stated = {**extra, **claims(body, iat=NOW - age_s)}
    for name in ("exp", "nbf"):
        stated.pop(name, None)
    token = jwt.encode(stated, secret, algorithm="HS256")

    found = verify(f"Bearer {token}", body, Held(secret))

    assert found == jwt.decode(token, secret, ["HS256"], options=ONLY_THE_SIGNATURE)


@given(data=st.data())
def test_no_changed_token_is_let_in(data: st.DataObject) -> None:
    token = bytearray(signed(BODY, iat=NOW).encode())
    at = data.draw(st.integers(len(b"Bearer "), len(token) - 1))
    token[at] = data.draw(st.integers(33, 126).filter(lambda other: other != token[at]))

    refusal(token.decode())


@given(authorization=st.text() | st.binary().map(lambda raw: f"Bearer {raw.decode('latin-1')}"))
def test_no_noise_is_let_in(authorization: str) -> None:
    refusal(authorization, secrets=NeverAsked())
