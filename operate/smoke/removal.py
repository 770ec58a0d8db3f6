"""Remove what a run makes, whether it went well, failed or was interrupted, and look for what remains."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from operate.errors import OperatorError
from operate.smoke import dying, releases
from operate.smoke.bench import Bench, DiffersError
from operate.stack import Stack

_SETTLING_S = 1800
_SAM_S_STACK = "aws-sam-cli-managed-default"
# What stays of a stack that is deleted, as nobody may be written to again who has opted out.
_STAYS = ("PersonTable", "PersonKey")
KEPT = (
    "kept, as docs/smoke.md says: {records} records in Parameter Store, AWS's backup of the table, "
    "old versions in the SAM CLI's bucket"
)


class Made(NamedTuple):
    """Something that a run may have made: how to remove it here, and by hand."""

    what: str
    remove: Callable[[Bench], None]
    command: str


def made(bench: Bench) -> list[Made]:
    """What a run makes, in the order in which it has to go: each needs what comes after it to be removed."""
    name, killed = bench.name, dying.stack_of(bench)
    where = " ".join(bench.deployment.where)
    return [
        _stack(killed, where),
        _stack(name, where),
        *(_secret(copy, where) for copy in releases.copies_of_credentials(bench)),
        Made(
            f"uploaded code {name}/",
            _remove_uploads,
            f"aws s3 rm --recursive s3://<the bucket of {_SAM_S_STACK}>/{name}/ {where}",
        ),
    ]


def delete(bench: Bench) -> str:
    """Remove everything, and say what is left."""
    for copy in releases.copies_of_credentials(bench):
        _restore_secret(bench, copy)
    there = made(bench)
    while there:
        try:
            there[0].remove(bench)
        except (ClientError, BotoCoreError, OperatorError) as error:
            commands = "; ".join(each.command for each in there)
            raise DiffersError(
                f"{there[0].what} can't be removed: {error}. What is left, in this order: {commands}"
            ) from error
        del there[0]
    if left := list(_left(bench)):
        raise DiffersError(f"left: {', '.join(left)}")
    return f"nothing is left but what is {KEPT.format(records=_records(bench))}"


def _stack(name: str, where: str) -> Made:
    def remove(bench: Bench) -> None:
        client = bench.client("cloudformation")
        stack = Stack(name, client=client)
        # A deployment that was interrupted goes on at AWS; an update can't be cut off.
        bench.seen_within(_SETTLING_S, lambda: not _is_updating(stack))
        table, key = _staying(stack)
        client.delete_stack(StackName=name)
        client.get_waiter("stack_delete_complete").wait(
            StackName=name, WaiterConfig={"Delay": 5, "MaxAttempts": 240}
        )
        if table:
            bench.client("dynamodb").delete_table(TableName=table)
        if key:
            _remove_secret(bench, key)

    return Made(f"stack {name}", remove, f"aws cloudformation delete-stack --stack-name {name} {where}")


def _staying(stack: Stack) -> list[str]:
    """What stays of it, by its name; of a stack whose resources can't be read, nobody knows."""
    try:
        return [stack.id_of(each) if stack.has(each) else "" for each in _STAYS]
    except (ClientError, OperatorError):
        return [""] * len(_STAYS)


def _is_updating(stack: Stack) -> bool:
    status = str(stack.described().get("StackStatus", ""))
    return status.startswith("UPDATE_") and status.endswith("_IN_PROGRESS")


def _secret(name: str, where: str) -> Made:
    command = f"aws secretsmanager delete-secret --force-delete-without-recovery --secret-id {name} {where}"
    return Made(f"secret {name}", lambda bench: _remove_secret(bench, name), command)


def _restore_secret(bench: Bench, name: str) -> None:
    """Bring back what a run that was cut off had deleted: the stack can't be removed without it."""
    with suppress(ClientError):  # it isn't there, or wasn't deleted
        bench.client("secretsmanager").restore_secret(SecretId=name)


def _remove_secret(bench: Bench, name: str) -> None:
    secrets = bench.client("secretsmanager")
    try:
        secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise


def _remove_uploads(bench: Bench) -> None:
    """The code that the SAM CLI uploaded for this run, below a prefix of its own."""
    try:
        stack = bench.client("cloudformation").describe_stacks(StackName=_SAM_S_STACK)["Stacks"][0]
    except ClientError:
        return  # the SAM CLI never made its bucket
    bucket = next(each["OutputValue"] for each in stack["Outputs"] if each["OutputKey"] == "SourceBucket")
    s3 = bench.client("s3")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{bench.name}/"):
        keys = [{"Key": each["Key"]} for each in page.get("Contents", [])]
        if keys:
            s3.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})


def _left(bench: Bench) -> Iterator[str]:
    """What the account still has under the stack's name."""
    own, client = f"{bench.name}-", bench.client
    for function in client("lambda").get_paginator("list_functions").paginate().search("Functions[]"):
        if function["FunctionName"].startswith(own):
            yield f"function {function['FunctionName']}"
    for prefix in (own, f"/aws/vendedlogs/{own}"):
        groups = client("logs").get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix)
        yield from (f"log group {each['logGroupName']}" for each in groups.search("logGroups[]"))
    for url in client("sqs").list_queues(QueueNamePrefix=own).get("QueueUrls", []):
        yield f"queue {url.rpartition('/')[2]}"
    tables = client("dynamodb").get_paginator("list_tables").paginate().search("TableNames[]")
    yield from (f"table {name}" for name in tables if name.startswith(own))
    alarms = client("cloudwatch").describe_alarms(AlarmNamePrefix=own)["MetricAlarms"]
    yield from (f"alarm {each['AlarmName']}" for each in alarms)
    for bus in client("events").list_event_buses(NamePrefix=bench.name)["EventBuses"]:
        if bus["Name"] == bench.name:
            yield f"bus {bus['Name']}"
    for role in client("iam").get_paginator("list_roles").paginate().search("Roles[]"):
        if role["RoleName"].startswith(own):
            yield f"role {role['RoleName']}"


def _records(bench: Bench) -> int:
    pages = bench.client("ssm").get_paginator("get_parameters_by_path")
    found = pages.paginate(Path="/switchboard", Recursive=True).search("Parameters[]")
    return sum(bench.name in each["Name"] for each in found)
