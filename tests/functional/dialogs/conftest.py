"""A stack with dialogs, in process: their table, and the rule that tells them of a call's end."""

from collections.abc import Iterator

import pytest
from switchboard.dialogs import history

from functions.event import app as event
from functions.fallback import app as fallback
from tests.functional.dialogs.reception import reception
from vonage_simulator.testing.handlers import Handler, Rule


@pytest.fixture
def dialog() -> Handler:
    """The answer function; override it for another one."""
    return reception


@pytest.fixture
def webhooks(dialog: Handler) -> dict[str, Handler]:
    return {"answer": dialog, "event": event.lambda_handler, "fallback": fallback.lambda_handler}


@pytest.fixture
def rules(dialog: Handler) -> dict[str, Rule]:
    return {"voice.completed": dialog}


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, tuple[str, ...]]]:
    monkeypatch.setenv(history.TABLE, "dialogs")
    yield {"dialogs": ("id",)}
    history._dynamodb.close()
