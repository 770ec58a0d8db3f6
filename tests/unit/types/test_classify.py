"""Every payload has a name: documented ones the catalogue's, all others one that will not change."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.catalogue import CATALOGUE, MESSAGES, RTC, RTC_TYPES, VOICE, shape_of
from switchboard.envelope import source
from switchboard.wire.classify import classify
from switchboard.wire.messages import Inbound
from switchboard.wire.shapes import keys, members, unwrap
from switchboard.wire.validate import problems
from switchboard.wire.voice_events import Event

from tests.payloads import JSON
from tests.samples import WEBHOOKS, payloads, sample, webhook_of

UNDOCUMENTED = {
    "event_unknown": "voice.unknown",
    "event_unknown_status": "voice.held",
    "inbound_unknown_channel": "messages.inbound",
    "inbound_unknown_type": "messages.inbound",
    "status_unknown": "messages.status.parked",
    "rtc_event_custom": "rtc.custom.order_placed",
    "verify_unknown_type": "verify.unknown",
}


@pytest.mark.parametrize("name", [name for name in payloads() if name not in UNDOCUMENTED])
def test_sample_has_a_catalogued_name_and_fits_its_shape(name: str) -> None:
    payload = sample(name)

    event = classify(webhook_of(name), payload)

    assert event in CATALOGUE
    assert problems(shape_of(event, payload), payload) == []


@pytest.mark.parametrize(("name", "event"), UNDOCUMENTED.items())
def test_undocumented_sample_has_a_name_all_the_same(name: str, event: str) -> None:
    assert classify(webhook_of(name), sample(name)) == event


def test_every_catalogued_name_has_a_sample_but_statuses_of_the_old_shape() -> None:
    seen = {classify(webhook_of(name), sample(name)) for name in payloads()}

    missing = (VOICE.keys() | MESSAGES.keys()) - seen

    assert {name.rpartition(".")[0] for name in missing} <= {"messages.v0_1.status"}


@pytest.mark.parametrize("status", [
    "started", "ringing", "answered", "busy", "cancelled", "timeout", "unanswered", "rejected", "failed",
    "human", "machine", "disconnected", "completed", "transcribed",
])  # fmt: skip
def test_every_call_status_is_catalogued_under_its_own_name(status: str) -> None:
    event = classify("event", {"status": status})

    assert event == f"voice.{status}"
    assert status in get_args(unwrap(keys(CATALOGUE[event])["status"]).shape)


def test_every_type_of_the_event_union_is_in_the_catalogue() -> None:
    assert set(members(Event)) <= set(VOICE.values())


@pytest.mark.parametrize("status", ["submitted", "delivered", "rejected", "undeliverable", "read"])
def test_message_status_keeps_its_own_name_in_both_shapes(status: str) -> None:
    v1 = sample("status_delivered_sms") | {"status": status}
    v0_1 = sample("status_v0_1_delivered") | {"status": status}

    assert classify("status", v1) == f"messages.status.{status}"
    assert classify("status", v0_1) == f"messages.v0_1.status.{status}"


@pytest.mark.parametrize("kind", RTC_TYPES)
def test_rtc_type_becomes_a_path_of_words(kind: str) -> None:
    assert classify("rtc_event", {"type": kind}) == "rtc." + kind.replace(":", ".")
    assert classify("rtc_event", {"type": kind}) in RTC


@pytest.mark.parametrize(("channel", "kinds"), [
    ("sms", ["text"]),
    ("mms", ["text", "image", "vcard", "audio", "video", "file"]),
    ("rcs", ["text", "image", "video", "audio", "file", "vcard", "location", "reply", "button"]),
    ("whatsapp", ["text", "image", "audio", "video", "file", "location", "contacts", "reply", "button",
                  "order", "sticker", "reaction", "unsupported"]),
    ("messenger", ["text", "image", "audio", "video", "file", "unsupported"]),
    ("viber_service", ["text", "image", "video", "file"]),
])  # fmt: skip
def test_every_message_type_of_a_channel_has_a_sample_and_a_type(channel: str, kinds: list[str]) -> None:
    for kind in kinds:
        payload = sample(f"inbound_{channel}_{kind}")

        assert (payload["channel"], payload["message_type"]) == (channel, kind)
        assert shape_of("messages.inbound", payload) in members(Inbound)


@pytest.mark.parametrize(
    "status",
    ["input", "record", "transfer", "error", "notify", "fallback", "answer", "unknown", "call", "update"],
)
def test_unknown_status_does_not_take_the_name_of_another_event_or_a_command(status: str) -> None:
    assert classify("event", {"status": status}) == "voice.unknown"


@pytest.mark.parametrize(
    "status", ["", "two words", "line\nbreak", "x" * 65, 7, None, ["answered"], {"a": 1}]
)
def test_status_that_is_no_word_is_unknown(status: object) -> None:
    assert classify("event", {"status": status}) == "voice.unknown"
    assert classify("status", {"status": status}) == "messages.status.unknown"


def test_copy_of_a_failed_event_is_not_taken_for_the_event() -> None:
    assert classify("event", sample("event_busy") | {"original_request": {}}) == "voice.fallback"


@given(st.sampled_from(WEBHOOKS), JSON)
def test_any_payload_has_a_name_fit_for_the_bus(webhook: str, payload: object) -> None:
    name = classify(webhook, payload)  # type: ignore[arg-type]

    assert 0 < len(name) <= 128
    assert name.isascii()
    assert not any(character.isspace() for character in name)
    assert source(name) in {"vonage.voice", "vonage.messages", "vonage.rtc", "vonage.verify"}
