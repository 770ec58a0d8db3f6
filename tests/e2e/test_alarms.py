"""Every alarm is provoked, and is in ALARM for the reason that its runbook section gives.

The faults are real: a secret that is gone, a request that has waited too long, a forged token. `metrics` says
what the embedded CloudWatch leaves out; only the age of a queue's oldest message is told, not waited for.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import httpx
import pytest

from local import aws, gateway
from local.stage import Stage
from operate.stack import Stack
from tests.e2e import metrics
from tests.e2e.conftest import wait_until
from tests.factories import answer_request, signed, webhook_event
from vonage_simulator.vonage import Vonage

pytestmark = pytest.mark.e2e

Json = dict[str, Any]
CONVERSATION = "CON-aaaaaaaa-bbbb-cccc-dddd-0123456789ab"
SMS = {"channel": "sms", "message_type": "text", "from": "447700900000", "text": "Hello"}


class Fault:
    """Ways to make the deployed stack fail."""

    def __init__(self, stage: Stage, stack: Stack, vonage: Vonage) -> None:
        self.stage, self.stack, self.vonage = stage, stack, vonage
        self.begun = time.time()

    def post(
        self, webhook: str, payload: Json, *, secret: str = "", application: str = "", token: bool = True
    ) -> int:
        """A webhook, signed for the stack's application, or with another secret, or for another one."""
        body = json.dumps(payload).encode()
        headers = {"content-type": "application/json"}
        if token:
            headers["authorization"] = self.signed(body, secret, application)
        own = {"fallback": gateway.address(self.stage.outputs()["FallbackUrl"], self.stage.aws_url)}
        address = own.get(webhook, f"{self.stage.webhook_url()}/{webhook}")
        return httpx.post(address, content=body, headers=headers, timeout=60, trust_env=False).status_code

    def signed(self, body: bytes, secret: str = "", application: str = "") -> str:
        """A token of the account's for a body."""
        return signed(
            body,
            secret or self.stage.signature_secret,
            api_key=self.stage.api_key,
            application_id=application or self.stage.outputs()["ApplicationId"],
        )

    @contextmanager
    def broken(self, function: str, variable: str, value: str) -> Iterator[None]:
        """A function with another value in its environment."""
        client, name = boto3.client("lambda"), self.stack.id_of(f"{function}Function")
        before = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        client.update_function_configuration(
            FunctionName=name, Environment={"Variables": {**before, variable: value}}
        )
        yield
        client.update_function_configuration(FunctionName=name, Environment={"Variables": before})

    def command(self, command: Json) -> None:
        """Put a command in its queue."""
        boto3.client("sqs").send_message(
            QueueUrl=self.stack.id_of("CommandQueue"),
            MessageBody=json.dumps(command),
            MessageGroupId=command["id"],
            MessageDeduplicationId=command["id"],
        )

    def message(self, name: str, sent_at: float) -> Json:
        """A command as the outbound function gets it; `sent_at` is a Unix time."""
        detail = {**SMS, "to": "447700900111"}
        return {
            "messageId": "1",
            "receiptHandle": "r",
            "body": json.dumps({"id": f"{name}-{time.time()}", "name": "messages.send", "detail": detail}),
            "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": str(int(sent_at * 1000))},
            "eventSourceARN": f"arn:aws:sqs:{aws.REGION}:000000000000:"
            + self.stack.id_of("BusCommandQueue").rpartition("/")[2],
        }

    def invoke(self, function: str, event: object) -> Any:  # noqa: ANN401 - JSON
        """Invoke a function by hand; what it returns."""
        reply = boto3.client("lambda").invoke(
            FunctionName=self.stack.id_of(f"{function}Function"), Payload=json.dumps(event).encode()
        )
        return json.load(reply["Payload"])

    def put_dead(self, queue: str) -> None:
        """A message in a dead-letter queue."""
        url = self.stack.id_of(queue)
        fifo: Json = {"MessageGroupId": "g", "MessageDeduplicationId": "d"} if url.endswith(".fifo") else {}
        boto3.client("sqs").send_message(QueueUrl=url, MessageBody='{"id": "dead"}', **fifo)


