"""A deployed stack, found by its stage in samconfig.toml."""

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from operate.errors import OperatorError
from operate.refusals import asking_aws_to
from operate.samconfig import settings_of

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

LOG_GROUP = "AWS::Logs::LogGroup"


class Stack:
    """A stack's resources and outputs, by their names in the template.

    Args:
        name: The stack's name.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    @classmethod
    def of_stage(cls, stage: str) -> "Stack":
        """The stack of a stage of samconfig.toml.

        Raises:
            OperatorError: There is no such stage.
        """
        return cls(settings_of(stage)["global"]["parameters"]["stack_name"])

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

    def log_groups(self) -> Iterator[tuple[str, str]]:
        """The functions' names, such as `Answer`, with their log groups."""
        for logical_id, resource in sorted(self._resources.items()):
            if resource["ResourceType"] == LOG_GROUP:
                yield logical_id.removesuffix("LogGroup"), resource["PhysicalResourceId"]

    @cached_property
    def _resources(self) -> dict[str, Any]:
        with asking_aws_to(f"read the stack {self.name}"):
            pages = self._client.get_paginator("list_stack_resources").paginate(StackName=self.name)
            try:
                return {r["LogicalResourceId"]: r for page in pages for r in page["StackResourceSummaries"]}
            except ClientError as error:
                if "does not exist" not in str(error):
                    raise
                raise OperatorError(
                    f"There is no stack {self.name} in this account and Region.",
                    "Another stage: ENV=dev; another account or Region: AWS_PROFILE=…, AWS_REGION=…; "
                    "a new stack: `make deploy`.",
                ) from error

    @cached_property
    def _outputs(self) -> dict[str, str]:
        with asking_aws_to(f"read the stack {self.name}"):
            stack = self._client.describe_stacks(StackName=self.name)["Stacks"][0]
        return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}

    @cached_property
    def _client(self) -> "CloudFormationClient":
        return boto3.client("cloudformation")
