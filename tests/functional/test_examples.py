"""The examples, from API Gateway's event to what the caller hears and what is sent."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest
from switchboard.webhooks.outcome import Response
from switchboard.wire.validate import message_problems, ncco_problems

from examples.auto_reply.inbound import app as auto_reply
from examples.ivr.answer import app as ivr_answer
from examples.ivr.event import app as ivr_event
from examples.voicemail.answer import app as voicemail_answer
from examples.voicemail.event import app as voicemail_event
from tests.factories import webhook_event
from tests.fakes.backbone import COMMANDS
from tests.fakes.stores import Aws
from tests.samples import sample
from vonage_simulator.testing import script

pytestmark = pytest.mark.usefixtures("backbone")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
SCRIPTS = sorted(
    path for path in (Path(__file__).parents[2] / "examples").glob("*/*.yaml") if path.stem != "template"
)
FILES = sorted((Path(__file__).parents[2] / "examples").rglob("app.py"))


def heard(response: Response) -> list[dict[str, Any]]:
    """The NCCO of a response, valid and as Vonage reads it."""
    assert response["statusCode"] == 200
    actions: list[dict[str, Any]] = json.loads(response["body"])
    assert ncco_problems(actions) == []
    return actions


def sent(aws: Aws) -> list[dict[str, Any]]:
    """The messages that were queued for sending, all valid."""
    commands = [json.loads(message["MessageBody"]) for message in aws.queues[COMMANDS]]
    assert {command["name"] for command in commands} <= {"messages.send"}
    assert [problem for command in commands for problem in message_problems(command["detail"])] == []
    return [command["detail"] for command in commands]


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-3:-1]))
def test_flow_is_shorter_than_15_lines_and_a_whole_dialog_than_40(path: Path) -> None:
    *_, flow = [node for node in ast.parse(path.read_text()).body if isinstance(node, FUNCTIONS)]

    assert flow.end_lineno is not None
    assert flow.end_lineno - flow.lineno + 1 < (15 if isinstance(flow, ast.FunctionDef) else 40)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: "/".join(path.parts[-2:]))
def test_script_can_be_followed(path: Path) -> None:
    script.read(path)


def test_caller_is_asked_for_two_digits() -> None:
    talk, input_ = heard(ivr_answer.lambda_handler(webhook_event("answer", sample("answer_phone"))))

    assert (talk["bargeIn"], input_["dtmf"]["maxDigits"]) == (True, 2)


@pytest.mark.parametrize(("digits", "number"), ivr_event.EXTENSIONS.items())
def test_two_digits_connect_to_their_extension(digits: str, number: str) -> None:
    pressed = sample("event_input_dtmf") | {"dtmf": {"digits": digits, "timed_out": False}}

    *_, connect = heard(ivr_event.lambda_handler(webhook_event("event", pressed)))

    assert connect["endpoint"] == [{"type": "phone", "number": number}]
    assert connect["from"] == pressed["to"]


@pytest.mark.parametrize(
    "name", ["event_input_dtmf", "event_input_dtmf_timed_out", "event_input_speech_silence"]
)
def test_caller_is_asked_again_for_an_extension_that_is_not_there(name: str) -> None:
    actions = heard(ivr_event.lambda_handler(webhook_event("event", sample(name))))

    assert [action["action"] for action in actions] == ["talk", "input"]


def test_call_goes_on_at_any_other_event() -> None:
    response = ivr_event.lambda_handler(webhook_event("event", sample("event_answered")))

    assert response == {"statusCode": 204}


@pytest.mark.parametrize("name", ["inbound_sms_text", "inbound_sms_without_type", "inbound_whatsapp_image"])
def test_message_is_answered_on_its_own_channel(backbone: Aws, name: str) -> None:
    message = sample(name)
    if "text" in message:
        message["text"] = "Do you sell lamps?"

    auto_reply.lambda_handler(webhook_event("inbound", message))

    (answer,) = sent(backbone)
    assert (answer["channel"], answer["to"]) == (message["channel"], message["from"])


def test_question_about_opening_hours_is_answered(backbone: Aws) -> None:
    auto_reply.lambda_handler(
        webhook_event("inbound", sample("inbound_sms_text") | {"text": "Are you open?"})
    )

    (answer,) = sent(backbone)
    assert "9 am" in answer["text"]


@pytest.mark.parametrize(
    "text",
    [
        "STOP",
        "stop",
        " Stop. ",
        "STOP!",
        "stop\n",
        '"STOP"',
        "Unsubscribe",
        "END",
        "quit",
        "CANCEL",
        "StopAll",
        "opt out",
    ],
)
@pytest.mark.parametrize("name", ["inbound_sms_text", "inbound_sms_without_type"])
def test_opt_out_is_not_answered(backbone: Aws, name: str, text: str) -> None:
    auto_reply.lambda_handler(webhook_event("inbound", sample(name) | {"text": text}))

    assert sent(backbone) == []


@pytest.mark.parametrize("text", ["Please stop by", "When does it end?", "stopp", "Can I cancel my order?"])
def test_sentence_with_such_a_word_is_answered(backbone: Aws, text: str) -> None:
    auto_reply.lambda_handler(webhook_event("inbound", sample("inbound_sms_text") | {"text": text}))

    assert len(sent(backbone)) == 1


@pytest.mark.parametrize("sender", ["Parcels", "MyBank24", "24-7", ""])
@pytest.mark.parametrize("text", ["Your parcel is here.", "We are open today."])
def test_sender_that_is_a_name_is_not_answered(backbone: Aws, sender: str, text: str) -> None:
    message = sample("inbound_sms_text") | {"from": sender, "text": text}
    auto_reply.lambda_handler(webhook_event("inbound", message))

    assert sent(backbone) == []


@pytest.mark.parametrize("sender", ["62226", "447700900123", "+447700900123"])
def test_number_and_short_code_are_answered(backbone: Aws, sender: str) -> None:
    auto_reply.lambda_handler(webhook_event("inbound", sample("inbound_sms_text") | {"from": sender}))

    assert [answer["to"] for answer in sent(backbone)] == [sender]


def test_user_of_another_channel_is_answered_whatever_the_id(backbone: Aws) -> None:
    message = sample("inbound_whatsapp_image") | {"from": "US.13491208655302741918"}
    auto_reply.lambda_handler(webhook_event("inbound", message))

    assert len(sent(backbone)) == 1


def test_reaction_is_not_answered(backbone: Aws) -> None:
    auto_reply.lambda_handler(webhook_event("inbound", sample("inbound_whatsapp_reaction")))

    assert sent(backbone) == []


def test_voicemail_records_and_reports_to_this_stack() -> None:
    event = webhook_event("answer", sample("answer_phone"))

    _, record, _ = heard(voicemail_answer.lambda_handler(event))

    address, _, _ = record["eventUrl"][0].partition("?")
    assert address == f"https://{event['requestContext']['domainName']}/webhooks/event"


def test_owner_hears_of_a_voicemail_once(backbone: Aws) -> None:
    for _ in range(2):  # as Vonage does when our answer is lost
        voicemail_event.lambda_handler(webhook_event("event", sample("event_record")))

    ids = {json.loads(message["MessageBody"])["id"] for message in backbone.queues[COMMANDS]}
    assert len(ids) == 1
    assert sent(backbone)[0]["to"] == voicemail_event.OWNER
