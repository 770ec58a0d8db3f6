"""A command can ask for what it is named after and nothing else, and every reply of Vonage's ends it."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from switchboard.errors import RefusedError
from switchboard.outbound.vonage import Vonage

from tests.conftest import Logs
from tests.fakes.backbone import BUS_COMMANDS, BUS_REJECTED, COMMANDS, REJECTED
from tests.fakes.stores import Aws, Json
from tests.fakes.vonage_api import Reply, VonageApi
from tests.functional.outbound.test_outbound import (
    CALL,
    HANGUP,
    READ,
    SMS,
    TALK,
    deliver,
    record,
    result,
    results,
    spoiled,
)
from workers.outbound import app

HOSTILE = [
    "../users/USR-1?x=", "../conversations/CON-1?x=", "../../v2/x", "..", ".", "", "a/b", "a?b=c", "a#b",
    "a%2Fb", "%2e%2e", "a\\b", "a b", "a\nb", "\u0661", "\u2025", "a@b", "x" * 65,
]  # fmt: skip
STOP = spoiled(HANGUP, action="stop_talk")


@pytest.fixture(autouse=True)
def _in_order(vonage: VonageApi) -> None:
    """Everything is there: the queues, the table, the application's secret, Vonage."""


@pytest.mark.parametrize("identity", HOSTILE)
@pytest.mark.parametrize(
    ("command", "key"), [(HANGUP, "uuid"), (STOP, "uuid"), (TALK, "uuid"), (READ, "message_uuid")]
)
def test_what_is_no_id_of_vonages_is_never_part_of_a_request(
    backbone: Aws, vonage: VonageApi, command: Json, key: str, identity: str
) -> None:
    assert deliver(spoiled(command, **{key: identity}))
    assert vonage.requests == []
    name, payload = result(backbone)
    assert name.endswith(".rejected")
    assert payload["reason"].endswith("an id of Vonage's: letters, digits, - and _")


@pytest.mark.parametrize(
    "identity", ["aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab", "63f61863c4a54d5e8f3ed2b4a12ff6a3"]
)
@pytest.mark.parametrize(
    ("command", "key", "path"),
    [(HANGUP, "uuid", "/v1/calls/{}"), (STOP, "uuid", "/v1/calls/{}/talk"),
     (READ, "message_uuid", "/v1/messages/{}")],
)  # fmt: skip
def test_an_id_of_vonages_is(
    backbone: Aws, vonage: VonageApi, command: Json, key: str, path: str, identity: str
) -> None:
    assert deliver(spoiled(command, **{key: identity}))
    assert result(backbone)[0].endswith(".accepted")
    assert [request.path for request in vonage.requests] == [path.format(identity)]


@pytest.fixture
def client(private_key: str, vonage: VonageApi) -> Iterator[Vonage]:
    """The client by itself, without the types in front of it."""
    client = Vonage("app-1", private_key, vonage.url)
    yield client
    client.close()


@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=150)
@given(st.one_of(st.text(), st.lists(st.sampled_from([*"./?#%\\;@: ab", "..", "2e", "2f"])).map("".join)))
def test_whatever_the_id_the_client_asks_for_one_thing_in_the_folder_that_is_meant(
    client: Vonage, vonage: VonageApi, identity: str
) -> None:
    vonage.requests.clear()
    asking: list[Callable[[], object]] = [
        lambda: client.update_call(identity, {"action": "hangup"}),
        lambda: client.update_message(identity, {"status": "read"}),
    ]
    for ask in asking:
        with suppress(RefusedError):
            ask()
    for request in vonage.requests:
        *folder, last = request.path.split("/")
        assert folder in (["", "v1", "calls"], ["", "v1", "messages"])
        assert last.strip(".")
        assert not set("?#\\") & set(request.path)


@pytest.mark.parametrize(
    "tail", ["/v1/users?x=", "/v1/calls/u-2?x=", "?x=", "#x", "/x", "@evil.example", ":x"]
)  # fmt: skip
@pytest.mark.parametrize("command", [CALL, HANGUP], ids=["voice.call", "voice.update"])
def test_a_region_is_a_host_and_nothing_more(
    backbone: Aws, vonage: VonageApi, command: Json, tail: str
) -> None:
    assert deliver(spoiled(command, region_url=vonage.url + tail))
    assert vonage.requests == []
    name, payload = result(backbone)
    assert name.endswith(".rejected")
    assert payload["reason"].endswith("; it must be an http or https URL without a path")


def test_a_region_may_end_in_a_slash(vonage: VonageApi) -> None:
    assert deliver(spoiled(HANGUP, region_url=f"{vonage.url}/"))
    assert [request.path for request in vonage.requests] == ["/v1/calls/u-1"]


@pytest.mark.parametrize("path", ["/v1/users/USR-1", "/v1/messages/m-2", "/v1/messages/m-1?x=y", "", "#x"])
def test_of_a_messages_own_address_the_host_alone_is_asked(vonage: VonageApi, path: str) -> None:
    assert deliver(spoiled(READ, href=vonage.url + path))
    assert [(request.method, request.path) for request in vonage.requests] == [("PATCH", "/v1/messages/m-1")]


def test_of_an_address_with_a_password_the_host_alone_is_asked(vonage: VonageApi) -> None:
    """HTTP clients send it in the place of our token."""
    address = vonage.url.replace("//", "//user:password@")
    assert deliver(spoiled(READ, href=f"{address}/v1/messages/m-1"))
    assert vonage.requests[0].token.count(".") == 2


