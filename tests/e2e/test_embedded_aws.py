"""How the embedded AWS differs from AWS, and that the local stage makes up for it.

A test that fails here after a newer emulator was pinned means that a difference is gone: remove the bridge.
"""

import hashlib
import io
import json
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import httpx
import psutil
import pytest
from botocore.exceptions import ClientError, WaiterError

from local import aws, gateway
from local.stage import Stage
from local.template import local_template, python
from operate import paths
from operate.logs import command as logs
from tests.e2e.conftest import wait_until

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

Json = dict[str, Any]


@pytest.fixture
def session(aws_url: str) -> boto3.Session:
    return aws.session(aws_url)


@contextmanager
def created(
    aws_url: str, session: boto3.Session, name: str, template: Json, **parameters: str
) -> Iterator[None]:
    """A stack, until the block ends."""
    client = session.client("cloudformation", endpoint_url=aws_url)
    client.create_stack(
        StackName=name,
        TemplateBody=json.dumps(template),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
    )
    try:
        client.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
        yield
    finally:
        client.delete_stack(StackName=name)


def test_emulator_ignores_the_routes_in_an_api_s_body(aws_url: str, session: boto3.Session) -> None:
    cloudformation = session.client("cloudformation", endpoint_url=aws_url)
    operation = {"x-amazon-apigateway-integration": {"type": "aws_proxy", "uri": "arn:aws:lambda:x"}}
    body = {"openapi": "3.0.1", "info": {"title": "t", "version": "1"}, "paths": {"/p": {"post": operation}}}
    template = {"Resources": {"Api": {"Type": gateway.API, "Properties": {"Body": body}}}}

    with created(aws_url, session, "body-only", template):
        stack = cloudformation.describe_stack_resources(StackName="body-only")
        api_id = stack["StackResources"][0]["PhysicalResourceId"]
        routes = session.client("apigatewayv2", endpoint_url=aws_url).get_routes(ApiId=api_id)

    assert routes["Items"] == []


def test_routes_are_created_from_the_processed_template(stage: Stage, session: boto3.Session) -> None:
    api_id = stage.outputs()["WebhookUrl"].split("//")[1].split(".")[0]

    routes = session.client("apigatewayv2", endpoint_url=stage.aws_url).get_routes(ApiId=api_id)["Items"]

    webhooks = ("answer", "event", "fallback", "inbound", "rtcevent", "status", "verify")
    posted = [f"POST /webhooks/{name}" for name in webhooks]
    assert sorted(route["RouteKey"] for route in routes) == ["GET /webhooks/answer", *posted]


def test_fallback_has_its_route_in_its_own_api(stage: Stage, session: boto3.Session) -> None:
    api_id = stage.outputs()["FallbackUrl"].split("//")[1].split(".")[0]

    routes = session.client("apigatewayv2", endpoint_url=stage.aws_url).get_routes(ApiId=api_id)["Items"]

    assert [route["RouteKey"] for route in routes] == ["POST /webhooks/fallback"]


COMBINING = {
    "AWS::CloudWatch::CompositeAlarm": {"AlarmRule": "TRUE"},
    "AWS::CloudWatch::Alarm": {
        "ComparisonOperator": "GreaterThanThreshold",
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "Metrics": [{"Id": "one", "Expression": "1"}],
    },
}


@pytest.mark.parametrize("kind", COMBINING)
def test_emulator_refuses_alarms_of_several_metrics_or_alarms(
    aws_url: str, session: boto3.Session, kind: str
) -> None:
    cloudformation = session.client("cloudformation", endpoint_url=aws_url)
    template = {"Resources": {"Alarm": {"Type": kind, "Properties": COMBINING[kind]}}}

    def create() -> None:
        cloudformation.create_stack(StackName="combining", TemplateBody=json.dumps(template))
        waiter = cloudformation.get_waiter("stack_create_complete")
        waiter.wait(StackName="combining", WaiterConfig={"Delay": 1})

    with pytest.raises((ClientError, WaiterError)):  # at once, or by a rollback
        create()
    cloudformation.delete_stack(StackName="combining")


def test_functions_run_on_this_machine_s_python(stage: Stage, session: boto3.Session) -> None:
    functions = session.client("lambda", endpoint_url=stage.aws_url).list_functions()["Functions"]

    assert {function["Runtime"] for function in functions} == {f"python{python()}"}


