"""CloudFormation is answered: once, in time, in 4,096 bytes, and without a secret."""

import json
import logging
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.cloudformation import CloudFormation, Context
from provisioner import app, on_failure
from provisioner.cloudformation import callback, protocol
from provisioner.cloudformation.callback import Callback, NotDeliveredError
from provisioner.cloudformation.protocol import Answer, Request
from provisioner.world import vonage_errors
from tests.unit.provisioner.conftest import APPLICATION, World, application_properties


def request(response_url: str = "http://127.0.0.1:9/canary-url", **changes: object) -> Request:
    event = {
        "RequestType": "Create",
        "RequestId": "r-1",
        "StackId": "arn:aws:cloudformation:us-east-1:123456789012:stack/shop/0e5f",
        "LogicalResourceId": "App",
        "ResourceType": APPLICATION,
        "ResponseURL": response_url,
        **changes,
    }
    return protocol.parse(event)


@pytest.fixture
def cloudformation(monkeypatch: pytest.MonkeyPatch) -> Iterator[CloudFormation]:
    with CloudFormation(app.lambda_handler) as running:
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", running.url)
        yield running


@pytest.mark.parametrize(
    "reason", ["x" * 50_000, "ü" * 50_000, '"\\\n' * 20_000, "\U0001f600" * 9_000, "\ud800" * 99]
)
def test_an_answer_never_exceeds_what_cloudformation_reads(reason: str) -> None:
    answer = Answer("FAILED", "id" * 200, reason, {"ApplicationId": "a" * 500})

    body = protocol.body(request(), answer)

    assert len(body) <= 4096
    assert json.loads(body)["Status"] == "FAILED"
    assert json.loads(body)["Data"] == {"ApplicationId": "a" * 500}


def test_no_control_character_reaches_the_events_of_a_stack() -> None:
    body = b"\x1b[31mBad gateway\x1b[0m \x00 \xef\xbf\xbe \xe2\x80\xaa"
    refused = vonage_errors.from_reply("create the application", 502, body, {})

    assert refused.cause.isprintable()
    for reason in (str(refused), body.decode(), "two\nlines\x85\u2028"):
        answer = protocol.failed(request(), reason)
        assert json.loads(protocol.body(request(), answer))["Reason"].isprintable()


@pytest.mark.parametrize("kind", ["Import", "", None])
def test_an_unheard_of_request_is_refused_at_once(world: World, kind: str | None) -> None:
    outcome = world.stack().request("Create", "App", APPLICATION, ResourceProperties={})
    if kind is None:
        del outcome.event["RequestType"]
    else:
        outcome.event["RequestType"] = kind

    world.cloudformation.deliver(outcome)

    assert "is not a request type. Known: Create, Update, Delete." in outcome.reason
    assert world.aws.calls == []


def test_an_answer_says_why_even_without_a_reason() -> None:
    assert json.loads(protocol.body(request(), Answer("FAILED", "id")))["Reason"]


def test_the_physical_id_is_stable_and_told_by_stack_and_logical_id() -> None:
    first, same = request(), request(RequestId="r-2")
    others = [
        request(LogicalResourceId="Other"),
        request(StackId="arn:aws:cloudformation:r:a:stack/shop/ffff"),
    ]

    assert first.own_id == same.own_id
    assert first.own_id.startswith("shop.App.")
    assert first.own_id not in {other.own_id for other in others}


def test_a_delete_is_answered_with_the_id_it_came_with() -> None:
    assert protocol.failed(request(PhysicalResourceId="made-up"), "x").physical_id == "made-up"


def test_the_content_type_is_empty(cloudformation: CloudFormation) -> None:
    outcome = cloudformation.stack("shop").request("Create", "App", APPLICATION)

    callback.deliver(protocol.parse(outcome.event), Answer("SUCCESS", "id"))

    assert outcome.succeeded


@pytest.mark.parametrize("status", [403, 500, 503])
def test_a_refused_answer_is_sent_again(cloudformation: CloudFormation, status: int) -> None:
    outcome = cloudformation.stack("shop").request("Create", "App", APPLICATION)
    cloudformation.refuse_answers = [status, status]
    pauses: list[float] = []

    callback.deliver(protocol.parse(outcome.event), Answer("SUCCESS", "id"), pauses.append)

    assert len(outcome.answers) == 1
    assert len(pauses) == 2


