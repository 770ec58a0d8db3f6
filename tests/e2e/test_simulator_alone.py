"""The simulated Vonage without anything else of ours: as the wheel that `make dist` builds."""

import os
import re
import shlex
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import httpx
import pytest

from operate import paths
from tests.vonage_simulator.customer import Customer, ncco, talk
from vonage_simulator.vonage import Vonage

CREDENTIALS = ("a1b2c3d4", "Aa1secret")
EVERY_MODULE = """
import importlib, pkgutil, vonage_simulator
for module in pkgutil.walk_packages(vonage_simulator.__path__, "vonage_simulator."):
    if not module.name.rpartition(".")[2] in ("pytest_plugin", "call_script"):
        importlib.import_module(module.name)
"""
SECTION = (paths.ROOT / "docs" / "simulator.md").read_text().partition("\n## Without a clone\n")[2]
(SHOWN,) = re.findall(r"```sh\n(.*?)```", SECTION.partition("\n## ")[0], re.DOTALL)
HEADLESS, WITH_PAGE, SCRIPT, INSTALLED = SHOWN.splitlines()

# A project that has never heard of Switchboard.
FOREIGN = """
import json

import pytest

JSON = {"content-type": "application/json"}

def answer(event, context):
    return {"statusCode": 200, "headers": JSON, "body": json.dumps([{"action": "talk", "text": "Hello."}])}

@pytest.fixture
def webhooks():
    return {"answer": answer, "event": lambda event, context: {"statusCode": 204}}

def test_caller_hears_something(phone):
    phone.dial("447700900000").hears("Hello")
"""


def build(folder: Path) -> Path:
    """The wheel, into `dist` in a folder."""
    command = [sys.executable, str(paths.ROOT / "distribution" / "build.py"), str(folder / "dist")]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = (folder / "dist").iterdir()
    return wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def python() -> Path:
    """The Python of an environment that has the simulator's requirements."""
    interpreter = paths.LOCAL / "simulator" / "bin" / "python"
    if not interpreter.exists():
        pytest.fail(f"There is no {interpreter}. Run `make setup`.", pytrace=False)
    return interpreter


@pytest.fixture(scope="module")
def alone(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the wheel installs."""
    folder = tmp_path_factory.mktemp("alone")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def environment() -> dict[str, str]:
    """Where nothing of ours can be found, and uv takes the versions that are locked here."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    credentials = dict(zip(("VONAGE_API_KEY", "VONAGE_API_SECRET"), CREDENTIALS, strict=True))
    path = f"{paths.LOCAL / 'uv' / 'bin'}:{os.environ['PATH']}"
    locked = str(paths.ROOT / "requirements" / "dev.txt")
    return {**others, "PATH": path, "UV_CONSTRAINT": locked, **credentials}


def test_every_module_is_imported_with_nothing_else_of_ours(python: Path, alone: Path) -> None:
    run = subprocess.run(
        [python, "-c", EVERY_MODULE],
        cwd=alone,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stderr


@contextmanager
def started(command: list[str], folder: Path) -> Iterator[str]:
    """Start the simulated Vonage; gives the address that it prints."""
    with subprocess.Popen(
        command, cwd=folder, env=environment(), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        try:
            address = re.search(r"http://127\.0\.0\.1:[1-9]\d*", process.stdout.readline())
            assert address, "it ended without saying where it listens"
            yield address[0]
        finally:
            process.terminate()


def test_it_serves_its_apis_and_its_console_and_says_where(python: Path, alone: Path) -> None:
    command = [str(python), "-m", "vonage_simulator", "--port", "0"]
    with started(command, alone) as url, httpx.Client(base_url=url, trust_env=False) as client:
        application = {"name": "shop", "capabilities": {"voice": {}}}
        made = client.post("/v2/applications", json=application, auth=CREDENTIALS)

        assert made.status_code == 201
        assert client.get("/v2/applications", auth=CREDENTIALS).json()["total_items"] == 1
        assert client.get("/v2/applications").status_code == 401
        assert "Switchboard console" in client.get("/").text


def test_wheel_is_the_same_whenever_it_is_built(wheel: Path, tmp_path: Path) -> None:
    assert build(tmp_path).read_bytes() == wheel.read_bytes()


def test_wheel_brings_one_package_and_no_other_s(alone: Path, wheel: Path) -> None:
    assert {path.name for path in alone.iterdir()} == {
        "vonage_simulator",
        f"vonage_simulator-{wheel.name.split('-')[1]}.dist-info",
    }
    assert not [path for path in alone.rglob("*.py") if "switchboard.wire" in path.read_text()]


@dataclass(frozen=True)
class Elsewhere:
    """A simulated Vonage of another process, as its customers know it."""

    url: str
    credentials: tuple[str, str] = CREDENTIALS


def play(folder: Path, shown: str) -> str:
    """What is printed of a call script."""
    (folder / "sales.yaml").write_text("caller: [{hear: Hello from a wheel}]")
    command = shlex.split(shown)
    done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.mark.parametrize(("shown", "has_page"), [(HEADLESS, False), (WITH_PAGE, True)])
def test_call_goes_through_what_the_page_starts_without_a_clone(
    wheel: Path, shown: str, *, has_page: bool
) -> None:
    command = shlex.split(shown.replace("4010", "0"))

    with started(command, wheel.parents[1]) as url:
        with Customer.serving(cast(Vonage, Elsewhere(url))) as customer:
            customer.create().on("answer", ncco(talk("Hello from a wheel.")))
            outcome = customer.call({"hear": "Hello from a wheel"})
            played = play(wheel.parents[1], SCRIPT.replace("http://127.0.0.1:4010", url))
        page = httpx.get(url, trust_env=False)

    assert outcome["status"] == "completed"
    assert "PASSED sales.yaml" in played
    assert customer.received[0].headers["authorization"].startswith("Bearer ")
    assert (page.status_code == 200) == has_page


def test_pytest_of_another_project_finds_the_fixtures(wheel: Path, tmp_path: Path) -> None:
    (tmp_path / "test_shop.py").write_text(FOREIGN)
    commands = ("uv venv --quiet", f"{INSTALLED} pytest", ".venv/bin/python -m pytest -q")
    (tmp_path / "dist").symlink_to(wheel.parent)

    for command in commands:
        ran = subprocess.run(
            shlex.split(command), cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr

    assert "1 passed" in ran.stdout
