"""Recordings, transcripts and files of messages are kept in the stack's bucket before Vonage deletes them.

A rule of the event bus puts `voice.record`, `voice.transcribed` and `messages.inbound` in the media queue.
What is stored is an event: `voice.record.stored` and so on, with the object's bucket and key, and with the
parameter TranscriptText a transcript's words and sentiment. Only files on Vonage's own hosts are fetched,
with the application's token; what is elsewhere stays where it is.

Source: Vonage, "Recording" (kept for 30 days; fetched with a JWT of the application) and Messages API v1. How
a transcript is laid out isn't documented, so its words and sentiment are looked for wherever they are.
"""

import functools
import json
import mimetypes
import os
import tempfile
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from switchboard import telemetry
from switchboard.aws import queues
from switchboard.envelope import Envelope
from switchboard.environment import required
from switchboard.errors import RefusedError
from switchboard.outbound.vonage import Vonage

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MEDIA = ("image", "audio", "video", "file", "vcard", "sticker")

# An event has to fit into the queue and the timeline; a longer transcript is in the bucket alone.
LONGEST_TRANSCRIPT = 100_000


def lambda_handler(batch: dict[str, Any], _context: object = None) -> dict[str, Any]:
    """Store the media of a batch of events; what could not be fetched is named in `batchItemFailures`."""
    failed = [message["messageId"] for message in batch["Records"] if not store_all(message["body"])]
    return {"batchItemFailures": [{"itemIdentifier": identity} for identity in failed]}


def store_all(body: str) -> bool:
    """Store every file of one event; False when Vonage or S3 has to be asked again."""
    facts: dict[str, object] = {}
    try:
        event: Envelope = json.loads(body)["detail"]
        facts = {"id": event["id"], "event": event["name"], "subject": event["subject"][:80]}
        for number, url in enumerate(urls(event["payload"])):
            stored = store(event, number, url)
            telemetry.outcome("Stored" if stored else "Skipped", "media", "INFO", **facts)
    except Exception as failure:  # noqa: BLE001 - one event must not stop the others
        telemetry.outcome("NotStored", "media", "ERROR", **facts | telemetry.where(failure))
        return False
    return True


def urls(payload: Mapping[str, Any]) -> Iterator[str]:
    """Where the files of a recording, transcript or message are; what isn't a file's address is left out."""
    parts = payload.get("content")
    places = [payload.get(kind) for kind in MEDIA] + (parts if isinstance(parts, list) else [])
    calls = [payload.get("recording_url"), payload.get("transcription_url")]
    found = [*calls, *(place.get("url") for place in places if isinstance(place, dict))]
    yield from (url for url in found if isinstance(url, str) and url)


def store(event: Envelope, number: int, url: str) -> bool:
    """Copy one file from Vonage to the bucket and say so; False for one that Vonage does not have."""
    with tempfile.TemporaryFile() as file:
        try:
            content_type = _vonage().download(url, file)
        except RefusedError as refusal:
            if refusal.status in (0, 404, 410):
                return False
            _vonage.cache_clear()  # after a 401 the key may be another one
            raise
        extension = mimetypes.guess_extension(content_type.partition(";")[0]) or ""
        key = f"{event['name']}/{event['subject']}/{event['id'][:16]}-{number}{extension}"
        size = file.tell()
        file.seek(0)
        told = transcript(file.read(LONGEST_TRANSCRIPT + 1)) if _tells_words_of(event) else {}
        file.seek(0)
        bucket = required("SWITCHBOARD_MEDIA_BUCKET")
        _s3().upload_fileobj(file, bucket, key, ExtraArgs={"ContentType": content_type})
    stored = {"bucket": bucket, "key": key, "size": size, "content_type": content_type, **told}
    queues.announce(f"{event['name']}.stored", f"{event['id']}\n{number}", event["subject"], stored)
    return True


def _tells_words_of(event: Envelope) -> bool:
    return event["name"] == "voice.transcribed" and os.environ.get("SWITCHBOARD_TRANSCRIPT_TEXT") == "true"


def transcript(document: bytes) -> dict[str, object]:
    """`transcript`, with what was said and all that is said of its sentiment; nothing if it can't be read."""
    try:
        found = list(_fields(json.loads(document)))
    except (ValueError, RecursionError):
        return {}
    sentences = [value for name, value in found if name == "sentence" and isinstance(value, str)]
    told = {"text": " ".join(sentences), "sentiment": [value for name, value in found if "sentiment" in name]}
    return (
        {"transcript": {name: value for name, value in told.items() if value}} if any(told.values()) else {}
    )


def _fields(node: object) -> Iterator[tuple[str, object]]:
    """Every field of a document, in its order; what is inside a sentiment is part of it."""
    for name, value in node.items() if isinstance(node, dict) else ():
        yield name, value
        if "sentiment" not in name:
            yield from _fields(value)
    for each in node if isinstance(node, list) else ():
        yield from _fields(each)


@functools.cache
def _vonage() -> Vonage:
    return Vonage.of_stack()


@functools.cache
def _s3() -> "S3Client":
    import boto3

    return boto3.client("s3")
