"""Builds what is measured: the stack by `sam build`, the runtime and the peers from their locks."""

import hashlib
import subprocess
import sys
import venv
from collections.abc import Iterable
from pathlib import Path

from local import sam
from operate import paths

HERE = Path(__file__).parent
FOLDER = paths.LOCAL / "bench"
PEERS = ("flask", "fastapi", "chalice", "powertools")

_BUILD = FOLDER / "build"
_SITES = FOLDER / "sites"
_NOBODY = "http://127.0.0.1:9"  # `sam build` calls no service; should it ever, nobody answers


def python() -> Path:
    """An interpreter that finds nothing but what PYTHONPATH names; made when it is not there."""
    folder = FOLDER / "python"
    if not (folder / "bin" / "python").exists():
        venv.create(folder, symlinks=True)
    return folder / "bin" / "python"


def stack() -> Path:
    """The stack's functions and layers, as `sam build` leaves them."""
    sam.build(_NOBODY, paths.ROOT / "template.yaml", _BUILD, FOLDER / "sam-build.log")
    return _BUILD


def built(resource: str) -> Path:
    """A function's code in the build, by its logical id in the template."""
    return _BUILD / resource


def layers() -> list[Path]:
    """Both layers of the stack, in the order in which Python looks into them."""
    return [built(layer) / "python" for layer in ("SwitchboardLayer", "DependenciesLayer")]


def trust(certificate: Path) -> None:
    """Have the layer trust one root more than those that it ships with."""
    shipped = paths.LAYER / "switchboard" / "aws" / "amazon_cacert.pem"
    built = _BUILD / "SwitchboardLayer" / "python" / "switchboard" / "aws" / shipped.name
    built.unlink()  # it may be a link into SAM's cache
    built.write_text(shipped.read_text() + certificate.read_text())


def runtime() -> Path:
    """The runtime client and boto3, which Lambda brings."""
    return _installed(HERE / "runtime" / "requirements.txt", _SITES / "runtime")


def peer(name: str) -> Path:
    """What a peer would deploy beside its `app.py`: the packages that it requires."""
    return _installed(HERE / "peers" / name / "requirements.txt", _SITES / name)


def size_mb(folders: Iterable[Path]) -> float:
    """Bytes of all files below some folders, in MB (10⁶), as Lambda counts a package's unzipped size."""
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return sum(path.stat().st_size for path in files) / 1e6


def _installed(requirements: Path, site: Path) -> Path:
    """Install a lock into a folder, compiled as our own layers are: packaging alone is no merit."""
    stamp = site / "requirements.sha256"
    wanted = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return site
    install = ["pip", "install", "--quiet", "--no-config", "--require-hashes", "--only-binary", ":all:"]
    install += ["--link-mode", "copy", "--python", sys.executable, "--target", str(site)]
    subprocess.run([str(paths.UV / "uv"), *install, "--requirements", str(requirements)], check=True)
    compile_all = [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    subprocess.run([*compile_all, str(site)], check=True)
    stamp.write_text(wanted)
    return site
