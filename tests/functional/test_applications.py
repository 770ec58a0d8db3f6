"""The account signs for all of its applications: what is another one's is refused, and nothing of ours."""

import hashlib
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from switchboard import answer, event, inbound, rtc_event, status, talk, verify
from switchboard.webhooks.applications import resource_id
from switchboard.webhooks.pipeline import Webhook

from provisioner.cloudformation import protocol
from tests.conftest import Logs
from tests.factories import API_KEY, CREDENTIALS, signed, webhook_event
from tests.fakes.backbone import QUEUE
from tests.fakes.stores import Aws
from tests.samples import sample

STACK = "arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/5f2d6c30-bf3e-11f0-8a4f-0a1b2c3d4e5f"
RECORD = f"/switchboard/resources/{resource_id(STACK, 'VonageApplication')}"
OURS, BEFORE, THEIRS = (f"{digit * 8}-bbbb-cccc-dddd-0123456789ab" for digit in "123")

ran: list[object] = []


def remember(payload: object) -> None:
    ran.append(payload)


def speak(payload: object) -> Any:  # noqa: ANN401
    ran.append(payload)
    return [talk("Hello.")]


HANDLERS: dict[str, tuple[Webhook[Any, Any], str, int]] = {
    "answer": (answer(speak), "answer_phone", 401),
    "event": (event(remember), "event_input_dtmf", 503),
    "inbound": (inbound(remember), "inbound_sms_text", 503),
    "status": (status(remember), "status_read_rcs", 503),
    "rtcevent": (rtc_event(remember), "rtc_event_message", 503),
    "verify": (verify(remember), "verify_event_completed", 503),
}


@pytest.fixture(autouse=True)
def stack(backbone: Aws, monkeypatch: pytest.MonkeyPatch) -> Aws:
    """A deployment that found the stack's application, and its record."""
    ran.clear()
    monkeypatch.setenv("SWITCHBOARD_STACK_ID", STACK)
    monkeypatch.setenv("SWITCHBOARD_APPLICATION_ID", OURS)
    backbone.parameters[RECORD] = json.dumps({"application_id": OURS, "account": "…"})
    return backbone


def ask(webhook: str, application: str | None) -> int:
    """The status that a webhook answers a request of an application."""
    handler, name, _ = HANDLERS[webhook]
    body = json.dumps(sample(name)).encode()
    token = signed(body, application_id=application)
    return handler(webhook_event(webhook, body=body, authorization=token))["statusCode"]


def looks(aws: Aws) -> int:
    """How often it was asked which application it is: by two names each time."""
    return sum(call.endswith("GetParameter") for call in aws.calls) // 2


@pytest.mark.parametrize("webhook", HANDLERS)
def test_what_another_application_was_told_is_refused_by_every_webhook_and_left_no_trace(
    stack: Aws, logs: Logs, webhook: str
) -> None:
    assert ask(webhook, THEIRS) == HANDLERS[webhook][2]

    assert (ran, stack.queues[QUEUE]) == ([], [])
    (line,) = logs.lines
    assert (line["message"], line["level"], line["application"]) == ("OtherApplication", "WARNING", THEIRS)


@pytest.mark.parametrize("webhook", HANDLERS)
def test_our_own_application_s_costs_no_question(stack: Aws, webhook: str) -> None:
    assert ask(webhook, OURS) < 300

    assert len(ran) == 1
    assert looks(stack) == 0


@pytest.mark.parametrize("application", [None, ""])
def test_a_token_that_names_no_application_is_compared_with_none(stack: Aws, application: str | None) -> None:
    assert ask("inbound", application) == 200
    assert looks(stack) == 0


@pytest.mark.parametrize("allowed", [THEIRS, f"{BEFORE}, {THEIRS}", "*"])
def test_other_applications_are_allowed_by_the_owner(monkeypatch: pytest.MonkeyPatch, allowed: str) -> None:
    monkeypatch.setenv("SWITCHBOARD_OTHER_APPLICATIONS", allowed)

    assert ask("answer", THEIRS) == 200


def test_allowing_one_allows_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCHBOARD_OTHER_APPLICATIONS", BEFORE)

    assert ask("answer", THEIRS) == 401


