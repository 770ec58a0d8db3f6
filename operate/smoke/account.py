"""Lines about the account and the Region, before anything is created."""

from operate import limits
from operate.smoke.bench import Bench, DiffersError

SERVICES = (
    "apigatewayv2", "cloudformation", "cloudwatch", "dynamodb", "events", "lambda", "logs", "secretsmanager",
    "sns", "sqs", "ssm",
)  # fmt: skip


def region(bench: Bench) -> str:
    """Whether the Region has every service of the stack, by botocore's list of endpoints."""
    session, name = bench.session, bench.deployment.region
    partition = session.get_partition_for_region(name)
    missing = [s for s in SERVICES if name not in session.get_available_regions(s, partition)]
    if missing:
        raise DiffersError(f"{name} lacks {', '.join(missing)}")
    return f"{name}, with all {len(SERVICES)}"


def concurrency(bench: Bench) -> str:
    """How many functions may run at a time in the account. A new account often begins with 10."""
    limit = bench.client("lambda").get_account_settings()["AccountLimit"]
    most, unreserved = limit["ConcurrentExecutions"], limit["UnreservedConcurrentExecutions"]
    seen = f"{most}, {unreserved} of them not reserved"
    if not limits.is_enough(most):
        raise DiffersError(f"{seen}; ask for more: Service Quotas, AWS Lambda, Concurrent executions")
    return seen
