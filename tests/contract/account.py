"""The AWS account that a test works in: moto's, the embedded AWS's (ministack), or one of our own fakes.

moto and ministack are two readings of AWS's documentation, by people who don't know each other or us. Where
both agree with our code there is some reason to believe it. Where one differs, the test says what AWS does,
and why we think so, and what that judge does instead: it fails when the judge changes.
"""

import uuid
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import boto3
import pytest

from local import aws

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

Answer = TypeVar("Answer")


def judged_by(*judges: str) -> pytest.MarkDecorator:
    """For a test that not every judge can be asked: our fakes know less of AWS than the emulators do."""
    return pytest.mark.parametrize("judge", judges, indirect=True, scope="session")


by_the_emulators = judged_by("moto", "ministack")
# moto looks at a condition and writes in two steps, and threads get in between.
by_the_atomic = judged_by("ministack", "fakes")


@dataclass
class Account:
    """An account with nothing in it that another test can see.

    Attributes:
        judge: `moto`, `ministack` or `fakes`.
        url: Where it is.
        id: Part of every name in it.
    """

    judge: str
    url: str
    id: str = field(default_factory=lambda: f"t{uuid.uuid4().hex[:8]}")

    def expects(self, aws: Answer, **instead: Answer) -> Answer:
        """What AWS answers, or what the judge is known to answer instead."""
        answer = instead.get(self.judge, aws)
        assert self.judge not in instead or answer != aws, f"{self.judge} answers as AWS does"
        return answer

    @cached_property
    def session(self) -> boto3.Session:
        """Of its root user; but for the embedded AWS, anybody is."""
        anybody = boto3.Session("AKIAEXAMPLE", "example", region_name=aws.REGION)
        return aws.session(self.url) if self.judge == "ministack" else anybody

    @cached_property
    def secrets(self) -> "SecretsManagerClient":
        return self.session.client("secretsmanager", endpoint_url=self.url)

    @cached_property
    def parameters(self) -> "SSMClient":
        return self.session.client("ssm", endpoint_url=self.url)

    @cached_property
    def sqs(self) -> "SQSClient":
        return self.session.client("sqs", endpoint_url=self.url)

    @cached_property
    def events(self) -> "EventBridgeClient":
        return self.session.client("events", endpoint_url=self.url)

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        return self.session.client("dynamodb", endpoint_url=self.url)

    def secret(self, text: str | None = None) -> str:
        """A secret, with this value or none yet; its name."""
        name = f"switchboard/{self.id}-{uuid.uuid4().hex[:8]}"
        value: dict[str, Any] = {} if text is None else {"SecretString": text}
        self.secrets.create_secret(Name=name, Tags=[{"Key": "switchboard", "Value": "managed"}], **value)
        return name

    def labels(self, secret: str) -> dict[str, list[str]]:
        """The labels of each version of a secret, by the version's id."""
        stages = self.secrets.describe_secret(SecretId=secret).get("VersionIdsToStages") or {}
        return {version: sorted(labels) for version, labels in stages.items()}

    def standard_queue(self, name: str) -> str:
        """A standard queue as template.yaml has it; its URL."""
        attributes: dict[Any, str] = {"VisibilityTimeout": "180"}
        return self.sqs.create_queue(QueueName=f"{self.id}-{name}", Attributes=attributes)["QueueUrl"]

    def queue(self, name: str) -> str:
        """A FIFO queue as template.yaml has it; its URL."""
        attributes: dict[Any, str] = {
            "FifoQueue": "true",
            "FifoThroughputLimit": "perMessageGroupId",
            "DeduplicationScope": "messageGroup",
            "VisibilityTimeout": "180",
        }
        return self.sqs.create_queue(QueueName=f"{self.id}-{name}.fifo", Attributes=attributes)["QueueUrl"]

    def received(self, url: str) -> list[dict[str, Any]]:
        """The messages that a queue gives now; they are in flight then."""
        reply = self.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"]
        )
        return [dict(message) for message in reply.get("Messages", [])]

    def table(self) -> str:
        """The table of template.yaml; its name."""
        self.dynamodb.create_table(
            TableName=self.id,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "day")
            ],
            KeySchema=_keys("pk"),
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "recent",
                    "KeySchema": _keys("day"),
                    "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["name", "at"]},
                }
            ],
        )
        return self.id

    def bus(self) -> str:
        """An event bus; its name."""
        self.events.create_event_bus(Name=self.id)
        return self.id


def _keys(partition: str) -> Any:  # noqa: ANN401 - the stubs want literals
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
