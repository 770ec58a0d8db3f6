"""The media function: recordings and files go from Vonage to the bucket, over the wire."""

import json
from collections.abc import Iterator

import pytest

from tests.conftest import Logs
from tests.fakes.backbone import QUEUE
from tests.fakes.buckets import Buckets, running
from tests.fakes.stores import Aws, Json, Refusal
from tests.fakes.vonage_api import Reply, VonageApi
from tests.samples import sample
from workers.media import app


@pytest.fixture(autouse=True)
def bucket(vonage: VonageApi, monkeypatch: pytest.MonkeyPatch) -> Iterator[Buckets]:
    assert vonage.url
    with running() as fake:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", fake.url)
        monkeypatch.setenv("SWITCHBOARD_MEDIA_BUCKET", "media")
        yield fake
        if app._s3.cache_info().currsize:
            app._s3().close()
        if app._vonage.cache_info().currsize:
            app._vonage().close()
        app._s3.cache_clear()
        app._vonage.cache_clear()


def deliver(name: str, payload: Json) -> bool:
    event = {"id": "e" * 64, "name": name, "received_at": 1.0, "subject": "CON-1", "payload": payload}
    message = {"messageId": "1", "body": json.dumps({"detail-type": name, "detail": event})}
    return app.lambda_handler({"Records": [message]}) == {"batchItemFailures": []}


def announced(aws: Aws) -> list[Json]:
    return [json.loads(message["MessageBody"]) for message in aws.queues[QUEUE]]


def recording(vonage: VonageApi) -> Json:
    return sample("event_record") | {"recording_url": f"{vonage.url}/v1/files/r-1"}


def test_a_recording_is_stored_and_announced(backbone: Aws, vonage: VonageApi, bucket: Buckets) -> None:
    vonage.replies.append(Reply(200, b"sound", {"Content-Type": "audio/mpeg"}))

    assert deliver("voice.record", recording(vonage))
    (event,) = announced(backbone)
    key = f"voice.record/CON-1/{'e' * 16}-0.mp3"
    assert bucket.objects == {f"/media/{key}": b"sound"}
    assert event["name"] == "voice.record.stored"
    assert event["payload"] == {"bucket": "media", "key": key, "size": 5, "content_type": "audio/mpeg"}
    assert vonage.requests[0].token.count(".") == 2


def test_a_transcript_is_stored_and_announced_like_its_recording(
    backbone: Aws, vonage: VonageApi, bucket: Buckets
) -> None:
    vonage.replies.append(Reply(200, b'{"transcripts": []}', {"Content-Type": "application/json"}))

    assert deliver(
        "voice.transcribed",
        sample("event_transcribed") | {"transcription_url": f"{vonage.url}/v1/files/t-1"},
    )
    (event,) = announced(backbone)
    assert (event["name"], list(bucket.objects)) == (
        "voice.transcribed.stored",
        [f"/media/voice.transcribed/CON-1/{'e' * 16}-0.json"],
    )


SAID = {
    "ver": "1.0.0",
    "channels": [
        {"transcript": [{"sentence": "Où êtes-vous ?", "sentiment": {"label": "neutral"}}], "duration": 4000},
        {"transcript": [{"sentence": "Here.", "sentiment": "positive", "words": [{"word": "Here"}]}]},
    ],
}


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (SAID, {"text": "Où êtes-vous ? Here.", "sentiment": [{"label": "neutral"}, "positive"]}),
        ({"channels": [{"transcript": [{"sentence": "Here."}]}]}, {"text": "Here."}),
        ({"transcripts": []}, None),
        ([], None),
        ({"channels": [{"transcript": [{"sentence": "x" * 100_000}]}]}, None),
    ],
)
def test_words_and_sentiment_are_told_where_the_parameter_allows_it(
    backbone: Aws, vonage: VonageApi, monkeypatch: pytest.MonkeyPatch, document: Json, told: Json | None
) -> None:
    monkeypatch.setenv("SWITCHBOARD_TRANSCRIPT_TEXT", "true")
    vonage.replies.append(Reply(200, json.dumps(document).encode()))

    assert deliver("voice.transcribed", {"transcription_url": f"{vonage.url}/v1/files/t-1"})

    (event,) = announced(backbone)
    assert event["payload"].get("transcript") == told


@pytest.mark.parametrize(("name", "allowed"), [("voice.transcribed", "false"), ("messages.inbound", "true")])
def test_words_are_kept_in_the_bucket_alone_otherwise(
    backbone: Aws, vonage: VonageApi, monkeypatch: pytest.MonkeyPatch, name: str, allowed: str
) -> None:
    monkeypatch.setenv("SWITCHBOARD_TRANSCRIPT_TEXT", allowed)
    vonage.replies.append(Reply(200, json.dumps(SAID).encode()))
    url = f"{vonage.url}/v1/files/t-1"

    assert deliver(
        name, {"transcription_url": url} if name == "voice.transcribed" else {"file": {"url": url}}
    )

    (event,) = announced(backbone)
    assert "transcript" not in event["payload"]


