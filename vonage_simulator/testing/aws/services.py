"""The services of AWS, at a port of this machine, as far as functions use them around a webhook.

with Aws(account, {"visits": ("number",)}).running():
boto3.resource("dynamodb").Table("visits").put_item(Item={"number": "447700900123"})
"""

import contextlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from typing import Self

import httpx

from vonage_simulator.account.account import Account
from vonage_simulator.testing.aws.dynamodb.expressions import TableError
from vonage_simulator.testing.aws.dynamodb.tables import Tables
from vonage_simulator.testing.endpoint import Answer, Incoming, serving
from vonage_simulator.types import Json

# The stack's own table of people, which no function of a test's names, and the key of their pseudonyms.
PEOPLE, PERSON_KEY = "switchboard-people", "person-key"

REGION = "eu-west-1"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "in-process",
    "AWS_SECRET_ACCESS_KEY": "in-process",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,  # what boto3 asks for
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


class Aws:
    """Secrets, parameters, queues, the event bus and tables for the functions of this process.

    Args:
        account: signs webhooks.
        tables: DynamoDB's, by name, each with its keys.
        settings: what `settings` of the package gives a flow.
        secrets: what `secret` of the package gives a flow.

    Attributes:
        send: gets what is sent to a queue: its URL and the message.
        put: gets what is put on the bus, as it was put there; gives its id.
    """

    _port = 0

    def __init__(
        self,
        account: Account,
        tables: Mapping[str, tuple[str, ...]] | None = None,
        *,
        settings: Mapping[str, object] | None = None,
        secrets: Mapping[str, str] | None = None,
    ) -> None:
        self._account = account
        self._tables = Tables({"dialogs": ("id",), PEOPLE: ("pk", "sk"), **(tables or {})})
        self._settings = {"app/settings": {"stage": "test", **(settings or {})}}
        self._secrets = secrets or {}
        self.send: Callable[[str, Json], None] = lambda _queue, _message: None
        self.put: Callable[[Json], str] = lambda _entry: ""

    @contextlib.contextmanager
    def running(self) -> Iterator[Self]:
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
                url = stack.enter_context(serving(self.answer, Aws._port))
            except OSError:
                url = stack.enter_context(serving(self.answer))
            Aws._port = httpx.URL(url).port or 0
            yield url

    def answer(self, incoming: Incoming) -> Answer:
        """What a service answers to a request."""
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
            self.send(asked["QueueUrl"], message)
            return _json({"MessageId": message["id"]})
        if action == "PutEvents":
            put = [{"EventId": self.put(entry)} for entry in asked["Entries"]]
            return _json({"FailedEntryCount": 0, "Entries": put})
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


def _json(value: Json, status: int = 200) -> Answer:
    # Functions would keep the connection for as long as they live, which is longer than this server does.
    headers = {"Content-Type": "application/json", "Connection": "close"}
    return Answer(status, json.dumps(value).encode(), headers)
