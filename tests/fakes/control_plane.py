"""What `make deploy` and `make doctor` ask of AWS about an account, on a loopback port, as AWS answers it.

Source: API references of CloudFormation (DescribeStacks, ListStackResources), STS (GetCallerIdentity) and
Lambda (GetAccountSettings, Invoke); botocore's models for how each is written.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs
from xml.sax.saxutils import escape


@dataclass
class Account:
    """An account with one stack or none.

    Attributes:
        url: Where it answers.
        statuses: The stack's status, one for each time that it's read; the last one stays. Empty: no stack.
        parameters: The stack's parameters.
        outputs: Its outputs.
        complete: The stack's resources that are complete.
        failed: Its resources whose last change failed, and why.
        executions: How many functions may run at once.
        secrets: The secrets that are there, by name; only looked for, never read.
        denied: Actions that the caller may not do.
        report: What the stack's provisioner answers.
        unknown: Actions that were asked for and that it has not learnt.
        asked: Who asked for what, where: access key, Region, and the action of CloudFormation or STS.
    """

    url: str = ""
    statuses: list[str] = field(default_factory=list)
    parameters: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    complete: set[str] = field(default_factory=lambda: {"ProvisionerFunction"})
    failed: dict[str, tuple[str, str]] = field(default_factory=dict)
    executions: int = 1000
    secrets: set[str] = field(default_factory=lambda: {"switchboard/vonage", "switchboard/vonage-signature"})
    denied: set[str] = field(default_factory=set)
    report: dict[str, object] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    def answer_json(self, target: str, asked: str) -> tuple[int, str]:
        """The status and body of a reply of a service that is asked in JSON."""
        if target.rpartition(".")[2] in self.denied:
            return 400, json.dumps({"__type": "AccessDeniedException", "message": "Not authorized."})
        name = json.loads(asked).get("SecretId")
        return (200, json.dumps({"Name": name})) if name in self.secrets else _NOTHING

    def answer(self, action: str) -> tuple[int, str]:
        """The status and body of a reply."""
        if action in self.denied:
            return 403, _error("AccessDenied", f"User is not authorized to perform: {action}")
        if action == "GetCallerIdentity":
            return 200, _xml(action, "<Account>123456789012</Account>")
        if action == "Invoke":
            return 200, json.dumps(self.report)
        if action == "GetAccountSettings":
            return 200, json.dumps({"AccountLimit": {"ConcurrentExecutions": self.executions}})
        if action == "DeleteStack":  # succeeds for a stack that isn't there, too
            return 200, _xml(action, "")
        of_the_stack = {
            "DescribeStacks": self._stack,
            "DescribeStackEvents": lambda: "<StackEvents/>",
            "ListStackResources": self._resources,
        }
        if action not in of_the_stack:
            self.unknown.append(action)
            return 400, _error("InvalidAction", f"Could not find operation {action}")
        if not self.statuses:
            return 400, _error("ValidationError", "Stack with id shop does not exist")
        return 200, _xml(action, of_the_stack[action]())

    def _stack(self) -> str:
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        parameters = _members("Parameter", self.parameters)
        return (
            "<Stacks><member><StackName>shop</StackName><CreationTime>2026-11-23T08:00:00Z</CreationTime>"
            f"<StackStatus>{status}</StackStatus><Parameters>{parameters}</Parameters>"
            f"<Outputs>{_members('Output', self.outputs)}</Outputs></member></Stacks>"
        )

    def _resources(self) -> str:
        statuses = {**dict.fromkeys(self.complete, ("CREATE_COMPLETE", "")), **self.failed}
        members = "".join(
            f"<member><LogicalResourceId>{name}</LogicalResourceId><ResourceStatus>{status}</ResourceStatus>"
            f"<ResourceStatusReason>{escape(reason)}</ResourceStatusReason>"
            f"{_physical_id(name, status)}<ResourceType>AWS::Any::Thing</ResourceType>"
            "<LastUpdatedTimestamp>2026-11-23T08:00:00Z</LastUpdatedTimestamp></member>"
            for name, (status, reason) in statuses.items()
        )
        return f"<StackResourceSummaries>{members}</StackResourceSummaries>"


def _members(kind: str, values: dict[str, str]) -> str:
    return "".join(
        f"<member><{kind}Key>{key}</{kind}Key><{kind}Value>{value}</{kind}Value></member>"
        for key, value in values.items()
    )


def _physical_id(name: str, status: str) -> str:
    """What could not be made has none; the API reference calls it optional."""
    return "" if status == "CREATE_FAILED" else f"<PhysicalResourceId>{name}-1</PhysicalResourceId>"


_NOTHING = 400, json.dumps({"__type": "ResourceNotFoundException", "message": "There is nothing."})


def _xml(action: str, result: str) -> str:
    return f"<{action}Response><{action}Result>{result}</{action}Result></{action}Response>"


def _error(code: str, message: str) -> str:
    return f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"


@contextmanager
def running() -> Iterator[Account]:
    """An account on a free loopback port, until the block ends; nothing may have asked for what it lacks."""
    account = Account()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"])).decode()
            is_invoke = self.path == "/2015-03-31/functions/ProvisionerFunction-1/invocations"
            action = "Invoke" if is_invoke else parse_qs(asked).get("Action", [""])[0]
            _, _, credential = self.headers["Authorization"].partition("Credential=")
            key, _day, region, *_ = credential.split("/")
            account.asked.append((key, region, action))
            target = self.headers.get("X-Amz-Target", "")
            self._reply(*(account.answer(action) if action else account.answer_json(target, asked)))

        def do_GET(self) -> None:
            assert self.path == "/2016-08-19/account-settings"
            self._reply(*account.answer("GetAccountSettings"))

        def _reply(self, status: int, text: str) -> None:
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    account.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True)
    thread.start()
    try:
        yield account
        assert not account.unknown, account.unknown
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
