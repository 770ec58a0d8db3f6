"""A chat whose time is over hears of it by itself, once, and not if the customer was faster."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from switchboard import Chat, ChatEnded, inbound, message_dialog
from switchboard.errors import HistoryError

from tests.conftest import Logs
from tests.functional.dialogs import booking, reminder
from tests.functional.dialogs.test_chat_crashes import REFUSED, DisturbedAws, Stack, written
from vonage_simulator.testing.endpoint import Answer
from vonage_simulator.testing.handlers import Handler, Handlers
from vonage_simulator.testing.texting import Texting

HOUR, DAY = timedelta(hours=1), timedelta(hours=24)


@message_dialog
async def reminding(chat: Chat) -> None:
    """Ask, remind twice, and give up."""
    name = await chat.ask("Your name?", within=HOUR, default=None)
    for _ in range(2):
        if name is None:
            name = await chat.ask("Are you still there?", within=HOUR, default=None)
    chat.say("Another time, then." if name is None else f"Hello {name}.")


@pytest.fixture
def webhooks() -> dict[str, Handler]:
    return {"inbound": booking.booking}


@pytest.fixture(autouse=True)
def done() -> list[tuple[str, ...]]:
    booking.done.clear()
    return booking.done


def test_who_never_writes_again_is_given_up(sms: Texting, done: list[tuple[str, ...]]) -> None:
    sms.send("Hello")
    sms.send("1")
    sms.waits(hours=23)
    assert done == [("hold", "Monday")]
    sms.waits(hours=1)
    assert done == [("hold", "Monday"), ("release", "slot-Monday")]
    sms.send("Ada")
    sms.receives("Which day suits you?")


def test_who_doesn_t_answer_is_reminded_without_having_written(
    sms: Texting, webhooks: dict[str, Handler]
) -> None:
    webhooks["inbound"] = reminding
    sms.send("Hello")
    sms.waits(days=1)
    assert sms.received == [
        "Your name?", "Are you still there?", "Are you still there?", "Another time, then.",
    ]  # fmt: skip


def test_who_answers_the_reminder_goes_on(sms: Texting, webhooks: dict[str, Handler]) -> None:
    webhooks["inbound"] = reminder.lambda_handler
    sms.send("Hello")
    sms.waits(hours=21)
    sms.send("Ada")
    sms.receives("See you, Ada.")
    sms.waits(days=1)
    assert sms.received == ["In what name?", "Your table is still free. In what name?", "See you, Ada."]


def test_who_has_written_stop_is_left_alone(sms: Texting, webhooks: dict[str, Handler]) -> None:
    webhooks["inbound"] = reminding
    sms.send("Hello")
    sms.send("STOP")
    sms.waits(days=1)
    assert sms.received == ["Your name?"]


def test_the_time_that_is_over_is_the_chat_s_now(sms: Texting, webhooks: dict[str, Handler]) -> None:
    @message_dialog
    async def telling(chat: Chat) -> None:
        began = chat.now()
        await chat.ask("And?", within=DAY, default=None)
        chat.say(f"{(chat.now() - began).total_seconds() / 3600:.0f} hours later.")

    webhooks["inbound"] = telling
    sms.send("Hello")
    sms.waits(days=2)
    sms.receives("24 hours later.")


def test_a_flow_that_fails_when_it_is_woken_fails_the_test(
    sms: Texting, webhooks: dict[str, Handler]
) -> None:
    @message_dialog
    async def failing(chat: Chat) -> None:
        if await chat.ask("And?", within=HOUR, default=None) is None:
            raise ConnectionError

    webhooks["inbound"] = failing
    sms.send("Hello")
    sms.waits(hours=1)
    with pytest.raises(ConnectionError):
        sms.receives("Anything")


class Sleeping(Stack):
    """A stack that wakes its chats when a test says so."""

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)
        self.alarms: list[Callable[[], None]] = []
        self.set_alarm = lambda _at, wake: self.alarms.append(wake)

    def wakes(self, *, at: int = -1) -> None:
        """Tell a chat that a time is over; as Lambda does, again until it is taken."""
        alarm = self.alarms[at]
        for _ in range(3):
            try:
                alarm()
            except Exception:  # noqa: BLE001 - Lambda logs it, and tries again in a minute
                self.rests()
                continue
            return
        pytest.fail("woken three times in vain")

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.said()]


@pytest.fixture
def stack() -> Iterator[Sleeping]:
    with Sleeping(reminding).running() as stack:
        assert isinstance(stack, Sleeping)
        yield stack


def test_a_call_that_comes_twice_or_after_another_answer_says_nothing(stack: Sleeping) -> None:
    stack.brings(written("Hello"))
    stack.wakes(at=0)
    stack.wakes(at=0)
    stack.brings(written("Ada"))
    stack.wakes(at=1)
    stack.brings(written("Hello again"))
    for alarm in range(len(stack.alarms) - 1):
        stack.wakes(at=alarm)
    assert stack.texts == ["Your name?", "Are you still there?", "Hello Ada.", "Your name?"]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("flow", [reminding, booking.booking])
def test_a_function_that_dies_when_it_is_woken_says_and_does_the_same(flow: Handler, when: str) -> None:
    def told(dying: int) -> tuple[list[str], int]:
        booking.done.clear()
        with Sleeping(flow).running() as stack:
            assert isinstance(stack, Sleeping)
            stack.brings(written("Hello"), written("Monday"))
            if flow is reminding:
                stack.brings(written("Hello again", "2"))
            before = len(stack.aws.asked)

            def dies(place: int, _action: str, do: Callable[[], Answer]) -> Answer:
                is_now = place == before + dying
                answer = REFUSED if is_now and when == "before" else do()
                return REFUSED if is_now else answer

            stack.aws.disturb = dies
            stack.wakes()
            return stack.texts, len(stack.aws.asked) - before

    expected, requests = told(-1)
    assert requests >= 2
    for dying in range(requests):
        assert told(dying)[0] == expected
        assert len(set(booking.done)) == (2 if flow is booking.booking else 0)


def test_a_call_that_comes_again_while_its_own_effect_is_under_way_does_it_once(
    monkeypatch: pytest.MonkeyPatch, done: list[tuple[str, ...]]
) -> None:
    """EventBridge Scheduler and Lambda may each bring one twice."""
    release, tries = booking.release, iter([True])

    def slowly(slot: str) -> None:
        if next(tries, False):
            sleeping._one_at_a_time.release()
            with pytest.raises(HistoryError, match="under way"):
                sleeping.alarms[-1]()
            sleeping._one_at_a_time.acquire()
        release(slot)

    monkeypatch.setattr(booking, "release", slowly)
    sleeping = Sleeping(booking.booking)
    with sleeping.running():
        sleeping.brings(written("Hello"), written("Monday"))
        sleeping.wakes()
        sleeping.wakes()

    assert done == [("hold", "Monday"), ("release", "slot-Monday")]


def test_an_answer_that_is_faster_counts(stack: Sleeping) -> None:
    stack.brings(written("Hello"))
    meanwhile = iter([written("Ada")])

    def overtakes(_place: int, action: str, do: Callable[[], Answer]) -> Answer:
        if action == "UpdateItem" and (other := next(meanwhile, None)):
            stack._one_at_a_time.release()
            stack.brings(other)
            stack._one_at_a_time.acquire()
        return do()

    stack.aws.disturb = overtakes
    stack.wakes()
    assert stack.texts == ["Your name?", "Hello Ada."]


def replaced(stack: Sleeping, flow: Any) -> None:  # noqa: ANN401 - a dialog
    stack._handlers = {"inbound": flow}


def test_a_new_version_that_waits_longer_is_woken_later(stack: Sleeping) -> None:
    @message_dialog
    async def patient(chat: Chat) -> None:
        chat.say(f"Hello {await chat.ask('Your name?', within=DAY, default=None)}.")

    stack.brings(written("Hello"))
    replaced(stack, patient)
    stack.wakes(at=0)
    assert stack.texts == ["Your name?"]
    stack.wakes(at=1)
    assert stack.texts == ["Your name?", "Hello None."]


def test_a_new_version_that_asks_something_else_is_not_woken(stack: Sleeping, logs: Logs) -> None:
    @message_dialog
    async def other(chat: Chat) -> None:
        await chat.choose("Which day?", ["Monday", "Tuesday"])

    stack.brings(written("Hello"))
    replaced(stack, other)
    stack.wakes()
    assert stack.texts == ["Your name?"]
    assert "DialogChanged" in [line["message"] for line in logs.lines]


def test_a_flow_that_is_no_dialog_any_more_is_not_woken(stack: Sleeping) -> None:
    stack.brings(written("Hello"))
    replaced(stack, inbound(lambda _message: None))
    stack.wakes()
    assert stack.texts == ["Your name?"]


@pytest.mark.flows_may_fail
def test_a_question_stays_open_when_the_flow_fails_at_its_time(
    monkeypatch: pytest.MonkeyPatch, logs: Logs
) -> None:
    @message_dialog
    async def failing(chat: Chat) -> None:
        try:
            name = await chat.ask("Your name?", within=HOUR)
        except ChatEnded:
            raise ValueError("something private") from None
        chat.say(f"Hello {name}.")

    with Sleeping(failing).running() as stack, monkeypatch.context() as patch:
        assert isinstance(stack, Sleeping)
        patch.setenv("SWITCHBOARD_TELL_ALL", "0")
        stack.brings(written("Hello"))
        with pytest.raises(Exception, match=r"^the dialog failed when nobody had answered$") as raised:
            stack.alarms[0]()
        stack.brings(written("Ada"))

        assert raised.value.__cause__ is None
        assert "private" not in json.dumps(logs.lines)
        assert stack.texts == ["Your name?", "Hello Ada."]


def test_what_wakes_a_chat_names_nobody() -> None:
    kept: list[Any] = []

    class Overheard(Handlers):
        def _command(self, command: Any) -> None:  # noqa: ANN401 - JSON
            kept.append(command)

    with Overheard({"inbound": reminding}, DisturbedAws()).running() as stack:
        Stack.delivers(stack, written("Hello", "m-1"))  # type: ignore[arg-type]

    asked, wake = kept
    assert asked["name"] == "messages.send"
    assert wake["name"] == "chat.wake"
    assert wake["detail"].keys() == {"chat", "began", "step", "at"}
    assert "447700900" not in json.dumps(wake)
