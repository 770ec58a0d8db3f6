"""The plugin as `make` installs it: pytest finds it in any folder, and runs what docs/simulator.md shows."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from vonage_simulator.testing import pytest_plugin, script
from vonage_simulator.testing.phone import Phone, PhoneCall, Ringing
from vonage_simulator.testing.simulation import Simulation
from vonage_simulator.testing.texting import Texting

PAGE = (Path(__file__).parents[3] / "docs" / "simulator.md").read_text()
SECTION = PAGE.partition("\n## pytest\n")[2].partition("\n## ")[0]
SHOWN = "\n\n".join(re.findall(r"```python\n(.*?)```", SECTION, re.DOTALL))
# One of the tests runs for three callers, another in two positions of a switch.
PASSED = len(re.findall(r"\n *def test_", SHOWN)) + 2 + 1
# A fixture of the plugin in a test that has nothing else.
CALLS = """
from vonage_simulator.testing.phone import Phone

def test_call(phone):
    assert isinstance(phone, Phone)
"""

LIGHT = """
import sys

def test_light():
    assert not {"httpx", "pydantic", "switchboard"} & {*sys.modules}
"""


def pytest_in(folder: Path, *arguments: str) -> str:
    """What pytest says that runs in a folder with nothing but what is installed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    program = str(Path(sys.executable).with_name("pytest"))
    ran = subprocess.run(
        [program, "-p", "no:cacheprovider", "-q", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.stdout + ran.stderr


def test_what_the_page_shows_runs_in_a_fresh_folder(tmp_path: Path) -> None:
    (tmp_path / "test_shop.py").write_text(SHOWN)
    told = pytest_in(tmp_path)
    assert f"{PASSED} passed" in told, told


def test_folders_with_conftests_of_their_own_have_it_too(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "calls", tmp_path / "calls" / "sales", tmp_path / "messages"):
        folder.mkdir(exist_ok=True)
        (folder / "conftest.py").write_text("")
        (folder / f"test_in_{folder.name}.py").write_text(CALLS)
    told = pytest_in(tmp_path, "--import-mode=importlib")
    assert "4 passed" in told, told


def test_conftest_that_names_it_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["vonage_simulator.testing.pytest_plugin"]')
    (tmp_path / "test_call.py").write_text(CALLS)
    told = pytest_in(tmp_path)
    assert "1 passed" in told, told


def test_run_that_needs_none_of_it_loads_none_of_it(tmp_path: Path) -> None:
    (tmp_path / "test_light.py").write_text(LIGHT)
    told = pytest_in(tmp_path)
    assert "1 passed" in told, told


def public() -> Iterator[str]:
    """The names that tests use: fixtures, and what they hold in their hand."""
    for kind in (Phone, PhoneCall, Ringing, Texting, Simulation):
        names = {*vars(kind), *getattr(kind, "__annotations__", {})} - {"hang_up_everything"}
        yield from (f".{name}" for name in sorted(names) if not name.startswith("_"))
    yield from ("phone", "sms", "whatsapp", "email", "simulation", "webhooks", "rules", "tables", "switches")
    yield from ("stage_settings", "secrets")


@pytest.mark.parametrize("name", sorted(set(public())))
def test_public_name_has_an_example(name: str) -> None:
    assert re.search(rf"{re.escape(name)}\b", SHOWN)


def test_fixtures_are_those_that_have_an_example() -> None:
    fixtures = {name for name, value in vars(pytest_plugin).items() if hasattr(value, "_fixture_function")}
    assert fixtures == {name for name in public() if not name.startswith(".")}


@pytest.mark.parametrize("text", re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
def test_script_that_the_page_shows_can_be_followed(text: str) -> None:
    script.checked(yaml.safe_load(text))
