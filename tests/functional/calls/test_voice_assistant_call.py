"""The voice assistant, called: functions, simulated Vonage and the assistant's server together."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from examples.voice_assistant import assistant
from examples.voice_assistant.answer import app as answer
from examples.voice_assistant.event import app as event
from tests.flows.fallback import app as fallback
from vonage_simulator.testing.handlers import Handler
from vonage_simulator.testing.phone import Phone
from vonage_simulator.testing.simulation import SIGNATURE_SECRET


@pytest.fixture
def webhooks() -> dict[str, Handler]:
    return {
        "answer": answer.lambda_handler,
        "event": event.lambda_handler,
        "fallback": fallback.lambda_handler,
    }


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The assistant, on a free port instead of its own."""
    monkeypatch.setenv("VONAGE_SIGNATURE_SECRET", SIGNATURE_SECRET)
    with asyncio.Runner() as runner:
        loop, server = runner.get_loop(), runner.run(assistant.listen(0))
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        monkeypatch.setattr(answer, "ASSISTANT", f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
        yield
        server.close()
        asyncio.run_coroutine_threadsafe(server.wait_closed(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


@pytest.mark.usefixtures("served")
def test_assistant_repeats_what_the_caller_says(phone: Phone) -> None:
    call = phone.dial("447700900000")
    call.is_connected_to(answer.ASSISTANT)
    call.says("Is anybody there?")
    call.hears("audio (1.1 s)")


@pytest.mark.usefixtures("served")
def test_assistant_turns_away_whoever_is_not_vonage(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VONAGE_SIGNATURE_SECRET", "of another account, and long enough")
    call = phone.dial("447700900000")
    call.hears("not available")


def test_caller_hears_that_there_is_no_assistant(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "ASSISTANT", "ws://127.0.0.1:9/")
    call = phone.dial("447700900000")
    call.hears("One moment")
    call.hears("not available")
