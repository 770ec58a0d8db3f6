"""Deploy app/template.yaml beside a stack of the embedded AWS."""

import re
from datetime import UTC, datetime
from pathlib import Path

from local import sam
from local.template import python
from operate import paths
from operate.stages import here
from operate.yours import beside

_RUNTIME = re.compile(r"python3\.\d+")
# Functions of the user's tell what they do wrong, and read their settings each time, as ours do.
_VARIABLE = re.compile(r"^( *)SWITCHBOARD_STACK: .*$", re.MULTILINE)


def deploy(aws_url: str, ours: str) -> bool:
    """Build and deploy the stack beside `ours`, once it has a resource; says whether it has.

    Raises:
        OperatorError: Its template or its settings can't be read, or SAM or CloudFormation refused.
    """
    written = beside.template()
    beside.refuse_lost(here.STAGE, written)
    if not written:
        return False
    name = beside.stack_name(ours)
    log = paths.LOGS / f"sam-{name}.log"
    log.unlink(missing_ok=True)
    given = beside.parameters(here.STAGE, ours, datetime.now(UTC).isoformat(), {})
    build_dir = paths.LOCAL / "sam-build" / name
    built = sam.build(aws_url, paths.APP / "template.yaml", build_dir, log, adapt=local_copy)
    sam.deploy(aws_url, built, name, given, log)
    return True


def local_copy(source: Path, target: Path, _aws_url: str) -> Path:
    """Write the template's copy for the emulator: with this machine's Python, and functions that tell all."""
    template = _RUNTIME.sub(f"python{python()}", source.read_text())
    template = _VARIABLE.sub(r'\g<0>\n\1SWITCHBOARD_TELL_ALL: "1"', template)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(template)
    return target
