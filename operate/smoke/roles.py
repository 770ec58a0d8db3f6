"""The line about roles: each may do what its function does, and not what another's does."""

from typing import NamedTuple

from operate.smoke.bench import Bench, DiffersError
from operate.stack import Stack


class Deed(NamedTuple):
    """An action on one of the stack's resources, by its name in the template."""

    action: str
    resource: str


CREDENTIALS = "credentials"
QUEUES_EVENTS = {
    Deed("secretsmanager:GetSecretValue", CREDENTIALS),
    Deed("sqs:SendMessage", "EventQueue"),
    Deed("sqs:SendMessage", "CommandQueue"),
}
MAY: dict[str, set[Deed]] = {
    "Answer": {Deed("secretsmanager:GetSecretValue", CREDENTIALS)},
    "Fallback": set(),
    "Event": QUEUES_EVENTS,
    "Inbound": QUEUES_EVENTS,
    "Status": QUEUES_EVENTS,
    "RtcEvent": QUEUES_EVENTS,
    "Record": {
        Deed("sqs:ReceiveMessage", "EventQueue"),
        Deed("sqs:DeleteMessage", "EventQueue"),
        Deed("dynamodb:PutItem", "Timeline"),
        Deed("dynamodb:UpdateItem", "Timeline"),
        Deed("events:PutEvents", "EventBus"),
    },
    "Outbound": {
        Deed("sqs:ReceiveMessage", "CommandQueue"),
        Deed("sqs:DeleteMessage", "CommandQueue"),
        Deed("sqs:SendMessage", "EventQueue"),
        Deed("sqs:SendMessage", "CommandDeadLetterQueue"),
        Deed("secretsmanager:GetSecretValue", "ApplicationSecret"),
        Deed("dynamodb:PutItem", "Timeline"),
    },
    "Provisioner": {
        Deed("secretsmanager:GetSecretValue", CREDENTIALS),
        Deed("secretsmanager:GetSecretValue", "ApplicationSecret"),
        Deed("secretsmanager:PutSecretValue", "ApplicationSecret"),
        Deed("events:PutEvents", "EventBus"),
        Deed("lambda:InvokeFunction", "UnansweredFunction"),
    },
    "Unanswered": set(),
}
# What no role may do.
NEVER = {
    Deed("secretsmanager:PutSecretValue", CREDENTIALS),
    Deed("secretsmanager:DeleteSecret", "ApplicationSecret"),
    Deed("dynamodb:DeleteItem", "Timeline"),
    Deed("dynamodb:Scan", "Timeline"),
    Deed("sqs:ReceiveMessage", "EventDeadLetterQueue"),
}
# What the provisioner may do by the secret's tag.
BY_TAG = {deed for deed in MAY["Provisioner"] if deed.resource == "ApplicationSecret"}
DEEDS = sorted(set().union(*MAY.values(), NEVER))


def policies(bench: Bench) -> str:
    """Every deed of any role, simulated for every role."""
    stack = bench.deployed()
    arns = {resource: _arn(bench, stack, resource) for resource in {deed.resource for deed in DEEDS}}
    wrong = []
    for function, may in MAY.items():
        allowed = _allowed(bench, _role_of(bench, stack, function), arns)
        expected = may - BY_TAG if function == "Provisioner" and bench.is_emulator else may
        wrong += [f"{function} may not {' '.join(deed)}" for deed in sorted(expected - allowed)]
        wrong += [f"{function} may {' '.join(deed)}" for deed in sorted(allowed - expected)]
    if wrong:
        raise DiffersError("; ".join(wrong))
    return f"{len(MAY)} roles, {len(MAY) * len(DEEDS)} decisions, all as they should be"


def _allowed(bench: Bench, role: str, arns: dict[str, str]) -> set[Deed]:
    iam, allowed = bench.client("iam"), set()
    for resource, arn in arns.items():
        answer = iam.simulate_principal_policy(
            PolicySourceArn=role,
            ActionNames=[deed.action for deed in DEEDS if deed.resource == resource],
            ResourceArns=[arn],
            ContextEntries=_tags(resource),
        )
        for decision in answer["EvaluationResults"]:
            if decision["EvalDecision"] == "allowed":
                allowed.add(Deed(decision["EvalActionName"], resource))
    return allowed


def _tags(resource: str) -> list[dict[str, object]]:
    """The tag of the application's secret, which the simulator doesn't look up."""
    if resource != "ApplicationSecret":
        return []
    key, values = "aws:ResourceTag/switchboard", ["managed"]
    return [{"ContextKeyName": key, "ContextKeyValues": values, "ContextKeyType": "string"}]


def _role_of(bench: Bench, stack: Stack, function: str) -> str:
    name = stack.id_of(f"{function}Function")
    return str(bench.client("lambda").get_function_configuration(FunctionName=name)["Role"])


def _arn(bench: Bench, stack: Stack, resource: str) -> str:
    if resource == CREDENTIALS:
        return _secret(bench, bench.credentials_secret)
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
    if not bench.has_vonage and name == bench.credentials_secret:
        return _in_account(bench, "secretsmanager", f"secret:{name}-abcdef")
    return str(bench.client("secretsmanager").describe_secret(SecretId=name)["ARN"])


def _in_account(bench: Bench, service: str, rest: str) -> str:
    own = bench.client("lambda").get_function_configuration(FunctionName=bench.stack.id_of("AnswerFunction"))[
        "FunctionArn"
    ]
    _, partition, _, region, account, *_ = own.split(":")
    return f"arn:{partition}:{service}:{region}:{account}:{rest}"
