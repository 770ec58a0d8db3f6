"""Servers of the local stage: started, found busy, stopped."""

import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from local import service
from operate.errors import OperatorError

SERVER = (
    "import sys; "
    "from http.server import *; "
    "ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), SimpleHTTPRequestHandler).serve_forever()"
)


def start(tmp_path: Path, code: str = SERVER) -> service.Service:
    port = service.free_port()
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    return service.start(
        "the server",
        [sys.executable, "-c", code, str(port)],
        port=port,
        health_path="/",
        log=tmp_path / "server.log",
        environment=service.clean_environment(),
        port_setting="SOME_PORT",
        scratch=scratch,
    )


# Ends whoever waits for it, as `kill` or Ctrl-C would, and never answers.
INTERRUPTING = """
import os, pathlib, signal, sys
from http.server import *
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        os.kill(os.getppid(), signal.SIGTERM)
        signal.pause()
pathlib.Path({pid!r}).write_text(str(os.getpid()))
HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_busy_port_is_named_with_the_setting_that_moves_it(taken: int) -> None:
    with pytest.raises(OperatorError) as refusal:
        service.refuse_busy_port("the server", taken, "SOME_PORT")

    assert f"Port {taken}" in refusal.value.cause
    assert f"SOME_PORT={taken + 1000}" in refusal.value.next_step


def test_server_that_dies_is_reported_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="it broke"):
        start(tmp_path, "import sys; sys.exit('it broke')")


def test_server_does_not_outlive_an_interruption_of_its_start(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            start(tmp_path, INTERRUPTING.format(pid=str(pid)))
    finally:
        signal.signal(signal.SIGTERM, before)

    assert not psutil.pid_exists(int(pid.read_text()))


def test_stopped_server_is_gone_with_its_scratch_folder(tmp_path: Path) -> None:
    server = start(tmp_path)
    assert service.alive(server)

    service.stop(server)

    assert not service.alive(server)
    assert not (tmp_path / "scratch").exists()
    service.stop(server)  # once more is no error


def test_recycled_pid_is_left_alone(tmp_path: Path) -> None:
    server = start(tmp_path)
    somebody_else = service.Service(server.name, server.url, server.pid, started=server.started - 60)

    service.stop(somebody_else)

    assert service.alive(server)
    service.stop(server)


def test_children_never_see_a_real_account(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN", "VONAGE_API_SECRET"):
        monkeypatch.setenv(name, "real")

    environment = service.clean_environment(AWS_REGION="us-east-1")

    assert "real" not in environment.values()
    assert environment["AWS_REGION"] == "us-east-1"
