"""What an AWS account lets run at once. A young one has 10 executions for all functions of a Region together.

Source: AWS, "Lambda quotas" and "Configuring reserved concurrency"; the quota's code is that of Service
Quotas. A new account's 10 is what users report (awslabs/fhir-works-on-aws-deployment#691).
"""

import boto3

from operate.errors import OperatorError
from operate.refusals import asking_aws_to

# Lambda keeps this many from being reserved, so an account that has no more can reserve nothing.
UNRESERVABLE = 100
_ASK_FOR_MORE = (
    "aws service-quotas request-service-quota-increase --service-code lambda "
    "--quota-code L-B99A9384 --desired-value 1000"
)


def is_enough(executions: int) -> bool:
    """Whether so many functions at once leave room for callers, and some to reserve."""
    return executions > UNRESERVABLE


def shortage() -> OperatorError | None:
    """What is too little in this account and Region for callers to rely on, or None.

    A refusal to look is told in the same way: it keeps nobody from deploying.
    """
    try:
        with asking_aws_to("read how many functions may run at once (lambda:GetAccountSettings)"):
            limits = boto3.client("lambda").get_account_settings()["AccountLimit"]
    except OperatorError as error:
        return OperatorError(error.cause, "Is the account new? Service Quotas, AWS Lambda, shows the limit.")
    executions = limits["ConcurrentExecutions"]
    if is_enough(executions):
        return None
    return OperatorError(
        f"At most {executions} functions run at once in this account and Region, all stacks together: a "
        "burst of events can keep a caller's answer, and the fallback, from running.",
        f"Ask AWS for more: `{_ASK_FOR_MORE}`. Until you have it, leave AnswerConcurrency and "
        "FallbackConcurrency empty: so small an account can't reserve any, and the deployment would fail.",
    )
