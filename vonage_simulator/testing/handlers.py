"""Webhook functions in this process: requests become API Gateway events, and what goes to AWS stays here.

    with Handlers({"answer": app.lambda_handler}, account).running() as handlers:
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
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

import httpx
from switchboard.wire.reach.marks import MARKS

from vonage_simulator.account.account import Account
from vonage_simulator.testing.commands import NAMES
from vonage_simulator.testing.dynamodb.expressions import TableError
from vonage_simulator.testing.dynamodb.tables import Tables
from vonage_simulator.testing.endpoint import Answer, Incoming, serving
from vonage_simulator.testing.gateway_event import gateway_event
from vonage_simulator.types import Json

Handler = Callable[[Json, object], Mapping[str, Any]]
Rule = Callable[[Json, object], object]

# The command that has a chat woken.
WAKE = "chat.wake"

# The stack's own table of people, which no function of a test's names, and the key of their pseudonyms.
PEOPLE, PERSON_KEY = "switchboard-people", "person-key"

HOST = "switchboard.test"
BASE_URL = f"https://{HOST}/webhooks"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "in-process",
    "AWS_SECRET_ACCESS_KEY": "in-process",
    "AWS_REGION": "eu-west-1",
    "AWS_DEFAULT_REGION": "eu-west-1",  # what boto3 asks for
    "SWITCHBOARD_SIGNATURE_SECRET": "switchboard/vonage-signature",
    "SWITCHBOARD_QUEUE_URL": "events.fifo",
    "SWITCHBOARD_COMMANDS_QUEUE_URL": "commands.fifo",
    "SWITCHBOARD_BUS_NAME": "bus",
    "SWITCHBOARD_DIALOGS_TABLE_NAME": "dialogs",
    "SWITCHBOARD_PEOPLE_TABLE_NAME": PEOPLE,
    "SWITCHBOARD_PERSON_KEY": PERSON_KEY,
    "SWITCHBOARD_NUMBERS": "447700900000",
    "SWITCHBOARD_STACK": "in-process",
    "SWITCHBOARD_MAIL_BUCKET": "bucket",
    "SWITCHBOARD_TELL_ALL": "1",
}


class Handlers(httpx.BaseTransport):
    """Lambda handlers by the last part of their route, such as `answer`; an httpx transport for webhooks.

    Args:
        handlers: of webhooks.
        account: signs them.
        rules: handlers of the event bus, by the events' detail-type, such as `voice.completed` or `voice.*`.
        tables: DynamoDB's, by name, each with its keys.
        settings: what `settings` of the package gives a flow.
        secrets: what `secret` of the package gives a flow.

    Attributes:
        events: what happened, each with `id`, `name`, `received_at`, `subject` and `payload`, oldest first.
        commands: what is asked of Vonage, each with `id`, `name` and `detail`.
        carry_out: gets each command, at once.
        set_alarm: gets what is to wake a chat, and at which moment of Unix time: call it then.
    """

    _port = 0

    def __init__(
        self,
        handlers: Mapping[str, Handler],
        account: Account,
        rules: Mapping[str, Rule] | None = None,
        tables: Mapping[str, tuple[str, ...]] | None = None,
        *,
        settings: Mapping[str, object] | None = None,
        secrets: Mapping[str, str] | None = None,
    ) -> None:
        self._handlers = handlers
        self._account = account
        self._rules = rules or {}
        self._tables = Tables({"dialogs": ("id",), PEOPLE: ("pk", "sk"), **(tables or {})})
        self._settings = {"app/settings": {"stage": "test", **(settings or {})}}
        self._secrets = secrets or {}
        self._unpublished: list[Json] = []
        self._taken: set[str] = set()
        self.carry_out: Callable[[Json], None] = lambda _command: None
        self.set_alarm: Callable[[float, Callable[[], None]], None] = lambda _at, _wake: None
        self._one_at_a_time = threading.Lock()
        self.events: list[Json] = []
        self.commands: list[Json] = []

    @contextlib.contextmanager
    def running(self) -> "Iterator[Handlers]":
        """Be AWS for the functions of this process until the block ends."""
        with self._served() as url:
            wanted = {**ENVIRONMENT, "AWS_ENDPOINT_URL": url}
            before = {name: os.environ.get(name) for name in wanted}
            os.environ.update(wanted)
            try:
                yield self
            finally:
                for name, value in before.items():
                    os.environ.pop(name) if value is None else os.environ.update({name: value})

    @contextlib.contextmanager
    def _served(self) -> Iterator[str]:
        """Serve where the last ones were served, for clients that functions keep, or else anywhere."""
        with contextlib.ExitStack() as stack:
            try:
                url = stack.enter_context(serving(self._aws, Handlers._port))
            except OSError:
                url = stack.enter_context(serving(self._aws))
            Handlers._port = httpx.URL(url).port or 0
            yield url

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

    def _put(self, entry: Json) -> Json:
        """What somebody else puts on the bus: a command, or an event that rules may know."""
        event = _bus_event(
            str(uuid.uuid4()), entry["DetailType"], entry["Source"], json.loads(entry["Detail"])
        )
        if event["detail-type"] in NAMES:
            self._command(_command_in(event))
        self._unpublished.append(event)
        return {"EventId": event["id"]}

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

    def _aws(self, incoming: Incoming) -> Answer:
        """The services of AWS, as far as functions use them around a webhook."""
        if incoming.method == "PUT":  # to the bucket
            return Answer()
        service, _, action = incoming.headers.get("x-amz-target", "").partition(".")
        asked = json.loads(incoming.body or b"{}")
        if action == "GetSecretValue":
            return self._secret(asked["SecretId"])
        if action == "GetParameter":
            return _json({"Parameter": {"Value": json.dumps(self._settings)}})
        if action == "SendMessage":
            message = json.loads(asked["MessageBody"])
            (self._command if "command" in asked["QueueUrl"] else self._event)(message)
            return _json({"MessageId": message["id"]})
        if action == "PutEvents":
            return _json({"FailedEntryCount": 0, "Entries": [self._put(entry) for entry in asked["Entries"]]})
        if service.startswith("DynamoDB"):
            return self._table(action, asked)
        return _json({"__type": "InvalidAction"}, 400)

    def _secret(self, name: str) -> Answer:
        if name == PERSON_KEY:
            return _json({"SecretString": json.dumps({"key": "in-process" * 4})})
        if "/app/" not in name:
            account = self._account
            secret = {"api_key": account.api_key, "signature_secret": account.signature_secret}
            return _json({"SecretString": json.dumps(secret)})
        own = name.rpartition("/")[2]
        if own not in self._secrets:
            hint = f'there is no secret {own}: put it into the fixture `secrets`: {{"{own}": "anything"}}'
            return _json({"__type": "ResourceNotFoundException", "message": hint}, 400)
        return _json({"SecretString": self._secrets[own]})

    def _table(self, action: str, asked: Json) -> Answer:
        try:
            return _json(self._tables.answer(action, asked))
        except TableError as refused:
            return _json(refused.body, 400)


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
        "region": ENVIRONMENT["AWS_REGION"],
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


def _json(value: Json, status: int = 200) -> Answer:
    # Functions would keep the connection for as long as they live, which is longer than this server does.
    headers = {"Content-Type": "application/json", "Connection": "close"}
    return Answer(status, json.dumps(value).encode(), headers)
