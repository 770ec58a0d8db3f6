"""The trampoline: a function goes from await to await by what is recorded, and sees the same each time."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

import pytest
from switchboard import MessageRequest
from switchboard.dialogs.dialog import Dialog
from switchboard.dialogs.history import Recorded
from switchboard.dialogs.replay import ENDED, Replay, Waiting
from switchboard.dialogs.steps import CallEnded, Do, Step
from switchboard.errors import DialogChangedError, DialogError, ReturnedError

from tests.conftest import Logs

Function = Callable[[Dialog], Coroutine[Any, Any, None]]


class Question(Step[str]):
    kind = "question"

    def __init__(self, shape: str = "") -> None:
        self.shape = shape


class Run:
    """A dialog, replayed as often as a test likes; effects are recorded."""

    def __init__(self, function: Function, *answers: str) -> None:
        self.function = function
        self.recorded: list[Recorded] = [["question", answer, 60.0 * n] for n, answer in enumerate(answers)]
        self.done: list[str] = []

    def until(self, last: int, checksum: int | None = None) -> Waiting | None:
        self.dialog = Dialog("CON-1", began_at=0)
        return Replay(self.function(self.dialog), self.dialog, self.recorded, self._do).until(last, checksum)

    def _do(self, step: Do[Any], index: int) -> list[Recorded]:
        self.done.append(step.shape)
        self.recorded.append(["do", step.perform(), 60.0 * index])
        return self.recorded


def test_a_function_waits_at_its_first_question_without_a_result() -> None:
    async def flow(_dialog: Dialog) -> None:
        await Question()
        await Question()

    waiting = Run(flow, "one").until(0)

    assert waiting
    assert waiting.index == 1


def test_results_come_back_in_their_order() -> None:
    heard = []

    async def flow(_dialog: Dialog) -> None:
        heard.extend([await Question(), await Question()])

    assert Run(flow, "one", "two").until(1) is None
    assert heard == ["one", "two"]


def test_what_a_function_returns_is_not_dropped_unseen() -> None:
    async def flow(_dialog: Dialog) -> Any:  # noqa: ANN401 - what its types forbid
        return [await Question()]

    with pytest.raises(ReturnedError, match="the dialog returned a value of type list, and nobody") as caught:
        Run(flow, "one").until(0)
    assert caught.value.returned == ["one"]


def test_a_webhook_that_comes_again_stops_where_it_stopped() -> None:
    async def flow(_dialog: Dialog) -> None:
        for _ in range(3):
            await Question()

    waiting = Run(flow, "one", "two", "three").until(0)

    assert waiting
    assert waiting.index == 1


def test_helpers_loops_and_comprehensions_are_replayed_as_plain_python() -> None:
    heard: list[list[str]] = []

    async def ask_twice() -> list[str]:
        return [await Question() for _ in range(2)]

    async def flow(_dialog: Dialog) -> None:
        heard.append([*await ask_twice(), *await ask_twice()])

    assert Run(flow, *"abcd").until(3) is None
    assert heard == [["a", "b", "c", "d"]]


def test_the_line_that_waits_is_the_user_s_innermost_one() -> None:
    async def helper() -> str:
        return await Question()

    async def flow(_dialog: Dialog) -> None:
        await helper()

    waiting = Run(flow).until(-1)

    assert waiting
    assert (waiting.file, waiting.line) == ("test_replay.py", helper.__code__.co_firstlineno + 1)


def test_an_effect_is_done_once_and_its_result_replayed() -> None:
    def find() -> dict[str, str]:
        return {"name": "Ada"}

    found = []

    async def flow(dialog: Dialog) -> None:
        found.append(await dialog.do(find))
        await Question()

    run = Run(flow)
    run.until(-1)
    run.until(-1)

    assert run.done == [find.__qualname__]
    assert found == [{"name": "Ada"}] * 2


def test_an_effect_that_fails_makes_the_webhook_fail() -> None:
    def find() -> None:
        raise LookupError("nobody")

    async def flow(dialog: Dialog) -> None:
        await dialog.do(find)

    with pytest.raises(LookupError, match="nobody"):
        Run(flow).until(-1)


def test_a_dialog_that_goes_on_after_a_failed_effect_is_told_where_since_a_replay_would_do_it_again() -> None:
    def find() -> None:
        raise LookupError

    async def flow(dialog: Dialog) -> None:
        try:
            await dialog.do(find)
        except LookupError:
            await Question()

    with pytest.raises(
        DialogError, match=r"raised LookupError, and the dialog went on to test_replay.py:\d+"
    ):
        Run(flow).until(-1)


@pytest.mark.parametrize("result", [(1, 2), {1: "one"}, {1, 2}, float("nan"), object(), "x" * 32_001])
def test_a_result_that_json_would_change_or_that_is_long_is_refused_the_first_time(result: object) -> None:
    async def flow(dialog: Dialog) -> None:
        await dialog.do(lambda: result)

    with pytest.raises(DialogError, match="returned"):
        Run(flow).until(-1)


def test_code_whose_earlier_steps_are_others_is_found() -> None:
    async def began(_dialog: Dialog) -> None:
        await Question("1,2")

    async def continued(_dialog: Dialog) -> None:
        await Question("1,3")

    waiting = Run(began).until(-1)
    assert waiting

    with pytest.raises(DialogChangedError, match=r"test_replay.py:\d+"):
        Run(continued, "1").until(0, waiting.checksum)


def test_a_result_of_another_kind_of_step_is_found() -> None:
    async def flow(dialog: Dialog) -> None:
        await dialog.do(dict)

    with pytest.raises(DialogChangedError, match="“question” is “do” now"):
        Run(flow, "one").until(0)


def test_the_end_is_heard_once_at_the_await_and_nothing_is_asked_after_it() -> None:
    heard = []

    async def flow(_dialog: Dialog) -> None:
        for _ in range(3):
            try:
                await Question()
            except Exception:  # noqa: BLE001 - what many write
                heard.append("an exception")
            except CallEnded:
                heard.append("the end")
        heard.append("unreachable")

    run = Run(flow, "one")
    run.recorded.append([ENDED, None, 1.0])

    assert run.until(1) is None
    assert heard == ["the end"]


def test_what_a_function_sends_while_it_is_closed_at_a_pause_is_not_sent() -> None:
    async def flow(dialog: Dialog) -> None:
        try:
            await Question()
        finally:
            dialog.send({"channel": "sms", "message_type": "text", "to": "1", "from": "2", "text": "closed"})

    run = Run(flow)
    run.until(-1)

    assert run.dialog.commands == []


def test_an_await_in_a_finally_costs_no_call_and_is_told(logs: Logs) -> None:
    async def flow(_dialog: Dialog) -> None:
        try:
            await Question()
        finally:
            await Question()

    assert Run(flow).until(-1)
    assert [line["message"] for line in logs.lines] == ["NotClosed"]


def test_a_command_has_the_same_id_in_each_replay_and_goes_with_the_next_pause() -> None:
    def message(text: str) -> MessageRequest:
        return {"channel": "sms", "message_type": "text", "to": "1", "from": "2", "text": text}

    async def flow(dialog: Dialog) -> None:
        dialog.send(message("before"))
        await Question()
        dialog.send(message("first"))
        await dialog.do(lambda: None)
        dialog.send(message("second"))
        await Question()

    run = Run(flow, "one")
    run.until(0)
    first = run.dialog.commands
    run.until(0)

    assert [command["detail"]["text"] for command in first] == ["first", "second"]
    assert [command["id"] for command in first] == ["CON-1.1.0", "CON-1.1.1"]
    assert run.dialog.commands == first


def test_time_and_chance_are_the_same_in_each_replay() -> None:
    seen = []

    async def flow(dialog: Dialog) -> None:
        seen.append((dialog.now(), dialog.random.random()))
        await Question()
        seen.append((dialog.now("Europe/London"), dialog.random.random()))

    run = Run(flow, "one", "two")
    run.until(1)
    run.until(1)

    assert seen[:2] == seen[2:]
    assert seen[0][0] == datetime(1970, 1, 1, tzinfo=UTC)


async def of_asyncio(_dialog: Dialog) -> None:
    await asyncio.sleep(0)


async def of_a_task(_dialog: Dialog) -> None:
    await asyncio.sleep(1)


async def of_a_group(_dialog: Dialog) -> None:
    asyncio.set_event_loop(None)  # as after an async flow; else there may be one that nobody runs
    await asyncio.gather(asyncio.sleep(0))


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
@pytest.mark.parametrize("flow", [of_asyncio, of_a_task, of_a_group])
def test_what_is_not_the_dialog_s_cannot_be_awaited(flow: Function) -> None:
    with pytest.raises(DialogError, match=r"only what the dialog itself gives .*test_replay.py:\d+"):
        Run(flow).until(-1)
