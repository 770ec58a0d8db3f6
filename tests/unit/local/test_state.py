"""What is saved about the stage that is up: found while it lives, left at that when it doesn't."""

import json
from pathlib import Path

import pytest

from local import state
from local.__main__ import main
from operate.errors import OperatorError
from tests.unit.local.stages import ended, this_process, up_at


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "state.json"
    monkeypatch.setattr(state, "FILE", file)
    return file


def test_stage_that_a_restart_of_the_machine_ended_is_not_running() -> None:
    state.save(up_at("http://127.0.0.1:9", [ended(), ended()]))

    assert not state.running()
    with pytest.raises(OperatorError, match=r"Nothing is running here.\nStart it with `make up`."):
        state.load()


def test_stage_of_which_a_part_has_ended_names_that_part() -> None:
    state.save(up_at("http://127.0.0.1:9", [ended(), this_process()]))

    assert state.running()
    with pytest.raises(OperatorError, match="the embedded AWS has ended") as raised:
        state.load()
    assert "make down && make up" in raised.value.next_step


def test_stage_of_another_version_is_to_be_started_again(file: Path) -> None:
    state.save(up_at("http://127.0.0.1:9", [this_process()]))
    file.write_text(json.dumps({**json.loads(file.read_text()), "of_tomorrow": True}))

    assert state.running()
    with pytest.raises(OperatorError, match="another version") as raised:
        state.load()
    assert "make down && make up" in raised.value.next_step


@pytest.mark.parametrize("text", ["", '{"services": [', "[]", "{}", '{"services": [{"process": 1}]}'])
@pytest.mark.parametrize("command", ["timeline", "debug answer", "call script.yaml", "down", "up"])
def test_state_that_cannot_be_read_says_what_to_do(
    file: Path, capsys: pytest.CaptureFixture[str], command: str, text: str
) -> None:
    file.write_text(text)

    assert main(command.split()) == 1
    assert f"{file} isn't what this version of the project writes.\nDelete it." in capsys.readouterr().err


def test_down_forgets_a_stage_that_has_ended(file: Path) -> None:
    state.save(up_at("http://127.0.0.1:9", [ended()]))

    assert main(["down"]) == 0
    assert not file.exists()


def test_state_is_for_its_owner_alone(file: Path) -> None:
    state.save(up_at("http://127.0.0.1:9", [this_process()]))

    assert file.stat().st_mode & 0o077 == 0
