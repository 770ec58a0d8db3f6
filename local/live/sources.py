"""Which folder of the project is which function or layer of the stack, and their code as Lambda takes it."""

import functools
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from operate import paths
from operate.template import read

FUNCTION, LAYER = "AWS::Serverless::Function", "AWS::Serverless::LayerVersion"
# Where Lambda looks for a layer's Python.
LAYER_ROOT = "python"


@dataclass(frozen=True)
class Unit:
    """A function or a layer of the template.

    Attributes:
        logical_id: Its name in the template.
        folder: Its source, from the project's root.
        built: What `sam build` made of it.
        is_layer: Whether it is a layer.
    """

    logical_id: str
    folder: Path
    built: Path
    is_layer: bool

    def holds(self, file: Path) -> bool:
        """Whether a file is part of its source."""
        return file.is_relative_to(self.folder)

    def archive(self) -> bytes:
        """A zip of what was built, with the project's own files laid over it."""
        files = {name: path for name, path in _files(self.built) if not _stale(name)}
        files |= {self._place(name): path for name, path in _files(self.folder) if path.suffix == ".py"}
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
            for name, path in sorted(files.items()):
                target.write(path, name)
        return archive.getvalue()

    def _place(self, name: str) -> str:
        return f"{LAYER_ROOT}/{name}" if self.is_layer else name


def units(template: Path, stack_name: str) -> list[Unit]:
    """The functions and layers of a template whose source is a folder."""
    built = template.parent / ".local" / "sam-build" / stack_name
    found = []
    for logical_id, resource in _resources(template, template.stat().st_mtime_ns).items():
        kind, properties = resource["Type"], resource.get("Properties", {})
        source = properties.get("CodeUri" if kind == FUNCTION else "ContentUri")
        if kind in {FUNCTION, LAYER} and isinstance(source, str):
            folder = (template.parent / source).resolve()
            found.append(Unit(logical_id, folder, built / logical_id, kind == LAYER))
    return found


@functools.lru_cache(maxsize=4)
def _resources(template: Path, _changed_ns: int) -> dict[str, Any]:
    """Read once, as long as the template stays the same: it takes a sixth of a second."""
    resources: dict[str, Any] = read(template)["Resources"]
    return resources


def broken(path: Path, root: Path = paths.ROOT) -> str | None:
    """What keeps Python from reading a file of a project, or None."""
    try:
        compile(path.read_bytes(), path.name, "exec")
    except (SyntaxError, ValueError) as error:
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) else ""
        return f"{path.relative_to(root)}{line}: {error.args[0]}"
    return None


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path


def _stale(name: str) -> bool:
    """Compiled code is made to be believed whatever its source says, so it must not outlive it."""
    return name.endswith(".pyc")