def test_local_template_differs_in_what_it_says_alone() -> None:
    source = (paths.ROOT / "template.yaml").read_text().splitlines()
    copy = local_template(paths.ROOT / "template.yaml", paths.LOCAL / "template-test.yaml", "http://aws")

    lines = copy.read_text().splitlines()
    added = [
        line
        for line in lines
        if line.strip().startswith(("SWITCHBOARD_REACHED_AT:", "SWITCHBOARD_TELL_ALL:"))
    ]
    assert len(added) == 2
    changed = [
        (was, now)
        for was, now in zip(source, (line for line in lines if line not in added), strict=True)
        if was != now
    ]

    explained = (
        "python3.13",
        "parameter/switchboard",
        "LicenseUrl",
        "ReadmeUrl",
        "BaseUrl",
        "FallbackUrl",
        "Type: AWS::CloudWatch::Alarm",
        "Type: AWS::CloudWatch::CompositeAlarm",
        "SWITCHBOARD_WEBHOOKS_URL",
        "MaximumConcurrency",
        "HasNumbers",
        ":schedule/${ScheduleGroup}/",
    )
    unexplained = [was for was, _ in changed if not any(known in was for known in explained)]
    assert unexplained == []
    assert [now.strip() for was, now in changed if "parameter/" in was] == ['Resource: "*"']
    assert [now.strip() for was, now in changed if "BaseUrl" in was] == [
        "BaseUrl: !Sub http://aws/_aws/execute-api/${WebhookApi}/$default/webhooks"
    ]
    assert [now.strip() for was, now in changed if "WEBHOOKS_URL" in was] == [
        "SWITCHBOARD_WEBHOOKS_URL: !Sub http://aws/_aws/execute-api/${WebhookApi}/$default/webhooks"
    ]
    assert {now.strip() for was, now in changed if "MaximumConcurrency" in was} == {
        "ScalingConfig: {MaximumConcurrency: 2}"
    }
    assert [now.strip() for was, now in changed if "HasNumbers" in was] == [
        'HasNumbers: !Not [!Equals [!Ref Numbers, ""]]'
    ]


def test_deployment_has_tried_its_own_webhooks(stage: Stage) -> None:
    assert stage.resources()["WebhookCheck"] == "Custom::WebhookCheck"


def test_emulator_authorises_listing_parameters_against_no_narrower_resource(
    aws_url: str, session: boto3.Session
) -> None:
    iam, sts = session.client("iam", endpoint_url=aws_url), session.client("sts", endpoint_url=aws_url)
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    allow = {
        "Effect": "Allow",
        "Action": "ssm:GetParametersByPath",
        "Resource": "arn:aws:ssm:*:*:parameter/a/*",
    }
    role = iam.create_role(RoleName="lists", AssumeRolePolicyDocument=json.dumps({"Statement": [trust]}))
    iam.put_role_policy(RoleName="lists", PolicyName="l", PolicyDocument=json.dumps({"Statement": [allow]}))

    keys = sts.assume_role(RoleArn=role["Role"]["Arn"], RoleSessionName="test")["Credentials"]
    ssm = boto3.Session(
        keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], region_name=aws.REGION
    ).client("ssm", endpoint_url=aws_url)

    with pytest.raises(ssm.exceptions.ClientError, match="AccessDenied"):
        ssm.get_parameters_by_path(Path="/a")


def archive(code: str) -> bytes:
    """A package with this code as its module `app`."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as files:
        files.writestr("app.py", code)
    return package.getvalue()


@pytest.fixture
def client(aws_url: str, session: boto3.Session) -> "LambdaClient":
    return session.client("lambda", endpoint_url=aws_url)


@contextmanager
def function(aws_url: str, client: "LambdaClient", name: str, code: str) -> Iterator[None]:
    """A function that may do nothing."""
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}
    iam = aws.session(aws_url).client("iam", endpoint_url=aws_url)
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    client.create_function(
        FunctionName=name,
        Runtime=f"python{python()}",  # type: ignore[arg-type] # one that Lambda has
        Role=role["Arn"],
        Handler="app.lambda_handler",
        Code={"ZipFile": archive(code)},
        LoggingConfig={"LogFormat": "Text"},
    )
    try:
        yield
    finally:
        client.delete_function(FunctionName=name)
        iam.delete_role(RoleName=name)


def test_emulator_sets_no_variables_for_a_functions_log_format(aws_url: str, client: "LambdaClient") -> None:
    """So functions inherit those that `local.aws` sets, whatever their own format is."""
    code = "import os\n\ndef lambda_handler(event, context):\n    return dict(os.environ)\n"
    with function(aws_url, client, "says-its-variables", code):
        variables = json.load(client.invoke(FunctionName="says-its-variables")["Payload"])

    assert (variables["AWS_LAMBDA_LOG_FORMAT"], variables["AWS_LAMBDA_LOG_LEVEL"]) == ("JSON", "INFO")


def test_secret_of_a_function_is_none_that_follows_from_its_name(
    aws_url: str, client: "LambdaClient"
) -> None:
    """The emulator by itself derives it from two names, which whoever has the template can work out."""
    code = "import os\n\ndef lambda_handler(event, context):\n    return dict(os.environ)\n"
    with function(aws_url, client, "has-a-secret", code):
        told = client.get_function_configuration(FunctionName="has-a-secret")
        variables = json.load(client.invoke(FunctionName="has-a-secret")["Payload"])

    names = hashlib.sha256(f"{told['FunctionArn']}:{told['Role']}".encode()).hexdigest()
    derived = hashlib.sha256(f"secret:{names}".encode()).hexdigest()
    root = aws.root_user(aws_url)["AWS_SECRET_ACCESS_KEY"]
    assert variables["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    assert variables["AWS_SECRET_ACCESS_KEY"] not in ("", derived)
    assert root not in variables.values()


WAITS = """
import os, pathlib, time

