"""A provisioner between a CloudFormation, an AWS and a simulated Vonage: over loopback HTTP, but for AWS.

A test has hundreds of requests to AWS. They go through all of boto3 up to its socket (`stores.client`).
"""

import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
import httpx
import pytest

from local.cloudformation import CloudFormation, Outcome, Stack
from provisioner import app
from provisioner.cloudformation import protocol
from provisioner.cloudformation.deadline import Deadline
from provisioner.resources.tools import Tools
from provisioner.world import aws, keys
from provisioner.world.keys import KeyPair
from provisioner.world.records import Records
from tests.fakes import stores
from tests.unit.provisioner.death import Death
from vonage_simulator.account.account import Account
from vonage_simulator.server import running as running_vonage
from vonage_simulator.vonage import Vonage

Json = dict[str, Any]
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:provisioner"
CREDENTIALS = "vonage-credentials"
SIGNATURE_SECRET = "a secret of 32 characters or more"
APPLICATION = "Custom::VonageApplication"
NUMBER = "Custom::VonageNumber"
GB, US = "447700900000", "14155550100"
A_LONG_TIME_S = 900.0  # Lambda's longest
KEYS: list[KeyPair] = []
TLS = ssl.create_default_context()
SESSION = boto3.Session("AKIAEXAMPLE", "example", region_name="us-east-1")


@dataclass
class Time:
    """Time that passes as it does, but waiting is short and the future can be visited."""

    offset: float = 0.0
    waits: list[float] = field(default_factory=list)

    def now(self) -> float:
        return time.monotonic() + self.offset

    def clock(self) -> float:
        return time.time() + self.offset

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        time.sleep(seconds / 100)


class WaitedTime(Time):
    """Whoever waits has waited: for a single delivery that waits until its time is up."""

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.offset += seconds


@dataclass
class World:
    """Everything around the provisioner, and the provisioner."""

    aws: stores.Aws
    vonage: Vonage
    time: Time = field(default_factory=Time)
    cloudformation: CloudFormation = field(init=False)
    death: Death = field(default_factory=Death)
    webhooks_url: str = ""
    _keys_used: int = 0
    _keys_lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.cloudformation = CloudFormation(self.handle)
        self.http = httpx.Client(event_hooks={"response": [self._after_vonage]}, verify=TLS)
        self.secrets_manager = stores.client(self.aws, SESSION, "secretsmanager")
        self.parameter_store = stores.client(self.aws, SESSION, "ssm")
        for client in (self.secrets_manager, self.parameter_store):
            client.meta.events.register("after-call", self._after_aws)

    def _after_vonage(self, response: httpx.Response) -> None:
        if response.request.method != "GET":
            self.death.may_strike(f"{response.request.method} {response.url.path}")

    def _after_aws(self, model: Any, **_: object) -> None:  # noqa: ANN401 - botocore's operation model
        if not model.name.startswith(("Get", "Describe")):
            self.death.may_strike(model.name)

    def handle(self, event: Mapping[str, Any], context: app.LambdaContext) -> None:
        remaining_s = context.get_remaining_time_in_millis() / 1000
        app.serve(protocol.parse(event), remaining_s, self.tools)

    def tools(self, remaining_s: float = 90.0) -> Tools:
        deadline = Deadline.after(remaining_s, self.time.now, self.time.sleep)
        store = aws.patient(self.parameter_store, deadline)
        return Tools(
            secrets=aws.patient(self.secrets_manager, deadline),
            records=Records(store, "/switchboard/test", self.time.clock),
            deadline=deadline,
            http=self.http,
            api_url=self.vonage.url,
            numbers_url=self.vonage.url,
            webhooks_url=self.webhooks_url,
            clock=self.time.clock,
            make_key=self._next_key,
        )

    def _next_key(self) -> KeyPair:
        """A key that this world has not seen; the next world may, as making one takes 0.1 s."""
        with self._keys_lock:
            self._keys_used += 1
            if self._keys_used > len(KEYS):
                KEYS.append(keys.make())
            return KEYS[self._keys_used - 1]

    def stack(self, name: str = "shop", secret: str = "") -> Stack:
        """A new stack; its application's secret is made with it, empty."""
        self.aws.secret(secret or f"{name}-application")
        return self.cloudformation.stack(name)

    def create_application(self, stack: Stack, logical_id: str = "App", **changes: object) -> Outcome:
        return stack.create(logical_id, APPLICATION, application_properties(stack, **changes))

    def create_number(
        self, stack: Stack, application_id: str, logical_id: str = "Link", **changes: object
    ) -> Outcome:
        return stack.create(logical_id, NUMBER, number_properties(application_id, **changes))

    def linked_stack(self) -> Stack:
        """A new stack with an application and a linked number."""
        stack = self.stack()
        application_id = self.create_application(stack).data["ApplicationId"]
        assert self.create_number(stack, application_id).succeeded
        return stack

    def own(self, how_many: int) -> list[str]:
        """Let the account own so many numbers, and give them: the two that it has come first."""
        numbers = self.vonage.account.numbers
        more = [str(447700100000 + index) for index in range(how_many - len(numbers))]
        numbers |= {msisdn: {**numbers[GB], "msisdn": msisdn} for msisdn in more}
        return list(numbers)

    def redirect(self, other: Vonage) -> None:
        """Send what is signed with another account's credentials to that account."""
        theirs = httpx.BasicAuth(*other.credentials)._auth_header
        port = httpx.URL(other.url).port

        def choose(request: httpx.Request) -> None:
            if request.headers.get("Authorization") == theirs:
                request.url = request.url.copy_with(port=port)

        self.http.event_hooks = {**self.http.event_hooks, "request": [choose]}

    def deliver_and_kill(self, outcome: Outcome, after_calls: int) -> bool:
        """Deliver a request to a function that dies after so many calls; False if it ended before that.

        Its time is long, so that the timer of a dead delivery does not ring while other tests run.
        """
        usual, self.cloudformation.remaining_s = self.cloudformation.remaining_s, A_LONG_TIME_S
        died = self.death.of(lambda: self.cloudformation.deliver(outcome), after_calls)
        self.cloudformation.remaining_s = usual
        self.time.offset += A_LONG_TIME_S
        return died

    @property
    def applications(self) -> list[Json]:
        """The applications at Vonage."""
        return list(self.vonage.account.applications.values())

    def calls(self, start: str = "") -> list[str]:
        """The API calls Vonage got, as `METHOD path`."""
        entries = self.vonage.journal.entries(kind="api")
        lines = [
            f"{each['request']['method']} {each['request']['url'].partition('?')[0]}" for each in entries
        ]
        return [line for line in lines if line.startswith(start)]

    def secret(self, stack: Stack) -> Json:
        """What readers of the stack's application secret see."""
        return self.aws.secrets[f"{stack.name}-application"].current()


