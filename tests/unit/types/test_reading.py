"""What naive code gets wrong about a webhook's fields."""

from decimal import Decimal

import pytest
from switchboard import reading

from tests.samples import sample


@pytest.mark.parametrize(("name", "caller"), [
    ("answer_phone", "447700900123"),
    ("answer_app_user", "alice"),
    ("answer_sip", "alice@sip.example.com"),
    ("answer_withheld_caller", ""),
])  # fmt: skip
def test_caller_is_the_number_or_else_the_user(name: str, caller: str) -> None:
    assert reading.caller(sample(name)) == caller


@pytest.mark.parametrize("written", ["", "anonymous", "Restricted", "unknown", None])
def test_caller_who_withholds_the_number_is_nobody_however_that_is_written(written: str | None) -> None:
    assert reading.caller({**sample("answer_phone"), "from": written}) == ""


@pytest.mark.parametrize(("written", "number"), [
    ("447700900000", "447700900000"),
    ("+44 7700 900000", "447700900000"),
    ("+44 (0)7700 900000", "447700900000"),
    ("0044 (0)7700/900.000", "447700900000"),
    ("(+44)(0) 7700-900000", "447700900000"),
    ("+39 (0)6 1234567", "39061234567"),  # there, the zero is always dialled
    ("353 ( 0 ) 20 915 0000", "353209150000"),
    ("0044 (7700) 900000", "447700900000"),
    ("(0)7700 900000", "07700900000"),  # no country, so it stays the national number that it is
    ("+(0)7700 900000", "07700900000"),
    ("447700(0)900000", "447700(0)900000"),  # no country code is so long
    ("(+44) 7700\u2011900000", "447700900000"),
    ("\u202a+44\u00a07700\u00a0900000\u202c", "447700900000"),
    ("'447700900000'", "447700900000"),
    ("07700 900000", "07700900000"),
    ("alice", "alice"),
    ("4477+00900000", "4477+00900000"),
    ("", ""),
])  # fmt: skip
def test_number_is_read_as_people_write_it(written: str, number: str) -> None:
    assert reading.msisdn(written) == number


@pytest.mark.parametrize(("name", "changes", "shown"), [
    ("answer_phone", {}, {"from": "447700900000"}),
    ("answer_withheld_caller", {}, {"from": "447700900000"}),
    ("answer_withheld_caller", {"from": "anonymous"}, {"from": "447700900000"}),
    ("answer_app_user", {}, {"randomFromNumber": True}),
    ("answer_app_user", {"to": "447700900555"}, {"randomFromNumber": True}),  # whom the user wants to reach
    ("answer_sip", {"to": "sales"}, {"randomFromNumber": True}),
    ("answer_sip", {"to": "447700900555"}, {"randomFromNumber": True}),
    ("answer_vbc", {"to": "204"}, {"randomFromNumber": True}),
    ("answer_phone", {"to": "sales"}, {"randomFromNumber": True}),
    ("answer_phone", {"to": "B\u00fcro 7"}, {"randomFromNumber": True}),
    ("answer_phone", {"to": "\u0664\u0664\u0667\u0667\u0660\u0660\u0669"}, {"randomFromNumber": True}),
    ("answer_phone", {"to": "123456"}, {"randomFromNumber": True}),
    ("answer_phone", {"to": ""}, {"randomFromNumber": True}),
    ("event_input_dtmf", {}, {"from": "447700900000"}),
    ("event_input_dtmf", {"from": "Restricted"}, {"from": "447700900000"}),
    ("event_input_dtmf", {"from": ""}, {"from": "447700900000"}),
    ("event_input_dtmf", {"from": "jamie", "to": "447700900555"}, {"randomFromNumber": True}),
    ("event_input_dtmf", {"from": "sip:desk@a.example", "to": "447700900555"}, {"randomFromNumber": True}),
    ("event_input_dtmf", {"to": "support"}, {"randomFromNumber": True}),
    ("event_answered_outbound", {"from": "447700900000", "to": "447700900456"}, {"from": "447700900000"}),
    ("event_answered_outbound", {"from": "unknown"}, {"randomFromNumber": True}),
])  # fmt: skip
def test_callee_is_shown_the_number_of_yours_that_was_called_or_any(
    name: str, changes: dict[str, str], shown: dict[str, object]
) -> None:
    assert reading.caller_id(sample(name) | changes) == shown


def test_without_any_field_the_callee_is_shown_any_number_of_yours() -> None:
    assert reading.caller_id({}) == {"randomFromNumber": True}


def test_sip_headers_keep_their_case_and_hyphens() -> None:
    headers = reading.sip_headers(sample("answer_sip"))

    assert headers == {"X-UserId": "42", "User-to-User": "3132333435;encoding=hex"}


def test_machine_detection_names_its_leg_otherwise() -> None:
    assert reading.leg(sample("event_machine")) == sample("event_machine")["call_uuid"]
    assert reading.leg(sample("event_answered")) == sample("event_answered")["uuid"]
    assert reading.leg(sample("event_notify")) is None


@pytest.mark.parametrize(("name", "digits"), [
    ("event_input_dtmf", "1"),
    ("event_input_dtmf_timed_out", ""),
    ("event_input_speech", ""),  # null on the wire
    ("event_input_speech_numbers", ""),  # no dtmf at all
])  # fmt: skip
def test_digits_are_a_text_even_when_no_key_was_pressed(name: str, digits: str) -> None:
    assert reading.digits(sample(name)) == digits


def test_digits_may_be_the_whole_of_dtmf() -> None:
    assert reading.digits(sample("event_input_dtmf_text")) == "42"
    assert reading.digits(reading.from_query({"dtmf": "42"})) == "42"
    assert [reading.digits({"dtmf": dtmf}) for dtmf in ("", None, {}, {"digits": None}, 42)] == [
        *[""] * 4,
        "42",
    ]


@pytest.mark.parametrize(("name", "text", "confidence"), [
    ("event_input_speech", "sales", 0.9405097),  # a text on the wire
    ("event_input_speech_numbers", "support", 0.9),
    ("event_input_speech_silence", "", 0),
    ("event_input_speech_error", "", 0),
    ("event_input_dtmf", "", 0),
])  # fmt: skip
def test_speech_is_the_best_reading_or_empty(name: str, text: str, confidence: float) -> None:
    assert (reading.speech(sample(name)), reading.confidence(sample(name))) == (text, confidence)


def test_numbers_sent_as_texts_are_read_exactly() -> None:
    assert reading.duration(sample("event_completed")) == 8
    assert reading.price(sample("event_completed")) == Decimal("0.00060000")
    assert reading.price(sample("status_delivered_sms")) == Decimal("0.0333")
    assert reading.duration(sample("event_completed_unanswered")) == 0


def test_numbers_that_are_not_there_are_none() -> None:
    assert reading.duration(sample("event_answered")) is None
    assert reading.price(sample("status_read_rcs")) is None
    assert reading.duration(sample("event_completed_nulls")) is None
    assert reading.price(sample("event_completed_nulls")) is None


def test_objects_in_a_query_are_json_text_and_other_texts_stay() -> None:
    fields = reading.from_query(
        {
            "dtmf": '{"digits":"3","timed_out":true}',
            "to": "447700900000",
            "text": "{not json",
            "conversation_uuid": "CON-1",
        }
    )

    assert fields == {
        "dtmf": {"digits": "3", "timed_out": True},
        "to": "447700900000",
        "text": "{not json",
        "conversation_uuid": "CON-1",
    }
