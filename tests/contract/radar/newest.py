"""The newest official SDKs, in environments under `.local/radar`: installed once, then used offline."""

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping

from operate import paths
from tests.contract.radar.extract import HERE, Extract, ask

FOLDER = paths.LOCAL / "radar"
UV = paths.LOCAL / "uv" / "bin" / "uv"
# From version 7 on TypeScript is a program without the interface that node_sdk.mjs reads types by.
TYPESCRIPT = "typescript@6"


class NotRunError(Exception):
    """The SDK is not here and cannot be installed, so nothing was compared; the text says why."""


def python() -> Extract:
    """What the Python SDK says.

    Raises:
        NotRunError: it cannot be installed here.
    """
    folder = FOLDER / "python"
    interpreter = folder / "bin" / "python"
    if not (folder / ".ready").exists():
        _run([str(UV), "venv", "--quiet", "--no-project", "--clear", str(folder)])
        _run([str(UV), "pip", "install", "--quiet", "--upgrade", "--python", str(interpreter), "vonage"])
        (folder / ".ready").touch()
    return ask("python", [str(interpreter), str(HERE / "python_sdk.py")], folder)


def node() -> Extract:
    """What the Node SDK says.

    Raises:
        NotRunError: there is no Node here, or it cannot be installed.
    """
    folder = FOLDER / "node"
    if shutil.which("npm") is None:
        raise NotRunError("there is no npm here")
    if not (folder / ".ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        # By its number: npm would take an older one that fits this Node, which only reads types here.
        newest = json.loads(_run(["npm", "view", "@vonage/server-sdk", "version", "--json"]))
        packages = [f"@vonage/server-sdk@{newest}", TYPESCRIPT]
        quietly = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
        _run(["npm", "install", *quietly, "--prefix", str(folder), *packages])
        (folder / ".ready").touch()
    # A module finds packages beside itself, not where it was started.
    program = shutil.copy(HERE / "node_sdk.mjs", folder)
    return ask("node", ["node", str(program)], folder)


SDKS: Mapping[str, Callable[[], Extract]] = {"python": python, "node": node}


def forget() -> None:
    """Let the newest be installed anew."""
    shutil.rmtree(FOLDER, ignore_errors=True)


def _run(command: list[str]) -> str:
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=240).stdout
    except subprocess.CalledProcessError as error:
        raise NotRunError(f"`{' '.join(command)}` failed: {error.stderr.strip()[-500:]}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotRunError(f"`{' '.join(command)}` failed: {error}") from error