def accepted(fault: Fault) -> None:
    assert fault.post("status", {"message_uuid": "m", "status": "delivered"}) == 200


def fallback_errors(fault: Fault) -> None:
    metrics.gateway(fault.stack, "FallbackApi", "5xx", 1)


def fallback_asked(fault: Fault) -> None:
    assert fault.post("fallback", {"conversation_uuid": CONVERSATION}, token=False) == 200


def crashes(function: str) -> Callable[[Fault], None]:
    """Invoked by hand: the embedded API Gateway counts no error of a function's."""

    def crash(fault: Fault) -> None:
        client, name = boto3.client("lambda"), fault.stack.id_of(f"{function}Function")
        client.update_function_configuration(FunctionName=name, Handler="app.nothing")
        fault.invoke(function, {})
        client.update_function_configuration(FunctionName=name, Handler="app.lambda_handler")

    return crash


def answer_throttled(fault: Fault) -> None:
    client, name = boto3.client("lambda"), fault.stack.id_of("AnswerFunction")
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    assert fault.post("answer", answer_request()) >= 429
    client.delete_function_concurrency(FunctionName=name)


def late_answers(fault: Fault) -> None:
    """The request has waited for its function longer than a caller does."""
    body = json.dumps(answer_request()).encode()
    event = webhook_event("answer", body=body, authorization=fault.signed(body))
    event["requestContext"]["timeEpoch"] -= 5000
    assert fault.invoke("Answer", event)["statusCode"] == 500


def flow_failed(fault: Fault) -> None:
    request = answer_request()
    del request["to"]
    assert fault.post("answer", request) == 500


def unavailable(fault: Fault) -> None:
    with fault.broken("Inbound", "SWITCHBOARD_SIGNATURE_SECRET", "switchboard/nowhere"):
        assert fault.post("inbound", {"message_uuid": "m"}) == 503


def not_queued(fault: Fault) -> None:
    nowhere = fault.stack.id_of("EventQueue").replace("Event", "No")
    with fault.broken("Status", "SWITCHBOARD_QUEUE_URL", nowhere):
        assert fault.post("status", {"message_uuid": "m", "status": "delivered"}) == 503


def too_large(fault: Fault) -> None:
    assert fault.post("status", {"message_uuid": "m", "text": "x" * 128 * 1024}) == 413


def failed(fault: Fault) -> None:
    with fault.broken("Outbound", "SWITCHBOARD_TABLE_NAME", "nowhere"):
        fault.invoke("Outbound", {"Records": [fault.message("failed", sent_at=time.time())]})


def refused(fault: Fault) -> None:
    for _ in range(5):
        assert (
            fault.post("status", {"message_uuid": "m"}, secret="another account's secret, or a guess") == 503
        )


def other_application(fault: Fault) -> None:
    """A function that has just started doesn't know its own application, and takes what may be genuine."""
    other = "bbbbbbbb-cccc-4ddd-8eee-0123456789ab"
    status = {"message_uuid": "m", "status": "delivered"}
    wait_until(lambda: fault.post("status", status, application=other) == 503)


def events_wait(fault: Fault) -> None:
    metrics.age(fault.stack, "EventQueue", 301)


def commands_wait(fault: Fault) -> None:
    metrics.age(fault.stack, "CommandQueue", 3601)


def bus_commands_wait(fault: Fault) -> None:
    metrics.age(fault.stack, "BusCommandQueue", 3601)


def bulk_commands_wait(fault: Fault) -> None:
    metrics.age(fault.stack, "BulkCommandQueue", 86401)


