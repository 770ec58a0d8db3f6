"""`make dist`: the simulated Vonage as a wheel, for projects that have no clone of this one.

The simulator judges what travels by `switchboard.wire`, which here is a room of the layer's. The wheel has a
copy of it as a room of the simulator's own, `vonage_simulator.wire`: a wheel with a package `switchboard` in
it would write into the layer's, or into anybody else's of that name, where both are installed.

The same sources make the same wheel, byte for byte.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
WIRE = ROOT / "layers" / "switchboard" / "switchboard" / "wire"
BESIDE = ("distribution/pyproject.toml", "distribution/README.md", "LICENSE", ".switchboard-version")
ELSEWHERE, HERE = re.compile(r"\bswitchboard\.wire\b"), "vonage_simulator.wire"


def lay_out(folder: Path) -> None:
    """Write the wheel's sources into a folder."""
    package, sources_alone = folder / "vonage_simulator", shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "vonage_simulator", package, ignore=sources_alone)
    shutil.copytree(WIRE, package / "wire", ignore=sources_alone)
    for module in package.rglob("*.py"):
        module.write_text(ELSEWHERE.sub(HERE, module.read_text()))
    for name in BESIDE:
        shutil.copy(ROOT / name, folder)


def main(target: Path) -> None:
    """Build the wheel into a folder; hatchling prints its name."""
    with TemporaryDirectory() as folder:
        lay_out(Path(folder))
        build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(target)]
        subprocess.run(build, cwd=folder, check=True)  # noqa: S603 - our own


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
