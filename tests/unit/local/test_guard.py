"""The guard in front of the embedded AWS: what it lets through to the emulator, and what not."""

import asyncio

import httpx
import pytest

from local.embedded_aws.guard import Guard, Message, Receive, Refusal, Scope, Send

URL = "http://127.0.0.1:4566"
SIGNED = {"Authorization": "signed"}
WEBHOOK = "/_aws/execute-api/a1b2c3d4/$default/webhooks/answer"


async def emulator(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with what it got."""
    assert scope["type"] == "http"
    message = await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": message["body"]})


def check_signature(scope: Scope, _: bytes) -> Refusal | None:
    return None if (b"authorization", b"signed") in scope["headers"] else Refusal(403, {}, b"sign it")


GUARD = Guard(emulator, check_signature, lambda host: host == "calls.example.com")


def ask(method: str, path: str, **headers: str) -> httpx.Response:
    async def asked() -> httpx.Response:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(GUARD), base_url=URL) as client:
            return await client.request(method, path, headers=names, content=b"body")

    return asyncio.run(asked())


def test_signed_request_of_a_program_reaches_the_emulator_whole() -> None:
    reply = ask("POST", "/", **SIGNED)
    assert (reply.status_code, reply.content) == (200, b"body")


def test_unsigned_request_is_refused() -> None:
    reply = ask("POST", "/")
    assert (reply.status_code, reply.content) == (403, b"sign it")


@pytest.mark.parametrize(
    "header",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:4010"},
        {"Origin": "http://localhost:4566"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Host": "evil.example"},
        {"Host": "evil.example:4566"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "127.0.0.1:4566.evil.example"},
        {"Host": "user@127.0.0.1"},
        {"Host": "calls.example.com"},
        {"Host": "a1b2c3d4.execute-api.us-east-1.amazonaws.com"},
        {"Host": ""},
    ],
    ids=str,
)
def test_signed_request_from_elsewhere_is_refused(header: dict[str, str]) -> None:
    assert ask("POST", "/", **SIGNED, **header).status_code == 403


@pytest.mark.parametrize("host", ["127.0.0.1:4566", "localhost:4566", "[::1]:4566", "localhost"])
def test_this_machine_has_three_names(host: str) -> None:
    assert ask("POST", "/", **SIGNED, Host=host).status_code == 200


def test_no_preflight_is_answered() -> None:
    wish = {"Origin": "https://evil.example", "Access_Control_Request_Method": "POST"}
    reply = ask("OPTIONS", "/", **wish)
    assert reply.status_code == 403
    assert [name for name in reply.headers if name.startswith("access-control")] == []


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/_ministack/health"), ("PUT", "/_ministack/cfn-response/token"), ("POST", WEBHOOK)],
)
def test_open_as_on_aws_are_webhooks_and_response_urls(method: str, path: str) -> None:
    assert ask(method, path).status_code == 200


@pytest.mark.parametrize("path", ["/_ministack/health", "/_ministack/cfn-response/token", WEBHOOK])
def test_what_is_open_to_programs_is_closed_to_web_pages(path: str) -> None:
    assert ask("PUT", path, Origin="https://evil.example").status_code == 403
    assert ask("PUT", path, Host="evil.example").status_code == 403


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/_ministack/health"),
        ("POST", "/_ministack/reset"),
        ("GET", "/_ministack/cfn-response/token"),
        ("PUT", "/_ministack/cfn-response/token/more"),
        ("POST", "/_aws/execute-api/a1b2c3d4"),
        ("POST", "/_aws/execute-api//$default/webhooks/answer"),
        ("GET", "/_aws/sqs/messages"),
        ("POST", "/webhooks/answer"),
    ],
)
def test_what_only_resembles_an_open_address_is_closed(method: str, path: str) -> None:
    assert ask(method, path).status_code == 403


@pytest.mark.parametrize("host", ["a1b2c3d4.execute-api.us-east-1.amazonaws.com", "localhost:4566"])
def test_webhook_arrives_under_the_address_that_vonage_was_given(host: str) -> None:
    assert ask("POST", WEBHOOK, Host=host).status_code == 200


def test_webhooks_of_an_api_s_own_domain_are_open_and_nothing_else_of_it() -> None:
    assert ask("POST", "/webhooks/answer", Host="calls.example.com").status_code == 200
    assert ask("POST", "/webhooks/answer", Host="other.example.com").status_code == 403
    assert ask("POST", "/_ministack/reset", Host="calls.example.com").status_code == 403


def test_sockets_are_closed() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    asyncio.run(GUARD({"type": "websocket", "path": "/", "headers": []}, receive, send))
    assert sent == [{"type": "websocket.close"}]
