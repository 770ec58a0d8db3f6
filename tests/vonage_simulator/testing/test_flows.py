"""Flows of a project in several files, as a test of theirs imports them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from vonage_simulator.testing.flows import NoFlowError, handler_of

APP = "import words\n\ndef lambda_handler(event, context):\n    return words.SAID\n"
CALLS = """
import sys
from vonage_simulator.testing.flows import handler_of
print(handler_of("one")({}, None), handler_of("two")({}, None), handler_of("one")({}, None))
print(sorted({"words", "app"} & {*sys.modules}), [entry for entry in sys.path if "functions" in entry])
"""


def printed(project: Path) -> list[str]:
    root = Path(__file__).parents[3]
    environment = {**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{root / 'layers' / 'switchboard'}"}
    command = [sys.executable, "-c", CALLS]
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_each_flow_has_the_files_beside_it_and_leaves_nothing_on_the_path(tmp_path: Path) -> None:
    for name in ("one", "two"):
        folder = tmp_path / "functions" / name
        folder.mkdir(parents=True)
        (folder / "app.py").write_text(APP)
        (folder / "words.py").write_text(f"SAID = 'words of {name}'\n")

    assert printed(tmp_path) == ["words of one words of two words of one", "[] []"]


@pytest.mark.parametrize("missing", ["functions", "functions.answer"])
def test_project_without_the_flow_is_told_how_to_name_its_handlers(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    for module in ("functions.answer", "functions.answer.app"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setitem(sys.modules, missing, None)  # so says Python of what isn't there

    with pytest.raises(NoFlowError, match=r'a fixture `webhooks`, such as \{"answer": lambda_handler\}'):
        handler_of("answer")
