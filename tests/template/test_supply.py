"""What is installed is locked with hashes, not of this week, and asked about."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from operate.paths import ROOT

LOCKED = sorted(ROOT.glob("requirements/*.txt"))
LAYER = ROOT / "layers" / "dependencies" / "requirements.txt"


def planned(target: str, *variables: str) -> str:
    """What make would run."""
    command = ["make", "--dry-run", "--no-print-directory", target, *variables]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(("given", "days"), [([], 7), (["COOL_DOWN=0"], 0), (["COOL_DOWN=30"], 30)])
def test_a_release_is_locked_only_after_its_cool_down(given: list[str], days: int) -> None:
    plan = planned("lock", *given)

    assert plan.count("pip compile") == plan.count("pip compile --quiet --exclude-newer") == 3
    moments = re.findall(r"(?:--exclude-newer |--before=)(\S+)", plan)
    assert len(moments) == 5  # npm's two, too
    for moment in moments:
        age = datetime.now(UTC) - datetime.fromisoformat(moment)
        assert timedelta(days) <= age < timedelta(days, minutes=5)


def test_every_locked_package_is_asked_about() -> None:
    asked = set(re.findall(r"--requirement (\S+)", planned("audit")))

    assert asked == {str(path.relative_to(ROOT)) for path in [LAYER, *LOCKED]}


@pytest.mark.parametrize("path", [LAYER, *LOCKED], ids=lambda path: path.stem)
def test_every_locked_package_has_hashes(path: Path) -> None:
    packages = re.split(r"^(?=[a-z0-9])", path.read_text(), flags=re.MULTILINE)
    locked = [each for each in packages if "==" in each.partition("\n")[0]]

    assert locked
    assert all("--hash=sha256:" in each for each in locked)


def imported(tree: ast.AST) -> Iterator[str]:
    """The roots of what is imported when a module runs: not what types alone need."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module).partition(".")[0]
        yield from imported(node)


def test_commands_need_nothing_that_comes_with_checks_and_tests_alone() -> None:
    distributions = packages_distributions()
    run = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements" / "run.txt").read_text(), re.MULTILINE))
    sources = [
        path for house in ("local", "operate", "vonage_simulator") for path in (ROOT / house).rglob("*.py")
    ]
    needed = {name for path in sources for name in imported(ast.parse(path.read_text()))}
    missing = {
        name
        for name in needed & distributions.keys()
        if not {each.lower().replace("_", "-").replace(".", "-") for each in distributions[name]} & run
    }

    assert missing - {"vonage_simulator", "local", "operate", "switchboard"} == set()


def test_wheel_asks_for_what_the_simulator_is_installed_with_and_no_newer() -> None:
    project = tomllib.loads((ROOT / "distribution" / "pyproject.toml").read_text())["project"]
    asked = project["dependencies"] + project["optional-dependencies"]["console"]
    least = dict(each.split(">=") for each in asked)
    listed = set(
        re.findall(r"^[a-z0-9-]+$", (ROOT / "requirements" / "simulator.in").read_text(), re.MULTILINE)
    )
    locked = dict(
        re.findall(
            r"^([a-z0-9-]+)==([0-9.]+)", (ROOT / "requirements" / "simulator.txt").read_text(), re.MULTILINE
        )
    )

    assert set(least) == listed
    for name, version in least.items():
        assert as_numbers(version) <= as_numbers(locked[name]), name


def as_numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def test_page_alone_imports_what_the_wheel_s_extra_brings() -> None:
    extra = tomllib.loads((ROOT / "distribution" / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    brought = {re.split("[>=]", each)[0] for each in extra["console"]}
    sources = [path for path in (ROOT / "vonage_simulator").rglob("*.py") if "console" not in path.parts]

    assert {name for path in sources for name in imported(ast.parse(path.read_text()))} & brought == set()


def test_benchmark_begins_with_no_more_than_is_installed_for_it() -> None:
    locked = (ROOT / "requirements" / "bench.txt").read_text()
    ours = {"switchboard", "benchmarks", "local", "operate", "vonage_simulator"}
    missing = [
        root
        for root, distributions in packages_distributions().items()
        if root not in ours and not any(f"\n{name.lower()}==" in locked for name in distributions)
    ]
    code = f"import sys; sys.modules.update(dict.fromkeys({missing})); import benchmarks.__main__"

    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, capture_output=True, text=True)

    assert "rich" in missing
    assert told.returncode == 0, told.stderr
