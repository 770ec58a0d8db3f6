"""A bench in an account where all is well, for tests that spoil one thing."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import httpx
import pytest

from operate.errors import OperatorError
from operate.smoke import roles
from operate.smoke.bench import Bench
from operate.smoke.deployment import Deployment, Outcome, Variant
from operate.stack import Stack
from tests.fakes import stores
from tests.fakes.canned import Account, Json

NAME = "switchboard-smoke"
CRASHED = {"log_level": "ERROR", "errorType": "Runtime.HandlerNotFound", "errorMessage": "not there"}
KILLED = {
    "LogicalResourceId": "Killed",
    "ResourceStatus": "CREATE_FAILED",
    "ResourceStatusReason": "The provisioner stopped before it could answer (RetriesExhausted).",
}


class DeployedStack:
    """A stack whose physical ids are its name and the logical ids."""

    def __init__(self, name: str) -> None:
        self.name = name

    def id_of(self, logical_id: str) -> str:
        return f"{self.name}-{logical_id}"

    def has(self, _logical_id: str) -> bool:
        return True

    def output(self, name: str) -> str:
        return {"WebhookUrl": "https://webhooks/webhooks", "FallbackUrl": "https://fallback/"}.get(name, name)

    def log_groups(self) -> Iterator[tuple[str, str]]:
        yield "Status", self.id_of("StatusLogGroup")


CREATED = Outcome("CREATE_COMPLETE", "", 180)


@dataclass
class Deployments(Deployment):
    """Deployments that end as they are told to."""

    created: Outcome | OperatorError = CREATED
    creations: int = 0
    updates: Callable[[Json, bool], Outcome] = lambda *_: Outcome("UPDATE_COMPLETE", "", 60)
    asked: list[Json] = field(default_factory=list)

    def create(self, *, with_vonage: bool) -> Outcome:
        del with_vonage
        self.creations += 1
        if isinstance(self.created, OperatorError):
            raise self.created
        return self.created

    def update(self, parameters: Any, variant: Variant | None = None) -> Outcome:  # noqa: ANN401
        self.asked.append(dict(parameters))
        return self.updates(self.asked[-1], variant is not None)


def as_cloudformation(secrets: set[str]) -> Callable[[Json, bool], Outcome]:
    """What becomes of an update, where these secrets are gone."""

    def update(parameters: Json, broken: bool) -> Outcome:  # noqa: FBT001
        if broken or parameters["CredentialsSecret"] in secrets:
            return Outcome("UPDATE_ROLLBACK_COMPLETE", "WebhookCheck: answer answers 502", 90)
        return Outcome("UPDATE_COMPLETE", "", 60)

    return update


def simulated(
    PolicySourceArn: str,  # noqa: N803
    ActionNames: list[str],  # noqa: N803
    ResourceArns: list[str],  # noqa: N803
    ContextEntries: list[Json],  # noqa: N803
) -> Json:
    """IAM's policy simulator, where every role has what its function needs."""
    function = PolicySourceArn.removesuffix("Function").rpartition("-")[2]
    (arn,) = ResourceArns
    by_tag = roles.BY_TAG if ContextEntries and function == "Provisioner" else set()

    def decision(action: str) -> str:
        deeds = roles.MAY[function] | by_tag
        may = any(deed.action == action and re.search(rf"\b{deed.resource}$", arn) for deed in deeds)
        return "allowed" if may else "implicitDeny"

    return {"EvaluationResults": [{"EvalActionName": a, "EvalDecision": decision(a)} for a in ActionNames]}


def alarm(name: str) -> Json:
    dimensions = [{"Name": "service", "Value": NAME}]
    return {
        "AlarmName": f"{NAME}-{name}",
        "Namespace": "Switchboard",
        "MetricName": name,
        "Dimensions": dimensions,
    }


FLOODED: Json = {"AlarmName": f"{NAME}-WebhooksFloodedAlarm", "Metrics": [{"Id": "used"}]}


def gateway(request: httpx.Request) -> httpx.Response:
    """The two APIs, while the one of the webhooks takes little."""
    return httpx.Response(429 if request.url.host == "webhooks" else 200)


