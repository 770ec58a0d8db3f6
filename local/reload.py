"""Hot reload: a saved function or layer is live at the next call, without a deployment.

Watches functions/, workers/, layers/switchboard and template.yaml while `make up` runs. A saved function's
code is put into the embedded AWS with UpdateFunctionCode; a saved module of the layer becomes a new layer
version, which every function with that layer is moved to. The stack is not touched: the next `sam deploy`
decides anew.
"""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from watchfiles import watch

from local import aws
from local.sources import Unit, broken, units
from operate import paths

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

DEBOUNCE_MS, STEP_MS = 200, 50
FUNCTIONS_AT_ONCE = 4
# What is asked while a caller waits.
ASKED_FIRST = ("AnswerFunction", "EventFunction")
# A webhook refuses it, as it isn't signed; to the functions behind a queue it is an empty batch.
NOBODYS_REQUEST = {"version": "2.0", "headers": {}, "body": "", "isBase64Encoded": False, "Records": []}
DEPLOY_AGAIN = "template.yaml was saved. To deploy it, run: make down && make up"

# Told what happened (`reloaded`, `not reloaded`, `to be deployed`) and the sentence for it.
Tell = Callable[[str, str], None]


@dataclass
class Reloader:
    """Keeps a stack of the embedded AWS at the code of a project on disk."""

    aws_url: str
    stack_name: str
    tell: Tell
    root: Path = paths.ROOT

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Follow the project's files until the block ends."""
        finished = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(finished,), name="reload", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            finished.set()
            watcher.join()

    def saved(self, files: set[Path]) -> None:
        """Bring the stack up to date with these files."""
        template = self.root / "template.yaml"
        if template in files:
            self.tell("to be deployed", DEPLOY_AGAIN)
        problems = [
            problem for file in files if file.suffix == ".py" and file.exists() and (problem := broken(file))
        ]
        if problems:
            self.tell("not reloaded", f"{'; '.join(problems)}. The code before it is still live.")
            return
        changed = [unit for unit in units(template, self.stack_name) if any(map(unit.holds, files))]
        if changed:
            self._reload(changed)

    def _watch(self, finished: threading.Event) -> None:
        _ = self._lambda  # boto3 takes a second to load, which the first save need not
        sources = ("functions", "workers", "layers/switchboard", "template.yaml")
        watched = [path for path in map(self.root.joinpath, sources) if path.exists()]
        for changes in watch(*watched, debounce=DEBOUNCE_MS, step=STEP_MS, stop_event=finished):
            try:
                self.saved({Path(path) for _, path in changes})
            except Exception as error:  # noqa: BLE001 - the next save may succeed
                self.tell("not reloaded", f"{error}. If it does not go away: make down && make up")

    def _reload(self, changed: list[Unit]) -> None:
        begun = time.perf_counter()
        for unit in changed:
            if unit.is_layer:
                self._publish(unit)
            else:
                function = self._functions[unit.logical_id]
                self._lambda.update_function_code(FunctionName=function, ZipFile=unit.archive())
        live_s = time.perf_counter() - begun
        meant = {name for unit in changed for name in (ASKED_FIRST if unit.is_layer else [unit.logical_id])}
        with ThreadPoolExecutor(FUNCTIONS_AT_ONCE) as threads:
            started = [self._functions[name] for name in meant & self._functions.keys()]
            list(threads.map(lambda function: wake(self._lambda, function), started))
        what = ", ".join(unit.logical_id for unit in changed)
        started_s = time.perf_counter() - begun
        self.tell("reloaded", f"{what}: live after {live_s:.1f} s, started anew after {started_s:.1f} s")

    def _publish(self, layer: Unit) -> None:
        """Make a new version of a layer, and move the functions that have an older one to it."""
        made = self._lambda.publish_layer_version(
            LayerName=f"{self.stack_name}-{layer.logical_id}", Content={"ZipFile": layer.archive()}
        )
        older = made["LayerArn"] + ":"

        def move(function: str) -> None:
            used = self._lambda.get_function_configuration(FunctionName=function).get("Layers", [])
            arns = [layer["Arn"] for layer in used]
            if any(arn.startswith(older) for arn in arns):
                moved = [made["LayerVersionArn"] if arn.startswith(older) else arn for arn in arns]
                self._lambda.update_function_configuration(FunctionName=function, Layers=moved)

        with ThreadPoolExecutor(FUNCTIONS_AT_ONCE) as threads:
            list(threads.map(move, self._functions.values()))

    @cached_property
    def _lambda(self) -> "LambdaClient":
        return aws.session(self.aws_url).client("lambda", endpoint_url=self.aws_url)

    @cached_property
    def _functions(self) -> dict[str, str]:
        """The names of the stack's functions by their logical ids."""
        client = aws.session(self.aws_url).client("cloudformation", endpoint_url=self.aws_url)
        found = client.describe_stack_resources(StackName=self.stack_name)["StackResources"]
        return {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for resource in found
            if resource["ResourceType"] == "AWS::Lambda::Function"
        }


def wake(client: "LambdaClient", function: str) -> None:
    """Let a function start now, so that the next caller does not wait for it."""
    request = {**NOBODYS_REQUEST, "requestContext": {"timeEpoch": int(time.time() * 1000)}}
    client.invoke(FunctionName=function, Payload=json.dumps(request).encode())