def test_an_answer_that_is_always_refused_is_an_error(cloudformation: CloudFormation) -> None:
    outcome = cloudformation.stack("shop").request("Create", "App", APPLICATION)
    cloudformation.refuse_answers = [403] * 9

    with pytest.raises(NotDeliveredError, match="HTTP 403") as raised:
        callback.deliver(protocol.parse(outcome.event), Answer("SUCCESS", "id"), lambda _: None)

    assert outcome.event["ResponseURL"] not in str(raised.value)


def test_an_answer_nobody_takes_is_an_error() -> None:
    with pytest.raises(NotDeliveredError, match="URLError"):
        callback.deliver(request(), Answer("SUCCESS", "id"), lambda _: None)


def test_an_answer_is_not_sent_to_anything_but_http() -> None:
    with pytest.raises(NotDeliveredError, match="not an HTTP URL"):
        callback.deliver(request("file:///etc/passwd"), Answer("SUCCESS", "id"), lambda _: None)


def test_a_silent_response_url_is_given_up(
    cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callback, "ATTEMPT_TIMEOUT_S", 0.05)
    outcome = cloudformation.stack("shop").request("Create", "App", APPLICATION)
    cloudformation.refuse_answers = [0]

    callback.deliver(protocol.parse(outcome.event), Answer("SUCCESS", "id"), lambda _: None)

    assert outcome.succeeded


def test_every_attempt_fits_into_the_time_that_is_kept_for_it() -> None:
    pauses = sum(0.25 * 2**attempt for attempt in range(1, callback.ATTEMPTS))

    assert callback.ATTEMPTS * callback.ATTEMPT_TIMEOUT_S + pauses < callback.RESERVE_S


def test_time_that_runs_out_is_answered_before_lambda_ends(cloudformation: CloudFormation) -> None:
    outcome = cloudformation.stack("shop").request("Create", "App", APPLICATION)

    late = Callback(protocol.parse(outcome.event), remaining_s=callback.RESERVE_S + 0.05)
    wait_for(lambda: outcome.answered)
    late.send(Answer("SUCCESS", "id"))

    assert [answer["Status"] for answer in outcome.answers] == ["FAILED"]
    assert "ran out of time" in outcome.reason


def test_a_request_is_answered_once(cloudformation: CloudFormation) -> None:
    outcome = cloudformation.stack("shop").request("Create", "App", APPLICATION)
    once = Callback(protocol.parse(outcome.event), remaining_s=90)

    once.send(Answer("SUCCESS", "id"))
    once.send(Answer("FAILED", "id", "no"))
    once.close()

    assert [answer["Status"] for answer in outcome.answers] == ["SUCCESS"]


def test_work_stops_in_time_to_undo_and_answer(world: World) -> None:
    world.cloudformation.remaining_s = 16.0
    world.vonage.faults.next("POST /v2/applications", times=99, status=503)

    created = world.create_application(world.stack())

    assert not created.succeeded
    assert created.answers
    assert world.applications == []


def test_a_broken_layer_is_a_failed_deployment(cloudformation: CloudFormation) -> None:
    outcome = cloudformation.stack("shop").request("Create", "App", APPLICATION)
    program = (
        "import sys, json\n"
        "sys.modules['pydantic'] = None\n"
        "from provisioner.app import lambda_handler\n"
        "from local.cloudformation import Context\n"
        "lambda_handler(json.load(sys.stdin), Context(60))\n"
    )

    environment = {**os.environ, "PYTHONPATH": "layers/switchboard"}
    command = [sys.executable, "-c", program]
    subprocess.run(command, input=json.dumps(outcome.event), text=True, check=True, env=environment)

    assert not outcome.succeeded
    assert "ModuleNotFoundError (pydantic)" in outcome.reason
    assert "both layers are attached" in outcome.reason


def test_the_entry_imports_nothing_that_a_layer_brings() -> None:
    program = (
        "import sys, provisioner.app, provisioner.on_failure\n"
        "third = {'pydantic', 'httpx', 'boto3', 'cryptography', 'jwt', 'aws_lambda_powertools', "
        "'switchboard'}\n"
        "assert not third & set(sys.modules), third & set(sys.modules)"
    )

    subprocess.run([sys.executable, "-c", program], check=True)


