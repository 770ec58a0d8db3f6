"""Copies of the project: for commands that look for their stages where they are, and for our own tests.

What is the user's, the flows, samconfig.toml and app/, may be anything. So tests use copies of what is
shipped, which lie in tests/flows.
"""

import contextlib
import os
import shutil
from pathlib import Path

from operate import paths

FLOWS = paths.ROOT / "tests" / "flows"
APP = FLOWS / "app"
SAMCONFIG = FLOWS / "samconfig.toml"
# What `sam build` and our commands read, beside what is the user's, and what was built.
_OURS = (
    "template.yaml",
    "layers",
    "workers",
    "provisioner",
    "pyproject.toml",
    "README.md",
    "LICENSE",
    ".local",
)
# Others compile meanwhile, and a file of theirs may be gone before it is copied.
NOTHING_COMPILED = shutil.ignore_patterns("__pycache__")
NOTHING_HALF_COMPILED = shutil.ignore_patterns("*.pyc.*")


def copy(folder: Path, samconfig: str, linked: tuple[str, ...] = ("layers", ".local")) -> Path:
    """What `python -m operate` needs, with stages of its own, and what else is to be linked."""
    shutil.copytree(paths.ROOT / "operate", folder / "operate", ignore=NOTHING_HALF_COMPILED)
    for name in linked:
        (folder / name).symlink_to(FLOWS if name == "functions" else paths.ROOT / name)
    (folder / "samconfig.toml").write_text(samconfig)
    return folder


def shipped() -> Path:
    """The project with the flows that are shipped; always the same folder, by whose name SAM's cache goes."""
    folder = paths.LOCAL / "shipped"
    folder.mkdir(parents=True, exist_ok=True)
    linked = {name: paths.ROOT / name for name in _OURS} | {"functions": FLOWS, "samconfig.toml": SAMCONFIG}
    for name, target in linked.items():
        if not (folder / name).is_symlink():
            with contextlib.suppress(FileExistsError):  # other tests may be at it
                (folder / name).symlink_to(os.path.relpath(target, folder))  # the project may be moved
    return folder
