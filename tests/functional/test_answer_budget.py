"""A caller hears something in time, whatever the flow does, and the next call is not affected."""

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import Callable

import pytest
from switchboard import AnswerRequest, Ncco, answer, connect, phone, talk
from switchboard.webhooks.outcome import Response

from tests.conftest import Logs
from tests.factories import answer_request, webhook_event

HELD = [talk("One moment, please.")]


pytestmark = pytest.mark.usefixtures("aws")


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A budget that a flow exceeds soon; nothing that is to be in time can rely on so little."""
    monkeypatch.setenv("SWITCHBOARD_ANSWER_BUDGET_MS", "250")


@pytest.fixture
def long(monkeypatch: pytest.MonkeyPatch) -> None:
    """A budget whose end nobody who counts wrongly comes near."""
    monkeypatch.setenv("SWITCHBOARD_ANSWER_BUDGET_MS", "4900")


def call(handler: object, **changes: object) -> Response:
    event = webhook_event("answer", answer_request())
    event["requestContext"] |= changes
    response: Response = handler(event)  # type: ignore[operator]
    return response


def spoken(response: Response) -> list[str]:
    return [action["text"] for action in json.loads(response["body"])]


@answer(on_late=HELD)
def sleeping(_call: AnswerRequest) -> Ncco:
    time.sleep(5)
    return [talk("Too late.")]


@answer(on_late=HELD)
def swallowing(_call: AnswerRequest) -> Ncco:
    while True:
        with contextlib.suppress(Exception):
            time.sleep(5)


@answer(on_late=HELD)
async def awaiting(_call: AnswerRequest) -> Ncco:
    await asyncio.sleep(5)
    return [talk("Too late.")]


@answer
def patient(_call: AnswerRequest) -> Ncco:
    time.sleep(5)
    return []


@answer
async def quick(call: AnswerRequest) -> Ncco:
    await asyncio.sleep(0)
    return [talk("Hello."), connect(phone("447700900999"), caller_id=call["to"])]


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("handler", [sleeping, swallowing, awaiting])
def test_a_flow_that_takes_too_long_is_answered_for(logs: Logs, handler: object) -> None:
    started = time.monotonic()

    assert spoken(call(handler)) == ["One moment, please."]
    assert time.monotonic() - started < 4  # without a budget it would be 5, with the usual one 4
    assert logs.lines[0]["message"] == "Late"


@pytest.mark.usefixtures("short")
def test_without_words_for_it_the_fallback_takes_over() -> None:
    assert call(patient) == {"statusCode": 500}


@pytest.mark.usefixtures("long")
def test_the_time_that_a_cold_start_took_counts() -> None:
    started = time.monotonic()

    assert spoken(call(sleeping, timeEpoch=(time.time() - 4.8) * 1000)) == ["One moment, please."]
    assert time.monotonic() - started < 4


@pytest.mark.usefixtures("long")
def test_a_caller_who_has_waited_long_enough_is_answered_at_once() -> None:
    started = time.monotonic()

    assert spoken(call(sleeping, timeEpoch=(time.time() - 10) * 1000)) == ["One moment, please."]
    assert time.monotonic() - started < 4


@pytest.mark.usefixtures("long")
def test_the_next_call_is_not_affected() -> None:
    call(sleeping, timeEpoch=(time.time() - 4.8) * 1000)

    assert json.loads(call(quick)["body"])[0] == talk("Hello.")
    time.sleep(0.3)  # longer than until the next cut: nothing may ring now


@pytest.mark.parametrize(
    "returned", [None, "text", 5, [object()], [{"action": "talk", "text": float("nan")}]]
)
def test_a_flow_that_returns_no_ncco_has_failed(logs: Logs, returned: object) -> None:
    @answer
    def nonsense(_call: AnswerRequest) -> Ncco:
        return returned  # type: ignore[return-value]

    assert call(nonsense) == {"statusCode": 500}
    assert logs.lines[0]["message"] == "FlowFailed"


def test_a_flow_that_raises_sends_the_caller_to_the_fallback(logs: Logs) -> None:
    @answer
    def failing(call: AnswerRequest) -> Ncco:
        raise ValueError(f"cannot serve {call['from']}")

    assert call(failing) == {"statusCode": 500}
    (line,) = logs.lines
    assert (line["error"], line["at"][-1].rpartition(" ")[2]) == ("ValueError", "failing")


def raised_by(raising: Callable[[str], None]) -> Callable[..., Response]:
    @answer
    def failing(call: AnswerRequest) -> Ncco:
        raising(f"cannot serve {call['from']}")
        return []

    return failing


def exits(words: str) -> None:
    sys.exit(words)


def interrupts(words: str) -> None:
    raise KeyboardInterrupt(words)


def closes(words: str) -> None:
    raise GeneratorExit(words)


def cancels(words: str) -> None:
    raise asyncio.CancelledError(words)


def fails_in_a_group(words: str) -> None:
    raise BaseExceptionGroup(words, [KeyboardInterrupt(words)])


@answer
async def cancelling(_call: AnswerRequest) -> Ncco:
    task = asyncio.current_task()
    assert task
    task.cancel()
    await asyncio.sleep(0)
    return []


@answer
async def leaving_a_task_that_exits(call: AnswerRequest) -> Ncco:
    async def work() -> None:
        sys.exit(f"cannot serve {call['from']}")

    task = asyncio.create_task(work())
    await task
    return []


ENDINGS = [
    *map(raised_by, [exits, interrupts, closes, cancels, fails_in_a_group]),
    cancelling, leaving_a_task_that_exits,
]  # fmt: skip


@pytest.mark.parametrize("handler", ENDINGS)
def test_nothing_that_a_flow_raises_leaves_the_handler_or_is_quoted(
    capfd: pytest.CaptureFixture[str], handler: object
) -> None:
    assert call(handler) == {"statusCode": 500}
    told = "".join(capfd.readouterr())
    assert json.loads(told.splitlines()[-1])["message"] == "FlowFailed"
    assert answer_request()["from"] not in told


def test_what_a_task_raises_that_a_flow_left_behind_is_not_quoted(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    @answer
    async def forgetting(call: AnswerRequest) -> Ncco:
        async def work() -> None:
            raise ValueError(f"cannot serve {call['from']}")

        task = asyncio.create_task(work())
        await asyncio.sleep(0)
        del task
        return [talk("Hello.")]

    assert spoken(call(forgetting)) == ["Hello."]
    failed, answered = map(json.loads, capfd.readouterr().out.splitlines())
    assert (failed["message"], failed["error"]) == ("TaskFailed", "ValueError")
    assert answered["message"] == "Answered"
    assert caplog.text == ""


@pytest.mark.usefixtures("short")
def test_tasks_of_a_group_are_cut_like_everything_else(logs: Logs) -> None:
    @answer(on_late=HELD)
    async def together(_call: AnswerRequest) -> Ncco:
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.to_thread(time.sleep, 0))
            group.create_task(spinning())
        return []

    async def spinning() -> None:
        while True:
            time.sleep(0.001)

    assert spoken(call(together)) == ["One moment, please."]
    assert logs.lines[-1]["message"] == "Late"


def test_the_official_sdks_models_are_an_ncco() -> None:
    class Talk:
        """As vonage_voice.Talk: pydantic's model_dump is all that counts."""

        def model_dump(self, *, mode: str, by_alias: bool, exclude_none: bool) -> dict[str, object]:
            assert (mode, by_alias, exclude_none) == ("json", True, True)
            return {"action": "talk", "text": "Hello."}

    @answer
    def with_sdk(_call: AnswerRequest) -> Ncco:
        return [Talk()]  # type: ignore[list-item]

    assert spoken(call(with_sdk)) == ["Hello."]


def test_a_wrong_ncco_is_explained_where_it_is_checked(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCHBOARD_VALIDATE", "1")

    @answer
    def wrong(_call: AnswerRequest) -> Ncco:
        return [{"action": "input", "type": ["dtmf"], "dtmf": {"maxDigits": 25}}]

    assert call(wrong) == {"statusCode": 500}
    assert logs.lines[0]["reason"] == "action 1 (input): dtmf.maxDigits is 25; it must be from 1 to 20"


def test_a_flow_can_be_tested_without_a_request() -> None:
    assert quick.flow.__name__ == "quick"
    assert sleeping.__doc__ is None


def test_a_budget_that_is_no_number_is_named(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCHBOARD_ANSWER_BUDGET_MS", "4 seconds")

    assert call(quick) == {"statusCode": 500}
    assert "SWITCHBOARD_ANSWER_BUDGET_MS is '4 seconds'" in logs.lines[0]["reason"]
