"""`make up` before anything is started."""

import socket
from pathlib import Path

import pytest

from local import state
from local.__main__ import main
from operate import paths


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


@pytest.mark.parametrize(("given", "told"), [
    ("Verfy=true", "Did you mean Verify?"),
    ("Verify", "'Verify' isn't a parameter"),
])  # fmt: skip
@pytest.mark.parametrize("command", ["up", "demo"])
def test_parameter_that_the_template_lacks_is_refused_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    command: str, given: str, told: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(state, "FILE", tmp_path / "state.json")

    assert main([command, "--parameters", given]) == 1
    said = capsys.readouterr()
    assert told in said.err
    assert "Starting" not in said.out


def test_template_that_is_not_yaml_is_named_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(state, "FILE", tmp_path / "state.json")
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    (tmp_path / "template.yaml").write_text("Resources:\n  Topic: {Name: !Sub ${AWS::StackName} alarms}\n")

    assert main(["up"]) == 1
    assert capsys.readouterr().err.startswith("template.yaml can't be read: while parsing a flow mapping")
