"""What debugpy starts in place of its adapter: the same, hearing no program of another user, and no web page.

Whoever attaches runs what he likes in the function, as the user who started it, and the protocol has no
password. Linux says whose a connection on this machine is; where nothing does, all are heard.

A page's request can be a message of a debugger, too. The adapter runs nothing for it, but ends the session of
whoever is attached. And it may stay behind when the function was killed, with its port and a busy processor.

Source: proc_net_tcp.rst of the Linux kernel's documentation, for the columns; Debug Adapter Protocol
specification, "Base protocol", for how a debugger begins.
"""

import os
import runpy
import socket
import sys
import threading
import time
from pathlib import Path
from typing import ClassVar

TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_ESTABLISHED = "01"
_BEGINNING = b"Content-Length:"
# A debugger speaks as soon as it is connected.
_SILENT_S = 2
_LOOKS_EVERY_S = 1


def is_own(connection: socket.socket) -> bool:
    """Whether the other end is this user's, and still there: one that has gone is nobody's, or root's."""
    ours, theirs = _written(connection.getsockname()), _written(connection.getpeername())
    for table in TABLES:
        for line in table.read_text().splitlines()[1:]:
            _, local, remote, state, _, _, _, uid, *_ = line.split()
            if local.endswith(theirs) and remote.endswith(ours):
                return state == _ESTABLISHED and int(uid) == os.getuid()
    return False


def _written(address: tuple[str, int]) -> str:
    """An IPv4 address as the tables have it, those of IPv6 at the end."""
    host, port = address
    return f"{int.from_bytes(socket.inet_aton(host), sys.byteorder):08X}:{port:04X}"


def is_debugger(connection: socket.socket) -> bool:
    """Whether the other end begins as a debugger does, with a header of the protocol's. A page can't."""
    connection.settimeout(_SILENT_S)
    begun = connection.recv(len(_BEGINNING), socket.MSG_PEEK)
    connection.settimeout(None)
    return begun != b"" and _BEGINNING.startswith(begun)


class OwnSocket(socket.socket):
    """A socket that accepts connections of this user alone, and at the debuggers' port debuggers alone."""

    debuggers_port: ClassVar[int] = 0

    def accept(self) -> tuple[socket.socket, tuple[str, int]]:
        """The next one; others are closed."""
        while True:
            connection, address = super().accept()
            try:
                if self._is_heard(connection):
                    return connection, address
            except OSError:
                pass  # it has gone, or says nothing
            connection.close()

    def _is_heard(self, connection: socket.socket) -> bool:
        if TABLES[0].exists() and not is_own(connection):
            return False
        return self.getsockname()[1] != self.debuggers_port or is_debugger(connection)


def end_with(function: int) -> None:
    """End once the debugged function has."""
    while True:
        time.sleep(_LOOKS_EVERY_S)
        try:
            os.kill(function, 0)
        except ProcessLookupError:
            os._exit(0)


def _watch(function: int) -> None:
    threading.Thread(target=end_with, args=(function,), daemon=True).start()


if __name__ == "__main__":
    parent = os.getppid()
    os.register_at_fork(after_in_child=lambda: _watch(parent))  # as a daemon, which has another parent
    OwnSocket.debuggers_port = int(sys.argv[sys.argv.index("--port") + 1])
    socket.socket = OwnSocket  # type: ignore[misc]
    sys.path[0] = str(Path(__file__).parent.parent)  # where debugpy is
    import debugpy  # noqa: F401 - the adapter looks for it elsewhere if it isn't there

    del sys.path[0]
    runpy.run_module("debugpy.adapter", run_name="__main__", alter_sys=True)
