"""Mail of any size on a real stage: kept in its bucket, told of by reference, answered."""

import json

import pytest

from examples.long_mail.read_mail import app as long_mail
from local import aws
from local.stage import Stage
from tests.e2e.conftest import wait_until
from vonage_simulator.messages import inbound
from vonage_simulator.types import Json
from vonage_simulator.vonage import Vonage

pytestmark = pytest.mark.e2e


def told(stage: Stage, message_uuid: str) -> Json | None:
    """What the timeline has of a message."""
    dynamodb = aws.session(stage.aws_url).client("dynamodb", endpoint_url=stage.aws_url)
    found = dynamodb.query(
        TableName=stage.outputs()["TimelineTableName"],
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": f"MSG#{message_uuid}"}},
    )["Items"]
    payload: Json | None = json.loads(found[0]["payload"]["S"]) if found else None
    return payload


def test_mail_of_four_megabytes_is_told_of_by_reference_read_and_answered(
    stage: Stage, vonage: Vonage, monkeypatch: pytest.MonkeyPatch
) -> None:
    vonage.account.email_domains = {"mail.example.com": stage.application().json()["id"]}
    mail = {
        "channel": "email",
        "from": "alice@example.com",
        "to": "hello@mail.example.com",
        "message_type": "html",
        "email": {"subject": "Où êtes-vous ?"},
        "html": {"body": "Où êtes-vous ? " * 240_000},
    }

    outcome = vonage.engine.run(inbound.receive(vonage.mailbox, mail))

    assert outcome["delivered"], outcome
    wait_until(lambda: told(stage, outcome["message_uuid"]) is not None)
    event = told(stage, outcome["message_uuid"]) or {}
    assert (event["email"], "html" in event) == (mail["email"], False)
    stored = event["stored"]
    s3 = aws.session(stage.aws_url).client("s3", endpoint_url=stage.aws_url)
    kept = s3.get_object(Bucket=stored["bucket"], Key=stored["key"])["Body"].read()
    assert (len(kept), json.loads(kept)["html"]) == (stored["size"], mail["html"])

    monkeypatch.setenv("AWS_ENDPOINT_URL", stage.aws_url)
    monkeypatch.setenv("AWS_DEFAULT_REGION", aws.REGION)
    for name, value in aws.root_user(stage.aws_url).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("BUS", stage.outputs()["EventBusName"])
    long_mail.lambda_handler({"detail": {"payload": event}})

    wait_until(lambda: "All 720,000 words have arrived" in " ".join(sent_by(vonage)))


def sent_by(vonage: Vonage) -> list[str]:
    return [each.words for each in vonage.mailbox.messages.values() if each.direction == "outbound"]
