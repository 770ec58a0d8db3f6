"""Where answers are PUT: what CloudFormation takes there, and what it refuses."""

import json
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

MAX_ANSWER_BYTES = 4096
COPIED_VERBATIM = ("StackId", "RequestId", "LogicalResourceId")
Json = dict[str, Any]


class ProtocolError(AssertionError):
    """The handler answered in a way that CloudFormation refuses."""


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


class ResponseUrl:
    """An address on a loopback port with a path for each request. Use it as a context manager.

    Attributes:
        refuse_answers: HTTP statuses for the next answers instead of 200; 0 never replies.
        violations: What CloudFormation held against answers.
    """

    def __init__(self) -> None:
        self.refuse_answers: list[int] = []
        self.violations: list[str] = []
        self._outcomes: dict[str, Outcome] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _taking_puts(self))
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

    def expect(self, request: Json) -> Outcome:
        """Give a request the URL that its answer is taken at."""
        token = str(uuid.uuid4())
        self._outcomes[token] = Outcome({**request, "ResponseURL": f"{self.url}/{token}"})
        return self._outcomes[token]

    def take(self, token: str, headers: Mapping[str, str], body: bytes) -> int:
        """Take an answer, or refuse it as CloudFormation would; the HTTP status."""
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


def _taking_puts(response_url: ResponseUrl) -> type[BaseHTTPRequestHandler]:
    class TakingPuts(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status = response_url.take(self.path.lstrip("/"), dict(self.headers), body)
            if status:
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing is printed: the path is as good as a password."""

    return TakingPuts
