"""The official SDKs work unchanged; they live in environments of their own under .local/clients."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from operate import paths
from tests.vonage_simulator.customer import NUMBER, TLS, Customer, Json, ncco, talk
from vonage_simulator.account.account import Account
from vonage_simulator.origin import certificate
from vonage_simulator.server import running
from vonage_simulator.switches import changed
from vonage_simulator.testing.phone import Phone
from vonage_simulator.vonage import Vonage

HERE = Path(__file__).parent / "clients"
CLIENTS = paths.LOCAL / "clients"
REQUIREMENTS = paths.ROOT / "requirements"
CLI = "@vonage/cli@1.2.4"
NPM = ["--no-audit", "--no-fund", "--ignore-scripts"]

pytestmark = pytest.mark.timeout(300)


def install(folder: Path, pins: str, *commands: list[str], files: Sequence[Path] = ()) -> None:
    """Make an environment once for each state of its pins; skip where that is impossible."""
    ready = folder / ".ready"
    if ready.exists() and ready.read_text() == pins:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file in files:
        shutil.copy(file, folder)
    for command in commands:
        try:
            subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=240)
        except (OSError, subprocess.SubprocessError) as error:
            shutil.rmtree(folder, ignore_errors=True)
            pytest.skip(f"not run: the official client cannot be installed here: {error}")
    ready.write_text(pins)


@pytest.fixture(scope="module")
def python_sdk() -> Path:
    folder, pinned = CLIENTS / "python-sdk", REQUIREMENTS / "sdks.txt"
    python = folder / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "-q", "--require-hashes", "-r", str(pinned)]
    install(folder, pinned.read_text(), [sys.executable, "-m", "venv", "."], pip)
    return python


def needs_npm() -> None:
    if shutil.which("npm") is None:
        pytest.skip("not run: there is no npm here")


@pytest.fixture(scope="module")
def node_sdk() -> Path:
    needs_npm()
    folder = CLIENTS / "node-sdk"
    wanted, pinned = (REQUIREMENTS / "node" / name for name in ("package.json", "package-lock.json"))
    install(folder, pinned.read_text(), ["npm", "ci", *NPM], files=[wanted, pinned])
    return folder


@pytest.fixture
def encrypted(tmp_path: Path) -> Iterator[tuple[Vonage, Path]]:
    """The simulator on https, and the certificate to trust: the Python SDK speaks nothing else."""
    made = certificate.make(tmp_path)
    with running(Account.seeded(seed=1), certificate=made) as simulator:
        yield simulator, made.certificate


def ran(
    command: list[str], cwd: Path | None = None, given: Json | None = None, **environment: str
) -> dict[str, Any]:
    done = subprocess.run(
        command,
        cwd=cwd,
        input=json.dumps(given),
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


class Sdk(NamedTuple):
    """An official SDK as it is installed, and the simulator that it speaks to."""

    name: str
    installed: Path
    vonage: Vonage
    trusted: Path | None

    def does(self, what: str, customer: Customer, **given: Json) -> dict[str, Any]:
        """Run what its user does, a program in `clients`, as the customer's application."""
        keys = {"application": customer.application["id"], "key": customer.application["keys"]["private_key"]}
        told = {**keys, **given, "host": self.vonage.url.removeprefix("https://")}
        if self.trusted:
            command = [str(self.installed), str(HERE / f"python_{what}.py")]
            return ran(command, given=told, REQUESTS_CA_BUNDLE=str(self.trusted))
        # A module finds packages beside itself, not where it was started.
        program = shutil.copy(HERE / f"node_{what}.mjs", self.installed)
        return ran(["node", str(program)], self.installed, told)


def test_python_sdk_works_unchanged(python_sdk: Path, encrypted: tuple[Vonage, Path]) -> None:
    vonage, trusted = encrypted
    with Customer.serving(vonage) as customer:
        host = vonage.url.removeprefix("https://")
        command = [str(python_sdk), str(HERE / "python_sdk.py"), host, *vonage.credentials, customer.url]
        found = ran(command, REQUESTS_CA_BUNDLE=str(trusted))

    assert found == {
        "private_key": True,
        "renamed": "renamed",
        "listed": ["renamed"],
        "form_as_json": 420,
        "owned": ["447700900000"],
        "bought": "200",
        "cancelled": "200",
        "linked": "200",
        "secrets": 1,
        "balance": 10.0,
        "call": "started",
        "calls": ["outbound"],
        "paged": 3,
        "sent": True,
        "unauthorized": 401,
        "not_found": 404,
    }


def test_node_sdk_works_unchanged(node_sdk: Path, vonage: Vonage, customer: Customer) -> None:
    script = node_sdk / "node_sdk.mjs"
    shutil.copy(
        HERE / "node_sdk.mjs", script
    )  # a module finds packages beside itself, not where it was started

    found = ran(["node", str(script), vonage.url, *vonage.credentials, customer.url], cwd=node_sdk)

    assert found == {
        "privateKey": True,
        "renamed": "renamed",
        "listed": ["renamed"],
        "owned": ["447700900000"],
        "bought": "200",
        "cancelled": "200",
        "linked": "200",
        "call": "started",
        "read": "outbound",
        "paged": 3,
        "sent": True,
        "notFound": 404,
    }