@pytest.mark.parametrize("document", [b"", b"{", b"\xff", b'"sentence"', b"7", b"[" * 99_999], ids=repr)
def test_transcript_that_cant_be_read_is_kept_all_the_same(
    backbone: Aws, vonage: VonageApi, bucket: Buckets, monkeypatch: pytest.MonkeyPatch, document: bytes
) -> None:
    monkeypatch.setenv("SWITCHBOARD_TRANSCRIPT_TEXT", "true")
    vonage.replies.append(Reply(200, document, {"Content-Type": "application/json"}))

    assert deliver("voice.transcribed", {"transcription_url": f"{vonage.url}/v1/files/t-1"})

    (event,) = announced(backbone)
    assert "transcript" not in event["payload"]
    assert list(bucket.objects.values()) == [document]


def test_every_file_of_a_message_is_stored(vonage: VonageApi, bucket: Buckets) -> None:
    vonage.replies.extend(Reply(200, b"x", {"Content-Type": "image/png"}) for _ in range(3))
    parts = [{"type": "image", "url": f"{vonage.url}/{n}"} for n in range(2)]

    assert deliver("messages.inbound", {"image": {"url": f"{vonage.url}/0"}, "content": parts})
    assert len(bucket.objects) == 3


@pytest.mark.parametrize("payload", [{"text": "Hello"}, {"image": {"url": "https://cdn.example/1.png"}}])
def test_what_is_not_vonages_stays_where_it_is(vonage: VonageApi, bucket: Buckets, payload: Json) -> None:
    assert deliver("messages.inbound", payload)
    assert (bucket.objects, vonage.requests) == ({}, [])


@pytest.mark.parametrize(
    "payload",
    [
        {"recording_url": None}, {"recording_url": ""}, {"recording_url": ["https://api.nexmo.com/v1/files/1"]},
        {"recording_url": "not a URL"}, {"recording_url": "https://[::"}, {"recording_url": "https://\ud800.nexmo.com"},
        {"recording_url": "https://xn--evil.nexmo.com"}, {"recording_url": f"https://{'a' * 64}.nexmo.com"},
        {"recording_url": "//api.nexmo.com/1"}, {"recording_url": "file:///etc/passwd"},
        {"recording_url": "https://api.nexmo.com:x/1"}, {"recording_url": "https://api.nexmo.com/\x00"},
        {"image": {}}, {"image": None}, {"image": [1]}, {"file": {"url": 5}}, {"video": {"url": None}},
        {"content": None}, {"content": [1]}, {"content": ["url"]}, {"content": [{"url": None}]},
        {"content": "https://api.nexmo.com/1"}, {"content": {"url": "https://api.nexmo.com/1"}}, {},
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("name", ["voice.record", "messages.inbound"])
def test_where_there_is_nothing_to_fetch_nothing_has_failed(
    vonage: VonageApi, bucket: Buckets, logs: Logs, name: str, payload: Json
) -> None:
    assert deliver(name, payload)
    assert (bucket.objects, vonage.requests) == ({}, [])
    assert {line["message"] for line in logs.lines} <= {"Skipped"}


@pytest.mark.parametrize("odd", [{"image": {}}, {"content": [None, 7, {}]}, {"recording_url": None}], ids=str)
def test_what_is_odd_beside_a_file_does_not_keep_it_from_being_stored(
    vonage: VonageApi, bucket: Buckets, odd: Json
) -> None:
    vonage.replies.append(Reply(200, b"sound"))
    assert deliver("messages.inbound", {**odd, "audio": {"url": f"{vonage.url}/1"}})
    assert list(bucket.objects.values()) == [b"sound"]


@pytest.mark.parametrize("status", [404, 410])
def test_what_vonage_has_deleted_is_not_asked_for_again(
    vonage: VonageApi, bucket: Buckets, status: int
) -> None:
    vonage.replies.append(Reply(status))

    assert deliver("voice.record", recording(vonage))
    assert bucket.objects == {}


@pytest.mark.parametrize("reply", [Reply(401), Reply(429), Reply(503), Reply(lost=True)])
def test_what_cannot_be_fetched_now_is_fetched_later(
    backbone: Aws, vonage: VonageApi, bucket: Buckets, reply: Reply
) -> None:
    vonage.replies.extend([reply, Reply(200, b"sound")])

    assert not deliver("voice.record", recording(vonage))
    assert announced(backbone) == []
    assert deliver("voice.record", recording(vonage))
    assert list(bucket.objects.values()) == [b"sound"]


def test_what_was_stored_but_not_announced_is_stored_in_the_same_place(
    backbone: Aws, vonage: VonageApi, bucket: Buckets
) -> None:
    def down(operation: str, _asked: Json) -> None:
        if operation.startswith("AmazonSQS"):
            raise Refusal("ServiceUnavailable", status=503)

    vonage.replies.extend([Reply(200, b"sound"), Reply(200, b"sound")])
    backbone.fault = down
    assert not deliver("voice.record", recording(vonage))
    backbone.fault = None

    assert deliver("voice.record", recording(vonage))
    assert (len(bucket.objects), len(announced(backbone))) == (1, 1)
