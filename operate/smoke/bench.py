"""What the lines work with: a stack of their own, and the account around it."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import boto3
import httpx

from operate.errors import OperatorError
from operate.smoke.deployment import Deployment, Outcome, Variant
from operate.stack import Stack

# The account id that the embedded AWS of `make up` has, and no account of AWS's.
EMULATOR = "000000000000"
DEPLOYED = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")


class DiffersError(Exception):
    """What was seen isn't what was expected; the message is what was seen."""


class NotTriedError(Exception):
    """There was nothing to look at; the message is the reason."""


def client(service: str) -> Any:  # noqa: ANN401 - boto3's own clients, by the service's name
    """A client of the account that the AWS CLI would talk to."""
    return boto3.client(service)  # type: ignore[call-overload]


@dataclass
class Bench:
    """One run.

    Attributes:
        deployment: Deploys the run's stack.
        stage: Whose stack the run's is named after.
        account: The account's id.
        credentials_secret: The secret with the Vonage account's credentials.
        has_vonage: Whether that secret exists.
        numbers: Numbers of the Vonage account that the person lets the run link.
        kms_key_arn: A key to encrypt everything with, or empty.
        stack: The run's stack, once it is deployed.
        client: Makes a client by its service's name.
        http: Makes a client for the stack's own webhooks.
        now: Unix time in seconds, and how to let some pass.
        sleep: Lets seconds pass.
    """

    deployment: Deployment
    stage: str = "default"
    account: str = ""
    credentials_secret: str = ""
    has_vonage: bool = False
    numbers: tuple[str, ...] = ()
    kms_key_arn: str = ""
    stack: Stack = field(init=False)
    client: Callable[[str], Any] = client
    http: Callable[[], httpx.Client] = httpx.Client
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    provoked: set[str] = field(default_factory=set)
    """Alarms, by their names in the template, whose metrics this run has given something to count."""
    _first: Outcome | OperatorError | None = None

    def __post_init__(self) -> None:
        self.stack = self.deployment.stack

    @property
    def name(self) -> str:
        """The name of the run's stack."""
        return self.deployment.stack.name

    @property
    def removal(self) -> str:
        """The command that removes what a run has left."""
        return f"make smoke ENV={self.stage} ONLY=delete"

    @property
    def session(self) -> boto3.Session:
        """What knows AWS's Regions, by boto3's own files."""
        return boto3.DEFAULT_SESSION or boto3.Session()

    @property
    def is_emulator(self) -> bool:
        """Whether this is the embedded AWS."""
        return self.account == EMULATOR

    def first(self) -> Outcome:
        """How the stack was created: with the template's defaults, without its Vonage part if need be.

        Raises:
            OperatorError: It couldn't be built. That is tried once, however many lines ask for the stack.
        """
        if self._first is None:
            try:
                self._first = self.deployment.create(with_vonage=self.has_vonage)
            except OperatorError as error:
                self._first = error
        if isinstance(self._first, OperatorError):
            raise self._first
        return self._first

    def deployed(self) -> Stack:
        """The stack.

        Raises:
            NotTriedError: It could not be created.
        """
        if self.first().status not in DEPLOYED:
            raise NotTriedError("the stack could not be created")
        return self.stack

    def update(self, variant: Variant | None = None, **parameters: str) -> Outcome:
        """Deploy the stack once more, or a variant of it; what isn't given is as at first."""
        self.deployed()
        stamp = datetime.fromtimestamp(self.now(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        first = {"CredentialsSecret": self.credentials_secret, "Numbers": "", "KmsKeyArn": ""}
        given = {**first, **self.deployment.given}
        return self.deployment.update({**given, "DeploymentId": stamp, **parameters}, variant)

    def invoke(self, function: str, event: Mapping[str, object]) -> None:
        """Invoke a function of the stack by its name in the template, without `Function`."""
        name = self.deployed().id_of(f"{function}Function")
        self.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event).encode())

    def configure(self, function: str, **configuration: object) -> None:
        """Change a function by its name in the template, without `Function`, and wait until it's changed."""
        functions, name = self.client("lambda"), self.deployed().id_of(f"{function}Function")
        functions.update_function_configuration(FunctionName=name, **configuration)
        functions.get_waiter("function_updated_v2").wait(FunctionName=name)

    @contextmanager
    def without_its_handler(self, function: str, missing: str) -> Iterator[None]:
        """Let a function be one that can't be loaded, for a handler that is missing, until the block ends."""
        name = self.deployed().id_of(f"{function}Function")
        handler = self.client("lambda").get_function_configuration(FunctionName=name)["Handler"]
        try:
            self.configure(function, Handler=missing)
            yield
        finally:
            self.configure(function, Handler=handler)

    def seen_within(self, seconds: float, look: Callable[[], Any]) -> Any:  # noqa: ANN401 - what `look` finds
        """What `look` finds at last, or its last word when the time is up. AWS shows most things late."""
        deadline = self.now() + seconds
        while not (found := look()) and self.now() < deadline:
            self.sleep(3)
        return found