def test_an_unforeseen_error_is_an_answer_that_quotes_nothing(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_remaining_s: float) -> None:
        raise ValueError("canary-secret")

    outcome = world.stack().request("Create", "App", APPLICATION, ResourceProperties={})
    app.serve(protocol.parse(outcome.event), 90, broken)  # type: ignore[arg-type]

    assert "ValueError at broken" in outcome.reason
    assert "canary-secret" not in outcome.reason + caplog.text


def test_a_dead_provisioner_is_answered_for(cloudformation: CloudFormation) -> None:
    outcome = cloudformation.stack("shop").request("Create", "App", APPLICATION)

    on_failure.lambda_handler(
        {"requestPayload": outcome.event, "requestContext": {"condition": "RetriesExhausted"}}, None
    )

    assert not outcome.succeeded
    assert "RetriesExhausted" in outcome.reason
    assert outcome.physical_id.startswith("shop.App.")


def test_a_dead_deployment_is_counted_even_when_cloudformation_cannot_be_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "shop")
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", "http://127.0.0.1:9")

    with pytest.raises(NotDeliveredError):
        on_failure.lambda_handler({"requestPayload": {"ResponseURL": "http://127.0.0.1:9/nowhere"}}, None)

    line = json.loads(capsys.readouterr().out)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert (directive["Namespace"], directive["Dimensions"]) == ("Switchboard", [["service"]])
    assert [line[metric["Name"]] for metric in directive["Metrics"]] == [1]
    assert (line["message"], line["service"]) == ("ProvisionerDied", "shop")


def test_a_dead_action_has_nobody_to_answer(capsys: pytest.CaptureFixture[str]) -> None:
    """The daily check: it is no deployment that failed, so the alarm is not raised either."""
    on_failure.lambda_handler({"requestPayload": {"action": "check"}}, None)

    assert capsys.readouterr().out == ""


def test_no_secret_is_logged_answered_or_recorded(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="provisioner")
    stack = world.stack()
    created = world.create_application(stack, KeyVersion="1")
    world.create_number(stack, created.data["ApplicationId"])
    updated = stack.update("App", application_properties(stack, KeyVersion="2"))
    deleted = stack.delete("Link")
    private_keys = list(world.aws.secrets["shop-application"].values.values())
    canaries = [
        json.loads(text)["private_key"].splitlines()[1] for text in private_keys if "private_key" in text
    ]
    canaries += [world.vonage.credentials[1], created.event["ResponseURL"], "447700900000"]

    told = caplog.text + json.dumps([created.answers, updated.answers, deleted.answers])
    kept = json.dumps(world.aws.parameters)

    for canary in canaries:
        assert canary not in caplog.text
    for canary in canaries[:-1]:
        assert canary not in told + kept
    assert "PRIVATE KEY" not in told + kept


def test_secrets_have_no_fixed_names() -> None:
    secret = Path("template.yaml").read_text().partition("  ApplicationSecret:\n")[2].partition("\n\n")[0]

    assert "AWS::SecretsManager::Secret" in secret
    assert "Name:" not in secret


def test_nothing_outlives_a_request() -> None:
    source = "".join(path.read_text() for path in Path("provisioner").rglob("*.py"))

    assert not {
        word for word in ("put_rule", "put_targets", "start_execution", "invoke_async") if word in source
    }


def test_every_story_has_a_test() -> None:
    page = Path("docs/provisioner.md").read_text()
    tests = "".join(path.read_text() for path in Path("tests").rglob("test_*.py"))
    rows = re.findall(r"^\| (\d+) \|.*\| (.+) \|$", page, re.MULTILINE)
    named = {int(number): re.findall(r"`(test_\w+)`", cell) for number, cell in rows}

    assert sorted(named) == list(range(1, 42))
    assert all(named.values())
    assert {name for names in named.values() for name in names if f"def {name}(" not in tests} == set()


def test_lambda_context_of_the_fake_counts_down() -> None:
    assert 0 < Context(5).get_remaining_time_in_millis() <= 5000


def test_the_function_is_not_put_into_a_network_of_ones_own() -> None:
    template = Path("template.yaml").read_text()

    assert "VpcConfig" not in template


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until it holds, half a minute at most."""
    ended = threading.Event()
    until = time.monotonic() + 30
    while not condition() and time.monotonic() < until:
        ended.wait(0.005)
    assert condition()
