"""API Gateway's event becomes the request that Vonage sent."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from switchboard import request
from switchboard.aws import bus, queues
from switchboard.envelope import Envelope, wrap
from switchboard.errors import BodyTooLargeError
from switchboard.timeline import events
from switchboard.wire.classify import WebhookName, classify

from tests.conftest import FUNCTION
from tests.factories import webhook_event
from tests.fakes.backbone import QUEUE, added_to
from tests.fakes.stores import Aws, running

NOW = 1_795_400_000.0


@given(body=st.binary(max_size=300))
def test_a_base64_body_is_read_back_to_the_byte(body: bytes) -> None:
    event = {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}

    assert request.read(event).body() == body


@given(text=st.text(max_size=100))
def test_a_text_body_is_the_bytes_that_were_sent(text: str) -> None:
    assert request.read({"body": text, "isBase64Encoded": False}).body() == text.encode()


def test_header_names_are_folded() -> None:
    assert request.read({"headers": {"AuthoriZation": "Bearer x"}}).headers["authorization"] == "Bearer x"


@pytest.mark.parametrize("event", [{}, {"body": None, "headers": None, "requestContext": None}])
def test_what_is_missing_reads_as_empty(event: dict[str, None]) -> None:
    found = request.read(event, NOW)

    assert (found.body(), found.headers, found.received_at) == (b"", {}, NOW)


@pytest.mark.parametrize("encoding", ["text", "base64"])
@pytest.mark.parametrize("more", [1, 2, 3, 4, request.MAX_BODY_BYTES * 40])
def test_a_body_that_is_too_large_is_refused(encoding: str, more: int) -> None:
    event = webhook_event(
        "status", body=b"x" * (request.MAX_BODY_BYTES + more), base64_encoded=encoding == "base64"
    )

    with pytest.raises(BodyTooLargeError):
        request.read(event).body()


@pytest.mark.parametrize(
    "body", [b"x" * request.MAX_BODY_BYTES, "é".encode() * (request.MAX_BODY_BYTES // 2)]
)
@pytest.mark.parametrize("encoding", ["text", "base64"])
def test_the_largest_body_is_read(body: bytes, encoding: str) -> None:
    event = webhook_event("status", body=body, base64_encoded=encoding == "base64")

    assert request.read(event).body() == body


def test_characters_of_several_bytes_count_as_such() -> None:
    with pytest.raises(BodyTooLargeError):
        request.read({"body": "é" * request.MAX_BODY_BYTES}).body()


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
            {"a": "\ufffd", "b": [1.1, -0.0, 1e15, "12345678901234567890", True, None]},
        ),
        (b'{"a": [9223372036854775807, -9223372036854775808]}', {"a": [2**63 - 1, -(2**63)]}),
        (
            b'{"a": [9223372036854775808, -9223372036854775809, 1%s]}' % (b"0" * 5000),
            {"a": ["9223372036854775808", "-9223372036854775809", "1" + "0" * 5000]},
        ),
        (b'{"a": [1e999, -1E+400, 1e-999]}', {"a": ["1e999", "-1E+400", 0.0]}),
        (b"a\x00\x1f\n\t", {"unparsed": "a\ufffd\ufffd\n\t"}),
    ],
)
def test_any_body_has_a_payload(body: bytes, payload: object) -> None:
    assert request.payload(body) == payload


def travels(aws: Aws, webhook: WebhookName, body: bytes) -> None:
    """See that SQS, DynamoDB and EventBridge take the event that a body is, as strict as they are."""
    payload = request.payload(body)
    aws.sent.clear()
    aws.tables["timeline"].clear()

    queues.put_event(wrap(classify(webhook, payload), body, NOW, payload), 30)
    event: Envelope = json.loads(aws.queues[QUEUE].pop()["MessageBody"])
    assert events.write([events.item(event)]) == [None]
    assert bus.publish([event]) == [None]


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    """One account for all bodies, with a stack's queues, table and bus."""
    with pytest.MonkeyPatch.context() as patch, running() as fake:
        for name, value in {**FUNCTION, "AWS_ENDPOINT_URL": fake.url}.items():
            patch.setenv(name, value)
        with added_to(fake, patch):
            yield fake


