"""A function under Lambda's own runtime client, started as Lambda does for a `LogFormat` of JSON."""

import json
import os
import sysconfig
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.environment import Environment, EnvironmentFailedError, Function
from operate import paths

Json = dict[str, Any]

# The layers, unbuilt: the package, and this environment's site directory for what it requires.
LAYERS = (paths.ROOT / "layers" / "switchboard", Path(sysconfig.get_path("purelib")))
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
SEVERITY = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40}
OF_A_FUNCTION = ("AWS_", "SWITCHBOARD_", "VONAGE_")


@dataclass(frozen=True)
class Runtime:
    """One version of the runtime client; `folder` keeps what functions wrote."""

    python: Path
    folder: Path

    def log(
        self,
        code: Path,
        *events: object,
        level: str = "INFO",
        handler: str = "app.lambda_handler",
        **variables: str,
    ) -> list[Json]:
        """Start a function, give it events until it fails, and return the lines that it logged.

        Args:
            code: Its folder.
            level: The stack's `LogLevel`; Lambda's own is never above INFO.
        """
        inherited = {name: value for name, value in os.environ.items() if name.startswith(OF_A_FUNCTION)}
        levels = {
            "POWERTOOLS_LOG_LEVEL": level,
            "AWS_LAMBDA_LOG_LEVEL": "DEBUG" if level == "DEBUG" else "INFO",
        }
        function = Function(handler, [code, *LAYERS], {**inherited, **levels, **variables})
        log = self.folder / "log"
        with (
            Environment(self.python, function, log=log) as environment,
            suppress(EnvironmentFailedError),
        ):
            for event in events:
                environment.invoke(json.dumps(event).encode())
        return [json.loads(line) for line in log.read_text().splitlines()]


def counted(lines: list[Json]) -> set[str]:
    """The metrics in lines of embedded metric format that Lambda keeps: without `level`, it takes INFO."""
    kept = [line for line in lines if SEVERITY[line.get("level", "INFO")] >= SEVERITY["INFO"]]
    directives = [each for line in kept if "_aws" in line for each in line["_aws"]["CloudWatchMetrics"]]
    return {metric["Name"] for each in directives for metric in each["Metrics"]}


def written(folder: Path, code: str) -> Path:
    """A function of this code, in this folder."""
    (folder / "app.py").write_text(code)
    return folder
