"""`make packages`: what the functions' requirements.txt ask for, where tests, types and editors find it."""

import argparse

from operate import paths
from operate.command_line import WELL, Command, Output
from operate.stages.packages import Packages


def _run(out: Output, _: argparse.Namespace) -> int:
    packages = Packages(paths.ROOT)
    packages.constraint()
    if packages.make_ready():
        names = [str(file.relative_to(paths.ROOT)) for file in packages.files()]
        out.tell(f"Installed what {', '.join(names) or 'no function'} asks for.", {"files": names})
    return WELL


COMMAND = Command(
    "Install what the functions' requirements.txt ask for, for tests, types and editors",
    _run,
    ("make packages", "python -m operate packages"),
)
