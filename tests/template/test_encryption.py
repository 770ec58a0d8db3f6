"""Everything at rest is encrypted, with a customer's key where there is one."""

import json
import re
from typing import Any

import pytest

from operate.paths import ROOT

Json = dict[str, Any]

# EventBridge puts here what it could not deliver, be it because of the key.
WITHOUT_THE_KEY = {"UndeliveredCommandQueue", "MediaDeadLetterQueue"}
KEY = {"Fn::If": ["HasKmsKey", {"Ref": "KmsKeyArn"}, {"Ref": "AWS::NoValue"}]}
# The property of each type that names the key.
AT_REST = {
    "AWS::DynamoDB::Table": ("SSESpecification", "KMSMasterKeyId"),
    "AWS::Events::Archive": ("KmsKeyIdentifier",),
    "AWS::Events::EventBus": ("KmsKeyIdentifier",),
    "AWS::Logs::LogGroup": ("KmsKeyId",),
    "AWS::S3::Bucket": (
        "BucketEncryption", "ServerSideEncryptionConfiguration", 0,
        "ServerSideEncryptionByDefault", "KMSMasterKeyID",
    ),
    "AWS::SNS::Topic": ("KmsMasterKeyId",),
    "AWS::SQS::Queue": ("KmsMasterKeyId",),
    "AWS::SecretsManager::Secret": ("KmsKeyId",),
}  # fmt: skip


@pytest.mark.parametrize("kind", AT_REST)
def test_customer_s_key_encrypts_it(resources: Json, kind: str) -> None:
    found = {
        name: r["Properties"]
        for name, r in resources.items()
        if r["Type"] == kind and name not in WITHOUT_THE_KEY
    }

    assert found
    for name, value in found.items():
        for step in AT_REST[kind]:
            value = value[step]  # noqa: PLW2901 - one step deeper
        assert value == KEY, name


def test_queues_are_encrypted_by_sqs_when_there_is_no_key(resources: Json) -> None:
    queues = {name: r["Properties"] for name, r in resources.items() if r["Type"] == "AWS::SQS::Queue"}

    without_key = {"Fn::If": ["HasKmsKey", {"Ref": "AWS::NoValue"}, True]}
    for name, queue in queues.items():
        assert queue["SqsManagedSseEnabled"] == (True if name in WITHOUT_THE_KEY else without_key), name


def test_what_could_not_be_delivered_is_kept_without_the_key_that_may_be_the_cause(resources: Json) -> None:
    targets = [
        target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0]
        for r in resources.values()
        if r["Type"] == "AWS::Events::Rule"
        for target in r["Properties"]["Targets"]
        if "DeadLetterConfig" in target
    ]
    bus = resources["EventBus"]["Properties"]["DeadLetterConfig"]["Fn::If"]

    assert {*targets, bus[1]["Arn"]["Fn::GetAtt"][0]} == WITHOUT_THE_KEY
    assert bus[0] == "HasKmsKey"
    for name in WITHOUT_THE_KEY:
        assert "KmsMasterKeyId" not in resources[name]["Properties"]


KEY_POLICY = re.search(r"```json\n(\[.+?\])\n```", (ROOT / "docs" / "security.md").read_text(), re.DOTALL)


def key_policy() -> dict[str, Json]:
    """The statements that docs/security.md asks for, by the service that they are for."""
    assert KEY_POLICY is not None
    found: dict[str, Json] = {}
    for statement in json.loads(KEY_POLICY[1]):
        services = statement["Principal"]["Service"]
        found |= {
            name.split(".")[0]: statement for name in ([services] if isinstance(services, str) else services)
        }
    return found


def test_logs_are_allowed_by_what_cloudwatch_logs_sends() -> None:
    """It sends the group's ARN as its encryption context; of an account AWS documents nothing."""
    condition = key_policy()["logs"]["Condition"]

    assert condition == {
        "ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:REGION:ACCOUNT:log-group:*"}
    }


def test_every_service_that_the_key_is_for_has_a_statement() -> None:
    statements = key_policy()

    assert statements.keys() == {"logs", "events", "cloudwatch"}
    for statement in statements.values():
        assert {"kms:Decrypt", "kms:GenerateDataKey*"} <= {*statement["Action"]}


def test_roles_that_touch_what_is_encrypted_may_use_the_key(resources: Json) -> None:
    policy = {"Fn::If": ["HasKmsKey", {"Ref": "UseKmsKeyPolicy"}, {"Ref": "AWS::NoValue"}]}
    written_out = {"Fn::If": ["HasKmsKey", [{"Ref": "UseKmsKeyPolicy"}], {"Ref": "AWS::NoValue"}]}

    without = {
        name
        for name, r in resources.items()
        if r["Type"] == "AWS::IAM::Role"
        and r["Properties"].get("ManagedPolicyArns") != written_out
        and policy not in r["Properties"].get("ManagedPolicyArns", [])
    }

    invoking = {"ScheduleRole", "CampaignMachineRole"}
    assert without == {"FallbackFunctionRole", "UnansweredFunctionRole", *invoking}


def test_whoever_reads_the_credentials_may_decrypt_them(resources: Json) -> None:
    statements = resources["ReadCredentialsPolicy"]["Properties"]["PolicyDocument"]["Statement"]

    decrypt = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": {"Ref": "KmsKeyArn"}}
    assert {"Fn::If": ["HasKmsKey", decrypt, {"Ref": "AWS::NoValue"}]} in statements
