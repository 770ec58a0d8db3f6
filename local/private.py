"""Files that nobody else on this machine may read."""

import os
from pathlib import Path


def write(path: Path, text: str) -> None:
    """Write a file that is its owner's alone from the first moment, whatever was there before.

    Not by `chmod` afterwards: until then everybody could have opened it, and would go on reading. Whoever
    reads meanwhile reads all of it or what was there before.
    """
    whole = path.with_name(f"{path.name}.new")
    whole.unlink(missing_ok=True)
    with os.fdopen(os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    whole.replace(path)
