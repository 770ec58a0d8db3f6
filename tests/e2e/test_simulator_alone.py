"""The simulated Vonage without anything else of ours: its own requirements, and `switchboard.wire`."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from operate import paths
from tests.projects import NOTHING_COMPILED

CREDENTIALS = ("a1b2c3d4", "Aa1secret")
EVERY_MODULE = """
import importlib, pkgutil, vonage_simulator
for module in pkgutil.walk_packages(vonage_simulator.__path__, "vonage_simulator."):
    if not module.name.endswith(".pytest_plugin"):
        importlib.import_module(module.name)
"""


@pytest.fixture(scope="module")
def python() -> Path:
    """The Python of an environment that has the simulator's requirements."""
    interpreter = paths.LOCAL / "simulator" / "bin" / "python"
    if not interpreter.exists():
        pytest.fail(f"There is no {interpreter}. Run `make setup`.", pytrace=False)
    return interpreter


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the simulator and the wire types, as a wheel would install them."""
    folder = tmp_path_factory.mktemp("alone")
    layer = paths.ROOT / "layers" / "switchboard" / "switchboard"
    shutil.copytree(paths.ROOT / "vonage_simulator", folder / "vonage_simulator", ignore=NOTHING_COMPILED)
    shutil.copytree(layer / "wire", folder / "switchboard" / "wire", ignore=NOTHING_COMPILED)
    shutil.copy(layer / "__init__.py", folder / "switchboard")
    return folder


def environment() -> dict[str, str]:
    """Where nothing but the folder and the requirements can be found."""
    credentials = dict(zip(("VONAGE_API_KEY", "VONAGE_API_SECRET"), CREDENTIALS, strict=True))
    return {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], **credentials}


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
def started(python: Path, folder: Path) -> Iterator[str]:
    """`python -m vonage_simulator --port 0`; gives the address that it prints."""
    with subprocess.Popen(
        [python, "-m", "vonage_simulator", "--port", "0"],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        try:
            address = re.search(r"http://127\.0\.0\.1:[1-9]\d*", process.stdout.readline())
            assert address, "it ended without saying where it listens"
            yield address[0]
        finally:
            process.terminate()


def test_it_serves_its_apis_and_its_console_and_says_where(python: Path, alone: Path) -> None:
    with started(python, alone) as url, httpx.Client(base_url=url, trust_env=False) as client:
        application = {"name": "shop", "capabilities": {"voice": {}}}
        made = client.post("/v2/applications", json=application, auth=CREDENTIALS)

        assert made.status_code == 201
        assert client.get("/v2/applications", auth=CREDENTIALS).json()["total_items"] == 1
        assert client.get("/v2/applications").status_code == 401
        assert "Switchboard console" in client.get("/").text
