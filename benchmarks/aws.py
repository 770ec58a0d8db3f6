"""What the functions call, on loopback: AWS over TLS, and without it Vonage and the secrets extension.

It runs in a process of its own, so that its work is never counted as the functions'. Each call is answered at
once, as if all went well; a secret after as many milliseconds as the third argument says.

Source: AWS, API references of Secrets Manager, SQS (JSON protocol), EventBridge and DynamoDB, and "Use
Secrets Manager secrets in Lambda functions" (the extension); Vonage Messages API v1 reference.
"""

import asyncio
import hashlib
import json
import re
import ssl
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from benchmarks import chats
from tests.factories import CREDENTIALS

Json = dict[str, Any]

_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)
_APPLICATION = {"application_id": "aaaaaaaa-bbbb-cccc-dddd-0123456789ab", "private_key": _KEY.decode()}
_SECRETS = {
    "switchboard/vonage-signature": {"SecretString": json.dumps(CREDENTIALS)},
    "application": {"SecretString": json.dumps(_APPLICATION)},
    "person-key": {"SecretString": json.dumps({"key": "k" * 64})},
}
_CHATS = chats.items()

_SECRET_AFTER_S = int(sys.argv[3]) / 1000 if len(sys.argv) > 3 else 0


def _digest(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


_OPERATIONS: dict[str, Callable[[Json], Json]] = {
    "secretsmanager.GetSecretValue": lambda asked: _SECRETS[asked["SecretId"]],
    "AmazonSQS.SendMessage": lambda asked: {
        "MessageId": "m",
        "MD5OfMessageBody": _digest(asked["MessageBody"]),
    },
    "AWSEvents.PutEvents": lambda asked: {
        "FailedEntryCount": 0,
        "Entries": [{"EventId": "e"} for _ in asked["Entries"]],
    },
    "DynamoDB_20120810.PutItem": lambda _asked: {},
    "DynamoDB_20120810.GetItem": lambda asked: _found(asked["Key"]["id"]["S"]),
    "DynamoDB_20120810.UpdateItem": lambda asked: _dialog(asked) if "id" in asked["Key"] else _slot(asked),
    "DynamoDB_20120810.BatchGetItem": lambda asked: {
        "Responses": {name: [] for name in asked["RequestItems"]}
    },
    "DynamoDB_20120810.BatchWriteItem": lambda _asked: {"UnprocessedItems": {}},
}


def _found(chat: str) -> Json:
    return {"Item": _CHATS[chat]} if chat in _CHATS else {}


def _dialog(asked: Json) -> Json:
    """The item of a dialog: of a call up to the step that is written, of a chat all that it had, too."""
    written = {name[1:]: value for name, value in asked["ExpressionAttributeValues"].items()}
    chat = asked["Key"]["id"]["S"]
    if chat.startswith("chat:"):
        return {"Attributes": {**asked["Key"], **_CHATS.get(chat, {}), **written}}
    step = next(int(name[1:]) for name in written if re.fullmatch(r"s\d+", name))
    before = {f"s{earlier}": {"S": "ask 1795000000.123 =1"} for earlier in range(step)}
    return {"Attributes": {**asked["Key"], **before, **written}}


def _slot(asked: Json) -> Json:
    """The item of a budget whose next slot is now, or of a person."""
    values = asked["ExpressionAttributeValues"]
    free_at = values.get(":next") or values.get(":now")
    return {"Attributes": {**asked["Key"], **({"free_at": free_at} if free_at else {})}}


class _Connection(asyncio.Protocol):
    """One kept-alive HTTP/1.1 connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._received = b""

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            lines = self._received[:end].decode("latin-1").split("\r\n")
            fields = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines[1:])}
            length = int(fields.get("content-length", 0))
            if len(self._received) < end + 4 + length:
                return
            body = self._received[end + 4 : end + 4 + length]
            self._received = self._received[end + 4 + length :]
            is_secret = fields.get("x-amz-target") == "secretsmanager.GetSecretValue"
            self._reply(_answer(lines[0], fields, body), _SECRET_AFTER_S if is_secret else 0)

    def _reply(self, document: Json, after_s: float) -> None:
        if after_s:
            asyncio.get_running_loop().call_later(after_s, self._reply, document, 0)
            return
        body = json.dumps(document).encode()
        head = "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\n"
        length = f"Content-Length: {len(body)}\r\n\r\n"
        assert isinstance(self._transport, asyncio.Transport)
        self._transport.write(f"{head}{length}".encode() + body)


def _answer(first_line: str, fields: dict[str, str], body: bytes) -> Json:
    if first_line.startswith("GET /secretsmanager/get"):
        return _SECRETS["switchboard/vonage-signature"]
    if first_line.startswith("POST /v1/messages"):
        return {"message_uuid": "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"}
    return _OPERATIONS[fields["x-amz-target"]](json.loads(body))


async def _serve(certificate: Path, key: Path) -> None:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate, key)
    loop = asyncio.get_running_loop()
    secure = await loop.create_server(_Connection, "127.0.0.1", 0, ssl=tls)
    plain = await loop.create_server(_Connection, "127.0.0.1", 0)
    ports = [server.sockets[0].getsockname()[1] for server in (secure, plain)]
    sys.stdout.write(json.dumps(ports) + "\n")
    sys.stdout.flush()
    await asyncio.gather(secure.serve_forever(), plain.serve_forever())


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), Path(sys.argv[2])))
