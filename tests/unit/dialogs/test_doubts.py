"""What is doubtful about a dialog's code is found in its file, with the line."""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from switchboard.dialogs import doubts

from examples.reception.answer import app as reception


def written(folder: Path, body: str) -> Callable[..., Any]:
    """A dialog with this body, in a file of its own."""
    file = folder / "app.py"
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    file.write_text(f"import random, time\nfrom datetime import datetime\nasync def flow(call):\n{lines}\n")
    spec = importlib.util.spec_from_file_location("written", file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    flow: Callable[..., Any] = module.flow
    return flow


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("try:\n    await call.ask()\nfinally:\n    call.say()", f"app.py:7: {doubts.FINALLY}"),
        ("with open('x'):\n    await call.ask()", f"app.py:4: {doubts.WITH}"),
        ("try:\n    await call.ask()\nexcept:\n    pass", f"app.py:6: {doubts.SWALLOWS}"),
        ("try:\n    await call.ask()\nexcept BaseException:\n    pass", f"app.py:6: {doubts.SWALLOWS}"),
        ("call.say(str(datetime.now()))", f"app.py:4: {doubts.OUTSIDE.format('datetime.now()')}"),
        ("random.choice([1])", f"app.py:4: {doubts.OUTSIDE.format('random.choice()')}"),
        ("from uuid import uuid4 as new\nnew()", f"app.py:5: {doubts.OUTSIDE.format('new()')}"),
        (
            "import datetime as dt\ndt.datetime.now(tz=None)",
            f"app.py:5: {doubts.OUTSIDE.format('dt.datetime.now()')}",
        ),
        ("await call.choose('?', ['Go on', 'Stop'])", f"app.py:4: {doubts.OPTS_OUT.format('Stop', '')}"),
        (
            "await call.choose('?', {'Yes': 1,\n'Cancel': 2})",
            f"app.py:5: {doubts.OPTS_OUT.format('Cancel', ' if their number is one of +1')}",
        ),
        ("import os\nos.urandom(1)", f"app.py:5: {doubts.OUTSIDE.format('os.urandom()')}"),
        ("try:\n    0\nexcept E:\n    await call.ask()\nfinally:\n    0", f"app.py:9: {doubts.FINALLY}"),
        ("call.ask('?')", f"app.py:4: {doubts.NOT_AWAITED.format('ask')}"),
        ("if not call.connect(1):\n    0", f"app.py:4: {doubts.NOT_AWAITED.format('connect')}"),
        ("key = call.ask('?')", f"app.py:4: {doubts.NOT_AWAITED.format('ask')}"),
    ],
)
def test_what_a_replay_would_not_bear_is_told_with_its_line(tmp_path: Path, body: str, found: str) -> None:
    assert doubts.of(written(tmp_path, body)) == [found]


@pytest.mark.parametrize(
    "body",
    [
        "try:\n    await call.ask()\nexcept Exception:\n    pass",
        "try:\n    await call.ask()\nexcept BaseException:\n    raise",
        "try:\n    call.say()\nfinally:\n    await call.ask()",
        "with open('x'):\n    call.say()",
        "call.now()",
        "await call.choose('?', ['Yes', 'No', 'Help', 'Start', 'Stop it', 'Ending'], default='Stop')",
        "await call.choose('?', CHOICES)",
        "call.random.choice([1])",
        "import os\nos.environ.get('x')",
        "if await call.connect(1):\n    return await call.ask('?')",
    ],
)
def test_plain_code_is_not_doubtful(tmp_path: Path, body: str) -> None:
    assert doubts.of(written(tmp_path, body)) == []


def test_the_example_is_not_doubtful() -> None:
    assert doubts.of(reception.lambda_handler.flow) == []