def lambda_handler(event, context):
    folder = pathlib.Path({folder!r})
    (folder / "begun").write_text(str(os.getpid()))
    while not (folder / "may_end").exists():
        time.sleep(0.01)
    return {says!r}
"""


@pytest.mark.parametrize("changed", ["code", "configuration"])
def test_request_in_a_function_that_is_updated_comes_to_its_end(
    aws_url: str, client: "LambdaClient", tmp_path: Path, changed: str
) -> None:
    """As on AWS; the emulator by itself answers `Worker process died`."""
    name, begun = "takes-its-time", tmp_path / "begun"
    old, new = (WAITS.format(folder=str(tmp_path), says=says) for says in ("old", "new"))
    with function(aws_url, client, name, old), ThreadPoolExecutor() as elsewhere:
        request = elsewhere.submit(client.invoke, FunctionName=name)
        wait_until(lambda: begun.exists() and begun.read_text() != "")
        instance = int(begun.read_text())
        if changed == "code":
            client.update_function_code(FunctionName=name, ZipFile=archive(new))
        else:
            client.update_function_configuration(FunctionName=name, Environment={"Variables": {"A": "b"}})
        (tmp_path / "may_end").touch()
        response, next_one = request.result(), client.invoke(FunctionName=name)

    assert json.load(response["Payload"]) == "old"
    assert json.load(next_one["Payload"]) == {"code": "new", "configuration": "old"}[changed]
    assert int(begun.read_text()) != instance
    wait_until(lambda: not psutil.pid_exists(instance))


def test_instance_of_a_layer_s_functions_does_not_unpack_it_again(
    aws_url: str, client: "LambdaClient"
) -> None:
    """The emulator by itself does, a quarter of a second each time for the layer of dependencies."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as files:
        files.writestr("python/words.py", "WHO = 'world'\n")
    layer = client.publish_layer_version(LayerName="words", Content={"ZipFile": package.getvalue()})
    code = "import words\n\ndef lambda_handler(event, context):\n    return words.__file__\n"

    def place() -> str:
        invoked = client.invoke(FunctionName="has-a-layer")
        told: str = json.load(invoked["Payload"])
        return told

    with function(aws_url, client, "has-a-layer", code):
        layers = [layer["LayerVersionArn"]]
        client.update_function_configuration(FunctionName="has-a-layer", Layers=layers)
        first = place()
        client.update_function_code(FunctionName="has-a-layer", ZipFile=archive(f"{code}# changed"))
        second = place()

    assert first == second != ""


def test_instance_loads_botocore_when_its_function_does(aws_url: str, client: "LambdaClient") -> None:
    """The emulator by itself loads it first, a third of a second; it counts by it how deep functions call."""
    code = """
import sys

def lambda_handler(event, context):
    before = "botocore" in sys.modules
    import boto3
    boto3.client("sts")
    import botocore.handlers
    return [before, "_ms_add_invoke_depth" in str(botocore.handlers.BUILTIN_HANDLERS)]
"""
    with function(aws_url, client, "loads-botocore", code):
        told = json.load(client.invoke(FunctionName="loads-botocore")["Payload"])

    assert told == [False, True]


def test_emulator_keeps_the_text_of_a_parameter_as_a_mapping_s_concurrency(
    aws_url: str, session: boto3.Session, client: "LambdaClient"
) -> None:
    """It compares that with a number, unless the queue is FIFO, and then gives out no queue's messages."""
    raw: list[Json] = []  # boto3 makes a number of it

    def keep(response_dict: Json, **_: object) -> None:
        raw.append(json.loads(response_dict["body"]))

    client.meta.events.register("before-parse.lambda.ListEventSourceMappings", keep)
    mapping = {
        "FunctionName": "nobody",
        "EventSourceArn": {"Fn::GetAtt": ["Queue", "Arn"]},
        "ScalingConfig": {"MaximumConcurrency": {"Ref": "Most"}},
    }
    template = {
        "Parameters": {"Most": {"Type": "Number"}},
        "Resources": {
            "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"FifoQueue": True}},
            "Mapping": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": mapping},
        },
    }

    with created(aws_url, session, "bound", template, Most="2"):
        client.list_event_source_mappings(FunctionName="nobody")

    assert [each["ScalingConfig"] for each in raw[0]["EventSourceMappings"]] == [{"MaximumConcurrency": "2"}]


