"""Try whether functions can be imported, in a process of its own, as Lambda does it when one starts."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from operate import paths
from operate.errors import OperatorError
from operate.template import read
from operate.yours import beside

TIMEOUT_S = 20
FUNCTION = "AWS::Serverless::Function"
# Where those are that are edited.
HOUSES = {"functions", "workers"}

PROGRAM = Path(__file__).with_name("import_each.py")


class Failure(NamedTuple):
    """Why a function can't be imported.

    Attributes:
        raised: the exception's type and message.
        place: file and line in the function's folder, such as `app.py:3`.
        is_import: whether a module is missing or can't be read; else the module's own code failed.
        missing: the name of what is missing.
    """

    raised: str
    place: str
    is_import: bool
    missing: str | None

    def tells_more_than(self, said: str) -> bool:
        """Whether this is what the embedded AWS said, too, which names the message alone."""
        message = self.raised.partition(": ")[2]
        return bool(message) and message in said


def failures(folders: Sequence[Path], environment: Mapping[str, str] | None = None) -> dict[Path, Failure]:
    """The functions among these folders that can't be imported; none when that takes too long to tell.

    Args:
        folders: with an `app.py` each.
        environment: of the function; without one nothing but imports can be judged.
    """
    python = {"PYTHONPATH": str(paths.LAYER), "PYTHONDONTWRITEBYTECODE": "1", "PATH": os.environ["PATH"]}
    try:
        tried = subprocess.run(
            [sys.executable, "-P", str(PROGRAM), *map(str, folders)],
            env={**python, **(environment or {})},
            capture_output=True,
            check=False,
            text=True,
            timeout=TIMEOUT_S,
        )
    except subprocess.TimeoutExpired:
        return {}
    said = tried.stdout.splitlines()  # a module may print, too
    return {Path(folder): Failure(*found) for folder, found in json.loads(said[-1] if said else "{}").items()}


def folders() -> list[Path]:
    """Those of the functions that are edited, of our template and of the one beside it."""
    found = [
        *_sources(read(paths.ROOT / "template.yaml"), paths.ROOT),
        *_sources(beside.template(), paths.APP),
    ]
    return [folder for folder in found if folder.parent.name in HOUSES]


def _sources(template: Mapping[str, Any], root: Path) -> list[Path]:
    functions = [each for each in template.get("Resources", {}).values() if each["Type"] == FUNCTION]
    sources = {each.get("Properties", {}).get("CodeUri") for each in functions}
    return sorted(root / source for source in sources if isinstance(source, str))


def refuse(folders: Sequence[Path]) -> None:
    """Say in a second what a deployment would find out in a minute: what no function can be imported for.

    Raises:
        OperatorError: a file can't be read, or something that is imported isn't there.
    """
    for folder, failure in failures(folders).items():
        is_ours_to_install = failure.missing and (folder / "requirements.txt").exists()
        if failure.is_import and not is_ours_to_install:
            where = f"{folder.relative_to(paths.ROOT)}/{failure.place}"
            raise OperatorError(f"{where}: {failure.raised}", "Fix it, then run the same command again.")
