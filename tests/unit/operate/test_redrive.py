"""What a dialog failed at is told to its function again, over the wire."""

import json
from collections.abc import Iterator
from typing import Any, cast

import boto3
import pytest

from operate import queues
from operate.stack import Stack
from vonage_simulator.testing.aws.services import ENVIRONMENT
from vonage_simulator.testing.endpoint import Answer, Incoming, serving

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:inbound:$LATEST"
WAKE = {"detail-type": "chat.wake", "detail": {"chat": "chat:1"}}
RECORD = {"requestContext": {"functionArn": ARN}, "requestPayload": WAKE, "responsePayload": {"a": "b"}}


class Account:
    """A queue with what Lambda puts there, and the functions; what was asked for, in its order."""

    def __init__(self) -> None:
        self.messages = [json.dumps(RECORD)]
        self.told: list[Any] = []
        self.refuses = False

    def answer(self, incoming: Incoming) -> Answer:
        action = incoming.headers.get("x-amz-target", "").rpartition(".")[2]
        if action == "ReceiveMessage":
            held = [{"MessageId": "1", "ReceiptHandle": "r", "Body": body} for body in self.messages[:1]]
            return Answer(200, json.dumps({"Messages": held} if held and not self.told else {}).encode())
        if action == "DeleteMessage":
            self.messages.clear()
            return Answer(200, b"{}")
        if self.refuses:
            return Answer(403, b"{}", {"x-amzn-errortype": "AccessDeniedException"})
        kind = incoming.headers.get("x-amz-invocation-type")
        self.told.append((incoming.path, kind, json.loads(incoming.body)))
        return Answer(202)


class Deployed:
    """A stack, as far as this command asks for it."""

    def has(self, _name: str) -> bool:
        return True

    def id_of(self, name: str) -> str:
        return f"http://queue/{name}"


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    account = Account()
    with serving(account.answer) as url:
        for name, value in {**ENVIRONMENT, "AWS_ENDPOINT_URL": url, "AWS_MAX_ATTEMPTS": "1"}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
        yield account


def test_what_a_dialog_failed_at_is_told_to_the_function_that_failed(account: Account) -> None:
    assert queues.redrive(cast(Stack, Deployed()), "dialogs").moved == 1

    [(path, kind, payload)] = account.told
    assert "function%3Ainbound" in path
    assert (kind, payload) == ("Event", WAKE)
    assert account.messages == []


def test_what_could_not_be_told_stays_where_it_is(account: Account) -> None:
    account.refuses = True
    with pytest.raises(Exception, match="move the messages of dialogs"):
        queues.redrive(cast(Stack, Deployed()), "dialogs")
    assert account.messages