def test_emulator_passes_every_line_through_a_json_filter(aws_url: str, session: boto3.Session) -> None:
    """So what `make logs` would find on AWS is tried on lines of the real runtime client instead."""
    client = session.client("logs", endpoint_url=aws_url)
    client.create_log_group(logGroupName="filtered")
    client.create_log_stream(logGroupName="filtered", logStreamName="s")
    try:
        client.put_log_events(
            logGroupName="filtered",
            logStreamName="s",
            logEvents=[{"timestamp": int(time.time() * 1000), "message": '{"level": "INFO"}'}],
        )

        found = client.filter_log_events(logGroupName="filtered", filterPattern=logs.NOT_A_SUCCESS)["events"]
    finally:
        client.delete_log_group(logGroupName="filtered")

    assert [event["message"] for event in found] == ['{"level": "INFO"}']


def test_emulator_takes_a_schedule_in_a_time_zone_that_there_is_not(
    aws_url: str, session: boto3.Session
) -> None:
    """And ignores any other; docs/simulator.md has what else it does."""
    scheduler = session.client("scheduler", endpoint_url=aws_url)
    try:
        scheduler.create_schedule(
            Name="on-mars",
            ScheduleExpression="at(2099-01-01T09:00:00)",
            ScheduleExpressionTimezone="Mars/Base",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": "arn:aws:sqs:us-east-1:000000000000:none", "RoleArn": "arn:aws:iam::0:role/none"},
        )
    finally:
        scheduler.delete_schedule(Name="on-mars")


def test_emulator_s_executions_need_no_right_to_call_and_are_redriven_by_no_one(
    aws_url: str, session: boto3.Session, client: "LambdaClient"
) -> None:
    """Nor does one that is started with the name and input of one that runs count as the same."""
    steps = session.client("stepfunctions", endpoint_url=aws_url)
    code = "def lambda_handler(event, context):\n    return {}\n"
    with function(aws_url, client, "may-do-nothing", code):
        told = client.get_function_configuration(FunctionName="may-do-nothing")
        call: Json = {"Type": "Task", "Resource": told["FunctionArn"], "Next": "Wait"}
        wait = {"Type": "Wait", "Seconds": 3600, "End": True}
        definition = json.dumps({"StartAt": "Call", "States": {"Call": call, "Wait": wait}})
        machine = steps.create_state_machine(name="calls", definition=definition, roleArn=told["Role"])
        asked: Any = {"stateMachineArn": machine["stateMachineArn"], "name": "one", "input": "{}"}
        execution = steps.start_execution(**asked)["executionArn"]
        try:
            with pytest.raises(steps.exceptions.ExecutionAlreadyExists):
                steps.start_execution(**asked)
            wait_until(lambda: "WaitStateEntered" in str(steps.get_execution_history(executionArn=execution)))
        finally:
            steps.stop_execution(executionArn=execution)
            with pytest.raises(ClientError, match="RedriveExecution"):
                steps.redrive_execution(executionArn=execution)
            steps.delete_state_machine(stateMachineArn=machine["stateMachineArn"])


def test_secret_is_referred_to_by_its_name(stage: Stage, session: boto3.Session) -> None:
    """On AWS, `Ref` of a secret is its ARN; the provisioner must take either."""
    cloudformation = session.client("cloudformation", endpoint_url=stage.aws_url)

    resource = cloudformation.describe_stack_resource(
        StackName=stage.stack_name, LogicalResourceId="ApplicationSecret"
    )

    assert not resource["StackResourceDetail"]["PhysicalResourceId"].startswith("arn:")


def test_policies_are_enforced(stage: Stage, session: boto3.Session) -> None:
    functions = session.client("lambda", endpoint_url=stage.aws_url).list_functions()["Functions"]
    role_arn = next(f["Role"] for f in functions if "FallbackFunction" in f["FunctionName"])
    sts = session.client("sts", endpoint_url=stage.aws_url)

    keys = sts.assume_role(RoleArn=role_arn, RoleSessionName="test")["Credentials"]
    fallback = boto3.Session(
        keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], region_name=aws.REGION
    )

    secrets = fallback.client("secretsmanager", endpoint_url=stage.aws_url)
    with pytest.raises(secrets.exceptions.ClientError, match="AccessDenied"):
        secrets.get_secret_value(SecretId="switchboard/vonage")


def test_forged_webhook_reaches_the_function_and_is_refused(stage: Stage) -> None:
    answer = httpx.post(
        f"{stage.webhook_url()}/answer", json={"to": "447700900000"}, timeout=30, trust_env=False
    )

    assert answer.status_code == 401
