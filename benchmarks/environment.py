"""One Lambda execution environment on this machine: the real runtime client, started as Lambda starts it.

Source: AWS, "Working with Lambda environment variables: defined runtime environment variables".
"""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from benchmarks.runtime_api import Request, RuntimeApi
from benchmarks.share import limited

_TIMEOUT_S = 30
_FUNCTION_ARN = "arn:aws:lambda:eu-west-1:123456789012:function:benchmark"
_TRACE_ID = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0"

# The credentials are nobody's. Lambda's disk is read-only: what was not compiled when the package was built
# is compiled again at each start.
_LAMBDA = {
    "LANG": "en_US.UTF-8",
    "TZ": ":UTC",
    "PATH": os.defpath,
    "AWS_REGION": "eu-west-1",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI",
    "AWS_SESSION_TOKEN": "session-token",
    "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
    "AWS_LAMBDA_FUNCTION_NAME": "benchmark",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
    "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
    "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
    "AWS_LAMBDA_LOG_FORMAT": "JSON",  # the template's; Lambda adds its default level
    "AWS_LAMBDA_LOG_LEVEL": "INFO",
    "PYTHONDONTWRITEBYTECODE": "1",
}


class EnvironmentFailedError(Exception):
    """The function raised, died or did not answer; the message quotes what it said."""


@dataclass(frozen=True)
class Function:
    """What Lambda is told about a function: its handler, where code and layers lie, its variables."""

    handler: str
    path: Sequence[Path]
    variables: Mapping[str, str] = field(default_factory=dict)


class Usage(NamedTuple):
    """What the kernel says an environment used, from its start to its end."""

    cpu_ms: float
    peak_rss_mb: float


class Environment:
    """A running environment. It handles one event at a time, as Lambda's do.

    Args:
        python: the interpreter of the runtime.
        function: what to run.
        flags: of the interpreter, such as `-X importtime`, for profiles.
        log: where what the function writes goes; thrown away when absent.
    """

    def __init__(
        self, python: Path, function: Function, *, flags: Sequence[str] = (), log: Path | None = None
    ) -> None:
        self._api = RuntimeApi()
        self._asks: Request | None = None
        self._invocations = 0
        variables = {
            **_LAMBDA,
            "AWS_LAMBDA_RUNTIME_API": self._api.address,
            "LAMBDA_TASK_ROOT": str(function.path[0]),
            "PYTHONPATH": os.pathsep.join(map(str, function.path)),
            "_HANDLER": function.handler,
            **function.variables,
        }
        self.started = time.perf_counter()
        with (log or Path(os.devnull)).open("wb") as output:
            self._process = subprocess.Popen(
                [str(python), *flags, "-m", "awslambdaric", function.handler],
                env=variables,
                cwd=function.path[0],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def __enter__(self) -> "Environment":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: BaseException | TracebackType | None) -> None:
        if self._process.returncode is None:
            self.stop()
        self._api.close()

    def invoke(self, event: bytes) -> tuple[float, bytes]:
        """Hand over one event. Returns the seconds until the response, and the response.

        Raises:
            EnvironmentFailedError: the function raised, died, or took longer than 30 s.
        """
        asks = self._asks or self._receive()
        self._asks = None
        if not asks.path.endswith("/invocation/next"):
            raise EnvironmentFailedError(f"It did not start: {_quote(asks.body)}")
        self._invocations += 1
        headers = {
            "Lambda-Runtime-Aws-Request-Id": f"00000000-0000-4000-8000-{self._invocations:012}",
            "Lambda-Runtime-Deadline-Ms": str(round((time.time() + _TIMEOUT_S) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": _FUNCTION_ARN,
            "Lambda-Runtime-Trace-Id": _TRACE_ID,
        }
        handed_over = time.perf_counter()
        self._api.reply(asks, "200 OK", headers, event)
        result = self._receive()
        seconds = time.perf_counter() - handed_over
        self._api.reply(result, "202 Accepted", {}, b'{"status":"OK"}')
        if not result.path.endswith("/response"):
            raise EnvironmentFailedError(f"It raised: {_quote(result.body)}")
        return seconds, result.body

    def limited(self, share: float) -> AbstractContextManager[None]:
        """Let it have only this share of a processor, until the block ends."""
        return limited(self._process.pid, share)

    def settle(self) -> None:
        """Wait until it asks for its next event: it is idle then, and its CPU time stands still."""
        self._asks = self._asks or self._receive()

    def cpu_ms(self) -> float:
        """CPU time of all its threads so far, in milliseconds."""
        tasks = Path(f"/proc/{self._process.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e6

    def peak_rss_mb(self) -> float:
        """The most resident memory that it has had, in MB."""
        # Not the kernel's ru_maxrss: it counts the memory of the process that started this one, too.
        status_lines = Path(f"/proc/{self._process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in status_lines if line.startswith("VmHWM:")) / 1024

    def stop(self) -> Usage:
        """End it at once, as Lambda does: no exit handler runs, and none is counted."""
        peak_rss_mb = self.peak_rss_mb()
        self._process.kill()
        _pid, status, usage = os.wait4(self._process.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        self._api.close()
        return Usage((usage.ru_utime + usage.ru_stime) * 1000, peak_rss_mb)

    def _receive(self) -> Request:
        give_up_at = time.monotonic() + _TIMEOUT_S
        while time.monotonic() < give_up_at:
            if request := self._api.receive(timeout_s=0.2):
                return request
            if self._process.poll() is not None:
                raise EnvironmentFailedError(f"It ended with exit code {self._process.returncode}.")
        raise EnvironmentFailedError(f"It did not answer within {_TIMEOUT_S} s.")


def _quote(body: bytes) -> str:
    return body.decode(errors="replace")[:600]
