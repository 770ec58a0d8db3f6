"""CloudFormation's side of the custom-resource protocol, with everything that goes wrong in it.

Runs any `lambda_handler(event, context)` as CloudFormation and Lambda would: deliveries at least once,
sometimes twice or at the same moment; answers that must be PUT, once, small, with an empty content type;
ids that decide between update and replacement; rollbacks that swap old and new properties; ids made up when
none was answered.

    with CloudFormation(lambda_handler) as cloudformation:
        stack = cloudformation.stack("shop")
        created = stack.create("Phone", "Custom::VonageNumber", {"Numbers": ["447700900000"]}, deliveries=2)
        assert created.succeeded

Source: CloudFormation User Guide, "Custom resource request and response reference".
"""

import json
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

MAX_ANSWER_BYTES = 4096
COPIED_VERBATIM = ("StackId", "RequestId", "LogicalResourceId")
Json = dict[str, Any]
Handler = Callable[[Mapping[str, Any], Any], object]


class ProtocolError(AssertionError):
    """The handler answered in a way that CloudFormation refuses."""


@dataclass
class Context:
    """Lambda's context: how much time is left."""

    remaining_s: float
    started: float = field(default_factory=time.monotonic)
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda would end the function."""
        return int(1000 * (self.remaining_s - (time.monotonic() - self.started)))


@dataclass
class Outcome:
    """What became of one request.

    Attributes:
        event: The request as the handler got it.
        answers: Every answer that arrived; CloudFormation looks at the first one only.
        errors: What the deliveries raised, which makes Lambda deliver again.
    """

    event: Json = field(repr=False)
    answers: list[Json] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)

    @property
    def answered(self) -> bool:
        """Whether CloudFormation heard anything."""
        return bool(self.answers)

    @property
    def succeeded(self) -> bool:
        """Whether it heard SUCCESS."""
        return self.answered and self.answers[0]["Status"] == "SUCCESS"

    @property
    def reason(self) -> str:
        """The reason it was given."""
        return str(self.answers[0].get("Reason", "")) if self.answered else ""

    @property
    def physical_id(self) -> str:
        """The physical id it was given."""
        return str(self.answers[0]["PhysicalResourceId"]) if self.answered else ""

    @property
    def data(self) -> dict[str, str]:
        """The attributes it was given."""
        return dict(self.answers[0].get("Data", {})) if self.answered else {}


class CloudFormation:
    """A CloudFormation with a real response URL on a loopback port. Use it as a context manager.

    Args:
        handler: The Lambda function under test.
        remaining_s: The time a delivery has, in seconds.
    """

    def __init__(self, handler: Handler, remaining_s: float = 90.0) -> None:
        self.handler = handler
        self.remaining_s = remaining_s
        self.refuse_answers: list[int] = []
        """HTTP statuses for the next answers instead of 200; 0 never replies."""
        self.violations: list[str] = []
        self._outcomes: dict[str, Outcome] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _response_url(self))
        self._server.daemon_threads = True
        self._stopped = threading.Event()

    @property
    def url(self) -> str:
        """Where it takes answers, as `AWS_ENDPOINT_URL_CLOUDFORMATION` would say it."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.005,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()
        if self.violations:
            raise ProtocolError("; ".join(self.violations))

    def stack(self, name: str) -> "Stack":
        """A new stack; another one of the same name has another id."""
        return Stack(self, name, f"arn:aws:cloudformation:us-east-1:123456789012:stack/{name}/{uuid.uuid4()}")

    def request(
        self, kind: str, stack: "Stack", logical_id: str, resource_type: str, **fields: object
    ) -> Outcome:
        """A request that has not been delivered yet."""
        token = str(uuid.uuid4())
        event = {
            "RequestType": kind,
            "RequestId": str(uuid.uuid4()),
            "StackId": stack.id,
            "ResponseURL": f"{self.url}/{token}",
            "ResourceType": resource_type,
            "LogicalResourceId": logical_id,
            **{name: _scalars_as_text(value) for name, value in fields.items()},
        }
        self._outcomes[token] = Outcome(event)
        return self._outcomes[token]

    def deliver(self, outcome: Outcome) -> Outcome:
        """Deliver a request once. Any delivery may be made again, at any time."""
        try:
            self.handler(json.loads(json.dumps(outcome.event)), Context(self.remaining_s))
        except Exception as error:  # noqa: BLE001 - whatever a handler raises, Lambda catches
            outcome.errors.append(error)
        return outcome

    def deliver_together(self, *outcomes: Outcome) -> None:
        """Deliver several requests, or one several times, at the same moment."""
        start = threading.Barrier(len(outcomes))

        def deliver(outcome: Outcome) -> None:
            start.wait()
            self.deliver(outcome)

        threads = [threading.Thread(target=deliver, args=(outcome,), daemon=True) for outcome in outcomes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def take_answer(self, token: str, headers: Mapping[str, str], body: bytes) -> int:
        """The response URL: take an answer, or refuse it as CloudFormation would; the HTTP status."""
        if self.refuse_answers:
            status = self.refuse_answers.pop(0)
            if status == 0:
                self._stopped.wait(30)
            return status
        outcome = self._outcomes.get(token)
        if outcome is None or headers.get("Content-Type", "") != "":
            return 403
        if problem := _problem(outcome.event, body):
            self.violations.append(problem)
            return 400
        outcome.answers.append(json.loads(body))
        return 200


@dataclass
class Stack:
    """A stack and its custom resources, as far as CloudFormation knows them."""

    cloudformation: CloudFormation
    name: str
    id: str
    resources: dict[str, Json] = field(default_factory=dict)

    def create(
        self,
        logical_id: str,
        resource_type: str,
        properties: Json,
        *,
        deliveries: int = 1,
        together: bool = False,
    ) -> Outcome:
        """Create a resource. Failed or unanswered, it stays here with an id, for the Delete of a rollback."""
        request = self.request("Create", logical_id, resource_type, ResourceProperties=properties)
        self._deliver(request, deliveries, together=together)
        physical_id = request.physical_id or f"{self.name}-{logical_id}-{uuid.uuid4().hex[:12].upper()}"
        self.resources[logical_id] = {"type": resource_type, "id": physical_id, "properties": properties}
        return request

    def update(
        self, logical_id: str, properties: Json, *, deliveries: int = 1, together: bool = False
    ) -> Outcome:
        """Update a resource. If it answers another id, the old one is deleted, as in a stack's cleanup."""
        known = self.resources[logical_id]
        request = self.request(
            "Update",
            logical_id,
            known["type"],
            PhysicalResourceId=known["id"],
            ResourceProperties=properties,
            OldResourceProperties=known["properties"],
        )
        self._deliver(request, deliveries, together=together)
        if request.succeeded:
            self.resources[logical_id] = {**known, "id": request.physical_id, "properties": properties}
            if request.physical_id != known["id"]:
                self._deliver(self._deletion(logical_id, known), 1, together=False)
        return request

    def update_and_roll_back(self, logical_id: str, properties: Json) -> tuple[Outcome, Outcome]:
        """An update after which the stack rolls back: a second Update with old and new properties swapped."""
        before = self.resources[logical_id]["properties"]
        update = self.update(logical_id, properties)
        self.resources[logical_id]["properties"] = properties
        return update, self.update(logical_id, before)

    def delete(self, logical_id: str, *, deliveries: int = 1, together: bool = False) -> Outcome:
        """Delete a resource."""
        request = self._deletion(logical_id, self.resources[logical_id])
        self._deliver(request, deliveries, together=together)
        if request.succeeded:
            del self.resources[logical_id]
        return request

    def request(self, kind: str, logical_id: str, resource_type: str, **fields: object) -> Outcome:
        """A request of this stack that has not been delivered yet."""
        return self.cloudformation.request(kind, self, logical_id, resource_type, **fields)

    def _deletion(self, logical_id: str, known: Json) -> Outcome:
        return self.request(
            "Delete",
            logical_id,
            known["type"],
            PhysicalResourceId=known["id"],
            ResourceProperties=known["properties"],
        )

    def _deliver(self, request: Outcome, deliveries: int, *, together: bool) -> None:
        if together:
            self.cloudformation.deliver_together(*[request] * deliveries)
        else:
            for _ in range(deliveries):
                self.cloudformation.deliver(request)


def _problem(event: Json, body: bytes) -> str:
    """What CloudFormation would hold against an answer; nothing when it is fine."""
    if len(body) > MAX_ANSWER_BYTES:
        return f"the answer has {len(body)} bytes, {MAX_ANSWER_BYTES} are allowed"
    answer = json.loads(body)
    wrong = [name for name in COPIED_VERBATIM if answer.get(name) != event[name]]
    if wrong:
        return f"{', '.join(wrong)} not copied from the request"
    if answer.get("Status") not in ("SUCCESS", "FAILED"):
        return "Status is neither SUCCESS nor FAILED"
    if not answer.get("PhysicalResourceId"):
        return "PhysicalResourceId is empty"
    if answer["Status"] == "FAILED" and not answer.get("Reason"):
        return "FAILED without a Reason"
    return ""


def _scalars_as_text(value: object) -> object:
    """CloudFormation turns every scalar of a property into a string."""
    if isinstance(value, Mapping):
        return {name: _scalars_as_text(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_scalars_as_text(item) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _response_url(cloudformation: CloudFormation) -> type[BaseHTTPRequestHandler]:
    class ResponseUrl(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status = cloudformation.take_answer(self.path.lstrip("/"), dict(self.headers), body)
            if status:
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing is printed: the path is as good as a password."""

    return ResponseUrl
