"""Secrets Manager and Parameter Store, on a loopback port or below boto3: our calls, as AWS answers.

Source: AWS Secrets Manager API reference (PutSecretValue, UpdateSecretVersionStage: labels and
ClientRequestToken); AWS Systems Manager API reference (PutParameter).
"""

import json
import math
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError

from tests.fakes import limits

Json = dict[str, Any]
MARKED = "You can't perform this operation on the secret because it was marked for deletion."
DENIED = (
    "User: arn:aws:sts::1:assumed-role/r is not authorized to perform: secretsmanager:GetSecretValue"
    " on resource: x because no identity-based policy allows the secretsmanager:GetSecretValue action"
)


class Refusal(Exception):  # noqa: N818 - an answer, not a failure of the fake
    """An error AWS answers with."""

    def __init__(self, code: str, message: str = "", status: int = 400, **fields: object) -> None:
        super().__init__(code)
        self.status = status
        self.document: Json = {"__type": code, "message": message or code, **fields}


@dataclass
class Secret:
    """One secret: version ids to values, and labels to version ids."""

    arn: str
    values: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    made_at: float = field(default_factory=time.time)
    """The Unix time at which its versions were made."""
    is_scheduled_for_deletion: bool = False
    key: str = ""
    """The KMS key that it's encrypted with, as it was named."""

    def current(self) -> Json:
        """The current value, parsed; empty when there is none."""
        return json.loads(self.values[self.labels["AWSCURRENT"]]) if "AWSCURRENT" in self.labels else {}

    def rotate(self, value: Json) -> None:
        """Write a new current version."""
        version = str(uuid.uuid4())
        self.values[version] = json.dumps(value)
        self.move("AWSCURRENT", version)

    def move(self, label: str, version: str) -> None:
        """Attach a label; AWSPREVIOUS follows AWSCURRENT."""
        if label == "AWSCURRENT" and self.labels.get("AWSCURRENT") not in (None, version):
            self.labels["AWSPREVIOUS"] = self.labels["AWSCURRENT"]
            if self.labels["AWSPREVIOUS"] == version:
                del self.labels["AWSPREVIOUS"]
        self.labels[label] = version