def test_a_subaccount_s_applications_pass_since_its_secret_is_there_for_them(stack: Aws) -> None:
    stack.secrets["switchboard/vonage-signature"].rotate(
        CREDENTIALS | {"signature_secrets": {"sub": "s" * 32}}
    )
    handler, name, _ = HANDLERS["inbound"]
    body = json.dumps(sample(name)).encode()
    token = signed(body, "s" * 32, application_id=THEIRS, api_key="sub")

    assert handler(webhook_event("inbound", body=body, authorization=token))["statusCode"] == 200


@pytest.mark.parametrize("suffix", ["", f".{hashlib.sha256(API_KEY.encode()).hexdigest()[:12]}"])
def test_an_application_that_was_made_since_the_deployment_is_ours_and_asked_for_once(
    stack: Aws, suffix: str
) -> None:
    """By a repair, by an update, or in another account, where it has a record of its own."""
    stack.parameters[f"{RECORD}{suffix}"] = json.dumps({"application_id": BEFORE, "predecessors": [OURS]})

    assert [ask("answer", BEFORE) for _ in range(3)] == [200, 200, 200]
    assert looks(stack) == 1


def test_calls_of_the_application_that_was_replaced_go_on(
    stack: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack.parameters[RECORD] = json.dumps({"application_id": OURS, "predecessors": [BEFORE]})
    monkeypatch.setenv("SWITCHBOARD_APPLICATION_ID", "")

    assert [ask("event", each) for each in (OURS, BEFORE, OURS, BEFORE)] == [204] * 4


def test_a_hundred_foreign_tokens_are_one_question(stack: Aws) -> None:
    assert {ask("inbound", THEIRS) for _ in range(100)} == {503}
    assert looks(stack) == 1


def drop(stack: Aws) -> None:
    del stack.parameters[RECORD]


def damage(stack: Aws) -> None:
    stack.parameters[RECORD] = "[]"


def mark(stack: Aws) -> None:
    stack.parameters[RECORD] = json.dumps({"gone_at": 1})


def deny(stack: Aws) -> None:
    stack.refuse["AmazonSSM.GetParameter"] = "AccessDeniedException"


@pytest.mark.parametrize("spoil", [drop, damage, mark, deny])
def test_nothing_is_refused_while_nobody_can_say_which_application_it_is(
    stack: Aws, spoil: Callable[[Aws], None]
) -> None:
    spoil(stack)

    assert ask("inbound", THEIRS) == 200


def test_it_is_told_that_the_record_could_not_be_read(stack: Aws, logs: Logs) -> None:
    deny(stack)

    ask("inbound", THEIRS)

    assert [line["message"] for line in logs.lines] == ["ApplicationNotRead", "Accepted"]


class TestFirstDeployment:
    """The functions are there before the application: they find it out aside, and no caller waits for it."""

    @pytest.fixture(autouse=True)
    def _unknown(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SWITCHBOARD_APPLICATION_ID", "")

    def asked(self, *applications: str) -> list[int]:
        answered = []
        for application in applications:
            answered.append(ask("answer", application))
            for thread in threading.enumerate():
                if "_look" in thread.name:
                    thread.join()
        return answered

    def test_the_first_request_of_an_environment_asks_nothing_and_the_second_does_aside(
        self, stack: Aws
    ) -> None:
        self.asked(OURS)
        assert looks(stack) == 0

        self.asked(OURS, OURS, OURS)
        assert looks(stack) == 1

    def test_what_is_known_from_then_on_is_compared(self) -> None:
        assert self.asked(OURS, OURS, THEIRS) == [200, 200, 401]

    def test_what_is_not_written_down_is_compared_with_nothing_and_seldom_asked_for(self, stack: Aws) -> None:
        drop(stack)

        assert self.asked(*[THEIRS] * 10) == [200] * 10
        assert looks(stack) == 1

    def test_without_a_stack_nobody_is_asked(self, stack: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
        """As where a flow is tried, or in a function of somebody else's stack."""
        monkeypatch.delenv("SWITCHBOARD_STACK_ID")

        assert self.asked(*[THEIRS] * 4) == [200] * 4
        assert looks(stack) == 0


def test_the_record_is_found_where_the_provisioner_writes_it() -> None:
    request = protocol.parse({
        "ResponseURL": "https://x", "StackId": STACK, "LogicalResourceId": "VonageApplication",
    })  # fmt: skip

    assert resource_id(STACK, "VonageApplication") == request.own_id