TEXTS = st.text(st.characters())  # halves of characters, too
NUMBERS = st.sampled_from([
    "1e999", "-1E400", "9" * 25, "-9223372036854775809", "9223372036854775808", "1" + "0" * 400 + ".0", "NaN",
])  # fmt: skip
VALUES = TEXTS | st.none() | st.booleans() | st.integers() | st.floats() | st.datetimes().map(str)
DOCUMENTS = st.dictionaries(
    TEXTS | st.sampled_from(["conversation_uuid", "message_uuid", "timestamp", "status", "type", "to"]),
    st.recursive(VALUES, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=8),
    max_size=5,
)


def with_numbers(document: dict[str, Any], numbers: list[str]) -> bytes:
    """A document's JSON, with numbers in it as no encoder of ours would write them."""
    more = "".join(f', "n{index}": {number}' for index, number in enumerate(numbers))
    return ('{"first": 1' + more + (", " if document else "") + json.dumps(document)[1:]).encode()


@settings(deadline=None)
@given(
    webhook=st.sampled_from(["event", "inbound", "status", "rtc_event"]),
    body=st.binary(max_size=500) | st.builds(with_numbers, DOCUMENTS, st.lists(NUMBERS, max_size=3)),
)
def test_whatever_passed_the_front_door_can_be_queued_stored_and_published(
    aws: Aws, webhook: WebhookName, body: bytes
) -> None:
    travels(aws, webhook, body)


ENDS = b'"conversation_uuid": "CON-1", "status": "answered"}'


@pytest.mark.parametrize(
    "body",
    [
        b"\xff" * request.MAX_BODY_BYTES,
        b"\x01" * request.MAX_BODY_BYTES,
        b'"' * request.MAX_BODY_BYTES,
        b'{"a": [' + b",".join([b"1E15"] * 26_000) + b"]}",
        b'{"a": [' + b",".join([b"9e15"] * 17_000) + b"]}",
        b'{"a": "' + "漢".encode() * 43_600 + b'"}',
        b'{"a": "' + rb"\u0001" * 21_800 + b'"}',
        b'{"a": {' + b",".join(b'"%d":0' % n for n in range(15_000)) + b"}}",
        b'{"a": ' + b"[" * 499 + b"]" * 499 + b", " + ENDS,
        b'{"a": ' + b"[" * 1001 + b"]" * 1001 + b", " + ENDS,
        b'{"a": ' + b'{"a": ' * 5000 + b"1" + b"}" * 5000 + b", " + ENDS,
        '{"a": "\uffff"}'.encode(),
        b'{"conversation_uuid": "' + b"C" * 100_000 + b'"}',
        b'{"message_uuid": "' + "ü".encode() * 1030 + b'"}',
        b'{"timestamp": "0001-01-01T00:00:00+14:00", ' + ENDS,
        b'{"timestamp": "9999-12-31T23:59:59-01:00", ' + ENDS,
    ],
    ids=lambda body: f"{body[:8]!r} {len(body)}",
)
@pytest.mark.parametrize("webhook", ["event", "inbound", "status", "rtc_event"])
def test_the_worst_that_fits_through_the_door_can_be_stored(
    aws: Aws, webhook: WebhookName, body: bytes
) -> None:
    travels(aws, webhook, body)


def test_what_is_deep_but_not_too_deep_keeps_its_fields() -> None:
    assert request.payload(b'{"a": ' + b"[" * 499 + b"]" * 499 + b", " + ENDS)["status"] == "answered"
    assert list(request.payload(b'{"a": ' + b"[" * 500 + b"]" * 500 + b", " + ENDS)) == ["unparsed"]


def test_brackets_in_a_text_are_not_levels() -> None:
    assert request.payload(b'{"a": "' + b"[" * 5000 + b'"}') == {"a": "[" * 5000}


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


@pytest.mark.parametrize("around", ["", " \t\r\n", "\ufeff", "\u00a0", "x", "{}", "\x0b"])
@pytest.mark.parametrize("text", ['{"a": [1, "b"]}', "[]", '"a"', "1", "", "{"])
def test_a_text_is_decoded_as_the_standard_library_does(text: str, around: str) -> None:
    for given_text in (around + text, text + around):
        try:
            expected = json.loads(given_text)
        except ValueError:
            with pytest.raises(ValueError):  # noqa: PT011 - any, as json's own
                request.decoded(given_text, json.JSONDecoder())
        else:
            assert request.decoded(given_text, json.JSONDecoder()) == expected
