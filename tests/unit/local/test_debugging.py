"""`make debug`: which functions there are to be stopped, what stops in them, and who may stop it."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from local import debugging, service, state
from local.__main__ import main
from local.debugging import LISTEN, TIMEOUT_S
from local.own_adapter.__main__ import TABLES, OwnSocket, is_own
from operate import paths
from tests.unit.local.stages import this_process, up_at


def test_functions_behind_a_queue_are_offered_with_those_of_the_api(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(state, "FILE", tmp_path / "state.json")
    state.save(up_at("http://127.0.0.1:9", [this_process()]))

    assert main(["debug", "nothing"]) == 1

    said = capsys.readouterr().err
    assert said.startswith("'nothing' isn't a function of the template.\nChoose one of: answer, ")
    assert {"event", "record", "outbound"} <= set(said.rstrip(".\n").replace(",", "").split())


def test_a_debugged_function_s_flow_has_all_of_its_time() -> None:
    sources = [str(paths.LAYER)]
    debugpy = str(debugging._only_debugpy())
    listen = LISTEN.format(sources=sources, debugpy=debugpy, timeout_s=TIMEOUT_S, port=service.free_port())
    look = "from switchboard.webhooks import deadline; print(deadline.answer_budget_s())"

    done = subprocess.run(
        [sys.executable, "-c", f"{listen}\n{look}"], capture_output=True, text=True, check=True
    )

    assert done.stdout == f"{TIMEOUT_S}\n"


knows_users = pytest.mark.skipif(not TABLES[0].exists(), reason="nothing says whose a connection is")


@contextmanager
def listening(kind: type[socket.socket] = socket.socket) -> Iterator[socket.socket]:
    with closing(kind()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener


@knows_users
@pytest.mark.parametrize(
    ("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::ffff:127.0.0.1")]
)
def test_debugger_of_this_user_is_heard(family: int, host: str) -> None:
    with listening(OwnSocket) as listener, closing(socket.socket(family)) as editor:
        editor.connect((host, listener.getsockname()[1]))
        editor.sendall(b"hello")
        connection, _ = listener.accept()
        with connection:
            assert connection.recv(5) == b"hello"


@knows_users
def test_whoever_has_gone_is_nobody_s() -> None:
    with listening() as listener:
        socket.create_connection(listener.getsockname()).close()
        connection, _ = listener.accept()
        with connection:
            assert not is_own(connection)


@knows_users
def test_another_user_is_not_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening() as listener, closing(socket.create_connection(listener.getsockname())):
        connection, _ = listener.accept()
        with connection:
            assert is_own(connection)
            another = os.getuid() + 1
            monkeypatch.setattr(os, "getuid", lambda: another)
            assert not is_own(connection)


@pytest.mark.parametrize("begins", [b"Content-Length: 2\r\n\r\n{}", b"C"])
def test_whoever_begins_as_a_debugger_does_is_heard(begins: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(OwnSocket) as listener, closing(socket.socket()) as editor:
        monkeypatch.setattr(OwnSocket, "debuggers_port", listener.getsockname()[1])
        editor.connect(listener.getsockname())
        editor.sendall(begins)
        connection, _ = listener.accept()
        with connection:
            assert connection.recv(len(begins)) == begins


@pytest.mark.parametrize("begins", [b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", b""])
def test_page_and_whoever_only_looks_who_listens_are_not_heard(
    begins: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening(OwnSocket) as listener, closing(socket.socket()) as editor:
        monkeypatch.setattr(OwnSocket, "debuggers_port", listener.getsockname()[1])
        with closing(socket.create_connection(listener.getsockname())) as stranger:
            stranger.sendall(begins)
            stranger.shutdown(socket.SHUT_WR)
            editor.connect(listener.getsockname())
            editor.sendall(b"Content-Length: 2")
            connection, address = listener.accept()
            with connection:
                assert address == editor.getsockname()


def test_adapter_ends_with_a_function_that_is_killed_while_somebody_is_attached() -> None:
    port = service.free_port()
    listen = LISTEN.format(
        sources=[str(paths.LAYER)], debugpy=str(debugging._only_debugpy()), timeout_s=TIMEOUT_S, port=port
    )
    function = subprocess.Popen(
        [sys.executable, "-c", f"{listen}\nprint('on', flush=True)\nimport time\ntime.sleep(60)"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert function.stdout
    assert function.stdout.readline() == b"on\n"
    with function, socket.create_connection(("127.0.0.1", port)) as editor:
        said = b'{"seq":1,"type":"request","command":"initialize","arguments":{"adapterID":"x"}}'
        editor.sendall(b"Content-Length: %d\r\n\r\n%b" % (len(said), said))
        assert editor.recv(1)
        function.kill()
        function.wait()

        editor.settimeout(15)
        while editor.recv(4096):  # until the adapter has gone
            pass
