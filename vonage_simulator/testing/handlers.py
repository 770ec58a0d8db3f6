"""Webhook functions in this process: requests become API Gateway events, and what goes to AWS stays here.

    with Handlers({"answer": app.lambda_handler}, account) as handlers:
        handlers.handle_request(request)
        handlers.commands               # what flows asked for, such as messages to send

Faster than any deployment by a factor of a thousand, and still from the raw request to the raw response:
the signature is verified, the event is queued. Only the deadline is not: it needs the main thread, as on
Lambda.
"""

import base64
import json
import os
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Any

import httpx

from vonage_simulator.account.account import Account
from vonage_simulator.testing.endpoint import Answer, Incoming, serving
from vonage_simulator.types import Json

Handler = Callable[[Json, object], Mapping[str, Any]]

HOST = "switchboard.test"
BASE_URL = f"https://{HOST}/webhooks"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "in-process",
    "AWS_SECRET_ACCESS_KEY": "in-process",
    "AWS_REGION": "eu-west-1",
    "SWITCHBOARD_CREDENTIALS_SECRET": "switchboard/vonage",
    "SWITCHBOARD_QUEUE_URL": "events.fifo",
    "SWITCHBOARD_COMMANDS_QUEUE_URL": "commands.fifo",
}


class Handlers(httpx.BaseTransport):
    """Lambda handlers by the last part of their route, such as `answer`; an httpx transport for webhooks."""

    def __init__(self, handlers: Mapping[str, Handler], account: Account) -> None:
        self._handlers = handlers
        self._account = account
        self._one_at_a_time = threading.Lock()
        self._open = ExitStack()
        self._environment_before: dict[str, str | None] = {}
        self.events: list[Json] = []
        self.commands: list[Json] = []

    def __enter__(self) -> "Handlers":
        url = self._open.enter_context(serving(self._aws))
        wanted = {**ENVIRONMENT, "AWS_ENDPOINT_URL": url}
        self._environment_before = {name: os.environ.get(name) for name in wanted}
        os.environ.update(wanted)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        for name, value in self._environment_before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        self._open.close()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Call the handler of the request's path, as API Gateway and Lambda would."""
        name = request.url.path.rsplit("/", 1)[-1]
        if name not in self._handlers:
            return httpx.Response(404, json={"message": "Not Found"}, request=request)
        with self._one_at_a_time:
            answer = self._handlers[name](_gateway_event(request), None)
        body = answer.get("body", "")
        raw = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
        headers = {str(k): str(v) for k, v in answer.get("headers", {}).items()}
        return httpx.Response(answer["statusCode"], headers=headers, content=raw, request=request)

    def _aws(self, incoming: Incoming) -> Answer:
        """Secrets Manager and SQS, as far as the functions use them on a webhook's path."""
        action = incoming.headers.get("x-amz-target", "").partition(".")[2]
        asked = json.loads(incoming.body or b"{}")
        if action == "GetSecretValue":
            account = self._account
            secret = {
                "api_key": account.api_key,
                "api_secret": account.api_secret,
                "signature_secret": account.signature_secret,
            }
            return _json({"SecretString": json.dumps(secret)})
        if action == "SendMessage":
            message = json.loads(asked["MessageBody"])
            (self.commands if "command" in asked["QueueUrl"] else self.events).append(message)
            return _json({"MessageId": message["id"]})
        return _json({"__type": "InvalidAction"}, 400)


def _gateway_event(request: httpx.Request) -> Json:
    """The request in payload format 2.0 of API Gateway's HTTP APIs."""
    path = request.url.path
    return {
        "version": "2.0",
        "routeKey": f"{request.method} {path}",
        "rawPath": path,
        "rawQueryString": request.url.query.decode(),
        "headers": {name.lower(): value for name, value in request.headers.items()},
        "requestContext": {
            "domainName": request.url.host,
            "http": {"method": request.method, "path": path},
            "requestId": "in-process",
            "stage": "$default",
            "timeEpoch": int(time.time() * 1000),
        },
        "body": request.content.decode(),
        "isBase64Encoded": False,
    }


def _json(value: Json, status: int = 200) -> Answer:
    # Functions would keep the connection for as long as they live, which is longer than this server does.
    headers = {"Content-Type": "application/json", "Connection": "close"}
    return Answer(status, json.dumps(value).encode(), headers)