@dataclass
class Aws:
    """The account: what is in it, what was asked, and what goes wrong next."""

    url: str = ""
    secrets: dict[str, Secret] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    """Operation, or operation and name, to the error code it answers with until removed."""
    fault: Callable[[str, Json], None] | None = None
    """Sees each operation first: may raise a Refusal, a ConnectionError to hang up, or take its time."""
    denies_missing: bool = False
    """Whether a secret that does not exist is denied, as to a role that may use `secret:NAME-??????` alone:
    IAM answers before existence, and what has no ARN matches no such pattern."""
    closes: bool = False
    """Whether each reply ends its connection."""
    headers: dict[str, str] = field(default_factory=dict)
    """Of the last request, with names in lower case."""
    queues: dict[str, list[Json]] = field(default_factory=dict)
    """Messages by the queue's URL."""
    sent: set[tuple[str, str, str]] = field(default_factory=set)
    """Queue, group and deduplication id of what was sent lately: a test clears it, as SQS does in 5 min."""
    delays: list[int] = field(default_factory=list)
    """Seconds that received messages were hidden for, one after another."""
    tables: dict[str, dict[tuple[str, str], Json]] = field(default_factory=dict)
    """Items by the table's name, then by pk and sk."""
    puts_per_s: float = math.inf
    """Parameters that may be written in a second: 3 on AWS, 10 with higher throughput."""
    rest_s: float = 0
    """How long the name of a deleted parameter cannot be created: AWS says to wait 30 s (DeleteParameter) and
    not what happens before; that the name seems taken is the worst of it."""
    now: Callable[[], float] = time.monotonic
    """The clock that these are measured with."""
    unlisted: set[str] = field(default_factory=set)
    """Parameters that lists lack, which are made "on a best-effort basis" (GetParametersByPath)."""
    reused: list[str] = field(default_factory=list)
    """Names that were written again before they had rested for 30 s."""
    _puts: list[float] = field(default_factory=list)
    _deleted: dict[str, float] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def secret(self, name: str, value: Json | None = None) -> Secret:
        """Create a secret, empty or with a value."""
        secret = Secret(f"arn:aws:secretsmanager:us-east-1:123456789012:secret:{name}-AbCdEf")
        if value is not None:
            secret.values["first"] = json.dumps(value)
            secret.labels["AWSCURRENT"] = "first"
        self.secrets[name] = secret
        return secret

    def records(self, folder: str) -> dict[str, Json]:
        """The provisioner's records under a folder, by name, without the marks of those that are gone."""
        marker = f"/{folder}/"
        found = {name: json.loads(value) for name, value in self.parameters.items() if marker in name}
        return {
            name.partition(marker)[2]: record for name, record in found.items() if "gone_at" not in record
        }

    def reply(self, headers: Mapping[str, str], body: bytes) -> tuple[int, Json]:
        """The status and document that a request is answered with.

        Raises:
            ConnectionError: It isn't: the connection ends.
        """
        self.headers = lower = {name.lower(): value for name, value in headers.items()}
        try:
            return 200, self.answer(lower["x-amz-target"], json.loads(body))
        except Refusal as refusal:
            return refusal.status, refusal.document

    def answer(self, operation: str, asked: Json) -> Json:
        """Do one call.

        Raises:
            Refusal: AWS says no.
        """
        self.calls.append(operation)
        if self.fault:
            self.fault(operation, asked)
        return self.answer_without_fault(operation, asked)

    def answer_without_fault(self, operation: str, asked: Json) -> Json:
        """Do one call, unless it is in `refuse`."""
        name = str(asked.get("SecretId") or asked.get("Name") or asked.get("Path") or "")
        with self.lock:
            for refused in (operation, f"{operation} {name}"):
                if refused in self.refuse:
                    raise Refusal(self.refuse[refused])
            return OPERATIONS[operation](self, asked)

    def _secret(self, asked: Json) -> Secret:
        wanted = asked["SecretId"]
        for name, secret in self.secrets.items():
            if wanted in (name, secret.arn):
                if secret.is_scheduled_for_deletion:
                    raise Refusal("InvalidRequestException", MARKED)
                return secret
        if self.denies_missing:
            raise Refusal("AccessDeniedException", DENIED)
        raise Refusal("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")

    def get_secret_value(self, asked: Json) -> Json:
        secret = self._secret(asked)
        version = asked.get("VersionId") or secret.labels.get(asked.get("VersionStage", "AWSCURRENT"))
        if version not in secret.values:
            raise Refusal(
                "ResourceNotFoundException", "Secrets Manager can't find the specified secret value."
            )
        return {
            "ARN": secret.arn,
            "VersionId": version,
            "SecretString": secret.values[version],
            "CreatedDate": secret.made_at,
        }

    def create_secret(self, asked: Json) -> Json:
        if asked["Name"] in self.secrets:
            raise Refusal("ResourceExistsException")
        secret = self.secret(asked["Name"])
        secret.key = asked.get("KmsKeyId", "")
        return self.put_secret_value({"SecretId": asked["Name"], "SecretString": asked["SecretString"]})

    def put_secret_value(self, asked: Json) -> Json:
        secret = self._secret(asked)
        version, value = asked.get("ClientRequestToken") or str(uuid.uuid4()), asked["SecretString"]
        if secret.values.get(version, value) != value:
            raise Refusal("ResourceExistsException", "You can't modify an existing version.")
        if version not in secret.values:
            first = not secret.labels
            secret.values[version] = value
            for label in {*asked.get("VersionStages", ["AWSCURRENT"]), *(["AWSCURRENT"] if first else [])}:
                secret.move(label, version)
        return {"ARN": secret.arn, "VersionId": version}

    def describe_secret(self, asked: Json) -> Json:
        secret = self._secret(asked)
        stages: dict[str, list[str]] = {}
        for label, version in secret.labels.items():
            stages.setdefault(version, []).append(label)
        return {"ARN": secret.arn, "VersionIdsToStages": stages}

    def update_secret_version_stage(self, asked: Json) -> Json:
        secret = self._secret(asked)
        label, to, off = asked["VersionStage"], asked.get("MoveToVersionId"), asked.get("RemoveFromVersionId")
        holder = secret.labels.get(label)
        if off != holder and holder not in (None, to):
            raise Refusal(
                "InvalidParameterException", "RemoveFromVersionId must name the version with the label."
            )
        if to:
            secret.move(label, to)
        else:
            secret.labels.pop(label, None)
        return {"ARN": secret.arn}

    def put_parameter(self, asked: Json) -> Json:
        name, value, now = asked["Name"], asked["Value"], self.now()
        self._puts = [at for at in self._puts if at > now - 1]
        if len(self._puts) >= self.puts_per_s:
            raise Refusal("ThrottlingException", "Rate exceeded")
        self._puts.append(now)
        rested_s = now - self._deleted.get(name, -math.inf)
        if rested_s < 30 and name not in self.parameters:
            self.reused.append(name)
        is_resting = rested_s < self.rest_s
        if (name in self.parameters or is_resting) and not asked.get("Overwrite"):
            raise Refusal("ParameterAlreadyExists")
        if "{{" in value or len(value.encode()) > 8192:
            raise Refusal("ValidationException")
        self.parameters[name] = value
        return {"Version": 1, "Tier": "Standard"}

    def get_parameter(self, asked: Json) -> Json:
        if asked["Name"] not in self.parameters:
            raise Refusal("ParameterNotFound")
        return {
            "Parameter": {"Name": asked["Name"], "Type": "String", "Value": self.parameters[asked["Name"]]}
        }

    def get_parameters_by_path(self, asked: Json) -> Json:
        """Two at a time, so that callers have to turn pages."""
        listed = self.parameters.keys() - self.unlisted
        names = sorted(name for name in listed if name.startswith(f"{asked['Path']}/"))
        start = int(asked.get("NextToken", "0"))
        page = [{"Name": name, "Value": self.parameters[name]} for name in names[start : start + 2]]
        more = {"NextToken": str(start + 2)} if start + 2 < len(names) else {}
        return {"Parameters": page, **more}

    def delete_parameter(self, asked: Json) -> Json:
        if self.parameters.pop(asked["Name"], None) is None:
            raise Refusal("ParameterNotFound")
        self._deleted[asked["Name"]] = self.now()
        return {}

    def put_events(self, asked: Json) -> Json:
        """What it cannot read fails alone, in a reply of status 200."""
        codes = [limits.entry(entry) for entry in asked["Entries"]]
        self.events += [entry for entry, code in zip(asked["Entries"], codes, strict=True) if not code]
        entries = [{"ErrorCode": code} if code else {"EventId": str(uuid.uuid4())} for code in codes]
        return {"FailedEntryCount": len(codes) - codes.count(None), "Entries": entries}

    events: list[Json] = field(default_factory=list)


