"""A real deployment: the SAM CLI, the embedded AWS, the simulated Vonage."""

import json
import signal
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import pytest
from switchboard.aws import bucket, executions, table

from local import aws, gateway, sam, service, up
from local.stage import Stage
from local.up import PARAMETERS
from operate import paths
from tests import projects
from vonage_simulator.server import running
from vonage_simulator.vonage import Vonage


@pytest.fixture(scope="session")
def aws_url() -> Iterator[str]:
    """The embedded AWS, empty at first and shared by all end-to-end tests."""
    port = service.free_port()
    embedded = aws.start(port, paths.LOGS / f"aws-tests-{port}.log")
    yield embedded.url
    service.stop(embedded)
    (paths.LOGS / f"aws-tests-{port}.log").unlink()


@contextmanager
def vonage_account(aws_url: str, domains: Collection[str] = ()) -> Iterator[Vonage]:
    """A simulated Vonage of its own, which reaches the stack's addresses in the embedded AWS."""
    with running(transport=gateway.EmbeddedGateway(aws_url, domains)) as vonage:
        yield vonage


def stage_for(vonage: Vonage, aws_url: str, stack_name: str) -> Stage:
    account = vonage.account
    return Stage(
        aws_url=aws_url,
        vonage_url=vonage.url,
        api_key=account.api_key,
        api_secret=account.api_secret,
        signature_secret=account.signature_secret,
        stack_name=stack_name,
    )


def delete_quickly(stage: Stage) -> None:
    """Delete a stack without the half-minute that the SAM CLI waits between two looks."""
    client = aws.session(stage.aws_url).client("cloudformation", endpoint_url=stage.aws_url)
    client.delete_stack(StackName=stage.stack_name)
    waiter = client.get_waiter("stack_delete_complete")
    waiter.wait(StackName=stage.stack_name, WaiterConfig={"Delay": 1})


def wait_until(holds: Callable[[], bool], timeout_s: float = 60) -> None:
    """Wait for something that happens behind a queue; fails when it does not."""
    deadline = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < deadline, f"not within {timeout_s} s"
        time.sleep(0.2)


@pytest.fixture(autouse=True)
def _clients() -> Iterator[None]:
    """What the layer keeps is made anew for this AWS, and not kept for another."""
    _forget_clients()
    yield
    _forget_clients()


def _forget_clients() -> None:
    for client in (bucket.client, executions.client, table.client):
        client.cache_clear()


@pytest.fixture(scope="session")
def vonage(aws_url: str) -> Iterator[Vonage]:
    """The simulated Vonage that the stack is deployed against."""
    with vonage_account(aws_url) as account:
        yield account


def packaged(stage: Stage) -> Path:
    """The template as `sam build` leaves it, its code uploaded: once, not with each deployment."""
    built = stage.build(projects.shipped() / "template.yaml")
    target = built.with_name("packaged.yaml")
    files = ["--template-file", str(built), "--output-template-file", str(target)]
    sam._run(["package", "--resolve-s3", *files], aws.environment(stage.aws_url), stage.log, next_step="")
    return target


@pytest.fixture(scope="session")
def built(aws_url: str, vonage: Vonage) -> Path:
    """The template, built and uploaded, for tests that share a stack."""
    return packaged(stage_for(vonage, aws_url, "switchboard-tests"))


@pytest.fixture(scope="session")
def stage(aws_url: str, vonage: Vonage, built: Path) -> Stage:
    """The stack, deployed as `make demo` does, and keeping media and verifying people."""
    stage = stage_for(vonage, aws_url, "switchboard-tests")
    stage.store_credentials()
    stage.log.unlink(missing_ok=True)
    stage.deploy(
        built, {**PARAMETERS, "MediaDays": "7", "Verify": "true", "InboundEmail": "true", "Reach": "true"}
    )
    return stage


@pytest.fixture
def here(tmp_path: Path, stage: Stage) -> Path:
    """A project whose `make up` started the stage; nothing in its shell says so."""
    project = projects.copy(tmp_path, projects.SAMCONFIG.read_text(), linked=("layers", "template.yaml"))
    (project / ".local").mkdir()
    (project / ".local" / "sam").symlink_to(paths.SAM.parents[1])
    (project / ".local" / "state.json").write_text(json.dumps(asdict(up.state_of(stage, []))))
    return project


def pytest_sessionstart() -> None:
    """Leave nothing running when `make test` is interrupted: it ends this process by SIGTERM."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark this folder's tests, which share one deployment and take their time."""
    if Path(__file__).parent in item.path.parents:
        item.add_marker(pytest.mark.e2e)
        item.add_marker(pytest.mark.timeout(600))
