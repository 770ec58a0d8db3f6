"""The SAM CLI of this project, run in its folder or in that of the stack beside it."""

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from operate import paths
from operate.errors import OperatorError
from operate.stages.packages import Packages

# What needs no quotation marks.
_PLAIN = re.compile(r"[^\s\"'\\]+")
# A control character; an odd number of backslashes before a quotation mark or at the end; SAM's other form.
_UNWRITABLE = re.compile(
    r"[\x00-\x1f\x7f]|(?<!\\)\\(?:\\\\)*(?=\"|\Z)|ParameterKey=[A-Za-z0-9\"']+,ParameterValue="
)


def run(
    command: str,
    *options: str,
    folder: Path = paths.ROOT,
    environment: Mapping[str, str] | None = None,
    log: IO[bytes] | None = None,
) -> int:
    """Run `sam COMMAND OPTIONS…`; its exit status.

    Args:
        command: What it is to do, such as `build`.
        options: What else it is given.
        folder: Where it runs, and finds its samconfig.toml.
        environment: All of its environment; without it, this process's.
        log: Takes what it prints, and it is asked nothing; without it, it talks to the terminal.
    """
    given = {**(os.environ if environment is None else environment), "SAM_CLI_TELEMETRY": "0"}
    if command == "build":
        given = Packages(paths.ROOT).for_sam_build(given)
    # Building the layers takes uv.
    given["PATH"] = os.pathsep.join([str(paths.UV), given.get("PATH", os.defpath)])
    return subprocess.run(
        [str(paths.SAM), command, *options],
        cwd=folder,
        env=given,
        stdin=subprocess.DEVNULL if log else None,
        stdout=log,
        stderr=subprocess.STDOUT if log else None,
        check=False,
    ).returncode


def as_sam_reads(name: str, value: str) -> str:
    """A parameter as one word of SAM's command line, which reads quotation marks in it once more.

    Raises:
        OperatorError: SAM has no way of writing this value.

    Source: samcli.cli.types.CfnParameterOverridesType, whose own code a test asks.
    """
    if unwritable := _UNWRITABLE.search(value):
        raise OperatorError(
            f"{name} has {unwritable[0]!r} in it, which the SAM CLI would read otherwise: {value!r}.",
            "Write it in one line, and without a backslash before a quotation mark or at the end.",
        )
    if _PLAIN.fullmatch(value):
        return f"{name}={value}"
    # SAM takes away a backslash that stands before a blank or a quotation mark.
    escaped = re.sub(r"(\\+)(?=[ '])", r"\1\\", value).replace('"', '\\"')
    return f'{name}="{escaped}"'
