"""Answers go to CloudFormation's own bucket; whoever asks for another place is not served at all."""

import logging
import uuid
from dataclasses import dataclass

import botocore.session
import pytest

from local.cloudformation import Context
from provisioner import app, on_failure
from provisioner.cloudformation import response_url
from tests.unit.provisioner.conftest import APPLICATION, FUNCTION, World, application_properties

KEY = (
    "arn%3Aaws%3Acloudformation%3Aus-east-1%3A123456789012%3Astack/shop/0e5f%7CApp%7Cr-1?X-Amz-Signature=abc"
)
BUCKET = "cloudformation-custom-resource-response"
PARTITIONS = botocore.session.get_session().get_component("data_loader").load_data("partitions")["partitions"]
REGIONS = [
    (region, partition["outputs"]["dnsSuffix"])
    for partition in PARTITIONS
    for region in partition["regions"]
    if not region.endswith("-global")
]


@dataclass
class Invocation(Context):
    """What Lambda tells a function."""

    invoked_function_arn: str = FUNCTION


@pytest.fixture(autouse=True)
def region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_REGION", "eu-west-1")


@pytest.mark.parametrize(("region", "suffix"), REGIONS)
def test_bucket_of_every_region_is_cloudformation_s(
    monkeypatch: pytest.MonkeyPatch, region: str, suffix: str
) -> None:
    monkeypatch.setenv("AWS_REGION", region)

    assert response_url.is_cloudformations(
        f"https://{BUCKET}-{region.replace('-', '')}.s3.{region}.{suffix}/{KEY}"
    )


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("us-east-1", f"{BUCKET}-useast1.s3.amazonaws.com"),
        ("us-east-1", f"{BUCKET}-useast1.s3.us-east-1.amazonaws.com"),
        ("eu-west-1", f"{BUCKET}-euwest1.s3-eu-west-1.amazonaws.com"),
        ("cn-north-1", f"{BUCKET}-cnnorth1.s3.cn-north-1.amazonaws.com.cn"),
        ("us-gov-west-1", f"{BUCKET}-usgovwest1.s3-us-gov-west-1.amazonaws.com"),
        ("us-gov-west-1", f"{BUCKET}-usgovwest1.s3-fips.us-gov-west-1.amazonaws.com"),
        ("eu-west-1", f"{BUCKET}-euwest1.s3.dualstack.eu-west-1.amazonaws.com"),
        ("eu-west-1", f"s3.eu-west-1.amazonaws.com/{BUCKET}-euwest1"),
        ("eu-west-1", f"s3-eu-west-1.amazonaws.com/{BUCKET}-euwest1"),
    ],
)
def test_every_way_to_name_the_bucket_is_cloudformation_s(
    monkeypatch: pytest.MonkeyPatch, region: str, host: str
) -> None:
    monkeypatch.setenv("AWS_REGION", region)

    assert response_url.is_cloudformations(f"https://{host}/{KEY}")


@pytest.mark.parametrize(
    "url",
    [
        f"http://{BUCKET}-euwest1.s3.eu-west-1.amazonaws.com/{KEY}",
        f"https://{BUCKET}-useast1.s3.us-east-1.amazonaws.com/{KEY}",
        f"https://{BUCKET}-euwest1-mine.s3.eu-west-1.amazonaws.com/{KEY}",
        f"https://my-{BUCKET}-euwest1.s3.eu-west-1.amazonaws.com/{KEY}",
        f"https://{BUCKET}-euwest1.s3.eu-west-1.amazonaws.com.evil.example/{KEY}",
        f"https://{BUCKET}-euwest1.s3.eu-west-1.amazonaws.com@evil.example/{KEY}",
        f"https://{BUCKET}-euwest1.s3.eu-west-1.amazonaws.com:pw@evil.example/{KEY}",
        f"https://{BUCKET}-euwest1.s3.eu-west-1.amazonaws.com\\@evil.example/{KEY}",
        f"https://{BUCKET}-euwest1.s3.eu-west-1.amazonaws.com.cn/{KEY}",
        f"https://{BUCKET}-euwest1.execute-api.eu-west-1.amazonaws.com/{KEY}",
        f"https://evil.example/{BUCKET}-euwest1.s3.eu-west-1.amazonaws.com/{KEY}",
        f"https://evil.example/?https://{BUCKET}-euwest1.s3.eu-west-1.amazonaws.com/{KEY}",
        f"https://{BUCKET}-euwest1.s3xeu-west-1.amazonaws.com/{KEY}",
        f"https://{BUCKET}-euwest1.s3.eu-west-1.amazonaws.com/a\nb",
        f"https://{BUCKET}-euwest1.s3.eu-west-1.amazonaws.com",
        f"https://s3.eu-west-1.amazonaws.com/mine/{BUCKET}-euwest1/{KEY}",
        "https://127.0.0.1:4566/_ministack/cfn-response/abc",
        "file:///etc/passwd",
        "",
        None,
        ["https://x"],
    ],
)
def test_any_other_place_is_foreign(url: object) -> None:
    assert not response_url.is_cloudformations(url)


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_CLOUDFORMATION"])
def test_an_aws_in_another_place_takes_answers_there(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "http://localhost:4566")

    assert response_url.is_cloudformations("http://localhost:4566/_ministack/cfn-response/abc")
    assert not response_url.is_cloudformations("http://localhost:45660/_ministack/cfn-response/abc")
    assert not response_url.is_cloudformations("http://localhost:4566@evil.example/")


def test_foreign_request_does_nothing_and_is_told_in_the_log(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = world.stack()
    world.create_application(stack)
    before = dict(world.applications[0])
    monkeypatch.setenv("SWITCHBOARD_RECORDS_PREFIX", "/switchboard/test")
    event = {
        "RequestType": "Delete",
        "RequestId": str(uuid.uuid4()),
        "StackId": stack.id,
        "ResponseURL": "https://user:canary@evil.example/canary?canary",
        "ResourceType": APPLICATION,
        "LogicalResourceId": "App",
        "PhysicalResourceId": stack.resources["App"]["id"],
        "ResourceProperties": application_properties(stack),
    }

    with caplog.at_level(logging.INFO):
        assert app.lambda_handler(event, Invocation(90)) is None

    assert world.applications == [before]
    assert "FOREIGN_REQUEST: 'evil.example' isn't where CloudFormation takes answers" in caplog.text
    assert "canary" not in caplog.text


def test_nobody_is_answered_for_a_foreign_request(capsys: pytest.CaptureFixture[str]) -> None:
    payload = {"RequestType": "Create", "ResponseURL": "http://127.0.0.1:9/"}

    on_failure.lambda_handler({"requestPayload": payload}, None)

    assert capsys.readouterr().out == ""
