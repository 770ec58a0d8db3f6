"""Hot reload: a saved function or layer is live at the next call, without a deployment.

Watches functions/, workers/, layers/switchboard and template.yaml while `make up` runs. A saved function's
code is put into the embedded AWS with UpdateFunctionCode, with the packages that its requirements.txt asks
for; a saved module of the layer becomes a new layer version, which every function with that layer is moved
to. It is live when the function has started with it; why one can't start is told. Requests that come in
meanwhile wait. The stack is not touched: the next `sam deploy` decides again.
"""

import base64
import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from watchfiles import watch

from local import aws
from local.live.functions import Functions
from local.live.sources import Unit, broken, units
from local.telling.responses import crashed
from operate import paths
from operate.errors import OperatorError
from operate.handlers.imports import failures
from operate.stages.packages import REQUIREMENTS, Packages

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_lambda.type_defs import FunctionConfigurationTypeDef

DEBOUNCE_MS, STEP_MS = 200, 50
FUNCTIONS_AT_ONCE = 4
# What is asked while a caller waits.
ASKED_FIRST = ("AnswerFunction", "EventFunction")
# A webhook refuses it, as it isn't signed; to the functions behind a queue it is an empty batch.
NOBODYS_REQUEST = {"version": "2.0", "headers": {}, "body": "", "isBase64Encoded": False, "Records": []}
DEPLOY_AGAIN = "template.yaml was saved. To deploy it, run: make up"

# Told what happened (`reloaded`, `not reloaded`, `not started`, `to be deployed`) and the sentence for it.
Tell = Callable[[str, str], None]


