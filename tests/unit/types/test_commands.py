"""What is sent to Vonage is checked before: every channel's messages, calls and changes to calls."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from switchboard.messaging import message_to, reply_to
from switchboard.wire.call_requests import CallRequest, CallUpdate
from switchboard.wire.commands import MessageChange
from switchboard.wire.content.channels import TYPES
from switchboard.wire.message_requests import MessageRequest
from switchboard.wire.shapes import keys, members, unwrap
from switchboard.wire.validate import call_problems, command_problems, message_problems, problems

from tests.payloads import payload
from tests.samples import commands, payloads, sample

SMS = {"channel": "sms", "message_type": "text", "to": "447700900123", "from": "447700900000", "text": "Hi."}
CHANNELS = '"sms", "mms", "rcs", "whatsapp", "messenger", "viber_service", "email"'
CALL: dict[str, Any] = {
    "to": [{"type": "phone", "number": "447700900456"}],
    "from": {"type": "phone", "number": "447700900000"},
    "ncco": [{"action": "talk", "text": "Hello."}],
}


@pytest.mark.parametrize("name", commands())
def test_sample_command_is_valid(name: str) -> None:
    assert command_problems(sample(name)) == []


def test_every_channel_and_message_type_has_a_sample() -> None:
    documented = {
        (channel, kind)
        for shape in members(MessageRequest)
        for channel in unwrap(keys(shape)["channel"]).shape.__args__
        for kind in unwrap(keys(shape)["message_type"]).shape.__args__
    }

    assert {(channel, kind) for channel, kinds in TYPES.items() for kind in kinds} == documented
    assert all(sample(f"command_{channel}_{kind}") for channel, kind in documented)
    assert len(documented) == 36


def test_every_change_to_a_call_has_a_sample() -> None:
    documented = {
        action for shape in members(CallUpdate) for action in unwrap(keys(shape)["action"]).shape.__args__
    }

    assert {sample(name)["detail"].get("action") for name in commands()} - {None} == documented


@pytest.mark.parametrize(("changes", "problem"), [
    ({"text": "x" * 3201}, "text is 3201 characters long; it must be 1 to 3200 characters"),
    ({"ttl": 19}, "ttl is 19; it must be from 20 to 604800"),
    ({"ttl": "60"}, 'ttl is "60"; it must be a whole number'),
    ({"client_ref": "x" * 101}, "client_ref is 101 characters long; it must be 1 to 100 characters"),
    ({"webhook_version": "v2"}, 'webhook_version is "v2"; it must be one of "v0.1", "v1"'),
    ({"client_reference": "a"}, "client_reference is not a field; did you mean client_ref?"),
    ({"message_type": "image"}, 'message_type is "image"; it must be one of "text"'),
    ({"channel": 7}, f"channel is 7; it must be one of {CHANNELS}"),
    ({"failover": [SMS | {"to": None}]}, "failover[0].to is null; it must be a text"),
    ({"failover": []}, "failover is []; it must be 1 or more items"),
    ({"failover": [{**SMS, "channel": "mms", "message_type": "image"}]},
     'failover[0].image is missing; it must be there when message_type is "image"'),
])  # fmt: skip
def test_violation_in_a_message_names_field_value_and_rule(changes: dict[str, Any], problem: str) -> None:
    assert message_problems(SMS) == []
    assert message_problems(SMS | changes, strict=True) == [problem]


@pytest.mark.parametrize(("changes", "problem"), [
    ({"from": None}, "from is null; it must be an object"),
    ({"from": {"type": "phone", "number": "+1"}},
     'from.number is "+1"; it must be 7 to 15 digits in E.164 form, without + or spaces, or a SIP URI'),
    ({"random_from_number": True}, "from and random_from_number are both given; it must be one of them"),
    ({"answer_url": ["https://example.com"]}, "ncco and answer_url are both given; it must be one of them"),
    ({"ncco": []}, "ncco and answer_url are both missing; it must be one of them"),
    ({"answer_url": "https://example.com"}, 'answer_url is "https://example.com"; it must be a list'),
    ({"ringing_timer": 121}, "ringing_timer is 121; it must be from 1 to 120"),
    ({"length_timer": 0}, "length_timer is 0; it must be from 1 to 86400"),
    ({"ncco": [{"action": "wait", "timeout": 0}]}, "ncco[0].timeout is 0; it must be from 0.1 to 7200"),
    ({"ncco": [{"action": "record", "channels": 2}]},
     'ncco[0]: channels is given; split must be "conversation" with it'),
    ({"to": [{"type": "sip", "uri": "sip:a@example.com", "standardHeaders": {}}]},
     "to[0].standardHeaders is not a field; did you mean standard_headers?"),
])  # fmt: skip
def test_violation_in_a_call_names_field_value_and_rule(changes: dict[str, Any], problem: str) -> None:
    assert call_problems(CALL) == []
    assert call_problems(CALL | changes, strict=True) == [problem]


@pytest.mark.parametrize(("name", "changes", "problem"), [
    ("command_talk", {"level": "0.5"}, 'detail.level is "0.5"; it must be a number'),
    ("command_talk", {"level": 1.5}, "detail.level is 1.5; it must be from -1 to 1"),
    ("command_dtmf", {"digits": "12x"},
     'detail.digits is "12x"; it must be keys 0-9 * # and p for a pause of half a second'),
    ("command_transfer_url", {"destination": {"type": "ncco"}},
     "detail.destination.ncco and detail.destination.url are both missing; it must be one of them"),
    ("command_read_whatsapp", {"status": "seen"},
     'detail.status is "seen"; it must be one of "read", "revoked"'),
    ("command_sms_text", {"text": None}, "detail.text is null; it must be a text"),
])  # fmt: skip
def test_violation_in_a_command_names_field_value_and_rule(
    name: str, changes: dict[str, Any], problem: str
) -> None:
    command = sample(name)
    command["detail"] |= changes

    assert command_problems(command, strict=True) == [problem]


def rcs(**content: object) -> dict[str, Any]:
    return {
        "channel": "rcs",
        "message_type": next(iter(content)),
        "to": "447700900123",
        "from": "Shop",
        **content,
    }


CARD = {"title": "Monday", "text": "9 am", "media_url": "https://example.com/a.jpg"}
REPLY = {"type": "reply", "text": "Yes", "postback_data": "yes"}


@pytest.mark.parametrize(("message", "problem"), [
    (rcs(text="Hi.", suggestions=[REPLY | {"text": "x" * 26}]), "suggestions[0].text"),
    (rcs(text="Hi.", suggestions=[{"type": "reply", "text": "Yes"}]),
     "suggestions[0].postback_data is missing"),
    (rcs(card={**CARD, "suggestions": [REPLY | {"type": "dial"}]}),
     "card.suggestions[0].phone_number is missing"),
    (rcs(card={**CARD, "suggestions": [REPLY] * 5}), "card.suggestions"),
    (rcs(carousel={"cards": [CARD]}), "carousel.cards"),
    (rcs(carousel={"cards": [CARD, {**CARD, "suggestions": [REPLY | {"type": "open_url"}]}]}),
     "carousel.cards[1].suggestions[0].url is missing"),
    ({**SMS, "channel": "whatsapp", "message_type": "template", "template": {"parameters": ["a"]}},
     "template.name is missing"),
])  # fmt: skip
def test_what_a_card_or_template_surely_lacks_is_refused(message: dict[str, Any], problem: str) -> None:
    (found,) = message_problems(message)
    assert found.startswith(problem)


@pytest.mark.parametrize("message", [
    rcs(text="Hi.", suggestions=[REPLY | {"type": "pay_with_a_smile"}]),
    rcs(card={**CARD, "media_hieght": "SHORT"}),
    rcs(card={**CARD, "media_height": "GIANT"}),
    rcs(text="Hi.", rcs={"category": "greeting"}),
    {**SMS, "channel": "whatsapp", "whatsapp": {"polcy": "deterministic"}},
])  # fmt: skip
def test_what_vonage_may_have_added_is_doubtful_and_strictly_wrong(message: dict[str, Any]) -> None:
    assert message_problems(message) == []
    assert len(message_problems(message, strict=True)) == 1


@pytest.mark.parametrize("command", [None, [], {}, {"name": "messages.receive"}, {"name": "voice.call"}])
def test_what_is_no_command_has_one_problem(command: object) -> None:
    assert len(command_problems(command)) == 1


@pytest.mark.parametrize("name", [
    name for name in payloads() if name.startswith("inbound_") and not {"v0", "channel"} & {*name.split("_")}
])  # fmt: skip
def test_reply_goes_back_to_the_sender_on_the_same_channel(name: str) -> None:
    message: Any = sample(name)

    answer: Any = reply_to(message, "Thank you.")

    assert message_problems(answer) == []
    assert (answer["channel"], answer["to"]) == (message["channel"], message["from"])
    assert (answer["from"], answer["text"]) == (message["to"], "Thank you.")


@pytest.mark.parametrize(("channel", "content"), [
    ("mms", {"image": {"url": "https://example.com/map.png"}}),
    ("mms", {"content": [{"type": "image", "url": "https://example.com/map.png"}]}),
    ("rcs", {"card": {"title": "Today", "text": "Soup"}}),
    ("whatsapp", {"file": {"url": "https://example.com/menu.pdf", "caption": "The menu"}}),
    ("whatsapp", {"template": {"name": "hours"}, "whatsapp": {"policy": "deterministic", "locale": "en"}}),
    ("whatsapp", {"reaction": {"action": "react", "emoji": "👍"}, "context": {"message_uuid": "m"}}),
    ("messenger", {"audio": {"url": "https://example.com/hello.mp3"}}),
    ("viber_service", {"video": {"url": "https://example.com/tour.mp4", "thumb_url": "https://example.com/t.jpg"},
                       "viber_service": {"duration": "10", "file_size": "3"}}),
])  # fmt: skip
def test_reply_carries_whatever_its_channel_has(channel: str, content: dict[str, Any]) -> None:
    answer: Any = reply_to(message_on(channel), **content)

    assert message_problems(answer) == []
    assert answer["message_type"] == next(iter(content))
    assert answer.items() >= content.items()
    sides: Any = channel, "447700900123", "447700900000"
    assert message_to(*sides, **content) == answer | {"to": sides[1], "from": sides[2]}


def test_mail_to_somebody_who_has_not_written_has_its_own_subject() -> None:
    mail = message_to("email", "alice@example.com", "hi@example.com", "Welcome.", email={"subject": "Hi"})

    assert message_problems(mail, strict=True) == []
    without: Any = message_to("email", "alice@example.com", "hi@example.com", "Welcome.")
    assert message_problems(without, strict=True) == ["email is missing"]


FILE = {"url": "https://example.com/a"}


@pytest.mark.parametrize(("channel", "content", "reason"), [
    ("sms", {"image": FILE}, "no messages of type 'image' on the channel 'sms'"),
    ("viber_service", {"audio": FILE}, "'audio' on the channel 'viber_service'"),
    ("whatsapp", {}, "not nothing"),
    ("whatsapp", {"image": FILE, "file": FILE}, "not image and file"),
])  # fmt: skip
def test_reply_that_its_channel_cannot_carry_is_refused_in_the_flow(
    channel: str, content: dict[str, Any], reason: str
) -> None:
    with pytest.raises(TypeError, match=reason):
        reply_to(message_on(channel), **content)
    sides: Any = channel, "447700900123", "447700900000"
    with pytest.raises(TypeError, match=reason):
        message_to(*sides, **content)


def message_on(channel: str) -> Any:  # noqa: ANN401 - any inbound message
    return sample("inbound_sms_text") | {"channel": channel}


@pytest.mark.filterwarnings("ignore:Ignoring unsupported")  # what only pydantic reads
@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=60)
@given(st.data())
def test_generated_requests_fit_their_shapes_and_refuse_an_unknown_key(data: st.DataObject) -> None:
    shapes = [*members(MessageRequest), *members(CallUpdate), CallRequest, MessageChange]
    shape = data.draw(st.sampled_from(shapes))
    value = data.draw(payload(shape))

    assert problems(shape, value, strict=True) == []
    assert problems(shape, value | {"no_such_key": 1}, strict=True) != []