def commands_overdue(fault: Fault) -> None:
    fault.vonage.faults.next("POST /v1/messages", status=429, retry_after=60)
    fault.invoke("Outbound", {"Records": [fault.message("overdue", sent_at=time.time() - 3601)]})


def events_dead(fault: Fault) -> None:
    fault.put_dead("EventDeadLetterQueue")


def commands_dead(fault: Fault) -> None:
    fault.put_dead("CommandDeadLetterQueue")


def bus_commands_dead(fault: Fault) -> None:
    fault.put_dead("BusCommandDeadLetterQueue")


def bulk_commands_dead(fault: Fault) -> None:
    fault.put_dead("BulkCommandDeadLetterQueue")


def campaign_failed(fault: Fault) -> None:
    metrics.failed(fault.stack, "CampaignMachine")


def commands_undelivered(fault: Fault) -> None:
    fault.put_dead("UndeliveredCommandQueue")


def commands_rejected(fault: Fault) -> None:
    fault.command({"id": f"rejected-{time.time()}", "name": "messages.send", "detail": SMS})


def commands_barred(fault: Fault) -> None:
    detail = {**SMS, "to": "18765550123"}
    fault.command({"id": f"barred-{time.time()}", "name": "messages.send", "detail": detail})


def commands_uncertain(fault: Fault) -> None:
    fault.vonage.faults.next("POST /v1/messages", lost_reply=True)
    detail = {**SMS, "to": "447700900111"}
    fault.command({"id": f"uncertain-{time.time()}", "name": "messages.send", "detail": detail})


def campaign_commands_wait(fault: Fault) -> None:
    metrics.age(fault.stack, "CampaignCommandQueue", 3601)


def campaign_commands_dead(fault: Fault) -> None:
    fault.put_dead("CampaignCommandDeadLetterQueue")


def media_wait(fault: Fault) -> None:
    metrics.age(fault.stack, "MediaQueue", 7201)


def media_dead(fault: Fault) -> None:
    fault.put_dead("MediaDeadLetterQueue")


def dialogs_dead(fault: Fault) -> None:
    fault.put_dead("DialogDeadLetterQueue")


def provisioner_failed(fault: Fault) -> None:
    fault.invoke("Provisioner", {"action": "nothing"})


def provisioner_died(fault: Fault) -> None:
    """What Lambda would send; the embedded one has no on-failure destinations."""
    request = dict.fromkeys(("RequestId", "StackId", "LogicalResourceId", "ResourceType"), "gone")
    url = f"{fault.stage.aws_url.replace('127.0.0.1', 'localhost')}/_ministack/cfn-response/gone"
    fault.invoke("Unanswered", {"requestPayload": {**request, "RequestType": "Create", "ResponseURL": url}})


def drift(fault: Fault) -> None:
    number = next(iter(fault.vonage.account.numbers.values()))
    linked = number.pop("app_id")
    fault.invoke("Provisioner", {"action": "check"})
    number["app_id"] = linked


PROVOKED: dict[str, Callable[[Fault], None]] = {
    "FallbackErrors": fallback_errors,
    "FallbackAsked": fallback_asked,
    "FallbackFailed": crashes("Fallback"),
    "AnswerThrottled": answer_throttled,
    "LateAnswers": late_answers,
    "FlowFailed": flow_failed,
    "InboundCrashed": crashes("Inbound"),
    "StatusCrashed": crashes("Status"),
    "RtcEventCrashed": crashes("RtcEvent"),
    "VerifyCrashed": crashes("Verify"),
    "OutboundCrashed": crashes("Outbound"),
    "Unavailable": unavailable,
    "NotQueued": not_queued,
    "TooLarge": too_large,
    "Failed": failed,
    "Refused": refused,
    "OtherApplication": other_application,
    "EventsWait": events_wait,
    "CommandsWait": commands_wait,
    "BusCommandsWait": bus_commands_wait,
    "BulkCommandsWait": bulk_commands_wait,
    "CommandsOverdue": commands_overdue,
    "EventsDead": events_dead,
    "CommandsDead": commands_dead,
    "BusCommandsDead": bus_commands_dead,
    "BulkCommandsDead": bulk_commands_dead,
    "CampaignFailed": campaign_failed,
    "CampaignCommandsWait": campaign_commands_wait,
    "CampaignCommandsDead": campaign_commands_dead,
    "CommandsUndelivered": commands_undelivered,
    "CommandsRejected": commands_rejected,
    "CommandsBarred": commands_barred,
    "CommandsUncertain": commands_uncertain,
    "MediaWait": media_wait,
    "MediaDead": media_dead,
    "DialogsDead": dialogs_dead,
    "ProvisionerFailed": provisioner_failed,
    "ProvisionerDied": provisioner_died,
    "Drift": drift,
}


