"""One stack in the embedded AWS, connected to one simulated Vonage account."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from botocore.exceptions import ClientError
from switchboard.aws.secret import signature_secret_of

from local import aws, gateway, sam
from operate import paths
from operate.credentials import SECRET_NAME

POLL_S = 0.2
SIGNATURE_SECRET_NAME = signature_secret_of(SECRET_NAME)
# Parameters that turn off what the emulator does not have: archives.
UNSUPPORTED = {"ArchiveDays": "0"}

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Stage:
    """Where a stack lives: the embedded AWS, the simulated Vonage and the account that is used there."""

    aws_url: str
    vonage_url: str
    api_key: str
    api_secret: str
    signature_secret: str
    stack_name: str = "switchboard"

    @property
    def log(self) -> Path:
        """What the SAM CLI printed."""
        return paths.LOGS / f"sam-{self.stack_name}.log"

    def store_credentials(self) -> None:
        """Put the account's credentials where the stack looks for them."""
        client = aws.session(self.aws_url).client("secretsmanager", endpoint_url=self.aws_url)
        for name, second in ((SECRET_NAME, "api_secret"), (SIGNATURE_SECRET_NAME, "signature_secret")):
            value = json.dumps({field: getattr(self, field) for field in ("api_key", second)})
            try:
                client.create_secret(Name=name, SecretString=value)
            except client.exceptions.ResourceExistsException:
                client.put_secret_value(SecretId=name, SecretString=value)

    def build(self, template: Path | None = None) -> Path:
        """Build the stack's template, or another one, and return the built one."""
        source = template or paths.ROOT / "template.yaml"
        build_dir = source.parent / ".local" / "sam-build" / self.stack_name
        return sam.build(self.aws_url, source, build_dir, self.log)

    def deploy(self, built: Path, parameters: Mapping[str, str], progress: Progress = lambda _: None) -> None:
        """Deploy a built template and give its API the routes that the emulator leaves out.

        Raises:
            OperatorError: CloudFormation refused or failed, and rolled back.
        """
        fixed = {"VonageApiUrl": self.vonage_url, "VonageNumbersUrl": self.vonage_url, **UNSUPPORTED}
        with self.routes_followed(progress):
            sam.deploy(self.aws_url, built, self.stack_name, {**fixed, **parameters}, self.log)
        where = (aws.session(self.aws_url), self.aws_url, self.stack_name)
        gateway.create_routes(*where, gateway.deployed_template(*where))

    def delete(self) -> None:
        """Run `sam delete`; the secret that `store_credentials` made stays, as a user's would."""
        sam.delete(self.aws_url, self.stack_name, self.log)

    def is_there(self) -> bool:
        """Whether the stack was deployed before."""
        client = aws.session(self.aws_url).client("cloudformation", endpoint_url=self.aws_url)
        try:
            return bool(client.describe_stacks(StackName=self.stack_name)["Stacks"])
        except ClientError:
            return False

    def outputs(self) -> dict[str, str]:
        """The stack's outputs by name."""
        client = aws.session(self.aws_url).client("cloudformation", endpoint_url=self.aws_url)
        stack = client.describe_stacks(StackName=self.stack_name)["Stacks"][0]
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def resources(self) -> dict[str, str]:
        """The stack's resources: type by logical id."""
        client = aws.session(self.aws_url).client("cloudformation", endpoint_url=self.aws_url)
        found = client.describe_stack_resources(StackName=self.stack_name)["StackResources"]
        return {resource["LogicalResourceId"]: resource["ResourceType"] for resource in found}

    def definitions(self) -> dict[str, Any]:
        """The resources of the processed template, by their logical ids."""
        where = (aws.session(self.aws_url), self.aws_url, self.stack_name)
        resources: dict[str, Any] = gateway.deployed_template(*where)["Resources"]
        return resources

    def webhook_url(self) -> str:
        """The base address of the webhooks, reachable on this machine."""
        return gateway.address(self.outputs()["WebhookUrl"], self.aws_url)

    def application(self) -> httpx.Response:
        """The application as Vonage sees it."""
        address = f"{self.vonage_url}/v2/applications/{self.outputs()['ApplicationId']}"
        return httpx.get(address, auth=(self.api_key, self.api_secret), trust_env=False)

    @contextmanager
    def routes_followed(self, progress: Progress = lambda _: None) -> Iterator[None]:
        """Create the API's routes while CloudFormation is at work: a deployment tries its own webhooks."""
        finished = threading.Event()

        def follow() -> None:
            template: dict[str, Any] = {}
            where = (aws.session(self.aws_url), self.aws_url, self.stack_name)
            while not finished.wait(POLL_S):
                with suppress(ClientError):  # no stack yet, or it is being rolled back
                    template = template or gateway.template_being_deployed(*where)
                    if template:
                        gateway.create_routes(*where, template)
                    progress(f"{len(self.resources())} resources")

        follower = threading.Thread(target=follow, name=f"routes-of-{self.stack_name}")
        follower.start()
        try:
            yield
        finally:
            finished.set()
            follower.join()
