"""What was typed, as the bench of a run; what can't be right is refused before anything is built."""

import argparse
from datetime import UTC, datetime

import boto3
from switchboard.aws.secret import signature_secret_of

from operate import deploy, paths, template
from operate.arguments import number
from operate.command_line import UsageError
from operate.credentials import SECRET_NAME
from operate.errors import OperatorError
from operate.refusals import asking_aws_to
from operate.smoke.bench import Bench
from operate.smoke.deployment import Deployment
from operate.stages import here
from operate.stages.samconfig import settings_of

_SUFFIX = "-smoke"
_OF_CALLERS = {"Numbers", "AllowTakeover", "DomainName"}


def bench_of(given: argparse.Namespace) -> Bench:
    """The bench of a run in the account and Region of a stage, which boto3 asks from now on.

    Raises:
        UsageError: An option can't be right.
        OperatorError: There is no such stage or it's this machine's, the template doesn't take the parameters
            or the stack's name, or AWS refused to say who asks.
    """
    here.refuse(
        given.env,
        "The smoke test tries what only a real AWS account can show, and ENV=local isn't one.",
        "On this machine `make test` tries the rest. Another stage: ENV=dev",
    )
    parameters, numbers = _parameters(given.parameters), _numbers(given.numbers)
    settings = settings_of(given.env)
    name = f"{settings.stack_name}{_SUFFIX}"
    file = given.template or paths.ROOT / "template.yaml"
    if not file.is_file():
        raise UsageError(f"there is no template {file}")
    template.refuse(template.read(file), name, parameters)
    settings.sign_in()
    with asking_aws_to("say who asks"):
        region = boto3.client("cloudformation").meta.region_name
        account = boto3.client("sts").get_caller_identity()["Account"]
        secret = parameters.get("CredentialsSecret", SECRET_NAME)
        has_vonage = _exists(secret) and _exists(signature_secret_of(secret))
    return Bench(
        deployment=Deployment(name, region, settings.profile, parameters, given.template),
        stage=given.env,
        account=account,
        credentials_secret=secret,
        has_vonage=has_vonage,
        numbers=numbers,
        kms_key_arn=given.kms_key_arn,
    )


def _exists(secret: str) -> bool:
    client = boto3.client("secretsmanager")
    try:
        return "DeletedDate" not in client.describe_secret(SecretId=secret)
    except client.exceptions.ResourceNotFoundException:
        return False


def _parameters(given: str) -> dict[str, str]:
    try:
        parameters = deploy.parameters({}, given, datetime.now(UTC))
    except OperatorError as error:
        raise UsageError(f"{error.cause} Write NAME=VALUE, with blanks between them") from error
    del parameters["DeploymentId"]  # each deployment of a run has a time of its own
    if taken := _OF_CALLERS & parameters.keys():
        raise UsageError(f"{min(taken)} could take what callers of a live stack use; see --numbers")
    return parameters


def _numbers(given: str) -> tuple[str, ...]:
    try:
        return tuple(number(text) for text in given.split(",") if text)
    except argparse.ArgumentTypeError as error:
        raise UsageError(str(error)) from error