@pytest.fixture
def fault(stage: Stage, vonage: Vonage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fault]:
    for name, value in {**aws.root_user(stage.aws_url), "AWS_ENDPOINT_URL": stage.aws_url}.items():
        monkeypatch.setenv(name, value)
    stack = Stack(stage.stack_name)
    yield Fault(stage, stack, vonage)
    for queue in metrics.DEAD:
        boto3.client("sqs").purge_queue(QueueUrl=stack.id_of(queue))


def alarm(stack: Stack, name: str) -> Json:
    found = boto3.client("cloudwatch").describe_alarms(AlarmNames=[stack.id_of(f"{name}Alarm")])
    return dict(found["MetricAlarms"][0])


def test_noise_of_the_internet_raises_no_alarm(fault: Fault) -> None:
    for webhook in ("answer", "event", "inbound", "status", "rtcevent"):
        fault.post(webhook, {"hello": "world"}, token=False)
    fault.post("fallback", {"hello": "world"}, token=False)
    at_the_webhooks_address = f"{fault.stage.webhook_url()}/fallback"
    httpx.post(at_the_webhooks_address, json={"conversation_uuid": CONVERSATION}, timeout=60, trust_env=False)

    wait_until(
        lambda: sum('"Unsigned"' in line for _, line in metrics.lines(fault.stack, fault.begun)) >= 5, 90
    )
    metrics.collect(fault.stack, fault.begun)

    assert not metrics.crossed(alarm(fault.stack, "Refused"))
    assert not metrics.crossed(alarm(fault.stack, "FallbackAsked"))


@pytest.mark.parametrize("name", PROVOKED)
def test_alarm_is_raised(fault: Fault, name: str) -> None:
    def raised() -> bool:
        metrics.collect(fault.stack, fault.begun)
        found = alarm(fault.stack, name)
        return bool(metrics.crossed(found) and found["StateValue"] == "ALARM")

    PROVOKED[name](fault)

    wait_until(raised, timeout_s=120)


def test_webhooks_and_commands_that_are_accepted_are_counted_apart(fault: Fault) -> None:
    """The metrics that the alarm takes off each other; the embedded CloudWatch doesn't know its sum."""
    service = {"Name": "service", "Value": fault.stack.name}
    asked = {"Namespace": "Switchboard", "MetricName": "Accepted", "Statistic": "Sum", "Threshold": 1}

    def are_counted() -> bool:
        metrics.collect(fault.stack, fault.begun)
        places: list[list[Json]] = [[], [{"Name": "webhook", "Value": "outbound"}]]
        return all(metrics.crossed({**asked, "Dimensions": [service, *more]}) for more in places)

    accepted(fault)
    fault.command(
        {"id": f"accepted-{time.time()}", "name": "messages.send", "detail": {**SMS, "to": "447700900111"}}
    )

    wait_until(are_counted, timeout_s=120)


def test_every_alarm_of_the_stack_is_provoked_here(stage: Stage) -> None:
    alarms = {name for name, kind in stage.resources().items() if kind == "AWS::CloudWatch::Alarm"}

    assert alarms == {f"{name}Alarm" for name in PROVOKED}
