"""A stack whose answer function is a dialog, in process."""

import pytest

from tests.flows.event import app as event
from tests.flows.fallback import app as fallback
from tests.functional.dialogs.reception import reception
from vonage_simulator.testing.handlers import Handler


@pytest.fixture
def dialog() -> Handler:
    """The answer function; override it for another one."""
    return reception


@pytest.fixture
def webhooks(dialog: Handler) -> dict[str, Handler]:
    return {"answer": dialog, "event": event.lambda_handler, "fallback": fallback.lambda_handler}
