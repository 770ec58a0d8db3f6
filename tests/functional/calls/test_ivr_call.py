"""The IVR example, called by the tests that it brings along; the README shows one."""

import pytest

from examples.ivr.answer import app as answer
from examples.ivr.event import app as event
from examples.ivr.test_ivr import test_caller_may_try_again, test_caller_reaches_an_extension
from tests.flows.fallback import app as fallback
from vonage_simulator.testing.handlers import Handler

__all__ = ["test_caller_may_try_again", "test_caller_reaches_an_extension"]


@pytest.fixture
def webhooks() -> dict[str, Handler]:
    return {
        "answer": answer.lambda_handler,
        "event": event.lambda_handler,
        "fallback": fallback.lambda_handler,
    }