OPERATIONS: dict[str, Callable[[Aws, Json], Json]] = {
    "secretsmanager.GetSecretValue": Aws.get_secret_value,
    "secretsmanager.CreateSecret": Aws.create_secret,
    "secretsmanager.PutSecretValue": Aws.put_secret_value,
    "secretsmanager.DescribeSecret": Aws.describe_secret,
    "secretsmanager.UpdateSecretVersionStage": Aws.update_secret_version_stage,
    "AmazonSSM.PutParameter": Aws.put_parameter,
    "AmazonSSM.GetParameter": Aws.get_parameter,
    "AmazonSSM.GetParametersByPath": Aws.get_parameters_by_path,
    "AmazonSSM.DeleteParameter": Aws.delete_parameter,
    "AWSEvents.PutEvents": Aws.put_events,
}


@contextmanager
def running() -> Iterator[Aws]:
    """An empty account on a free loopback port, until the block ends."""
    aws = Aws()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(aws))
    server.daemon_threads = True
    aws.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True)
    thread.start()
    try:
        yield aws
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def client(aws: Aws, session: boto3.Session, service: Any, config: Config | None = None) -> Any:  # noqa: ANN401 - boto3's
    """A client of boto3 that the account answers without a socket, which would take three times as long.

    Boto3 does all that it does otherwise: checks, writes and signs the request, reads the reply, tries again.
    """

    def answer(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        assert isinstance(request.body, bytes)
        headers = {name: _text(value) for name, value in request.headers.items()}
        try:
            status, document = aws.reply(headers, request.body)
        except ConnectionError as error:
            raise ConnectionClosedError(endpoint_url=request.url) from error
        return AWSResponse(request.url, status, HTTPHeaders(), _Body(json.dumps(document).encode()))

    # As long as boto3 is told nothing else, it makes up a name for itself anew for each request.
    config = Config(user_agent="tests").merge(config or Config())
    made = session.client(service, endpoint_url=aws.url, config=config)
    made.meta.events.register("before-send", answer)
    return made


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


@dataclass
class _Body:
    content: bytes

    def stream(self) -> Iterator[bytes]:
        yield self.content


def _handler(aws: Aws) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def handle(self) -> None:
            with suppress(ConnectionError):  # the caller may have given up, and another test may be on
                super().handle()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            try:
                status, document = aws.reply(dict(self.headers), body)
            except ConnectionError:
                self.close_connection = True
                return
            self._reply(status, document)

        def _reply(self, status: int, document: Json) -> None:
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            if aws.closes:
                self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    return Handler
