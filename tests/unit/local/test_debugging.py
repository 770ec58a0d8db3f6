"""`make debug`: which functions there are to be stopped, and what stops in them."""

import subprocess
import sys
from pathlib import Path

import pytest

from local import service, state
from local.__main__ import main
from local.debugging import LISTEN, TIMEOUT_S
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
    listen = LISTEN.format(sources=sources, debugpy="", timeout_s=TIMEOUT_S, port=service.free_port())
    look = "from switchboard.webhooks import deadline; print(deadline.answer_budget_s())"

    done = subprocess.run(
        [sys.executable, "-c", f"{listen}\n{look}"], capture_output=True, text=True, check=True
    )

    assert done.stdout == f"{TIMEOUT_S}\n"
