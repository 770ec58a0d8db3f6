"""A deployed stack, found by its stage in samconfig.toml."""

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from operate.errors import OperatorError
from operate.refusals import asking_aws_to
from operate.stages.samconfig import settings_of

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

LOG_GROUP, FUNCTION = "AWS::Logs::LogGroup", "AWS::Lambda::Function"
# What CloudFormation says of a resource that failed only because another one had.
_CANCELLED = "cancelled"


class Stack:
    """A stack's resources and outputs, by their names in the template.

    Args:
        name: The stack's name.
        options: What names it to `aws cloudformation` and `sam`; without it, its name alone.
        client: What CloudFormation is asked with; without it, boto3's default session.
    """

    def __init__(self, name: str, options: str = "", *, client: "CloudFormationClient | None" = None) -> None:
        self.name = name
        self.options = options or f"--stack-name {name}"
        if client:
            self._client = client

    @classmethod
    def of_stage(cls, stage: str) -> "Stack":
        """The stack of a stage of samconfig.toml; from now on boto3 asks in its account and Region.

        Raises:
            OperatorError: There is no such stage, or no such profile.
        """
        settings = settings_of(stage)
        settings.sign_in()
        return cls(settings.stack_name, settings.options)

    def id_of(self, logical_id: str) -> str:
        """The physical id of a resource.

        Raises:
            OperatorError: The stack has no such resource.
        """
        if logical_id not in self._resources:
            raise OperatorError(
                f"The stack {self.name} has no {logical_id}.",
                "Its parameters may have turned it off: docs/parameters.md.",
            )
        return str(self._resources[logical_id]["PhysicalResourceId"])

    def has(self, logical_id: str) -> bool:
        """Whether the stack has this resource."""
        return logical_id in self._resources

    def output(self, name: str) -> str:
        """The value of an output; empty when there is none."""
        return self._outputs.get(name, "")

    def parameter(self, name: str) -> str:
        """What the stack has for a parameter; empty when it has never been deployed."""
        deployed = {each["ParameterKey"]: each for each in self.described().get("Parameters", [])}
        return str(deployed.get(name, {}).get("ParameterValue", ""))

    def log_groups(self) -> Iterator[tuple[str, str]]:
        """The functions' names, such as `Answer`, with their log groups."""
        for logical_id, resource in sorted(self._resources.items()):
            if resource["ResourceType"] == LOG_GROUP:
                yield logical_id.removesuffix("LogGroup"), resource["PhysicalResourceId"]

    def default_log_groups(self) -> Iterator[tuple[str, str]]:
        """The functions' names with the log groups that Lambda makes, unless they have others."""
        for logical_id, resource in sorted(self._resources.items()):
            if resource["ResourceType"] == FUNCTION:
                yield logical_id.removesuffix("Function"), f"/aws/lambda/{resource['PhysicalResourceId']}"

    def described(self) -> dict[str, Any]:
        """What CloudFormation says about the stack at this moment; empty when there is none.

        Raises:
            OperatorError: AWS refused.
        """
        with asking_aws_to(f"read the stack {self.name}"):
            try:
                found: Any = self._client.describe_stacks(StackName=self.name)["Stacks"][0]
            except ClientError as error:
                if _does_not_exist(error):
                    return {}
                raise
        described: dict[str, Any] = found
        return described

    def failed(self) -> dict[str, str]:
        """The resources whose last change failed at this moment, by their names in the template: and why.

        Raises:
            OperatorError: AWS refused.
        """
        return {
            name: resource.get("ResourceStatusReason", "")
            for name, resource in self._listed().items()
            if resource["ResourceStatus"].endswith("_FAILED")
        }

    def first_failure(self, since: datetime) -> str:
        """Which resource failed first from this time on, and why; empty when none did, or AWS doesn't say."""
        pages = self._client.get_paginator("describe_stack_events").paginate(StackName=self.name)
        try:
            newest_first = [event for page in pages for event in page["StackEvents"]]
        except ClientError:
            return ""
        for event in reversed(newest_first):
            reason = event.get("ResourceStatusReason", "no reason was given")
            failed = event["ResourceStatus"].endswith("_FAILED") and _CANCELLED not in reason
            if failed and event["Timestamp"] >= since:
                return f"{event['LogicalResourceId']}: {reason}"
        return ""

    @cached_property
    def _resources(self) -> dict[str, Any]:
        """Those that are there: one that CloudFormation could not make has no id."""
        return {name: each for name, each in self._listed().items() if each.get("PhysicalResourceId")}

    def _listed(self) -> dict[str, Any]:
        with asking_aws_to(f"read the stack {self.name}"):
            pages = self._client.get_paginator("list_stack_resources").paginate(StackName=self.name)
            try:
                return {r["LogicalResourceId"]: r for page in pages for r in page["StackResourceSummaries"]}
            except ClientError as error:
                if not _does_not_exist(error):
                    raise
                raise self.missing() from error

    def missing(self) -> OperatorError:
        """That there is no such stack, with where it was looked for."""
        return OperatorError(
            f"There is no stack {self.name} in this account and Region.",
            "Another stage: ENV=dev; another account or Region: AWS_PROFILE=…, AWS_REGION=…; "
            "a new stack: `make deploy`.",
        )

    @cached_property
    def _outputs(self) -> dict[str, str]:
        return {each["OutputKey"]: each["OutputValue"] for each in self.described().get("Outputs", [])}

    @cached_property
    def _client(self) -> "CloudFormationClient":
        return boto3.client("cloudformation")


def _does_not_exist(error: ClientError) -> bool:
    return "does not exist" in str(error)
