"""No secret, token, body or whole number is ever logged: every function, every failure."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from switchboard import answer, event, inbound
from switchboard.webhooks.pipeline import Webhook

from tests.conftest import Logs
from tests.factories import API_KEY, CREDENTIALS, batch, signed, webhook_event
from tests.fakes.stores import Aws, Json, Refusal
from tests.fakes.vonage_api import Reply, VonageApi
from tests.flows.answer import app as answer_app
from tests.flows.event import app as event_app
from tests.flows.fallback import app as fallback_app
from tests.flows.inbound import app as inbound_app
from tests.flows.rtc_event import app as rtc_event_app
from tests.flows.status import app as status_app
from tests.samples import sample
from workers.outbound import app as outbound_app
from workers.record import app as record_app

NUMBER, OTHER_NUMBER = "447700900123", "14155550199"
TEXT = "canary-in-the-body"
PAYLOAD = {
    "from": NUMBER, "to": OTHER_NUMBER, "text": TEXT, "uuid": "u-1", "conversation_uuid": "CON-1",
    "message_uuid": "m-1", "status": "answered", "custom_data": {"card": TEXT}, "channel": "sms",
}  # fmt: skip
FORGED = "canary-signature-secret-of-another"


def quoting(payload: Any) -> Any:  # noqa: ANN401
    raise ValueError(f"cannot serve {payload}")


def unanswerable(payload: Any) -> Any:  # noqa: ANN401
    return [payload, {payload["from"]}]


WEBHOOKS: list[tuple[str, Webhook[Any, Any]]] = [
    ("answer", answer_app.lambda_handler),
    ("event", event_app.lambda_handler),
    ("inbound", inbound_app.lambda_handler),
    ("status", status_app.lambda_handler),
    ("rtc_event", rtc_event_app.lambda_handler),
    ("answer", answer(quoting)),
    ("event", event(quoting)),
    ("inbound", inbound(quoting)),
    ("answer", answer(unanswerable)),
    ("event", event(unanswerable)),
]


def nothing(_operation: str, _asked: Json) -> None:
    """All is well."""


def refusing(_operation: str, asked: Json) -> None:
    """AWS refuses everything, and is so kind as to quote what it was sent."""
    raise Refusal("ValidationException", message=json.dumps(asked))


def failing(_operation: str, asked: Json) -> None:
    raise Refusal("InternalFailure", message=json.dumps(asked), status=500)


def hanging_up(_operation: str, _asked: Json) -> None:
    raise ConnectionError


@pytest.fixture(autouse=True)
def _silence(logs: Logs, capsys: pytest.CaptureFixture[str], private_key: str) -> Iterator[None]:
    yield
    said = logs.text
    assert said, "nothing was logged at all"
    token = signed(b"{}").removeprefix("Bearer ").partition(".")[0]
    secrets = [value for name, value in CREDENTIALS.items() if name != "api_key"]
    key = private_key.splitlines()[5]
    for canary in (
        NUMBER,
        OTHER_NUMBER,
        TEXT,
        FORGED,
        token,
        "session-token",
        "wJalrXUtnFEMI",
        key,
        *secrets,
    ):
        assert canary not in said
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("fault", [nothing, refusing, failing, hanging_up])
@pytest.mark.parametrize(("webhook", "handler"), WEBHOOKS)
def test_a_webhook_says_nothing_private(
    backbone: Aws, webhook: str, handler: Webhook[Any, Any], fault: Callable[[str, Json], None]
) -> None:
    handler(webhook_event(webhook, PAYLOAD))
    backbone.fault = fault
    body = json.dumps(PAYLOAD).encode()

    for authorization in (
        None,
        signed(body, FORGED),
        signed(body, iat=1),
        f"Bearer {TEXT}",
        signed(b"other"),
    ):
        handler(webhook_event(webhook, body=body, authorization=authorization))
    handler(webhook_event(webhook, body=TEXT.encode()))
    handler(webhook_event(webhook, PAYLOAD, isBase64Encoded=True))


@pytest.mark.parametrize(
    "text", [f"{TEXT} is no JSON", f'["{TEXT}"]', json.dumps({"api_key": API_KEY, "x": TEXT})]
)
def test_a_spoiled_secret_is_not_quoted(backbone: Aws, text: str) -> None:
    backbone.secret("switchboard/vonage-signature", {}).values["first"] = text

    answer_app.lambda_handler(webhook_event("answer", PAYLOAD))


def test_the_fallback_says_nothing_private() -> None:
    fallback_app.lambda_handler(webhook_event("fallback", PAYLOAD))
    fallback_app.lambda_handler(webhook_event("fallback", PAYLOAD | {"original_request": {"url": TEXT}}))


@pytest.mark.parametrize("fault", [nothing, refusing, failing, hanging_up])
def test_recording_says_nothing_private(backbone: Aws, fault: Callable[[str, Json], None]) -> None:
    backbone.fault = fault
    envelope = {
        "id": "e-1",
        "name": "voice.answered",
        "received_at": 1.0,
        "subject": "CON-1",
        "payload": PAYLOAD,
    }
    bodies = [json.dumps(envelope), TEXT, json.dumps({"id": "e-2", "payload": PAYLOAD}), json.dumps([TEXT])]

    record_app.lambda_handler(
        {
            "Records": [
                {"messageId": str(n), "body": body, "attributes": {"MessageGroupId": str(n)}}
                for n, body in enumerate(bodies)
            ]
        }
    )


@pytest.mark.parametrize("fault", [nothing, refusing, failing, hanging_up])
@pytest.mark.parametrize(
    "reply",
    [
        Reply(),
        Reply(lost=True),
        Reply(401, {"detail": NUMBER}),
        Reply(422, {"detail": TEXT}),
        Reply(429),
        Reply(500),
    ],
)
def test_outbound_says_nothing_private(
    backbone: Aws, vonage: VonageApi, reply: Reply, fault: Callable[[str, Json], None]
) -> None:
    vonage.replies.extend([reply, reply])
    sms = sample("command_sms_text")
    sms["detail"] |= {"text": TEXT, "to": NUMBER, "from": OTHER_NUMBER}
    spoiled = sms | {"id": "s-2", "detail": sms["detail"] | {"channel": NUMBER, "ttl": TEXT}}
    backbone.fault = fault

    for number, body in enumerate([json.dumps(sms), json.dumps(spoiled), TEXT, "null"]):
        (message,) = batch(body)["Records"]
        outbound_app.lambda_handler({"Records": [message | {"messageId": str(number), "body": body}]})
