"""Webhook functions in this process: requests become API Gateway events, and what goes to AWS stays here.

    with Handlers({"answer": app.lambda_handler}, Aws(account)).running() as handlers:
        handlers.handle_request(request)
        handlers.commands               # what flows asked for, such as messages to send
        handlers.events                 # what happened, as the bus has it

Faster than any deployment by a factor of a thousand, and still from the raw request to the raw response:
the signature is verified, the event is queued, and rules of the event bus get it. As on a stack, an id is
taken once, and a flow has the time that it has there. A dialog has its table and that of people, and hears of
its call's end, or that nobody has answered: twice, as it may on a stack.
"""

import base64
import contextlib
import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

import httpx
from switchboard.wire.reach.marks import MARKS

from vonage_simulator.testing.aws.gateway_event import gateway_event
from vonage_simulator.testing.aws.services import REGION, Aws
from vonage_simulator.testing.commands.carrying_out import NAMES
from vonage_simulator.types import Json

Handler = Callable[[Json, object], Mapping[str, Any]]
Rule = Callable[[Json, object], object]

# The command that has a chat woken.
WAKE = "chat.wake"

HOST = "switchboard.test"
BASE_URL = f"https://{HOST}/webhooks"


class Handlers(httpx.BaseTransport):
    """Lambda handlers by the last part of their route, such as `answer`; an httpx transport for webhooks.

    Args:
        handlers: of webhooks.
        aws: what their functions ask.
        rules: handlers of the event bus, by the events' detail-type, such as `voice.completed` or `voice.*`.

    Attributes:
        events: what happened, each with `id`, `name`, `received_at`, `subject` and `payload`, oldest first.
        commands: what is asked of Vonage, each with `id`, `name` and `detail`.
        carry_out: gets each command, at once.
        set_alarm: gets what is to wake a chat, and at which moment of Unix time: call it then.
    """

    def __init__(
        self, handlers: Mapping[str, Handler], aws: Aws, rules: Mapping[str, Rule] | None = None
    ) -> None:
        self._handlers = handlers
        self._aws = aws
        aws.send, aws.put = self._sent, self._put
        self._rules = rules or {}
        self._unpublished: list[Json] = []
        self._taken: set[str] = set()
        self.carry_out: Callable[[Json], None] = lambda _command: None
        self.set_alarm: Callable[[float, Callable[[], None]], None] = lambda _at, _wake: None
        self._one_at_a_time = threading.Lock()
        self.events: list[Json] = []
        self.commands: list[Json] = []

    @contextlib.contextmanager
    def running(self) -> "Iterator[Handlers]":
        """Have the functions of this process ask this AWS until the block ends."""
        with self._aws.running():
            yield self

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Call the handler of the request's path, as API Gateway and Lambda would."""
        name = request.url.path.rsplit("/", 1)[-1]
        if name not in self._handlers:
            return httpx.Response(404, json={"message": "Not Found"}, request=request)
        with self._one_at_a_time:
            answer = self._handlers[name](_gateway_event(request), None)
            self._publish()
        body = answer.get("body", "")
        raw = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
        headers = {str(k): str(v) for k, v in answer.get("headers", {}).items()}
        raised = {"raised": getattr(answer, "failure", None)}
        return httpx.Response(
            answer["statusCode"], headers=headers, content=raw, request=request, extensions=raised
        )

    def announce(self, event: Json) -> None:
        """An event of the stack's own has happened; rules get it at once."""
        with self._one_at_a_time:
            self._event(event)
            self._publish()

    def _sent(self, queue: str, message: Json) -> None:
        (self._command if "command" in queue else self._event)(message)

    def _event(self, event: Json) -> None:
        if event["id"] not in self._taken:
            self._taken.add(event["id"])
            self.events.append(event)
            self._unpublished.append(_bus_event(event["id"], event["name"], _source(event["name"]), event))

    def _command(self, command: Json) -> None:
        if command["id"] not in self._taken:
            self._taken.add(command["id"])
            if command["name"] == WAKE:
                self.set_alarm(command["detail"]["at"], lambda: self._wake(command["detail"]))
                return
            self.commands.append(command)
            self.carry_out(command)

    def _wake(self, detail: Json) -> None:
        """Tell a chat that its time is over."""
        event = _bus_event(str(uuid.uuid4()), WAKE, "aws.scheduler", detail)
        with self._one_at_a_time:
            for _ in range(2):
                self._handlers["inbound"](event, None)
            self._publish()

    def _put(self, entry: Json) -> str:
        """What somebody else puts on the bus: a command, or an event that rules may know."""
        identity = str(uuid.uuid4())
        event = _bus_event(identity, entry["DetailType"], entry["Source"], json.loads(entry["Detail"]))
        if event["detail-type"] in NAMES:
            self._command(_command_in(event))
        self._unpublished.append(event)
        return identity

    def _publish(self) -> None:
        """Give what is on the bus to the rules; what they put there themselves is next."""
        while self._unpublished:
            event = self._unpublished.pop(0)
            for pattern, rule in self._rules.items():
                if fnmatchcase(event["detail-type"], pattern):
                    rule(event, None)
            if event["detail-type"] == "voice.completed":
                for dialog in [each for each in self._handlers.values() if hasattr(each, "is_dialog")] * 2:
                    dialog(event, None)


def _gateway_event(request: httpx.Request) -> Json:
    path, query = request.url.path, request.url.query.decode()
    headers = request.headers.multi_items()
    return gateway_event(request.method, path, query, headers, request.content, str(uuid.uuid4()))


def _bus_event(identity: str, name: str, source: str, detail: Json) -> Json:
    """An event as EventBridge gives it to a rule's target."""
    return {
        "version": "0",
        "id": identity,
        "detail-type": name,
        "source": source,
        "account": "123456789012",
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "region": REGION,
        "resources": [],
        "detail": detail,
    }


def _command_in(event: Json) -> Json:
    """The command that an event on the bus is: there, unlike in a flow's, its marks stand in the detail."""
    marks = {name: event["detail"][name] for name in MARKS if name in event["detail"]}
    detail = {name: value for name, value in event["detail"].items() if name not in MARKS}
    return {"id": event["id"], "name": event["detail-type"], "detail": detail, **marks}


def _source(name: str) -> str:
    return f"vonage.{name.partition('.')[0]}"
