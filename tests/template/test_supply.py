"""What is installed is locked with hashes, not of this week, and asked about."""

import re
import subprocess
from datetime import UTC, datetime, timedelta
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
    assert len(moments) == 4  # npm's, too
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
