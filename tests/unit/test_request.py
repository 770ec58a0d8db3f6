"""API Gateway's event becomes the request that Vonage sent."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard import request
from switchboard.errors import BodyTooLargeError

from tests.factories import webhook_event

NOW = 1_795_400_000.0


@given(body=st.binary(max_size=300))
def test_a_base64_body_is_read_back_to_the_byte(body: bytes) -> None:
    event = {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}

    assert request.read(event).body == body


@given(text=st.text(max_size=100))
def test_a_text_body_is_the_bytes_that_were_sent(text: str) -> None:
    assert request.read({"body": text, "isBase64Encoded": False}).body == text.encode()


def test_header_names_are_folded() -> None:
    assert request.read({"headers": {"AuthoriZation": "Bearer x"}}).headers["authorization"] == "Bearer x"


@pytest.mark.parametrize("event", [{}, {"body": None, "headers": None, "requestContext": None}])
def test_what_is_missing_reads_as_empty(event: dict[str, None]) -> None:
    found = request.read(event, NOW)

    assert (found.body, found.headers, found.received_at) == (b"", {}, NOW)


def test_a_body_that_is_too_large_is_refused() -> None:
    with pytest.raises(BodyTooLargeError):
        request.read({"body": "x" * (request.MAX_BODY_BYTES + 1)})


@pytest.mark.parametrize(
    ("time_epoch_ms", "received_at"),
    [
        (NOW * 1000 - 700, NOW - 0.7),  # a cold start took 0.7 s of the caller's patience
        (NOW * 1000 - 3_600_000, NOW),  # a sample event, replayed
        (NOW * 1000 + 5000, NOW),
        (None, NOW),
        ("soon", NOW),
    ],
)
def test_waiting_begins_when_api_gateway_took_the_request(time_epoch_ms: object, received_at: float) -> None:
    found = request.read({"requestContext": {"timeEpoch": time_epoch_ms}}, NOW)

    assert found.received_at == pytest.approx(received_at)


def test_the_base_url_is_the_requests_own() -> None:
    event = webhook_event("answer", {})

    assert request.read(event).base_url == "https://abc123.execute-api.eu-west-1.amazonaws.com"


def test_a_named_stage_is_part_of_the_base_url() -> None:
    event = webhook_event("answer", {})
    event["requestContext"]["stage"] = "dev"

    assert request.read(event).base_url.endswith(".amazonaws.com/dev")


@pytest.mark.parametrize(
    ("body", "payload"),
    [
        (b"", {}),
        (b'{"a": 1}', {"a": 1}),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b"[1]", {"unparsed": "[1]"}),
        (b"a=1", {"unparsed": "a=1"}),
        (b'{"a": NaN}', {"unparsed": '{"a": NaN}'}),
        (b"\xff{}", {"unparsed": "\ufffd{}"}),
        (rb'{"a": "\ud83d\ude00 \ud83d"}', {"a": "\U0001f600 \ufffd"}),
        (rb'{"a": [{"\uDE00": "\ude00\ud83d"}]}', {"a": [{"\ufffd": "\ufffd\ufffd"}]}),
        (rb'{"a": "\\ud83d", "b": "\uD83Dx"}', {"a": r"\ud83d", "b": "\ufffdx"}),
        (
            rb'{"a": "\ud83d", "b": [1.10, -0.0, 1E15, 12345678901234567890, true, null]}',
            {"a": "\ufffd", "b": [1.1, -0.0, 1e15, 12345678901234567890, True, None]},
        ),
    ],
)
def test_any_body_has_a_payload(body: bytes, payload: object) -> None:
    assert request.payload(body) == payload


@given(
    document=st.dictionaries(
        st.text(st.characters()), st.recursive(st.text(st.characters()), st.lists, max_leaves=5), max_size=3
    )
)
def test_whatever_was_parsed_can_be_sent_on(document: dict[str, Any]) -> None:
    json.dumps(request.payload(json.dumps(document).encode()), ensure_ascii=False).encode()


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b"1" * 5000,
        b'{"a":' * 100_000,
        b'{"a": "\\ud83d", "b": ' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    ],
)
def test_a_hostile_body_has_a_payload_too(body: bytes) -> None:
    assert list(request.payload(body)) == ["unparsed"]
