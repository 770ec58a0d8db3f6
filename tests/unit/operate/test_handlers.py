"""What keeps a function from being imported is said before anything is built."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from operate import paths
from operate.errors import OperatorError
from operate.handlers import dialogs, imports
from tests.projects import FLOWS

MISSING = "import json\nimport humanise\n"


@pytest.fixture
def function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    folder = tmp_path / "functions" / "answer"
    folder.mkdir(parents=True)
    return folder


def test_the_project_s_own_functions_can_be_imported() -> None:
    folders = [app.parent for house in (FLOWS, paths.ROOT / "workers") for app in house.glob("*/app.py")]

    assert {folder.name for folder in imports.folders()} == {folder.name for folder in folders}
    assert imports.failures(folders) == {}


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (MISSING, r"functions/answer/app.py:2: ModuleNotFoundError: No module named 'humanise'"),
        ("def f(:\n", r"functions/answer/app.py:1: SyntaxError: "),
        (
            "from switchboard import talkk\n",
            r"functions/answer/app.py:1: ImportError: cannot import name 'talkk'",
        ),
        ("import words\n", r"functions/answer/words.py:1: ModuleNotFoundError: No module named 'humanise'"),
    ],
    ids=["module", "syntax", "name", "other file"],
)
def test_what_can_t_be_imported_is_refused_with_file_and_line(function: Path, code: str, said: str) -> None:
    (function / "app.py").write_text(code)
    (function / "words.py").write_text("import humanise\n")

    with pytest.raises(OperatorError, match=said):
        imports.refuse([function])


@pytest.mark.parametrize(
    "code",
    ["import os\nos.environ['TABLE']\n", "print('Hello')\n", "raise SystemExit\n"],
    ids=["setting of the stack", "prints", "ends"],
)
def test_what_only_the_stack_can_tell_is_left_to_it(function: Path, code: str) -> None:
    (function / "app.py").write_text(code)

    imports.refuse([function])


def test_package_that_is_only_installed_for_the_function_may_be_missing_here(function: Path) -> None:
    (function / "app.py").write_text(MISSING)
    (function / "requirements.txt").write_text("humanise\n")

    imports.refuse([function])


def test_functions_do_not_see_each_other_s_modules(function: Path) -> None:
    other = function.with_name("event")
    other.mkdir()
    (function / "words.py").write_text("HELLO = 1\n")
    (function / "app.py").write_text("import words\n")
    (other / "app.py").write_text("import words\n")

    assert list(imports.failures([function, other])) == [other]


def test_function_s_own_settings_count(function: Path) -> None:
    (function / "app.py").write_text("import os\nos.environ['TABLE']\n")

    assert imports.failures([function], {"TABLE": "orders"}) == {}
    assert imports.failures([function])[function].raised == "KeyError: 'TABLE'"


@pytest.mark.parametrize(
    ("decorator", "said"),
    [
        ("call_dialog", "catch CallEnded"),
        ("switchboard.message_dialog(on_changed='Sorry.')", "catch ChatEnded"),
    ],
)
def test_what_is_doubtful_about_a_dialog_is_a_warning_with_file_and_line(
    function: Path, decorator: str, said: str
) -> None:
    code = "try:\n        await one.ask()\n    finally:\n        one.say()\n"
    (function / "app.py").write_text(f"@{decorator}\nasync def lambda_handler(one):\n    {code}")
    out = Console(file=(told := io.StringIO()))

    dialogs.warn(out, [function])

    assert told.getvalue().startswith("warning: functions/answer/app.py:6: `finally` around an await")
    assert said in told.getvalue()


def test_function_that_is_no_dialog_may_ask_for_the_time(function: Path) -> None:
    (function / "app.py").write_text("import time\nasync def lambda_handler(call):\n    time.time()\n")

    assert dialogs.doubtful([function]) == []
