"""Where webhooks for a stack in the embedded AWS go."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest

from local.gateway import EmbeddedGateway, address, routes_of
from local.live.functions import Functions

AWS = "http://127.0.0.1:4566"
STACK = "https://a1b2c3d4.execute-api.us-east-1.amazonaws.com"


@pytest.mark.parametrize(
    ("stack_address", "embedded"),
    [
        (f"{STACK}/webhooks/answer", f"{AWS}/_aws/execute-api/a1b2c3d4/$default/webhooks/answer"),
        (
            f"{STACK}/webhooks/answer?a=b%20c",
            f"{AWS}/_aws/execute-api/a1b2c3d4/$default/webhooks/answer?a=b%20c",
        ),
        (STACK, f"{AWS}/_aws/execute-api/a1b2c3d4/$default"),
        ("https://example.com/webhooks/answer", "https://example.com/webhooks/answer"),
        (f"https://example.com/?{STACK}", f"https://example.com/?{STACK}"),
    ],
)
def test_only_a_stack_s_own_addresses_move(stack_address: str, embedded: str) -> None:
    assert address(stack_address, AWS) == embedded


def test_routes_are_read_from_the_openapi_body() -> None:
    invocation = (
        "arn:${AWS::Partition}:apigateway:…:lambda:path/…/functions/${AnswerFunction.Arn}/invocations"
    )
    operation = {"x-amazon-apigateway-integration": {"uri": {"Fn::Sub": invocation}}}
    template = {
        "Resources": {
            "Api": {
                "Type": "AWS::ApiGatewayV2::Api",
                "Properties": {"Body": {"paths": {"/webhooks/answer": {"post": operation}}}},
            },
            "Queue": {"Type": "AWS::SQS::Queue"},
        }
    }

    assert routes_of(template) == {"Api": {"POST /webhooks/answer": "AnswerFunction"}}


@pytest.fixture
def echo() -> Iterator[str]:
    """A server that answers with the path and body it was sent."""

    class Echo(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.send_header("seen-host", self.headers["host"])
            self.end_headers()
            self.wfile.write(f"{self.path} {self.headers['authorization']} {body.decode()}".encode())

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.005,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_request_arrives_with_its_body_and_signature(echo: str) -> None:
    with httpx.Client(transport=EmbeddedGateway(echo)) as client:
        reply = client.post(
            f"{STACK}/webhooks/event", content='{"a": 1}', headers={"Authorization": "Bearer token"}
        )

    assert reply.text == '/_aws/execute-api/a1b2c3d4/$default/webhooks/event Bearer token {"a": 1}'


@pytest.mark.parametrize("host", ["a1b2c3d4.execute-api.us-east-1.amazonaws.com", "calls.example.com"])
def test_function_sees_the_address_that_vonage_was_given(echo: str, host: str) -> None:
    """An `eventUrl` is made of the Host header: what goes out in an NCCO has to come back here."""
    with httpx.Client(transport=EmbeddedGateway(echo, ["calls.example.com"])) as client:
        reply = client.post(f"https://{host}/webhooks/answer", content="{}")

    assert reply.headers["seen-host"] == host


def test_other_addresses_are_left_alone(echo: str) -> None:
    with httpx.Client(transport=EmbeddedGateway(AWS)) as client:
        reply = client.post(f"{echo}/elsewhere", content="x")

    assert reply.text.startswith("/elsewhere ")


def test_request_waits_while_its_function_is_being_replaced(echo: str) -> None:
    functions = Functions()
    with (
        httpx.Client(transport=EmbeddedGateway(echo, functions=functions)) as client,
        ThreadPoolExecutor() as elsewhere,
    ):

        def ask(webhook: str) -> int:
            return client.post(f"{STACK}/webhooks/{webhook}", headers={"Authorization": ""}).status_code

        with functions.replacing({"answer"}):
            waiting = elsewhere.submit(ask, "answer")
            assert ask("event") == 200
            assert not waiting.done()

        assert waiting.result(10) == 200
