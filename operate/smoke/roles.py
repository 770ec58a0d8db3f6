"""The line about roles: each may do what its function does, and not what another's does."""

from collections.abc import Sequence
from typing import NamedTuple

from switchboard.aws.secret import signature_secret_of

from operate.smoke.bench import Bench, DiffersError
from operate.stack import Stack


class Deed(NamedTuple):
    """An action on one of the stack's resources, by its name in the template."""

    action: str
    resource: str


CREDENTIALS = "credentials"
SIGNATURE = "credentials-signature"
QUEUES_EVENTS = {
    Deed("secretsmanager:GetSecretValue", SIGNATURE),
    Deed("sqs:SendMessage", "EventQueue"),
    Deed("sqs:SendMessage", "CommandQueue"),
}
MAY: dict[str, set[Deed]] = {
    "Answer": QUEUES_EVENTS,
    "Fallback": set(),
    "Event": QUEUES_EVENTS,
    "Inbound": QUEUES_EVENTS,
    "Status": QUEUES_EVENTS,
    "RtcEvent": QUEUES_EVENTS,
    "Record": {
        Deed("sqs:SendMessage", "CommandQueue"),
        Deed("sqs:ReceiveMessage", "EventQueue"),
        Deed("sqs:DeleteMessage", "EventQueue"),
        Deed("dynamodb:BatchGetItem", "Timeline"),
        Deed("dynamodb:BatchWriteItem", "Timeline"),
        Deed("dynamodb:PutItem", "Timeline"),
        Deed("dynamodb:UpdateItem", "Timeline"),
        Deed("events:PutEvents", "EventBus"),
    },
    "Outbound": {
        Deed("sqs:SendMessage", "CommandQueue"),
        Deed("sqs:SendMessage", "BusCommandQueue"),
        Deed("sqs:ReceiveMessage", "CommandQueue"),
        Deed("sqs:DeleteMessage", "CommandQueue"),
        Deed("sqs:SendMessage", "EventQueue"),
        Deed("sqs:SendMessage", "CommandDeadLetterQueue"),
        Deed("secretsmanager:GetSecretValue", "ApplicationSecret"),
        Deed("dynamodb:PutItem", "Timeline"),
        Deed("dynamodb:UpdateItem", "Timeline"),
    },
    "Provisioner": {
        Deed("secretsmanager:GetSecretValue", CREDENTIALS),
        Deed("secretsmanager:GetSecretValue", SIGNATURE),
        Deed("events:PutEvents", "EventBus"),
        Deed("lambda:InvokeFunction", "UnansweredFunction"),
    },
    "Unanswered": set(),
}
# What no role may do.
NEVER = {
    Deed("secretsmanager:PutSecretValue", CREDENTIALS),
    Deed("secretsmanager:PutSecretValue", SIGNATURE),
    Deed("secretsmanager:DeleteSecret", "ApplicationSecret"),
    Deed("dynamodb:DeleteItem", "Timeline"),
    Deed("dynamodb:Scan", "Timeline"),
    Deed("sqs:ReceiveMessage", "EventDeadLetterQueue"),
}
# What the provisioner may do with a secret by its tag alone, which the simulator doesn't look up.
BY_TAG = {
    Deed("secretsmanager:GetSecretValue", "ApplicationSecret"),
    Deed("secretsmanager:PutSecretValue", "ApplicationSecret"),
}
DEEDS = sorted(BY_TAG.union(*MAY.values(), NEVER))
_TAG: dict[str, object] = {
    "ContextKeyName": "aws:ResourceTag/switchboard",
    "ContextKeyValues": ["managed"],
    "ContextKeyType": "string",
}


def policies(bench: Bench) -> str:
    """Every deed of any role, simulated for every role, on resources without a tag."""
    return _as_expected(bench, MAY, DEEDS)


def by_tag(bench: Bench) -> str:
    """The provisioner may fill the application's secret for its tag, and the tag opens it to nobody else."""
    on_secret = [deed for deed in DEEDS if deed.resource == "ApplicationSecret"]
    return _as_expected(bench, {**MAY, "Provisioner": BY_TAG}, on_secret, _TAG)


def _as_expected(bench: Bench, may: dict[str, set[Deed]], deeds: list[Deed], *tags: dict[str, object]) -> str:
    stack = bench.deployed()
    arns = {resource: _arn(bench, stack, resource) for resource in {deed.resource for deed in deeds}}
    wrong = []
    for function, all_its_deeds in may.items():
        expected = all_its_deeds.intersection(deeds)
        allowed = _allowed(bench, _role_of(bench, stack, function), deeds, arns, tags)
        wrong += [f"{function} may not {' '.join(deed)}" for deed in sorted(expected - allowed)]
        wrong += [f"{function} may {' '.join(deed)}" for deed in sorted(allowed - expected)]
    if wrong:
        raise DiffersError("; ".join(wrong))
    return f"{len(may)} roles, {len(may) * len(deeds)} decisions, all as they should be"


def _allowed(
    bench: Bench, role: str, deeds: list[Deed], arns: dict[str, str], tags: Sequence[dict[str, object]]
) -> set[Deed]:
    iam, allowed = bench.client("iam"), set()
    for resource, arn in arns.items():
        answer = iam.simulate_principal_policy(
            PolicySourceArn=role,
            ActionNames=[deed.action for deed in deeds if deed.resource == resource],
            ResourceArns=[arn],
            ContextEntries=tags,
        )
        for decision in answer["EvaluationResults"]:
            if decision["EvalDecision"] == "allowed":
                allowed.add(Deed(decision["EvalActionName"], resource))
    return allowed


def _role_of(bench: Bench, stack: Stack, function: str) -> str:
    name = stack.id_of(f"{function}Function")
    return str(bench.client("lambda").get_function_configuration(FunctionName=name)["Role"])


def _arn(bench: Bench, stack: Stack, resource: str) -> str:
    if resource == CREDENTIALS:
        return _secret(bench, bench.credentials_secret)
    if resource == SIGNATURE:
        return _secret(bench, signature_secret_of(bench.credentials_secret))
    physical = stack.id_of(resource)
    if resource == "ApplicationSecret":
        return _secret(bench, physical)
    if resource.endswith("Queue"):
        asked = bench.client("sqs").get_queue_attributes(QueueUrl=physical, AttributeNames=["QueueArn"])
        return str(asked["Attributes"]["QueueArn"])
    service, kind = {
        "Timeline": ("dynamodb", "table/"),
        "EventBus": ("events", "event-bus/"),
        "UnansweredFunction": ("lambda", "function:"),
    }[resource]
    return _in_account(bench, service, f"{kind}{physical}")


def _secret(bench: Bench, name: str) -> str:
    if name.startswith("arn:"):
        return name
    if not bench.has_vonage and name.startswith(bench.credentials_secret):
        return _in_account(bench, "secretsmanager", f"secret:{name}-abcdef")
    return str(bench.client("secretsmanager").describe_secret(SecretId=name)["ARN"])


def _in_account(bench: Bench, service: str, rest: str) -> str:
    region = bench.deployment.region
    partition = bench.session.get_partition_for_region(region)
    return f"arn:{partition}:{service}:{region}:{bench.account}:{rest}"
