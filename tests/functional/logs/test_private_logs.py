"""Lambda's own runtime clients print what libraries log, too: nothing private is among it."""

import json
from collections.abc import Iterator

import pytest

from operate import paths
from tests.factories import CALLER, CREDENTIALS, batch, webhook_event
from tests.fakes.buckets import running
from tests.fakes.stores import Aws
from tests.fakes.vonage_api import Reply, VonageApi
from tests.lambda_runtime import Runtime, counted
from tests.samples import sample

FUNCTIONS, WORKERS = paths.ROOT / "tests" / "flows", paths.ROOT / "workers"
CALL = sample("command_call_with_ncco")
HANGUP = sample("command_hangup") | {"detail": {"uuid": "u-1", "action": "hangup"}}
BODY = "What somebody said."


@pytest.fixture
def media(vonage: VonageApi, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a recording, for a media function that has a bucket."""
    with running() as bucket:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", bucket.url)
        monkeypatch.setenv("SWITCHBOARD_MEDIA_BUCKET", "media")
        vonage.reply = lambda asked: Reply() if asked else Reply(200, b"sound")
        yield f"{vonage.url}/v1/files/r-1"


@pytest.mark.parametrize("level", ["DEBUG", "INFO"])
def test_no_line_has_a_secret_a_token_a_body_a_number_or_an_address(
    runtime: Runtime, aws: Aws, vonage: VonageApi, media: str, private_key: str, level: str
) -> None:
    event = {"id": "e-1", "name": "voice.record", "received_at": 1.0, "subject": "CON-1"}
    event |= {"payload": sample("event_record") | {"recording_url": media, "from": CALLER, "text": BODY}}
    logged = [
        *runtime.log(FUNCTIONS / "event", webhook_event("event", event["payload"]), level=level),
        *runtime.log(WORKERS / "record", batch(event), level=level),
        *runtime.log(WORKERS / "outbound", batch(CALL, HANGUP), level=level),
        *runtime.log(WORKERS / "media", batch({"detail": event}), level=level),
    ]

    text = json.dumps(logged)
    assert {"Accepted", "Recorded", "Stored"} <= counted(logged)
    secrets = [*CREDENTIALS.values(), "wJalrXUtnFEMI", "session-token", private_key.splitlines()[1]]
    tokens = [request.token for request in vonage.requests]
    addresses = [vonage.url, aws.url, "/v1/", "/media/"]
    private = [*secrets, *tokens, *addresses, BODY, CALLER, CALL["detail"]["to"][0]["number"]]
    assert [each for each in private if each in text] == []
