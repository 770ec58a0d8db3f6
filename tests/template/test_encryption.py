"""Everything at rest is encrypted, with a customer's key where there is one."""

from typing import Any

import pytest

Json = dict[str, Any]

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
    found = {name: r["Properties"] for name, r in resources.items() if r["Type"] == kind}

    assert found
    for name, value in found.items():
        for step in AT_REST[kind]:
            value = value[step]  # noqa: PLW2901 - one step deeper
        assert value == KEY, name


def test_queues_are_encrypted_by_sqs_when_there_is_no_key(resources: Json) -> None:
    queues = [r["Properties"] for r in resources.values() if r["Type"] == "AWS::SQS::Queue"]

    without_key = {"Fn::If": ["HasKmsKey", {"Ref": "AWS::NoValue"}, True]}
    assert all(queue["SqsManagedSseEnabled"] == without_key for queue in queues)


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

    # The answer function writes nothing: it may only read the credentials.
    assert without == {"AnswerFunctionRole", "FallbackFunctionRole", "UnansweredFunctionRole"}


def test_whoever_reads_the_credentials_may_decrypt_them(resources: Json) -> None:
    statements = resources["ReadCredentialsPolicy"]["Properties"]["PolicyDocument"]["Statement"]

    decrypt = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": {"Ref": "KmsKeyArn"}}
    assert {"Fn::If": ["HasKmsKey", decrypt, {"Ref": "AWS::NoValue"}]} in statements