HOSTS = [
    "https://xn--evil.nexmo.com", f"https://{'a' * 64}.nexmo.com", "https://a..nexmo.com",
    "https://.nexmo.com", "https://nexmo.com", "https://api.nexmo.com.",
]  # fmt: skip


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("command", [CALL, TALK], ids=["voice.call", "talk"])
def test_a_host_that_cannot_be_is_rejected_and_nothing_is_uncertain(
    backbone: Aws, vonage: VonageApi, command: Json, host: str
) -> None:
    assert deliver(spoiled(command, region_url=host))
    assert vonage.requests == []
    assert result(backbone)[0].endswith(".rejected")


@pytest.mark.parametrize(
    "reply",
    [
        Reply(422, {"title": "x" * 1_000_000, "detail": "y" * 1_000_000}),
        Reply(422, {"title": {"a": 1}, "detail": [[[]]], "invalid_parameters": {"a": 1}}),
        Reply(
            422, {"title": 7, "detail": None, "invalid_parameters": [None, {}, {"name": {}, "reason": []}]}
        ),
        Reply(422, {"invalid_parameters": "no list"}),
        Reply(422, b'{"title": "half a character \\ud83d"}'),
        Reply(400, b"[" * 200_000),
        Reply(400, b'{"title":' + b"[" * 900 + b"]" * 900 + b"}"),
        Reply(400, b'{"title":' + b"[" * 9000 + b"]" * 9000 + b"}"),
        Reply(400, b'{"title": ' + b"9" * 5000 + b"}"),
        Reply(400, b"\xff\xfe\x00"),
        Reply(402, b""),
        Reply(302, {}, {"Location": "http://127.0.0.1:9/elsewhere"}),
        Reply(302, {}, {"Location": "http://[:::"}),
    ],
)
def test_whatever_vonage_says_with_its_refusal_the_command_is_rejected(
    backbone: Aws, vonage: VonageApi, reply: Reply
) -> None:
    vonage.replies.append(reply)
    assert deliver(CALL)
    name, payload = result(backbone)
    outcome = "uncertain" if reply.headers.get("Location", "").endswith(":::") else "rejected"
    assert name == f"voice.call.{outcome}"
    assert 0 < len(payload["reason"].encode()) <= 4000
    assert len(vonage.requests) == 1


@pytest.mark.parametrize(
    "body",
    [{"uuid": {"a": 1}}, {"uuid": "u" * 100_000}, {"uuid": None, "conversation_uuid": 7}, {"uuid": "\ud83d"},
     [1], b"<html>", b"", b"[" * 200_000, b'{"uuid":' + b"[" * 9000 + b"]" * 9000 + b"}"],
)  # fmt: skip
def test_whatever_vonage_says_with_its_consent_the_command_is_accepted(
    backbone: Aws, vonage: VonageApi, body: Json | bytes
) -> None:
    vonage.replies.append(Reply(201, body))
    assert deliver(CALL)
    name, payload = result(backbone)
    assert (name, set(payload)) == ("voice.call.accepted", {"id", "command", "outcome", "timestamp"})


@pytest.mark.parametrize(
    "retry_after", ["-5", "0", "9" * 20, "9" * 5000, "1.5", "nan", "\u00b2", "Wed, 21 Oct 2065"]
)
def test_however_long_vonage_asks_for_patience_the_command_comes_back_within_the_hour(
    backbone: Aws, vonage: VonageApi, retry_after: str
) -> None:
    vonage.replies.append(Reply(429, {}, {"Retry-After": retry_after}))
    assert not deliver(SMS)
    (delay,) = backbone.delays
    assert 0 < delay <= 900


@pytest.mark.parametrize("queue", [COMMANDS, BUS_COMMANDS])
@pytest.mark.parametrize("levels", [100, 900, 5000, 200_000])
@pytest.mark.parametrize("key", ["detail", "message_type", "text"])
def test_a_command_of_any_depth_is_done_with(
    backbone: Aws, vonage: VonageApi, logs: Logs, key: str, levels: int, queue: str
) -> None:
    nested = "[" * levels + "]" * levels
    known = json.dumps(SMS["detail"] | {key: 0})
    detail = nested if key == "detail" else known.replace(f'"{key}": 0', f'"{key}": {nested}')
    body = f'{{"id": "c-1", "name": "messages.send", "detail": {detail}}}'
    message = record({}, queue=queue) | {"body": body}

    assert app.lambda_handler({"Records": [message]}) == {"batchItemFailures": []}
    assert vonage.requests == []
    (event,) = results(backbone)
    assert event["payload"]["outcome"] == "rejected"
    dead_letters = BUS_REJECTED if queue == BUS_COMMANDS else REJECTED
    assert len(backbone.queues[dead_letters]) == 1
    assert [line["message"] for line in logs.lines] == ["Rejected"]


def test_half_a_character_goes_to_vonage_as_a_replacement(backbone: Aws, vonage: VonageApi) -> None:
    """A flow that cuts a text may cut an emoji."""
    assert deliver(spoiled(SMS, text="half \ud83d"))
    assert result(backbone)[0] == "messages.send.accepted"
    assert vonage.requests[0].body["text"] == "half \ufffd"
