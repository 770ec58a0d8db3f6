"""Messages of any size: what is too large for the queue goes to the bucket first, and nothing is lost."""

import json
from collections.abc import Iterator

import pytest
from switchboard import InboundMessage, MessageRequest, inbound, reply_to
from switchboard.aws import bucket as s3
from switchboard.request import MAX_BODY_BYTES
from switchboard.webhooks.large import MOST_BYTES
from switchboard.wire.validate import message_problems

from examples.long_mail.read_mail import app as long_mail
from tests.conftest import Logs
from tests.factories import webhook_event
from tests.fakes.backbone import COMMANDS, QUEUE
from tests.fakes.buckets import Buckets, running
from tests.fakes.stores import Aws, Json, Refusal
from tests.flows.status import app as status_app
from tests.samples import sample

MAIL = sample("inbound_email_html")


@pytest.fixture
def bucket(backbone: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Buckets]:
    assert backbone
    with running() as fake:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", fake.url)
        monkeypatch.setenv("SWITCHBOARD_MAIL_BUCKET", "mail")
        s3.client.cache_clear()
        yield fake
        if s3.client.cache_info().currsize:
            s3.client().close()
        s3.client.cache_clear()


@inbound
def answers(message: InboundMessage) -> MessageRequest:
    assert len(message["html"]["body"]) > 100_000  # type: ignore[typeddict-item]
    return reply_to(message, "Merci. Nous vous écrirons.")


def mail(megabytes: float) -> Json:
    return MAIL | {"html": {"body": "Où êtes-vous ? " * int(megabytes * 1024 * 1024 / 17)}}


def delivered(message: Json, *, base64_encoded: bool = False) -> int:
    body = json.dumps(message, ensure_ascii=False).encode()
    return answers(webhook_event("inbound", body=body, base64_encoded=base64_encoded))["statusCode"]


def queued(aws: Aws, queue: str = QUEUE) -> list[Json]:
    return [json.loads(message["MessageBody"]) for message in aws.queues[queue]]


@pytest.mark.parametrize("base64_encoded", [False, True])
def test_mail_of_four_megabytes_is_kept_told_of_by_reference_and_answered(
    backbone: Aws, bucket: Buckets, *, base64_encoded: bool
) -> None:
    sent = mail(4)

    assert delivered(sent, base64_encoded=base64_encoded) == 200
    (event,) = queued(backbone)
    stored = event["payload"].pop("stored")
    assert event["payload"] == {name: value for name, value in sent.items() if name != "html"}
    assert stored["key"] == f"messages.inbound/{sent['message_uuid']}/{event['id'][:16]}.json"
    kept = bucket.objects[f"/{stored['bucket']}/{stored['key']}"]
    assert (json.loads(kept), stored["size"]) == (sent, len(kept))
    (command,) = queued(backbone, COMMANDS)
    assert command["detail"]["email"] == {"subject": "Re: Où êtes-vous ?"}


def test_mail_is_read_from_the_bus_by_an_example_and_answered(
    backbone: Aws, bucket: Buckets, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bucket
    monkeypatch.setenv("BUS", "bus")
    sent = mail(4)
    assert delivered(sent) == 200
    (event,) = queued(backbone)

    try:
        long_mail.lambda_handler({"detail-type": event["name"], "detail": event})
    finally:
        for client in (long_mail.s3, long_mail.bus):
            client().close()
            client.cache_clear()

    (command,) = backbone.events
    answer = json.loads(command["Detail"])
    words = len(sent["html"]["body"].split())
    assert (command["EventBusName"], command["DetailType"]) == ("bus", "messages.send")
    assert message_problems(answer, strict=True) == []
    assert (answer["to"], answer["email"]["subject"]) == (sent["from"], "Re: Où êtes-vous ?")
    assert f"All {words:,} words" in answer["text"]


@pytest.mark.parametrize(
    ("content", "count"),
    [
        ({"text": "Où êtes-vous ?"}, 3),
        ({"html": {"body": "<p>Où êtes-vous ?</p>"}}, 3),
        ({"content": [{"type": "text", "text": "Où ?"}, {"type": "html", "body": "<p>Où ?</p>"}]}, 2),
        ({}, 0),
    ],
)
def test_example_reads_every_kind_of_mail(content: Json, count: int) -> None:
    assert len(long_mail.words(content)) == count


def test_mail_that_comes_twice_is_one_object_and_one_event(backbone: Aws, bucket: Buckets) -> None:
    assert [delivered(mail(1)), delivered(mail(1))] == [200, 200]
    assert (len(bucket.objects), len(queued(backbone))) == (1, 1)


def test_message_that_fits_the_queue_stays_whole(backbone: Aws, bucket: Buckets) -> None:
    small = MAIL | {"html": {"body": "x" * 110_000}}

    assert delivered(small) == 200
    assert queued(backbone)[0]["payload"] == small
    assert bucket.objects == {}


def test_mail_that_cannot_be_kept_comes_again(
    backbone: Aws, bucket: Buckets, logs: Logs, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bucket
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")

    assert delivered(mail(1)) == 503
    assert queued(backbone) == []
    assert logs.lines[0]["message"] == "NotQueued"


def test_mail_that_is_kept_and_not_queued_comes_again(backbone: Aws, bucket: Buckets) -> None:
    def no_queue(operation: str, _asked: Json) -> None:
        if operation.endswith("SendMessage"):
            raise Refusal("InternalError", status=500)

    backbone.fault = no_queue
    assert delivered(mail(1)) == 503
    backbone.fault = None
    assert delivered(mail(1)) == 200
    assert (len(bucket.objects), len(queued(backbone))) == (1, 1)


def test_without_the_parameter_a_large_message_comes_again_and_an_alarm_tells(
    backbone: Aws, logs: Logs
) -> None:
    assert delivered(mail(1)) == 503
    assert queued(backbone) == []
    assert [(line["message"], line["level"]) for line in logs.lines] == [("TooLarge", "ERROR")]


def test_what_lambda_would_not_take_is_not_taken(bucket: Buckets) -> None:
    body = b'{"text": "' + b"x" * MOST_BYTES + b'"}'
    assert answers(webhook_event("inbound", body=body))["statusCode"] == 503
    assert bucket.objects == {}


def test_large_body_that_isnt_json_is_kept(backbone: Aws, bucket: Buckets) -> None:
    @inbound
    def hears(message: InboundMessage) -> None:
        assert "unparsed" in message

    body = b"a" * (MAX_BODY_BYTES + 1)
    assert hears(webhook_event("inbound", body=body))["statusCode"] == 200
    assert list(bucket.objects.values()) == [body]
    assert queued(backbone)[0]["payload"].keys() == {"stored"}


@pytest.mark.usefixtures("bucket")
def test_no_other_webhook_takes_more() -> None:
    body = b"a" * (MAX_BODY_BYTES + 1)
    assert status_app.lambda_handler(webhook_event("status", body=body)) == {"statusCode": 413}


def test_many_small_members_are_not_the_queues_either(backbone: Aws, bucket: Buckets) -> None:
    crowd = MAIL | {f"x-{number}": "y" * 100 for number in range(20_000)}

    @inbound
    def hears(_message: InboundMessage) -> None:
        """Nothing comes of it."""

    assert hears(webhook_event("inbound", body=json.dumps(crowd).encode()))["statusCode"] == 200
    assert len(backbone.queues[QUEUE][0]["MessageBody"]) < 100_000
    assert len(bucket.objects) == 1
