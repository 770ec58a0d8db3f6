"""Packages of the functions' own: what `requirements.txt` in a function's folder asks for.

On Lambda each function brings its own, which Python finds before those of the layer. Another version of one
that the layer has would break the layer, so everything here is resolved beside the layer's, and `sam build`
is told to. On this machine one folder, `.local/packages`, has those of all functions; it is on the path of
`.venv`, so pytest, mypy and an editor see it.
"""

import fcntl
import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from operate import paths
from operate.errors import OperatorError

REQUIREMENTS = "requirements.txt"
_STAMP = ".made-of"
_HASH = re.compile(r"\s*\\?\n?\s+--hash=\S+")


@dataclass(frozen=True)
class Packages:
    """Those of a project's functions.

    Attributes:
        root: The project's folder.
        python: The interpreter that they are for.
    """

    root: Path
    python: Path = Path(sys.executable)

    def files(self) -> list[Path]:
        """Every requirements.txt that stands beside a function of the user's."""
        folders = (self.root / "functions", self.root / "app" / "functions")
        return sorted(file for folder in folders for file in folder.glob(f"*/{REQUIREMENTS}"))

    def make_ready(self) -> bool:
        """Bring `.local/packages` up to date with the files; whether there was something to do.

        Raises:
            OperatorError: A file can't be installed beside the layer's packages or another function's.
        """
        target = self.root / ".local" / "packages"
        if self._is_ready(target):
            return False
        target.parent.mkdir(exist_ok=True)
        # `make up` and a command beside it would take away each other's files.
        with target.with_name("packages.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self._is_ready(target):
                return False
            made_of, fresh = self._made_of(), _emptied(target.with_name("packages.new"))
            self._install(self.files(), fresh)
            (fresh / _STAMP).write_text(made_of)
            _replace(target, fresh)
        return True

    def _is_ready(self, target: Path) -> bool:
        stamp = target / _STAMP
        return (stamp.read_text() if stamp.exists() else "") == self._made_of()

    def bring(self, function: Path, target: Path) -> None:
        """Lay a function's code and packages out as `sam build` does.

        Args:
            function: Its folder.
            target: Where it was built before.

        Raises:
            OperatorError: They can't be installed.
        """
        fresh = target.with_name(f"{target.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(function, fresh, ignore=shutil.ignore_patterns("__pycache__"))
        own = function / REQUIREMENTS
        self._install([own] if own.exists() else [], fresh)
        _replace(target, fresh)

    def for_sam_build(self, given: Mapping[str, str]) -> dict[str, str]:
        """The environment in which the pip of `sam build` resolves as here.

        The file is given by its address, because pip takes a list with blanks between.
        """
        others = given.get("PIP_CONSTRAINT", "")
        return {**given, "PIP_CONSTRAINT": f"{self.constraint().resolve().as_uri()} {others}".strip()}

    def constraint(self) -> Path:
        """A file with the layer's versions, for pip. With one hash pip would ask for hashes of everything."""
        constraint = self.root / ".local" / "constraints.txt"
        constraint.parent.mkdir(exist_ok=True)
        versions = _HASH.sub("", self._of_layer.read_text())
        if not constraint.exists() or constraint.read_text() != versions:
            # SAM keeps what it installed as long as the function's own file is the same.
            for folder in (self.root, self.root / "app"):
                shutil.rmtree(folder / ".aws-sam" / "deps", ignore_errors=True)
            constraint.write_text(versions)
        return constraint

    @property
    def _of_layer(self) -> Path:
        return self.root / "layers" / "dependencies" / REQUIREMENTS

    def _made_of(self) -> str:
        """What an installation follows from; a file may include others beside it."""
        if not (wanted := self.files()):
            return ""
        parts = [sys.version.encode(), self._of_layer.read_bytes()]
        for file in wanted:
            for each in sorted(file.parent.glob("*.txt")):
                parts += [str(each.relative_to(self.root)).encode(), each.read_bytes()]
        return hashlib.sha256(b"\0".join(parts)).hexdigest()

    def _install(self, wanted: Sequence[Path], target: Path) -> None:
        if not wanted:
            return
        failed = self._uv(wanted, target)
        (target / ".lock").unlink(missing_ok=True)
        if failed:
            refused = self._refused(wanted, failed, target)
            shutil.rmtree(target)
            raise refused

    def _refused(self, wanted: Sequence[Path], failed: str, scratch: Path) -> OperatorError:
        """Whose fault it is: one file's, or of two that ask for different things."""
        for file in wanted if len(wanted) > 1 else ():
            if alone := self._uv([file], _emptied(scratch)):
                return self._refused([file], alone, scratch)
        names = " and ".join(str(file.relative_to(self.root)) for file in wanted)
        if len(wanted) > 1:
            return OperatorError(
                f"{names} can't be installed side by side: {failed}",
                "Ask for one version in all of them: tests and types see every function's packages together.",
            )
        return OperatorError(
            f"{names} can't be installed: {failed}",
            "Correct it. What layers/dependencies/requirements.txt has is there already, in that version.",
        )

    def _uv(self, wanted: Sequence[Path], target: Path) -> str:
        """Have uv install what files ask for, beside the layer's packages; what it says when it can't."""
        files = [word for file in wanted for word in ("--requirements", str(file))]
        options = ["--constraint", str(self._of_layer), "--python", str(self.python), "--target", str(target)]
        done = subprocess.run(
            [str(paths.UV / "uv"), "pip", "install", "--quiet", "--link-mode", "copy", *options, *files],
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
        )
        if not done.returncode:
            return ""
        return " ".join(done.stderr.split()).removeprefix("error: ").replace(" cause: ", ": ")


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _replace(target: Path, fresh: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)