@dataclass
class Reloader:
    """Keeps a stack of the embedded AWS at the code of a project on disk.

    Attributes:
        functions: What is told to those who ask the stack's functions.
    """

    aws_url: str
    stack_name: str
    tell: Tell
    root: Path = paths.ROOT
    functions: Functions = field(default_factory=Functions)

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
            problem
            for file in sorted(files)
            if file.suffix == ".py" and file.exists() and (problem := broken(file, self.root))
        ]
        if problems:
            self.tell("not reloaded", f"{'; '.join(problems)}. The code before it is still live.")
            return
        everything = units(template, self.stack_name)
        changed = [unit for unit in everything if any(map(unit.holds, files))]
        if any(file.name == REQUIREMENTS for file in files):
            self._bring([unit for unit in changed if unit.folder / REQUIREMENTS in files])
        if changed:
            asked = everything if any(unit.is_layer for unit in changed) else changed
            with self.functions.replacing({unit.folder.name for unit in asked}):
                self._reload(changed, everything)

    def _bring(self, functions: list[Unit]) -> None:
        """Bring the packages of functions whose requirements.txt was saved or is gone."""
        Packages(self.root).make_ready()
        for unit in functions:
            Packages(self.root, aws.PYTHON).bring(unit.folder, unit.built)

    def _watch(self, finished: threading.Event) -> None:
        _ = self._lambda, self._cloudformation  # boto3 takes a second to load, which the first save need not
        sources = ("functions", "workers", "layers/switchboard", "template.yaml")
        watched = [path for path in map(self.root.joinpath, sources) if path.exists()]
        for changes in watch(*watched, debounce=DEBOUNCE_MS, step=STEP_MS, stop_event=finished):
            try:
                self.saved({Path(path) for _, path in changes})
            except OperatorError as refused:
                self.tell("not reloaded", f"{refused.cause} {refused.next_step}")
            except Exception as error:  # noqa: BLE001 - the next save may succeed
                self.tell("not reloaded", f"{error}. If it does not go away: make down && make up")

    def _reload(self, changed: list[Unit], everything: list[Unit]) -> None:
        begun, names = time.perf_counter(), self._names()
        changed = [unit for unit in changed if unit.is_layer or unit.logical_id in names]
        if not changed:
            return  # a function that was just written, and isn't deployed yet
        for unit in changed:
            if unit.is_layer:
                self._publish(unit)
            else:
                name = names[unit.logical_id]
                self._lambda.update_function_code(FunctionName=name, ZipFile=unit.archive())
        meant = {name for unit in changed for name in (ASKED_FIRST if unit.is_layer else [unit.logical_id])}
        with ThreadPoolExecutor(FUNCTIONS_AT_ONCE) as threads:
            started = [unit for unit in everything if unit.logical_id in meant & names.keys()]
            functions = [names[unit.logical_id] for unit in started]
            crashes = list(filter(None, threads.map(self._start, started, functions)))
        if crashes:
            self.tell("not started", "; ".join(crashes))
            return
        what = ", ".join(unit.logical_id for unit in changed)
        self.tell("reloaded", f"{what}: live after {time.perf_counter() - begun:.1f} s")

    def _start(self, unit: Unit, function: str) -> str:
        """Start a function; returns a sentence when it can't."""
        webhook = unit.folder.name
        said = wake(self._lambda, function)
        if not said:
            self.functions.crashed.pop(webhook, None)
            return ""
        settings = self._lambda.get_function_configuration(FunctionName=function)
        failure = failures([unit.folder], settings.get("Environment", {}).get("Variables")).get(unit.folder)
        if failure and failure.tells_more_than(said):
            said, place = failure.raised, f"{unit.folder.relative_to(self.root)}/{failure.place}"
        else:
            place = ""
        self.functions.crashed[webhook] = crashed(said, [place] if place else [])
        return f"{unit.logical_id} can't start{place and f', {place}'}: {said}"

    def _publish(self, layer: Unit) -> None:
        """Make a new version of a layer, and move what has an older one to it, in the stack beside, too."""
        made = self._lambda.publish_layer_version(
            LayerName=f"{self.stack_name}-{layer.logical_id}", Content={"ZipFile": layer.archive()}
        )
        older = made["LayerArn"] + ":"

        def move(function: "FunctionConfigurationTypeDef") -> None:
            arns = [layer["Arn"] for layer in function.get("Layers", [])]
            if any(arn.startswith(older) for arn in arns):
                moved = [made["LayerVersionArn"] if arn.startswith(older) else arn for arn in arns]
                name = function["FunctionName"]
                self._lambda.update_function_configuration(FunctionName=name, Layers=moved)

        pages = self._lambda.get_paginator("list_functions").paginate()
        with ThreadPoolExecutor(FUNCTIONS_AT_ONCE) as threads:
            list(threads.map(move, [each for page in pages for each in page["Functions"]]))

    @cached_property
    def _lambda(self) -> "LambdaClient":
        return aws.session(self.aws_url).client("lambda", endpoint_url=self.aws_url)

    @cached_property
    def _cloudformation(self) -> "CloudFormationClient":
        return aws.session(self.aws_url).client("cloudformation", endpoint_url=self.aws_url)

    def _names(self) -> dict[str, str]:
        """The names of the stack's functions by their logical ids; each deployment may bring others."""
        found = self._cloudformation.describe_stack_resources(StackName=self.stack_name)["StackResources"]
        return {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for resource in found
            if resource["ResourceType"] == "AWS::Lambda::Function"
        }


def wake(client: "LambdaClient", function: str) -> str:
    """Let a function start now, so that the next caller does not wait for it; returns why it can't.

    One whose handler raises, as a handler that isn't ours may for this request, has started: the embedded AWS
    logs a traceback of its handler alone.
    """
    request = {**NOBODYS_REQUEST, "requestContext": {"timeEpoch": int(time.time() * 1000)}}
    reply = client.invoke(FunctionName=function, Payload=json.dumps(request).encode(), LogType="Tail")
    said = json.loads(reply["Payload"].read() or "null")
    has_started = b"Traceback (most recent call last)" in base64.b64decode(reply.get("LogResult", ""))
    if has_started or "FunctionError" not in reply or not isinstance(said, dict):
        return ""
    return str(said.get("errorMessage"))
