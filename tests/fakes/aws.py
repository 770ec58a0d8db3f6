"""AWS on 127.0.0.1, as far as our functions call it: real HTTP, in memory, with faults on demand.

An action is a function `(state, parameters) -> reply` in `ACTIONS`, named as in `X-Amz-Target`; it raises
`Refusal` to answer as AWS answers an error. Every request that arrived is in `requests`, failed or not.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]


class Refusal(Exception):  # noqa: N818 - it is an answer, not a failure of the fake
    def __init__(self, code: str, status: int = 400) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


@dataclass
class Received:
    target: str
    parameters: Json
    headers: dict[str, str]


@dataclass
class FakeAws:
    """`secrets` holds name → label → text. `fault`, if set, sees each request first and may refuse it."""

    url: str = ""
    secrets: dict[str, dict[str, str]] = field(default_factory=dict)
    queues: dict[str, list[Json]] = field(default_factory=dict)
    fault: Callable[[Received], None] | None = None
    requests: list[Received] = field(default_factory=list)

    def put_secret(self, name: str, value: Json) -> None:
        """Write a version; the one that was current becomes the previous one."""
        versions = self.secrets.setdefault(name, {})
        if "AWSCURRENT" in versions:
            versions["AWSPREVIOUS"] = versions["AWSCURRENT"]
        versions["AWSCURRENT"] = json.dumps(value)

    def count(self, action: str) -> int:
        return sum(request.target.endswith(f".{action}") for request in self.requests)

    def answer(self, received: Received) -> Json:
        self.requests.append(received)
        if self.fault:
            self.fault(received)
        return ACTIONS[received.target](self, received.parameters)


def get_secret_value(aws: FakeAws, parameters: Json) -> Json:
    try:
        text = aws.secrets[parameters["SecretId"]][parameters.get("VersionStage", "AWSCURRENT")]
    except KeyError as exc:
        raise Refusal("ResourceNotFoundException") from exc
    return {"Name": parameters["SecretId"], "SecretString": text}


def send_message(aws: FakeAws, parameters: Json) -> Json:
    if parameters["QueueUrl"] not in aws.queues:
        raise Refusal("com.amazonaws.sqs#QueueDoesNotExist")
    aws.queues[parameters["QueueUrl"]].append(parameters)
    return {"MessageId": str(len(aws.queues[parameters["QueueUrl"]]))}


ACTIONS: dict[str, Callable[[FakeAws, Json], Json]] = {
    "secretsmanager.GetSecretValue": get_secret_value,
    "AmazonSQS.SendMessage": send_message,
}


@contextmanager
def running() -> Iterator[FakeAws]:
    aws = FakeAws()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            received = Received(headers.get("x-amz-target", ""), json.loads(body), headers)
            try:
                status, reply = 200, aws.answer(received)
            except Refusal as refusal:
                status, reply = refusal.status, {"__type": refusal.code}
            except ConnectionError:  # a fault that hangs up without a word
                self.close_connection = True
                return
            self._reply(status, json.dumps(reply).encode())

        def _reply(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    aws.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield aws
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
