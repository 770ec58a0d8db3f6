"""Copies of the project, for commands that look for their stages where they are."""

import shutil
from pathlib import Path

from operate import paths

# Others compile meanwhile, and a file of theirs may be gone before it is copied.
NOTHING_COMPILED = shutil.ignore_patterns("__pycache__")


def copy(folder: Path, samconfig: str, linked: tuple[str, ...] = ("layers", ".local")) -> Path:
    """What `python -m operate` needs, with stages of its own."""
    shutil.copytree(paths.ROOT / "operate", folder / "operate", ignore=NOTHING_COMPILED)
    for name in linked:
        (folder / name).symlink_to(paths.ROOT / name)
    (folder / "samconfig.toml").write_text(samconfig)
    return folder
