"""What each function's role may do, and nothing else: every probe is called from every role.

A probe that is allowed is answered, or refused for its parameters; one that is not is denied by IAM.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from switchboard.aws.secret import signature_secret_of

from local import aws
from local.stage import Stage
from operate.credentials import SECRET_NAME
from operate.stack import Stack

pytestmark = pytest.mark.e2e

# Gives a role's client of a service.
Role = Callable[[str], Any]
Probe = Callable[[Role, Stack], object]
DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"}
# A probe that is allowed changes nothing: its condition never holds, its message lacks a group.
NEVER = "attribute_exists(nothing) AND attribute_not_exists(nothing)"
ITEM = {"pk": {"S": "probe"}, "sk": {"S": "probe"}}
DIALOG = {"id": {"S": "probe"}}
DOCUMENT = {"pk": {"S": "document#probe"}, "sk": {"S": "document"}}


def sends(queue: str) -> Probe:
    return lambda role, stack: role("sqs").send_message(QueueUrl=stack.id_of(queue), MessageBody="probe")


def receives(queue: str) -> Probe:
    return lambda role, stack: role("sqs").receive_message(QueueUrl=stack.id_of(queue), VisibilityTimeout=0)


def puts_off(queue: str) -> Probe:
    return lambda role, stack: role("sqs").change_message_visibility(
        QueueUrl=stack.id_of(queue), ReceiptHandle="none", VisibilityTimeout=0
    )


def on_table(action: str, table: str = "Timeline", **more: object) -> Probe:
    return lambda role, stack: getattr(role("dynamodb"), action)(TableName=stack.id_of(table), **more)


def in_batches(action: str, asked: object, table: str = "Timeline") -> Probe:
    return lambda role, stack: getattr(role("dynamodb"), action)(RequestItems={stack.id_of(table): asked})


def on_secret(action: str, name: str = "", **more: object) -> Probe:
    return lambda role, stack: getattr(role("secretsmanager"), action)(
        SecretId=name or stack.id_of("ApplicationSecret"), **more
    )


def on_parameter(action: str, name: str, **more: object) -> Probe:
    return lambda role, _: getattr(role("ssm"), action)(Name=name, **more)


def on_bus(bus: str = "") -> Probe:
    def put(role: Role, stack: Stack) -> object:
        entry = {"Source": "probe", "DetailType": "probe", "Detail": "{}"}
        return role("events").put_events(Entries=[{**entry, "EventBusName": bus or stack.id_of("EventBus")}])

    return put


def timeline_of(key: str) -> Probe:
    values = {":key": {"S": key}}
    return on_table("query", KeyConditionExpression="pk = :key", ExpressionAttributeValues=values)


PROBES: dict[str, Probe] = {
    "read the credentials": on_secret("get_secret_value", SECRET_NAME),
    "write the credentials": on_secret("put_secret_value", SECRET_NAME, SecretString="never"),
    "read the signature secret": on_secret("get_secret_value", signature_secret_of(SECRET_NAME)),
    "write the signature secret": on_secret(
        "put_secret_value", signature_secret_of(SECRET_NAME), SecretString="never"
    ),
    "read the key": on_secret("get_secret_value"),
    "write the key": on_secret("update_secret_version_stage", VersionStage="P", RemoveFromVersionId="0" * 32),
    "delete the key": on_secret("delete_secret", RecoveryWindowInDays=1),
    "read another secret": on_secret("get_secret_value", "somebody-else's"),
    "queue an event": sends("EventQueue"),
    "queue a command": sends("CommandQueue"),
    "reject a command": sends("CommandDeadLetterQueue"),
    "queue a command of the bus": sends("BusCommandQueue"),
    "reject a command of the bus": sends("BusCommandDeadLetterQueue"),
    "queue a bulk command": sends("BulkCommandQueue"),
    "reject a bulk command": sends("BulkCommandDeadLetterQueue"),
    "queue an event about a campaign": sends("CampaignCommandQueue"),
    "keep an event about a campaign": sends("CampaignCommandDeadLetterQueue"),
    "take an event about a campaign": receives("CampaignCommandQueue"),
    "put an event about a campaign off": puts_off("CampaignCommandQueue"),
    "take an event": receives("EventQueue"),
    "take a command": receives("CommandQueue"),
    "take a command of the bus": receives("BusCommandQueue"),
    "take a bulk command": receives("BulkCommandQueue"),
    "put an event off": puts_off("EventQueue"),
    "put a command off": puts_off("CommandQueue"),
    "put a command of the bus off": puts_off("BusCommandQueue"),
    "put a bulk command off": puts_off("BulkCommandQueue"),
    "take a media event": receives("MediaQueue"),
    "keep a dead event": sends("EventDeadLetterQueue"),
    "keep what a dialog failed at": sends("DialogDeadLetterQueue"),
    "take what a dialog failed at": receives("DialogDeadLetterQueue"),
    "take a dead event": receives("EventDeadLetterQueue"),
    "read the timeline": on_table("get_item", Key=ITEM),
    "read how far a campaign is": on_table("get_item", Key={**ITEM, "pk": {"S": "CAMPAIGN#probe"}}),
    "write the timeline": on_table("put_item", Item=ITEM, ConditionExpression=NEVER),
    "change the timeline": on_table(
        "update_item", Key=ITEM, UpdateExpression="REMOVE nothing", ConditionExpression=NEVER
    ),
    "look for events": in_batches("batch_get_item", {"Keys": [ITEM]}),
    "look what became of a campaign's command": in_batches(
        "batch_get_item", {"Keys": [{**ITEM, "pk": {"S": "COMMAND#c-probe"}}]}
    ),
    "read what became of a message": timeline_of("MSG#probe"),
    "read what became of a verification": timeline_of("VERIFY#probe"),
    "write events": in_batches("batch_write_item", [{"PutRequest": {"Item": ITEM}}]),
    "delete from the timeline": on_table("delete_item", Key=ITEM),
    "search the timeline": on_table("scan", Limit=1),
    "read who has opted out": on_table("get_item", "PersonTable", Key=ITEM),
    "look who has opted out": in_batches("batch_get_item", {"Keys": [ITEM]}, "PersonTable"),
    "look what is remembered": in_batches("batch_get_item", {"Keys": [ITEM, DOCUMENT]}, "PersonTable"),
    "change who has opted out": on_table(
        "update_item",
        "PersonTable",
        Key=ITEM,
        UpdateExpression="REMOVE nothing",
        ConditionExpression=NEVER,
    ),
    "list who has opted out": on_table("scan", "PersonTable", Limit=1),
    "read what is remembered": on_table("get_item", "PersonTable", Key=DOCUMENT),
    "change what is remembered": on_table(
        "update_item",
        "PersonTable",
        Key=DOCUMENT,
        UpdateExpression="REMOVE nothing",
        ConditionExpression=NEVER,
    ),
    "forget what is remembered": on_table("delete_item", "PersonTable", Key=DOCUMENT),
    "read the key of pseudonyms": lambda role, stack: role("secretsmanager").get_secret_value(
        SecretId=stack.id_of("PersonKey")
    ),
    "read a dialog": on_table("get_item", "DialogTable", Key=DIALOG),
    "change a dialog": on_table(
        "update_item",
        "DialogTable",
        Key=DIALOG,
        UpdateExpression="REMOVE nothing",
        ConditionExpression=NEVER,
    ),
    "delete a dialog": on_table("delete_item", "DialogTable", Key=DIALOG),
    "search the dialogs": on_table("scan", "DialogTable", Limit=1),
    "put an event on the bus": on_bus(),
    "put an event on another bus": on_bus("default"),
    "read a record": on_parameter("get_parameter", "/switchboard/probe"),
    "read the application's record": lambda role, stack: role("ssm").get_parameter(
        Name=f"/switchboard/resources/{stack.name}.VonageApplication.probe"
    ),
    "read another stack's record": lambda role, stack: role("ssm").get_parameter(
        Name=f"/switchboard/resources/not-{stack.name}.VonageApplication.probe"
    ),
    "remove a record": on_parameter("delete_parameter", "/switchboard/probe"),
    "read another parameter": on_parameter("get_parameter", "/elsewhere/probe"),
    "read the settings of the stack beside it": lambda role, stack: role("ssm").get_parameter(
        Name=f"/switchboard-app/{stack.name}/settings"
    ),
    "read the settings beside another stack": on_parameter(
        "get_parameter", "/switchboard-app/another/settings"
    ),
    "make a schedule": lambda role, _: role("scheduler").create_schedule(
        Name="probe",
        GroupName="nobody-s",
        ScheduleExpression="at(2099-01-01T00:00:00)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": "arn:aws:sqs:us-east-1:000000000000:none", "RoleArn": "arn:aws:iam::0:role/none"},
    ),
    "delete a schedule": lambda role, _: role("scheduler").delete_schedule(Name="probe"),
    "invoke the inbound": lambda role, stack: role("lambda").invoke(
        FunctionName=stack.id_of("InboundFunction"), InvocationType="DryRun"
    ),
    "invoke the answer": lambda role, stack: role("lambda").invoke(
        FunctionName=stack.id_of("AnswerFunction"), InvocationType="DryRun"
    ),
    "invoke the provisioner's stand-in": lambda role, stack: role("lambda").invoke(
        FunctionName=stack.id_of("UnansweredFunction"), InvocationType="DryRun"
    ),
    "list roles": lambda role, _: role("iam").list_roles(MaxItems=1),
    "keep a file": lambda role, stack: role("s3").put_object(Bucket=stack.id_of("MediaBucket"), Key="probe"),
    "keep a message": lambda role, stack: role("s3").put_object(
        Bucket=stack.id_of("MediaBucket"), Key="messages.inbound/probe"
    ),
    "read a file": lambda role, stack: role("s3").get_object(Bucket=stack.id_of("MediaBucket"), Key="none"),
    "delete a file": lambda role, stack: role("s3").delete_object(
        Bucket=stack.id_of("MediaBucket"), Key="none"
    ),
    "read a campaign": lambda role, stack: role("s3").get_object(
        Bucket=stack.id_of("CampaignBucket"), Key="campaigns/none"
    ),
    "read what a campaign consists of": lambda role, stack: role("s3").get_object(
        Bucket=stack.id_of("CampaignBucket"), Key="campaigns/none/none/summary.json"
    ),
    "read the people for a campaign": lambda role, stack: role("s3").get_object(
        Bucket=stack.id_of("CampaignBucket"), Key="people/none"
    ),
    "put people there for a campaign": lambda role, stack: role("s3").put_object(
        Bucket=stack.id_of("CampaignBucket"), Key="people/probe"
    ),
    "list campaigns": lambda role, stack: role("s3").list_objects_v2(
        Bucket=stack.id_of("CampaignBucket"), MaxKeys=1
    ),
    "keep a campaign": lambda role, stack: role("s3").put_object(
        Bucket=stack.id_of("CampaignBucket"), Key="campaigns/probe"
    ),
    "run a campaign": lambda role, stack: role("stepfunctions").start_execution(
        stateMachineArn=stack.id_of("CampaignMachine"), name="not a name"
    ),
    "look at a run of a campaign": lambda role, stack: role("stepfunctions").describe_execution(
        executionArn=stack.id_of("CampaignMachine").replace(":stateMachine:", ":execution:") + ":none"
    ),
    "list buckets": lambda role, _: role("s3").list_buckets(),
    "delete the stack": lambda role, _: role("cloudformation").delete_stack(StackName="probe-of-nothing"),
    "raise an alarm": lambda role, stack: role("sns").publish(
        TopicArn=stack.id_of("AlarmTopic"), Message="p"
    ),
}

QUEUES_EVENTS = {
    "read the signature secret", "queue an event", "queue a command",
    "read the settings of the stack beside it", "read the application's record",
}  # fmt: skip
IN_DIALOGS = {
    "read a dialog", "change a dialog", "keep what a dialog failed at",
    "read what is remembered", "change what is remembered", "read the key of pseudonyms",
}  # fmt: skip
MAY: dict[str, set[str]] = {
    "Answer": QUEUES_EVENTS | IN_DIALOGS,
    "Fallback": set(),
    "Event": QUEUES_EVENTS,
    "Inbound": QUEUES_EVENTS | IN_DIALOGS | {"keep a message"},
    "Status": QUEUES_EVENTS,
    "Verify": QUEUES_EVENTS,
    "RtcEvent": QUEUES_EVENTS,
    "Record": {
        "take an event", "look for events", "write events", "write the timeline", "change the timeline",
        "look what became of a campaign's command", "put an event on the bus", "keep a dead event",
        "queue a command",
    },
    "Outbound": {
        "take a command", "put a command off", "queue an event", "reject a command", "read the key",
        "take a command of the bus", "put a command of the bus off", "reject a command of the bus",
        "take a bulk command", "put a bulk command off", "reject a bulk command", "queue a command",
        "read who has opted out", "change who has opted out", "read the key of pseudonyms",
        "read what is remembered", "change what is remembered", "read how far a campaign is",
        "queue a command of the bus", "queue a bulk command", "make a schedule", "delete a schedule",
        "write the timeline", "change the timeline", "read the timeline",
    },
    "Campaign": {
        "read a campaign", "read what a campaign consists of", "queue a bulk command", "queue an event",
        "read how far a campaign is",
        "look what became of a campaign's command", "read what became of a message",
    },
    "CampaignCommand": {
        "take an event about a campaign", "put an event about a campaign off",
        "keep an event about a campaign",
        "read the people for a campaign", "keep a campaign", "read what a campaign consists of",
        "list campaigns", "read how far a campaign is", "run a campaign", "look at a run of a campaign",
        "look who has opted out", "read the key of pseudonyms", "queue an event",
    },
    "Media": {
        "take a media event", "queue an event", "read the key", "keep a file", "keep a message",
    },
    "Provisioner": {
        "read the credentials", "read the signature secret", "read the key", "write the key", "read a record",
        "read the application's record", "read another stack's record", "remove a record",
        "put an event on the bus", "invoke the provisioner's stand-in",
    },
    "CredentialsCheck": {
        "read the credentials", "read the signature secret", "invoke the provisioner's stand-in",
    },
    "Unanswered": set(),
}  # fmt: skip


@pytest.fixture
def stack(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Stack:
    for name, value in {**aws.root_user(stage.aws_url), "AWS_ENDPOINT_URL": stage.aws_url}.items():
        monkeypatch.setenv(name, value)
    return Stack(stage.stack_name)


@pytest.fixture(scope="module")
def session() -> boto3.Session:
    """The one session of all roles, which reads what describes the services once."""
    return boto3.Session()


def role_of(session: boto3.Session, stack: Stack, function: str) -> Role:
    asked = session.client("lambda").get_function_configuration(
        FunctionName=stack.id_of(f"{function}Function")
    )
    keys = session.client("sts").assume_role(RoleArn=asked["Role"], RoleSessionName="probe")["Credentials"]

    @cache
    def client(service: str) -> Any:  # noqa: ANN401 - boto3's own clients
        return session.client(  # type: ignore[call-overload]
            service,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
        )

    return client


def is_allowed(probe: Probe, role: Role, stack: Stack) -> bool:
    try:
        probe(role, stack)
    except ClientError as error:
        return error.response["Error"]["Code"] not in DENIED
    return True


@pytest.mark.parametrize("function", MAY)
def test_role_may_do_what_its_function_does_and_nothing_else(
    session: boto3.Session, stack: Stack, function: str
) -> None:
    role = role_of(session, stack, function)

    allowed = {name for name, probe in PROBES.items() if is_allowed(probe, role, stack)}

    assert allowed == MAY[function]


def test_every_function_of_the_stack_is_probed(stage: Stage) -> None:
    functions = {name for name, kind in stage.resources().items() if kind == "AWS::Lambda::Function"}

    assert functions == {f"{name}Function" for name in MAY}
