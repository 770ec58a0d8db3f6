"""A server of the local stage: a child process with a log file, a health check and a clean end."""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from operate.errors import OperatorError

START_TIMEOUT_S = 30
STOP_TIMEOUT_S = 10
# Linux works out a process's age each time, from a boot time that may move by a second.
CLOCK_JITTER_S = 2

# Children of this process. One that `make up` leaves running is stopped by another process, by its pid.
_children: dict[int, "subprocess.Popen[bytes]"] = {}


@dataclass(frozen=True)
class Service:
    """A running server.

    `started` is the process's creation time, so that a recycled pid is never mistaken for ours. `scratch` is
    a folder that goes with it.
    """

    name: str
    url: str
    pid: int
    started: float
    scratch: str | None = None


def start(
    name: str,
    command: Sequence[str],
    *,
    port: int,
    health_path: str,
    log: Path,
    environment: Mapping[str, str],
    port_setting: str,
    scratch: Path | None = None,
) -> Service:
    """Start a server on 127.0.0.1 and wait until it answers.

    Args:
        name: What the messages call it.
        command: What to run.
        port: Where it will listen.
        health_path: Answers with a 2xx status as soon as the server is ready.
        log: Takes what it prints.
        environment: All of its environment.
        port_setting: Name of the make variable that moves the port, for the message when it is busy.
        scratch: A folder that goes with it.

    Raises:
        OperatorError: The port is busy, or the server did not start; the message quotes the end of its log.
    """
    refuse_busy_port(name, port, port_setting)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=dict(environment),
            start_new_session=True,
        )
    started = psutil.Process(process.pid).create_time()
    service = Service(name, url(port), process.pid, started, str(scratch) if scratch else None)
    _children[service.pid] = process
    try:
        _wait_until_it_answers(service, process, health_path, log)
    except BaseException:  # an interruption, too
        stop(service)
        raise
    return service


def refuse_busy_port(name: str, port: int, port_setting: str) -> None:
    """Raise OperatorError when something listens on the port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise OperatorError(
                f"Port {port}, where {name} would listen, is in use.",
                f"If `make up` is running, stop it with `make down`. "
                f"Or choose another port: make … {port_setting}={port + 1000}",
            ) from error


def free_port() -> int:
    """A port of 127.0.0.1 that nothing uses at the moment.

    It isn't one of those that systems give to whoever asks for any, so that nobody gets it by chance before
    the server that it's for has started.
    """
    while True:
        port = 20_000 + secrets.randbelow(10_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def alive(service: Service) -> bool:
    """Whether the server's own process still runs."""
    try:
        return abs(psutil.Process(service.pid).create_time() - service.started) < CLOCK_JITTER_S
    except psutil.NoSuchProcess:
        return False


def remind(service: Service) -> None:
    """Tell a server that what it remembers of the stack may be out of date."""
    os.kill(service.pid, signal.SIGHUP)


def stop(service: Service) -> None:
    """End a server and the processes it started. One that is gone already is left at that.

    At once: what they keep is in memory or in the scratch folder, and the emulator takes seconds to close.
    """
    if not alive(service):
        return
    process = psutil.Process(service.pid)
    family = [process, *process.children(recursive=True)]
    for member in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            member.kill()
    psutil.wait_procs(family, timeout=STOP_TIMEOUT_S)
    if child := _children.pop(service.pid, None):
        child.wait()
    if service.scratch:
        shutil.rmtree(service.scratch, ignore_errors=True)


def url(port: int) -> str:
    """Where a server of this machine is reached."""
    return f"http://127.0.0.1:{port}"


def clean_environment(**extra: str) -> dict[str, str]:
    """This process's environment, less what could lead a child to a real account or a proxy, plus `extra`."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "SAM_CLI_", "VONAGE_", "SWITCHBOARD_", "LAYER_"))
    }
    return {**inherited, "NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost", **extra}


def _wait_until_it_answers(
    service: Service, process: "subprocess.Popen[bytes]", health_path: str, log: Path
) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while not _answers(service.url + health_path):
        if process.poll() is not None:
            raise OperatorError(f"{service.name} did not start: {_last_line(log)}", f"Read {log}.")
        if time.monotonic() > deadline:
            within = f"within {START_TIMEOUT_S} seconds"
            raise OperatorError(f"{service.name} did not answer {within}.", f"Read {log}.")
        time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, trust_env=False).is_success
    except httpx.TransportError:
        return False


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it printed nothing"
