"""`make up` before anything is started."""

import socket

import pytest

from local.__main__ import main


def test_busy_port_is_told_as_what_it_is_before_anything_is_started(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        port = str(somebody.getsockname()[1])

        assert main(["demo", "--vonage-port", port]) == 1

    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"Port {port}, where the simulated Vonage would listen, is in use.\n")
