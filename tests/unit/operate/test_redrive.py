"""What is in dead-letter queues is moved to where it belongs, over the wire."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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

HELD = {"MessageId": "1", "ReceiptHandle": "r", "Attributes": {"SentTimestamp": "1795400000000"}}


class Account:
    """A queue with what Lambda puts there, and the functions; what was asked for, in its order."""

    def __init__(self) -> None:
        self.messages = [json.dumps(RECORD)]
        self.told: list[Any] = []
        self.refuses = False

    def answer(self, incoming: Incoming) -> Answer:
        action = incoming.headers.get("x-amz-target", "").rpartition(".")[2]
        if action == "ReceiveMessage":
            held = [{**HELD, "Body": body} for body in self.messages[:1]]
            return Answer(200, json.dumps({"Messages": held} if held and not self.told else {}).encode())
        if action == "DeleteMessage":
            self.messages.clear()
            return Answer(200, b"{}")
        if self.refuses:
            return Answer(403, b"{}", {"x-amzn-errortype": "AccessDeniedException"})
        kind = incoming.headers.get("x-amz-invocation-type")
        self.told.append((incoming.path, kind, json.loads(incoming.body)))
        return Answer(202)


class Refused:
    """A dead-letter queue, and whoever refuses at once what is sent again; what was moved, in its order."""

    def __init__(self, sent_s_ago: float) -> None:
        sent_at = (time.time() - sent_s_ago) * 1000
        self.waiting = {f"m-{n}": (f'{{"id": "e-{n}"}}', sent_at) for n in range(12)}
        self.hidden: set[str] = set()
        self.moved: list[str] = []

    def answer(self, incoming: Incoming) -> Answer:
        asked = json.loads(incoming.body)
        match incoming.headers["x-amz-target"].rpartition(".")[2]:
            case "ReceiveMessage":
                shown = [name for name in self.waiting if name not in self.hidden][:10]
                self.hidden |= {*shown}
                return Answer(200, json.dumps({"Messages": [self._message(name) for name in shown]}).encode())
            case "DeleteMessage":
                del self.waiting[asked["ReceiptHandle"]]
                return Answer(200, b"{}")
        self.moved.append(asked["MessageBody"])
        assert len(self.moved) <= 24, "this never ends"
        name = f"m-{len(self.moved) + 100}"
        self.waiting[name] = asked["MessageBody"], (time.time() + 1.1) * 1000  # it takes a moment
        return Answer(200, json.dumps({"MessageId": name}).encode())

    def _message(self, name: str) -> dict[str, Any]:
        body, sent_at = self.waiting[name]
        attributes = {"MessageGroupId": name, "SentTimestamp": f"{sent_at:.0f}"}
        return {"MessageId": name, "ReceiptHandle": name, "Body": body, "Attributes": attributes}


class Deployed:
    """A stack, as far as this command asks for it."""

    def has(self, _name: str) -> bool:
        return True

    def id_of(self, name: str) -> str:
        return f"http://queue/{name}"


@contextmanager
def reached(answer: Callable[[Incoming], Answer], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with serving(answer) as url:
        for name, value in {**ENVIRONMENT, "AWS_ENDPOINT_URL": url, "AWS_MAX_ATTEMPTS": "1"}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
        yield


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    account = Account()
    with reached(account.answer, monkeypatch):
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


@pytest.mark.parametrize("sent_s_ago", [86400, 0])
def test_what_comes_back_while_messages_are_moved_is_not_moved_for_ever(
    monkeypatch: pytest.MonkeyPatch, sent_s_ago: float
) -> None:
    """What Vonage still refuses is in the dead-letter queue again before the last message has left it."""
    refused = Refused(sent_s_ago)
    with reached(refused.answer, monkeypatch):
        redriven = queues.redrive(cast(Stack, Deployed()), "events")

    assert (redriven.moved, len({*refused.moved})) == (12, 12)
    assert sorted(body for body, _ in refused.waiting.values()) == sorted(refused.moved)
