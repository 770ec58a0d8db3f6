"""All that one run measured, as JSON: to print, to plot, and to compare with another commit's."""

import json
import os
import platform
import statistics
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import subjects
from benchmarks.measure import Samples
from benchmarks.ratios import Ratio, ratio
from operate import paths

FILE = Path(__file__).with_name("results.json")


@dataclass
class Group:
    """Rows that were measured in the same rounds, so that ratios between them hold."""

    cold: dict[str, Samples]
    warm: dict[str, Samples]

    def times(self, name: str, kind: str, quantity: str, floor: str = subjects.FLOOR) -> Ratio:
        """How many times the floor a row costs."""
        rows = self.cold if kind == "cold" else self.warm
        return ratio(rows[name][quantity], rows[floor][quantity])

    def median(self, name: str, kind: str, quantity: str) -> float:
        """The median over the rounds."""
        rows = self.cold if kind == "cold" else self.warm
        return statistics.median(rows[name][quantity])


@dataclass
class Results:
    """Everything. `batch_sizes` are those of the rows of the group `consumers`, and imports take ms."""

    groups: dict[str, Group]
    modules: dict[str, int]
    package_mb: dict[str, float]
    import_ms: dict[str, float]
    batch_sizes: dict[str, int]
    layers_mb: float
    about: dict[str, str]

    def write(self, path: Path = FILE) -> None:
        """Write it as JSON, four digits a number."""
        path.write_text(json.dumps(_rounded(asdict(self)), indent=1) + "\n")

    @classmethod
    def read(cls, path: Path = FILE) -> "Results":
        """Read what `write` wrote."""
        document = json.loads(path.read_text())
        document["groups"] = {name: Group(**group) for name, group in document["groups"].items()}
        return cls(**document)


def about() -> dict[str, str]:
    """Where and when the run took place."""
    git = ["git", "-C", str(paths.ROOT), "describe", "--always", "--dirty"]
    commit = subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip()
    return {
        "commit": commit or "unknown",
        "date": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, {os.cpu_count()} processors, {_processor()}",
        "system": f"{platform.system()} {platform.release()}",
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown"
    )


def _rounded(value: object) -> object:
    """Numbers with four significant digits; everything else as it is."""
    match value:
        case float():
            return float(f"{value:.4g}")
        case Mapping():
            return {name: _rounded(inner) for name, inner in value.items()}
        case list():
            return [_rounded(inner) for inner in value]
    return value
