"""Nothing that a flow returns is dropped: commands beside an NCCO are queued, anything else fails loudly."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from switchboard import (
    AnswerRequest,
    InboundMessage,
    MessageRequest,
    Reply,
    VoiceEvent,
    answer,
    event,
    inbound,
    talk,
)
from switchboard.webhooks import deadline
from switchboard.webhooks.outcome import Response
from switchboard.webhooks.pipeline import Webhook

from operate import paths
from tests.conftest import FUNCTION, Logs
from tests.factories import CALLED, CALLER, answer_request, signed, webhook_event
from tests.fakes.backbone import COMMANDS, QUEUE
from tests.fakes.stores import Aws, Json, Refusal
from tests.samples import sample

pytestmark = pytest.mark.usefixtures("backbone")

TEXT: MessageRequest = {
    "channel": "sms", "message_type": "text", "to": CALLER, "from": CALLED, "text": "Sorry we missed you.",
}  # fmt: skip
NCCO = [{"action": "talk", "text": "Nobody is here."}]
VONAGE_WAITS_S = 5


@answer
def missed(_call: AnswerRequest) -> Reply:
    return [talk("Nobody is here."), TEXT]


def called(handler: Webhook[Any, Any] = missed, query: str = "") -> Response:
    return handler(webhook_event("answer", answer_request()) | {"rawQueryString": query})


def commands(aws: Aws) -> list[Json]:
    return [json.loads(message["MessageBody"]) for message in aws.queues[COMMANDS]]


def returning(what: object, webhook: str = "answer") -> Webhook[Any, Any]:
    decorators: dict[str, Callable[[Any], Webhook[Any, Any]]] = {
        "answer": answer, "event": event, "inbound": inbound,
    }  # fmt: skip
    return decorators[webhook](lambda _payload: what)


def down(operation: str, _asked: Json) -> None:
    if operation.startswith("AmazonSQS"):
        raise Refusal("ServiceUnavailable", status=503)


def hanging(operation: str, _asked: Json) -> None:
    if operation.startswith("AmazonSQS"):
        time.sleep(30)


def test_an_answer_s_message_is_queued_beside_its_ncco(backbone: Aws) -> None:
    response = called()

    assert json.loads(response["body"]) == NCCO
    assert [(each["name"], each["detail"]) for each in commands(backbone)] == [("messages.send", TEXT)]
    assert backbone.queues[COMMANDS][0]["MessageGroupId"] == answer_request()["conversation_uuid"]
    assert backbone.queues[QUEUE] == []  # an answer is no event


def test_an_answer_that_vonage_asks_for_once_more_sends_nothing_twice(backbone: Aws) -> None:
    called()
    missed(webhook_event("answer", answer_request(region_url="https://api-us-1.nexmo.com")))

    assert len({each["id"] for each in commands(backbone)}) == 1


def test_another_call_s_message_is_another(backbone: Aws) -> None:
    called()
    missed(webhook_event("answer", answer_request(conversation_uuid="CON-2")))

    assert len({each["id"] for each in commands(backbone)}) == 2


def test_a_transfer_back_to_the_answer_is_another_step_when_its_query_says_so(backbone: Aws) -> None:
    called()
    called(query="step=2")

    assert len({each["id"] for each in commands(backbone)}) == 2


@pytest.mark.parametrize("fault", [down, hanging])
def test_a_caller_gets_the_ncco_in_time_whatever_becomes_of_the_message(
    backbone: Aws, logs: Logs, fault: Callable[[str, Json], None]
) -> None:
    backbone.fault = fault
    started = time.monotonic()

    response = called()

    assert time.monotonic() - started < VONAGE_WAITS_S
    assert json.loads(response["body"]) == NCCO
    [lost, answered] = logs.lines
    assert (lost["message"], lost["level"], lost["webhook"]) == ("NotQueued", "ERROR", "answer")
    assert len(lost["commands"]) == 1
    assert lost["NotQueued"] == 1  # the metric, which has an alarm
    assert answered["message"] == "Answered"
    assert TEXT["to"] not in logs.text
    assert "Sorry we missed you" not in logs.text


def test_what_is_left_of_the_caller_s_patience_is_all_that_the_queue_gets(
    backbone: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadline, "_QUEUES_S", 30)  # which nothing else takes by chance
    backbone.fault = hanging
    event = webhook_event("answer", answer_request())
    event["requestContext"]["timeEpoch"] = int((time.time() - 3.9) * 1000)
    started = time.monotonic()

    missed(event)

    assert time.monotonic() - started < VONAGE_WAITS_S


def test_the_line_names_only_the_commands_that_did_not_get_in(backbone: Aws, logs: Logs) -> None:
    taken: list[str] = []

    def one_only(operation: str, asked: Json) -> None:
        if operation.startswith("AmazonSQS"):
            if taken:
                raise Refusal("ServiceUnavailable", status=503)
            taken.append(asked["MessageDeduplicationId"])

    backbone.fault = one_only
    called(returning([talk("Nobody is here."), TEXT, TEXT]))

    assert taken == [commands(backbone)[0]["id"]]
    assert len(logs.lines[0]["commands"]) == 1
    assert taken[0] not in logs.lines[0]["commands"]


def test_messages_without_an_ncco_fail_and_the_caller_gets_the_fallback(backbone: Aws, logs: Logs) -> None:
    assert called(returning(TEXT)) == {"statusCode": 500}

    assert commands(backbone) == []
    assert logs.lines[0]["reason"].startswith("the flow returned no action")


def test_a_deployment_that_tries_itself_sends_nothing(backbone: Aws) -> None:
    body = json.dumps(answer_request()).encode()
    authorization = signed(body, switchboard_check=True)

    response = missed(webhook_event("answer", body=body, authorization=authorization))

    assert response["statusCode"] == 200
    assert commands(backbone) == []


def test_an_event_s_ncco_may_have_messages_and_commands_among_its_actions(backbone: Aws) -> None:
    update = {"name": "voice.update", "detail": {"uuid": "u-1", "action": "hangup"}}

    @event
    def flow(_happened: VoiceEvent) -> Any:  # noqa: ANN401
        return [TEXT, talk("Nobody is here."), update]

    response = flow(webhook_event("event", sample("event_input_dtmf")))

    assert json.loads(response["body"]) == NCCO
    assert [each["name"] for each in commands(backbone)] == ["messages.send", "voice.update"]


@pytest.mark.parametrize(
    ("returned", "reason"),
    [
        ("talk", "returned a str"),
        ([talk("Hello."), "and more"], "a list with a str in it"),
        ([[talk("Hello.")]], "a list with a list in it"),
        (iter([talk("Hello.")]), "returned a list_iterator"),
        ([talk("Hello."), {"chanel": "sms"}], "a dict without `action`, without `channel`"),
        (
            [talk("Hello."), {"name": "messages.sned", "detail": {}}],
            "isn't one of messages.send, messages.read",
        ),
        ([talk("Hello."), {"name": "messages.send", "detail": "sms"}], "`detail` isn't a dict"),
        ([talk("Hello."), {"name": "messages.send", "detail": {}, "id": 4711}], "`id` isn't a text"),
        ([talk("Hello."), TEXT | {"ttl": {1}}], "Object of type set is not JSON serializable"),
        ([talk("Hello.", level=float("nan"))], "Out of range float values"),
    ],
)
def test_what_is_neither_for_the_caller_nor_for_vonage_fails_with_a_sentence(
    backbone: Aws, logs: Logs, returned: object, reason: str
) -> None:
    assert called(returning(returned)) == {"statusCode": 500}

    [line] = logs.lines
    assert line["message"] == "FlowFailed"
    assert reason in line["reason"]
    assert commands(backbone) == []


@pytest.mark.parametrize("returned", [talk("Hello."), [TEXT, talk("Hello.")]])
def test_an_ncco_without_a_call_fails_with_a_sentence(backbone: Aws, logs: Logs, returned: object) -> None:
    response = returning(returned, "inbound")(webhook_event("inbound", sample("inbound_sms_text")))

    assert response == {"statusCode": 200}
    assert logs.lines[0]["message"] == "FlowFailed"
    assert "there is no call" in logs.lines[0]["reason"]
    assert commands(backbone) == []


def test_an_empty_list_of_messages_is_none(logs: Logs) -> None:
    @inbound
    def flow(_message: InboundMessage) -> list[MessageRequest]:
        return []

    assert flow(webhook_event("inbound", sample("inbound_sms_text"))) == {"statusCode": 200}
    assert logs.lines[0]["message"] == "Accepted"


@pytest.mark.parametrize(("returned", "loaded"), [("[talk('Hi.')]", False), ("[talk('Hi.'), text]", True)])
def test_the_queue_is_loaded_for_an_answer_that_returns_a_command_alone(
    backbone: Aws, returned: str, *, loaded: bool
) -> None:
    code = f"""
import json, sys
from switchboard import answer, talk
text = {{"channel": "sms", "message_type": "text", "to": "1", "from": "2", "text": "3"}}
handler = answer(lambda _call: {returned})
print(handler(json.loads(sys.stdin.read()))["statusCode"], "switchboard.aws.queues" in sys.modules)
"""
    path = [
        str(paths.ROOT / "layers/switchboard"),
        *(entry for entry in sys.path if "site-packages" in entry),
    ]
    environment = {
        **FUNCTION,
        "AWS_ENDPOINT_URL": os.environ["AWS_ENDPOINT_URL"],
        "SWITCHBOARD_COMMANDS_QUEUE_URL": COMMANDS,
        "PYTHONPATH": ":".join(path),
    }
    event = json.dumps(webhook_event("answer", answer_request()))

    run = subprocess.run(
        [sys.executable, "-c", code], input=event, capture_output=True, text=True, check=True, env=environment
    )

    assert run.stdout.splitlines()[-1] == f"200 {loaded}"
    assert len(commands(backbone)) == loaded
