"""`python -m local debug answer`: breakpoints in a function of the embedded AWS.

The function gets one more layer, which exists here and in no template. When the function starts, the layer
lets Python take the project's own folders instead of the deployed copy, and listens for a debugger on
127.0.0.1. What is said there is run, and a page in a browser, like any program of this machine, can send
something to any port: `own_adapter` hears neither a page nor another user. Nothing that is deployed knows
about it. To give time to think, the function's timeout grows, no timer cuts its flow short, and the simulated
Vonage waits as long as it takes.
"""

import argparse
import io
import zipfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from local import aws, state
from local.live.reload import wake
from local.live.sources import Unit, units
from operate import paths
from operate.arguments import port as port_number
from operate.command_line import WELL, Command, Output
from operate.errors import OperatorError

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

LAYER = "Debugger"
FOLDERS = ("functions", "workers")
# What debugpy and VS Code take when nothing else is said.
PORT = 5678
# The longest that Lambda allows.
TIMEOUT_S = 900
# The validation is about Python's own frozen modules, and noisy in the log.
SETTINGS = {"PYDEVD_DISABLE_FILE_VALIDATION": "1"}
# A site directory, whose .pth files Python runs.
SITE = "python/lib/python3/site-packages"

LISTEN = """\
import contextlib
import signal
import sys

signal.setitimer = lambda *_: (0.0, 0.0)  # nothing cuts a flow short while somebody thinks
sys.path[:0] = {sources!r}
sys.path.append({debugpy!r})
with contextlib.suppress(ImportError):
    from switchboard import environment

    environment.answer_budget_s = lambda: {timeout_s}  # nor is one late that came while the function started
import debugpy.adapter

debugpy.adapter.__file__ = {debugpy!r} + "/own_adapter/__init__.py"  # debugpy starts what is beside it
with contextlib.suppress(RuntimeError, OSError):  # a second instance of the function runs without a debugger
    debugpy.listen(("127.0.0.1", {port}))
"""


@dataclass(frozen=True)
class Debugging:
    """Breakpoints for the functions of one stack of the embedded AWS."""

    client: "LambdaClient"
    root: Path = paths.ROOT

    def attach(self, unit: Unit, function: str, port: int) -> None:
        """Let a function listen for a debugger, now and whenever it starts again.

        Args:
            unit: The function's source.
            function: Its name in the embedded AWS.
            port: Of 127.0.0.1.
        """
        made = self.client.publish_layer_version(
            LayerName=LAYER, Content={"ZipFile": self._layer(unit.folder, port)}
        )
        present = self.client.get_function_configuration(FunctionName=function)
        others = [
            layer["Arn"] for layer in present.get("Layers", []) if f":layer:{LAYER}:" not in layer["Arn"]
        ]
        settings = {**present.get("Environment", {}).get("Variables", {}), **SETTINGS}
        self.client.update_function_configuration(
            FunctionName=function,
            Layers=[*others, made["LayerVersionArn"]],  # the last one comes first on the path
            Timeout=TIMEOUT_S,
            Environment={"Variables": settings},
        )
        wake(self.client, function)

    def _layer(self, folder: Path, port: int) -> bytes:
        sources = [str(folder), str(self.root / "layers" / "switchboard")]
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as target:
            target.writestr(f"{SITE}/listen_for_debugger.pth", "import listen_for_debugger\n")
            given = {"sources": sources, "debugpy": str(_only_debugpy()), "timeout_s": TIMEOUT_S}
            code = LISTEN.format(**given, port=port)
            target.writestr(f"{SITE}/listen_for_debugger.py", code)
        return archive.getvalue()


def _only_debugpy() -> Path:
    """A folder with debugpy and the adapter to start, and nothing else of this environment."""
    folder = paths.LOCAL / "debugger"
    folder.mkdir(parents=True, exist_ok=True)
    found = find_spec("debugpy")
    link = folder / "debugpy"
    if found and found.submodule_search_locations and not link.exists():
        link.symlink_to(found.submodule_search_locations[0])
    adapter = folder / "own_adapter"
    if not adapter.exists():
        adapter.symlink_to(paths.ROOT / "local" / "own_adapter")
    return folder


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("function", help="its folder in functions/ or workers/, such as answer")
    where = "on 127.0.0.1 (default: %(default)s)"
    parser.add_argument("--port", metavar="PORT", type=port_number, default=PORT, help=where)


def _debug(out: Output, given: argparse.Namespace) -> int:
    _attach(given.function, given.port)
    out.advise(
        f"The function {given.function} listens for a debugger on 127.0.0.1:{given.port}.\n"
        "In VS Code: Run and Debug, “Attach to a function”, then place a call. `make down` ends it."
    )
    return WELL


def _attach(name: str, port: int) -> None:
    running = state.load()
    known = {
        unit.folder.name: unit
        for unit in units(paths.ROOT / "template.yaml", running.stack_name)
        if unit.folder.parent.name in FOLDERS
    }
    if name not in known:
        raise OperatorError(
            f"{name!r} isn't a function of the template.", f"Choose one of: {', '.join(sorted(known))}."
        )
    cloudformation = aws.session(running.aws_url).client("cloudformation", endpoint_url=running.aws_url)
    resource = cloudformation.describe_stack_resource(
        StackName=running.stack_name, LogicalResourceId=known[name].logical_id
    )["StackResourceDetail"]
    debugging = Debugging(aws.session(running.aws_url).client("lambda", endpoint_url=running.aws_url))
    debugging.attach(known[name], resource["PhysicalResourceId"], port)
    httpx.post(f"{running.vonage_url}/_simulator/patience", trust_env=False).raise_for_status()


COMMAND = Command(
    "Let a function listen for a debugger while `up` runs",
    _debug,
    ("make debug FUNCTION=answer", "python -m local debug event --port 5679"),
    _options,
)