def application_properties(stack: Stack, **changes: object) -> Json:
    """Valid properties of an application, as the template has them."""
    webhooks = f"https://{stack.name}.example.com/webhooks"
    return {
        "ServiceToken": FUNCTION,
        "ServiceTimeout": 180,
        "PropertiesVersion": 1,
        "Name": stack.name,
        "CredentialsSecret": CREDENTIALS,
        "ApplicationSecret": f"{stack.name}-application",
        "ImproveAi": False,
        "KeyVersion": "1",
        "Capabilities": {
            "voice": {
                "webhooks": {
                    "answer_url": {
                        "address": f"{webhooks}/answer",
                        "http_method": "POST",
                        "socket_timeout": 5000,
                    },
                    "fallback_answer_url": {"address": f"{webhooks}/fallback"},
                    "event_url": {"address": f"{webhooks}/event"},
                },
                "signed_callbacks": True,
            },
            "messages": {
                "webhooks": {
                    "inbound_url": {"address": f"{webhooks}/inbound"},
                    "status_url": {"address": f"{webhooks}/status"},
                },
            },
            "rtc": {"webhooks": {"event_url": {"address": f"{webhooks}/rtcevent"}}},
        },
        **changes,
    }


def number_properties(application_id: str, **changes: object) -> Json:
    """Valid properties of a number link."""
    return {
        "ServiceToken": FUNCTION,
        "ServiceTimeout": 180,
        "PropertiesVersion": 1,
        "CredentialsSecret": CREDENTIALS,
        "ApplicationId": application_id,
        "Numbers": [GB],
        **changes,
    }


@pytest.fixture(scope="session")
def servers() -> Iterator[tuple[stores.Aws, Vonage]]:
    """AWS and Vonage, served once for all tests; each test begins with fresh accounts.

    Whatever Vonage asks, such as a number's `moHttpUrl`, answers 200.
    """
    everywhere = httpx.MockTransport(lambda _request: httpx.Response(200))
    with stores.running() as aws, running_vonage(transport=everywhere) as vonage:
        yield aws, vonage


@pytest.fixture
def world(servers: tuple[stores.Aws, Vonage]) -> Iterator[World]:
    """A world with one account's credentials in it."""
    built = fresh_world(servers)
    with built.cloudformation:
        yield built
    built.http.close()


def fresh_world(servers: tuple[stores.Aws, Vonage]) -> World:
    """A world on these servers, in which nothing has happened yet."""
    aws, vonage = servers
    vars(aws).update(vars(stores.Aws(url=aws.url)))
    aws.rest_s, aws.denies_missing = 30, True
    vars(vonage.account).update(vars(Account.seeded(seed=7)))
    vonage.faults.clear()
    vonage.journal.restore([])
    api_key, api_secret = vonage.credentials
    aws.secret(CREDENTIALS, {"api_key": api_key, "api_secret": api_secret})
    aws.secret(
        f"{CREDENTIALS}-signature",
        {"api_key": api_key, "signature_secret": SIGNATURE_SECRET},
    )
    world = World(aws, vonage)
    aws.now = world.time.now
    return world


def codes(report: Json) -> list[str]:
    """The codes of what an action found."""
    return [finding["code"] for each in report["resources"] for finding in each.get("findings", [])]


def bus(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """An event bus named in the environment, at the fake AWS."""
    environment = {
        "SWITCHBOARD_BUS_NAME": "bus",
        "AWS_ENDPOINT_URL": world.aws.url,
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "example",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
