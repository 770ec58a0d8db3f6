"""`make debug`: which functions there are to be stopped."""

from pathlib import Path

import pytest

from local import state
from local.__main__ import main
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