class World:
    """The account's answers, as they are when all is well."""

    def __init__(self) -> None:
        self.commands: dict[str, str] = {}
        self.gone: set[str] = set()
        self.limits: list[int] = []
        self.account = Account(
            {
                "lambda.get_account_settings": lambda: {
                    "AccountLimit": {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 900}
                },
                "lambda.get_function_configuration": lambda FunctionName: {  # noqa: N803
                    "Handler": "app.lambda_handler",
                    "Environment": {"Variables": {"VONAGE_API_URL": "https://api.nexmo.com"}},
                    "Role": f"arn:aws:iam::123456789012:role/{FunctionName}",
                    "FunctionArn": f"arn:aws:lambda:eu-west-1:123456789012:function:{FunctionName}",
                },
                "iam.simulate_principal_policy": simulated,
                "secretsmanager.describe_secret": lambda SecretId: {"ARN": f"arn:{SecretId}"},  # noqa: N803
                "secretsmanager.get_secret_value": lambda **_: {"SecretString": "{}"},
                "secretsmanager.delete_secret": lambda **asked: self.gone.add(asked["SecretId"]),
                "secretsmanager.restore_secret": lambda **asked: self.gone.discard(asked["SecretId"]),
                "sqs.get_queue_attributes": lambda QueueUrl, **_: {"Attributes": {"QueueArn": QueueUrl}},  # noqa: N803
                "sqs.list_queues": lambda **_: {},
                "events.put_events": self.take_command,
                "events.list_event_buses": lambda **_: {"EventBuses": []},
                "dynamodb.get_item": self.progress,
                "dynamodb.delete_table": lambda **_: {},
                "cloudformation.list_stack_resources": lambda StackName: {  # noqa: N803
                    "StackResourceSummaries": [
                        {"LogicalResourceId": each, "PhysicalResourceId": f"{StackName}-{each}"}
                        for each in ("PersonTable", "PersonKey")
                    ]
                },
                "logs.filter_log_events": lambda **_: {"events": [{"message": '{"message": "Fallback"}'}]},
                "logs.describe_metric_filters": lambda **_: {
                    "metricFilters": [
                        {
                            "filterPattern": "{ … }",
                            "metricTransformations": [
                                {"metricName": "FallbackAsked", "metricNamespace": "Switchboard"}
                            ],
                        }
                    ]
                },
                "logs.test_metric_filter": lambda logEventMessages, **_: {"matches": logEventMessages},  # noqa: N803
                "cloudwatch.get_metric_statistics": lambda **_: {"Datapoints": [{"Sum": 1.0}]},
                "cloudwatch.list_metrics": lambda MetricName, **_: {  # noqa: N803
                    "Metrics": [{"Dimensions": alarm(MetricName)["Dimensions"]}]
                },
                "cloudwatch.describe_alarms": lambda **arguments: {
                    "MetricAlarms": [alarm("FallbackAskedAlarm"), alarm("DriftAlarm"), FLOODED]
                    if "AlarmTypes" in arguments
                    else [FLOODED]
                    if arguments.get("AlarmNames")
                    else []
                },
                "cloudwatch.get_metric_data": lambda **_: {"MetricDataResults": [{"Values": [4.0]}]},
                "apigatewayv2.get_stage": lambda **_: {
                    "DefaultRouteSettings": {"ThrottlingRateLimit": 500, "ThrottlingBurstLimit": 1000}
                },
                "apigatewayv2.update_stage": self.limit,
                "cloudformation.describe_stack_events": lambda **_: {"StackEvents": [KILLED]},
                "cloudformation.describe_stacks": lambda **_: {
                    "Stacks": [
                        {
                            "StackStatus": "CREATE_COMPLETE",
                            "Outputs": [{"OutputKey": "SourceBucket", "OutputValue": "sam"}],
                        }
                    ]
                },
                "s3.list_objects_v2": lambda **_: {"Contents": [{"Key": "switchboard-smoke/code"}]},
            }
        )

    def take_command(self, Entries: list[Json]) -> Json:  # noqa: N803
        (entry,) = Entries
        identity = f"c{len(self.commands)}"
        self.commands[identity] = "waiting" if "uuid" in json.loads(entry["Detail"]) else "rejected"
        return {"Entries": [{"EventId": identity}]}

    def limit(self, DefaultRouteSettings: Json, **_: object) -> Json:  # noqa: N803
        self.limits.append(DefaultRouteSettings["ThrottlingRateLimit"])
        return {}

    def progress(self, Key: Json, **_: object) -> Json:  # noqa: N803
        return {"Item": {"progress": {"S": self.commands[Key["pk"]["S"].removeprefix("COMMAND#")]}}}


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def bench(world: World) -> Bench:
    deployments = Deployments(NAME, "eu-west-1", "shop", updates=as_cloudformation(world.gone))
    clock = {"now": datetime(2026, 11, 28, tzinfo=UTC).timestamp()}

    def sleep(seconds: float) -> None:
        clock["now"] += seconds

    bench = Bench(
        deployments,
        stage="dev",
        account="123456789012",
        credentials_secret=roles.CREDENTIALS,
        has_vonage=True,
        numbers=("447700900000",),
        kms_key_arn="arn:aws:kms:eu-west-1:123456789012:key/k",
        client=world.account.client,
        http=lambda: httpx.Client(transport=httpx.MockTransport(gateway)),
        now=lambda: clock["now"],
        sleep=sleep,
    )
    bench.stack = cast("Stack", DeployedStack(NAME))
    return bench


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The lines that `make logs` would find."""
    found = [json.dumps(CRASHED)]
    events = lambda *_: {"events": [{"timestamp": 1, "message": line} for line in found]}  # noqa: E731
    monkeypatch.setitem(stores.OPERATIONS, "Logs_20140328.FilterLogEvents", events)
    with stores.running() as aws:
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "test")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        yield found
