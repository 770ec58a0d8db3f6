"""Everything the provisioner works with, put together in one place from the environment."""

import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import httpx
from switchboard import telemetry

from provisioner.cloudformation.deadline import Deadline
from provisioner.errors import ConflictError, ProvisionerError
from provisioner.remembered.lease import Leases
from provisioner.remembered.memory import Memory
from provisioner.remembered.ownership import Ownership
from provisioner.world import aws, credentials, keys
from provisioner.world.keys import KeyPair
from provisioner.world.records import Records
from provisioner.world.secret import ApplicationSecret
from provisioner.world.vonage import Credentials, Vonage

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

API_URL = "https://api.nexmo.com"
NUMBERS_URL = "https://rest.nexmo.com"


@dataclass(frozen=True)
class Tools:
    """What a request needs to reach AWS and Vonage.

    Attributes:
        secrets: Secrets Manager.
        records: the provisioner's memory.
        deadline: this request's time.
        http: the HTTP client for Vonage.
        api_url: where the Application and Voice APIs are.
        numbers_url: where the Numbers API is.
        webhooks_url: where the webhooks of the provisioner's own stack are, which alone are tried.
        reached: where addresses are that no DNS knows, by what they begin with. Only the local stage has any.
        clock: Unix time in seconds.
        make_key: makes a new key pair.
    """

    secrets: "SecretsManagerClient"
    records: Records
    deadline: Deadline
    http: httpx.Client
    api_url: str
    numbers_url: str
    webhooks_url: str = ""
    reached: Mapping[str, str] = field(default_factory=dict)
    clock: Callable[[], float] = time.time
    make_key: Callable[[], KeyPair] = keys.make

    @classmethod
    def from_environment(cls, remaining_s: float) -> "Tools":
        """The tools of the deployed function.

        Args:
            remaining_s: Lambda's remaining time, in seconds.

        Raises:
            ProvisionerError: an environment variable is missing.
        """
        prefix = os.environ.get("SWITCHBOARD_RECORDS_PREFIX", "")
        if not prefix.strip("/"):
            raise ProvisionerError(
                "The environment variable SWITCHBOARD_RECORDS_PREFIX is not set.",
                "The template sets it; deploy it again.",
            )
        telemetry.keep_libraries_quiet()
        deadline = Deadline.after(remaining_s)
        return cls(
            secrets=aws.patient(aws.secrets_manager(), deadline),
            records=Records(aws.patient(aws.parameter_store(), deadline), prefix),
            deadline=deadline,
            http=_http(),
            api_url=_url("VONAGE_API_URL", API_URL),
            numbers_url=_url("VONAGE_NUMBERS_URL", NUMBERS_URL),
            webhooks_url=_url("SWITCHBOARD_WEBHOOKS_URL", ""),
            reached=json.loads(os.environ.get("SWITCHBOARD_REACHED_AT", "{}")),
        )

    def reached_at(self, address: str) -> str:
        """Where to ask for a webhook's address."""
        for known_as, there in self.reached.items():
            if address.startswith(f"{known_as}/"):
                return there + address.removeprefix(known_as)
        return address

    def vonage(self, credentials_secret: str) -> Vonage:
        """A client for the account whose credentials the secret holds.

        Raises:
            ProvisionerError: the secret is missing or incomplete.
        """
        read = credentials.read(self.secrets, credentials_secret)
        account = Credentials(read.api_key, read.api_secret, self.api_url, self.numbers_url)
        return Vonage(account, self.deadline, self.http)

    def account(self, properties: Mapping[str, object]) -> str:
        """What tells the account that a resource's properties name from others: a digest of its API key.

        Raises:
            ProvisionerError: the secret is missing or incomplete.
        """
        api_key = credentials.read(self.secrets, str(properties.get("CredentialsSecret") or "")).api_key
        return hashlib.sha256(api_key.encode()).hexdigest()[:12]

    def refuse_another_account(self, properties: Mapping[str, object], memory: Memory) -> None:
        """Stop before a resource is looked for, and made, in an account that it is not in.

        Raises:
            ProvisionerError: the credentials are missing, or of another account than the resource's.
        """
        if memory.record.get("account", "") not in ("", self.account(properties)):
            raise ConflictError(
                f"The credentials secret {properties.get('CredentialsSecret')!r} is of another Vonage "
                "account than the resource.",
                "Write the credentials of that account again with `make credentials`.",
                "ACCOUNT_CHANGED",
            )

    def application_secret(self, arn: str) -> ApplicationSecret:
        """The secret of an application."""
        return ApplicationSecret(self.secrets, arn)

    def memory(self, resource_id: str) -> Memory:
        """The memory of a resource."""
        memory = Memory(self.records, resource_id, self.clock)
        memory.recall()
        return memory

    def ownership(self, kind: str) -> Ownership:
        """The owners of `applications` or of `numbers`."""
        return Ownership(self.records, kind)

    @property
    def leases(self) -> Leases:
        """Leases for this request."""
        return Leases(self.records, self.deadline, self.clock)


def _url(name: str, default: str) -> str:
    return (os.environ.get(name) or default).rstrip("/")


@cache
def _http() -> httpx.Client:
    """The HTTP client, made once for each process: loading the certificates takes 0.1 s."""
    return httpx.Client(headers={"Accept": "application/json"})
