"""The inbound, status and rtc_event functions: nothing genuine is lost, nothing is done twice."""

import hashlib
import json
import time
from typing import Any

import pytest
from switchboard import InboundMessage, MessageRequest, inbound, reply_to
from switchboard.request import MAX_BODY_BYTES
from switchboard.webhooks.pipeline import Webhook

from tests.conftest import Logs
from tests.factories import signed, webhook_event
from tests.fakes.backbone import COMMANDS, QUEUE
from tests.fakes.stores import Aws, Json, Refusal
from tests.flows.inbound import app as inbound_app
from tests.flows.rtc_event import app as rtc_event_app
from tests.flows.status import app as status_app
from tests.samples import payloads, sample, webhook_of

pytestmark = pytest.mark.usefixtures("backbone")

Handler = Webhook[Any, Any]
HANDLERS: dict[str, Handler] = {
    "inbound": inbound_app.lambda_handler,
    "status": status_app.lambda_handler,
    "rtc_event": rtc_event_app.lambda_handler,
}
ACKNOWLEDGED = {"inbound": 200, "status": 200, "rtc_event": 204}
DAY_S = 24 * 3600


@inbound
def answering(message: InboundMessage) -> MessageRequest:
    return reply_to(message, "Thank you!")


@inbound
def echoing(message: InboundMessage) -> MessageRequest:
    return reply_to(message, str(message.get("text")))


@inbound
def failing(_message: InboundMessage) -> None:
    raise RuntimeError


def queued(aws: Aws, url: str = QUEUE) -> list[Json]:
    return [json.loads(message["MessageBody"]) for message in aws.queues[url]]


@pytest.mark.parametrize(
    ("text", "channel", "is_heard"),
    [("STOP", "sms", False), ("stop.", "whatsapp", False), ("HELP", "sms", False), ("HELP", "whatsapp", True),
     ("START", "sms", True), ("stop please", "sms", True)],
)  # fmt: skip
def test_a_flow_does_not_hear_what_the_stack_sees_to(
    backbone: Aws, monkeypatch: pytest.MonkeyPatch, text: str, channel: str, *, is_heard: bool
) -> None:
    monkeypatch.setenv("SWITCHBOARD_CONSENT_SCOPE", "stack")
    payload = sample("inbound_sms_text") | {"text": text, "channel": channel}

    response = answering(webhook_event("inbound", payload))

    assert response["statusCode"] == 200
    assert [event["payload"]["text"] for event in queued(backbone)] == [text]
    assert bool(queued(backbone, COMMANDS)) is is_heard