@pytest.fixture(params=["python", "node"])
def sdk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Sdk]:
    """Each SDK, and a simulator that it can speak to: Python's speaks https only."""
    installed = request.getfixturevalue(f"{request.param}_sdk")
    made = certificate.make(tmp_path) if request.param == "python" else None
    if made:
        TLS.load_verify_locations(made.certificate)
    with running(Account.seeded(seed=1), certificate=made) as simulator:
        yield Sdk(request.param, installed, simulator, made and made.certificate)


def test_call_in_progress_is_changed_by_the_sdks(sdk: Sdk) -> None:
    with Customer.serving(sdk.vonage) as customer:
        customer.create().on("answer", ncco(talk("la", loop=0)))
        with Phone(sdk.vonage).dial(NUMBER) as call:
            call.hears("la")
            found = sdk.does("call", customer, leg=call.leg, sound=f"{customer.url}/sound.mp3")
            call.hears(f"Goodbye from {sdk.name.title()}.")

    assert found == {
        "spoken": "Talk started",
        "silenced": "Talk stopped",
        "played": "Stream started",
        "stopped": "Stream stopped",
        "pressed": "DTMF sent",
        "status": "answered",
    }


def test_every_kind_of_message_of_the_sdks_is_taken(sdk: Sdk) -> None:
    with Customer.serving(sdk.vonage) as customer:
        sdk.vonage.account.email_domains = {"example.com": customer.create().application["id"]}
        found = sdk.does("messages", customer)

    assert {kind: answer for kind, answer in found.items() if answer is not True} == {}
    assert len(found) > 30
    warnings = sdk.vonage.journal.entries(kind="message", what="warning")
    assert {warning["reason"] for warning in warnings} == set()


def test_sdks_take_a_webhooks_token_for_vonages(sdk: Sdk) -> None:
    with Customer.serving(sdk.vonage) as customer:
        customer.create().on("answer", ncco(talk("Hello.")))
        with Phone(sdk.vonage).dial(NUMBER) as call:
            call.ends()
        token = customer.received[0].headers["authorization"].removeprefix("Bearer ")
        secret = sdk.vonage.account.signature_secret
        found = sdk.does("signature", customer, token=token, secret=secret, other=secret[::-1])

    assert found == {"secret": True, "other": False}


@pytest.fixture(scope="module")
def cli_folder() -> Path:
    needs_npm()
    folder = CLIENTS / "cli"
    install(folder, CLI, ["npm", "install", *NPM, CLI])
    return folder


@pytest.fixture
def cli(cli_folder: Path, vonage: Vonage, tmp_path: Path) -> Callable[..., str]:
    key, secret = vonage.credentials

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [
                str(cli_folder / "node_modules/.bin/vonage"),
                *arguments,
            ],
            cwd=tmp_path,
            env={
                **os.environ,
                "HOME": str(tmp_path),
                "XDG_CONFIG_HOME": str(tmp_path),
                "VONAGE_API_KEY": key,
                "VONAGE_API_SECRET": secret,
                "SIMULATED_VONAGE": vonage.url,
                "NODE_OPTIONS": f"--require {HERE / 'redirect.cjs'}",
            },
            input="y\n",
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run


def test_cli_works_unchanged(cli: Callable[..., str], vonage: Vonage) -> None:
    cli(
        "apps:create",
        "from the CLI",
        "--voice_answer_url=https://example.com/answer",
        "--voice_event_url=https://example.com/event",
    )
    (application,) = vonage.account.applications.values()
    hooks = application["capabilities"]["voice"]["webhooks"]
    assert hooks["answer_url"]["address"] == "https://example.com/answer"
    assert "from the CLI" in cli("apps")
    assert application["id"] in cli("apps:show", application["id"])

    assert "447700900000" in cli("numbers")
    cli("apps:link", application["id"], "--number=447700900000")
    assert vonage.account.application_of("447700900000") == application
    cli("apps:unlink", "--number=447700900000")
    assert vonage.account.application_of("447700900000") is None

    assert "14155550120" in cli("numbers:search", "US")
    assert "10" in cli("balance")
    cli("apps:delete", application["id"])
    assert vonage.account.applications == {}


def test_sdks_verify_somebody_unchanged(sdk: Sdk) -> None:
    sdk.vonage.account.switches = changed(sdk.vonage.account.switches, {"cancel_verification": "always"})
    with Customer.serving(sdk.vonage) as customer:
        found = sdk.does("verify", customer.create())

    assert found == {
        "conflict": 409,
        "moved_on": 200,
        "wrong": 400,
        "checked": "completed",
        "over": 404,
        "cancelled": 200,
    }