def test_a_flow_hears_help_where_its_owner_wants_that(backbone: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCHBOARD_CONSENT_SCOPE", "stack")
    monkeypatch.setenv("SWITCHBOARD_HELP_REPLY", "-")

    answering(webhook_event("inbound", sample("inbound_sms_text") | {"text": "HELP"}))

    assert len(queued(backbone, COMMANDS)) == 1


def down(operation: str, _asked: Json) -> None:
    if operation.startswith("AmazonSQS"):
        raise Refusal("ServiceUnavailable", status=503)


@pytest.mark.parametrize("name", [name for name in payloads() if webhook_of(name) in HANDLERS])
def test_every_payload_is_queued_as_it_came_and_acknowledged(backbone: Aws, name: str) -> None:
    webhook = webhook_of(name)

    assert HANDLERS[webhook](webhook_event(webhook, sample(name))) == {"statusCode": ACKNOWLEDGED[webhook]}
    (envelope,) = queued(backbone)
    assert envelope["payload"] == sample(name)


@pytest.mark.parametrize("webhook", HANDLERS)
@pytest.mark.parametrize("authorization", ["", "Bearer x.y.z", signed(b"{}", "x" * 32)])
def test_a_refusal_brings_a_genuine_message_back(backbone: Aws, webhook: str, authorization: str) -> None:
    event = webhook_event(webhook, body=b"{}", authorization=authorization)

    assert HANDLERS[webhook](event) == {"statusCode": 503}
    assert queued(backbone) == []


@pytest.mark.parametrize("webhook", HANDLERS)
def test_what_cannot_be_queued_is_asked_for_again(backbone: Aws, webhook: str) -> None:
    backbone.fault = down

    assert HANDLERS[webhook](webhook_event(webhook, {"type": "x"})) == {"statusCode": 503}


@pytest.mark.parametrize(("webhook", "status"), [("inbound", 200), ("status", 200), ("rtc_event", 503)])
def test_a_message_may_come_a_day_late_with_its_first_token(webhook: str, status: int) -> None:
    token = signed(b"{}", iat=int(time.time()) - DAY_S)

    response = HANDLERS[webhook](webhook_event(webhook, body=b"{}", authorization=token))
    assert response == {"statusCode": status}


def test_a_message_from_a_subaccount_is_checked_with_its_own_secret(backbone: Aws) -> None:
    secret = backbone.secrets["switchboard/vonage-signature"]
    secret.rotate(secret.current() | {"signature_secrets": {"sub": "s" * 32}})
    token = signed(b"{}", "s" * 32, api_key="sub")

    assert inbound_app.lambda_handler(webhook_event("inbound", body=b"{}", authorization=token)) == {
        "statusCode": 200
    }


def test_a_rotated_secret_refuses_neither_the_new_nor_the_old_signature(backbone: Aws) -> None:
    inbound_app.lambda_handler(webhook_event("inbound", {"message_uuid": "1"}))
    secret = backbone.secrets["switchboard/vonage-signature"]
    secret.rotate(secret.current() | {"signature_secret": "n" * 32})

    for key in ("n" * 32, None):
        authorization = signed(b"{}", key) if key else signed(b"{}")
        event = webhook_event("inbound", body=b"{}", authorization=authorization)
        assert inbound_app.lambda_handler(event) == {"statusCode": 200}


@pytest.mark.parametrize("rotated_ago_s", [0, 25 * 3600])
def test_a_message_from_before_a_rotation_is_accepted_while_vonage_repeats_it(
    backbone: Aws, rotated_ago_s: float
) -> None:
    secret = backbone.secrets["switchboard/vonage-signature"]
    secret.rotate(secret.current() | {"signature_secret": "n" * 32})
    secret.made_at = time.time() - rotated_ago_s

    assert inbound_app.lambda_handler(webhook_event("inbound", {})) == {"statusCode": 200}


@pytest.mark.parametrize(
    ("webhook", "rotated_ago_s"), [("inbound", 25.1 * 3600), ("status", 25.1 * 3600), ("rtc_event", 601)]
)
def test_a_secret_that_was_rotated_away_long_ago_is_refused(
    backbone: Aws, webhook: str, rotated_ago_s: float
) -> None:
    secret = backbone.secrets["switchboard/vonage-signature"]
    secret.rotate(secret.current() | {"signature_secret": "n" * 32})
    secret.made_at = time.time() - rotated_ago_s

    assert HANDLERS[webhook](webhook_event(webhook, {})) == {"statusCode": 503}
    assert queued(backbone) == []


def test_a_message_that_a_flow_returns_is_sent_to_the_sender(backbone: Aws) -> None:
    received = sample("inbound_whatsapp_text")

    assert answering(webhook_event("inbound", received)) == {"statusCode": 200}
    (command,) = queued(backbone, COMMANDS)
    assert command["name"] == "messages.send"
    assert command["detail"] == {
        "channel": "whatsapp",
        "message_type": "text",
        "from": received["to"],
        "to": received["from"],
        "text": "Thank you!",
    }


def test_a_message_that_was_cut_within_an_emoji_is_queued_and_answered(backbone: Aws) -> None:
    body = json.dumps(sample("inbound_sms_text") | {"text": "See you \ud83d"}).encode()

    assert echoing(webhook_event("inbound", body=body)) == {"statusCode": 200}
    ((envelope,), (command,)) = queued(backbone), queued(backbone, COMMANDS)
    assert envelope["payload"]["text"] == command["detail"]["text"] == "See you \ufffd"
    assert envelope["id"] == hashlib.sha256(body).hexdigest()


@pytest.mark.parametrize("held", [
    {"content": [{"type": "text", "text": "Hi."}, {"type": "file", "url": "https://m.example/1"}]},
    {"attachments": [{"name": "a.pdf", "content_type": "application/pdf", "content": "cGRm"}]},
    {},
])  # fmt: skip
def test_mail_is_queued_and_answered_however_its_attachments_come(backbone: Aws, held: Json) -> None:
    mail = {**sample("inbound_email_content"), **held}

    assert answering(webhook_event("inbound", body=json.dumps(mail).encode()))["statusCode"] == 200
    (event,) = queued(backbone)
    assert event["payload"] == mail
    assert len(queued(backbone, COMMANDS)) == 1


def test_a_message_that_is_delivered_twice_is_answered_once(backbone: Aws) -> None:
    for _ in range(2):
        answering(webhook_event("inbound", sample("inbound_sms_text")))

    assert len(queued(backbone, COMMANDS)) == 1


def test_a_reply_that_cannot_be_queued_brings_the_message_back(backbone: Aws) -> None:
    def commands_down(_operation: str, asked: Json) -> None:
        if asked.get("QueueUrl") == COMMANDS:
            raise Refusal("ServiceUnavailable", status=503)

    backbone.fault = commands_down
    assert answering(webhook_event("inbound", sample("inbound_sms_text"))) == {"statusCode": 503}
    backbone.fault = None

    assert answering(webhook_event("inbound", sample("inbound_sms_text"))) == {"statusCode": 200}
    assert (len(queued(backbone)), len(queued(backbone, COMMANDS))) == (1, 1)


def test_a_flow_that_fails_is_not_run_for_a_day(backbone: Aws, logs: Logs) -> None:
    assert failing(webhook_event("inbound", sample("inbound_sms_text"))) == {"statusCode": 200}
    assert len(queued(backbone)) == 1
    assert logs.lines[0]["message"] == "FlowFailed"


def test_a_flow_is_cut_before_lambda_ends_the_function(backbone: Aws) -> None:
    class Context:
        aws_request_id = "r-1"

        def get_remaining_time_in_millis(self) -> int:
            return 550

    @inbound
    def slow(_message: InboundMessage) -> None:
        time.sleep(5)

    started = time.monotonic()

    assert slow(webhook_event("inbound", sample("inbound_sms_text")), Context()) == {"statusCode": 200}
    assert time.monotonic() - started < 4
    assert len(queued(backbone)) == 1


@pytest.mark.parametrize("returned", [{"text": "no channel"}, 42, "text", [[]], object()])
def test_a_flow_that_returns_nonsense_has_failed(logs: Logs, returned: object) -> None:
    @inbound
    def nonsense(_message: InboundMessage) -> Any:  # noqa: ANN401
        return returned

    assert nonsense(webhook_event("inbound", sample("inbound_sms_text"))) == {"statusCode": 200}
    assert logs.lines[0]["message"] == "FlowFailed"


@pytest.mark.parametrize("byte", [b"\xff", b"a", b"\xc3\xa9"])
def test_the_largest_body_fits_whatever_it_consists_of(backbone: Aws, byte: bytes) -> None:
    event = webhook_event("inbound", body=(byte * MAX_BODY_BYTES)[:MAX_BODY_BYTES], base64_encoded=True)

    assert inbound_app.lambda_handler(event) == {"statusCode": 200}
    (message,) = backbone.queues[QUEUE]
    payload = json.loads(message["MessageBody"])["payload"]
    assert len(message["MessageBody"]) < 1024 * 1024
    assert len(json.dumps(payload, ensure_ascii=False).encode()) < 400_000


@pytest.mark.parametrize("encoding", ["text", "base64"])
def test_a_larger_body_is_refused_until_there_is_a_place_for_it(
    backbone: Aws, logs: Logs, encoding: str
) -> None:
    event = webhook_event("inbound", body=b"a" * (MAX_BODY_BYTES + 1), base64_encoded=encoding == "base64")

    assert inbound_app.lambda_handler(event) == {"statusCode": 503}
    assert queued(backbone) == []
    assert [(line["message"], line["level"]) for line in logs.lines] == [("TooLarge", "ERROR")]


@pytest.mark.parametrize(
    ("authorization", "outcome", "level"),
    [
        ("", "Unsigned", "INFO"),
        ("Bearer x.y.z", "Unsigned", "INFO"),
        (signed(b"", "x" * 32), "Refused", "WARNING"),
    ],
)
def test_a_strangers_large_body_is_a_refusal_like_any_other(
    logs: Logs, authorization: str, outcome: str, level: str
) -> None:
    event = webhook_event("inbound", body=b"a" * (MAX_BODY_BYTES + 1), authorization=authorization)

    assert inbound_app.lambda_handler(event) == {"statusCode": 503}
    assert [(line["message"], line["level"]) for line in logs.lines] == [(outcome, level)]


def test_a_strangers_body_is_not_even_decoded() -> None:
    event = webhook_event("inbound", authorization="") | {
        "body": "not base64 at all!",
        "isBase64Encoded": True,
    }

    assert inbound_app.lambda_handler(event) == {"statusCode": 503}
