"""A chat whose function dies at any request, messages that come twice or at once: said and done once."""

import itertools
import json
import random
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import httpx
import pytest
from switchboard import Chat, message_dialog, reply_to

from tests.factories import signed
from tests.functional.dialogs import booking
from vonage_simulator.account.account import Account
from vonage_simulator.testing.aws.services import Aws
from vonage_simulator.testing.endpoint import Answer, Incoming
from vonage_simulator.testing.handlers import BASE_URL, Handler, Handlers
from vonage_simulator.testing.simulation import API_KEY, SIGNATURE_SECRET
from vonage_simulator.types import Json

CUSTOMER, NUMBER = "447700900123", "447700900000"
MESSAGES = ["Hello", "Tuesday", "Ada"]
SAID = [
    (CUSTOMER, "Which day suits you?\n1 Monday\n2 Tuesday"),
    (CUSTOMER, "And your name?"),
    (CUSTOMER, "See you on Tuesday, Ada."),
    (booking.OWNER, "Ada comes on Tuesday."),
]
REFUSED = Answer(400, b'{"__type": "InternalServerError"}', {"Content-Type": "application/json"})


class DisturbedAws(Aws):
    """AWS, which can be disturbed.

    Attributes:
        asked: the actions that AWS was asked for.
        disturb: gets each action with its place among all, and says what becomes of it instead, if anything.
    """

    def __init__(self) -> None:
        super().__init__(Account.seeded(api_key=API_KEY, signature_secret=SIGNATURE_SECRET))
        self.asked: list[str] = []
        self.disturb: Callable[[int, str, Callable[[], Answer]], Answer] = lambda _place, _action, do: do()

    def answer(self, incoming: Incoming) -> Answer:
        action = incoming.headers.get("x-amz-target", "").partition(".")[2]
        self.asked.append(action)
        return self.disturb(len(self.asked) - 1, action, lambda: Aws.answer(self, incoming))


class Stack(Handlers):
    """A stack in process."""

    def __init__(self, handler: Handler) -> None:
        self.aws = DisturbedAws()
        super().__init__({"inbound": handler}, self.aws)

    def delivers(self, message: Json) -> int:
        """Deliver a message once; gives the status."""
        body = json.dumps(message).encode()
        authorization = signed(body, SIGNATURE_SECRET, api_key=API_KEY)
        headers = {"Authorization": authorization, "Content-Type": "application/json"}
        request = httpx.Request("POST", f"{BASE_URL}/inbound", content=body, headers=headers)
        return self.handle_request(request).status_code

    def brings(self, *messages: Json) -> None:
        """Deliver messages as Vonage does: again until each is taken."""
        for message in messages:
            statuses = [self.delivers(message)]
            while statuses[-1] != 200:
                assert len(statuses) < 5, statuses
                self.rests()
                statuses.append(self.delivers(message))

    def rests(self) -> None:
        """Let so much time pass that whoever was at work is no more: what is tried again comes later."""
        for item in self.aws._tables.items["dialogs"].values():
            if "working" in item:
                item["working"] = {"N": "1"}

    def said(self, to: str = "") -> list[tuple[str, str]]:
        details = [command["detail"] for command in self.commands]
        return [(each["to"], each["text"]) for each in details if to in each["to"]]


def written(text: str, uuid: str = "", at: str = "2026-11-28T09:00:00Z", sender: str = CUSTOMER) -> Json:
    return {
        "channel": "sms",
        "message_uuid": uuid or text,
        "from": sender,
        "to": NUMBER,
        "timestamp": at,
        "text": text,
    }


@pytest.fixture
def stack() -> Iterator[Stack]:
    booking.done.clear()
    with Stack(booking.booking).running() as stack:
        assert isinstance(stack, Stack)
        yield stack


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_function_that_dies_at_any_request_says_and_does_the_same(stack: Stack, when: str) -> None:
    stack.brings(*map(written, MESSAGES))
    assert stack.said() == SAID

    for dying in range(len(stack.aws.asked)):
        booking.done.clear()
        with Stack(booking.booking).running() as other:
            assert isinstance(other, Stack)

            def dies(place: int, _action: str, do: Callable[[], Answer], dying: int = dying) -> Answer:
                if place != dying or when == "after":
                    answer = do()
                return REFUSED if place == dying else answer

            other.aws.disturb = dies
            other.brings(*map(written, MESSAGES))

            assert other.said() == SAID
            assert set(booking.done) == {("hold", "Tuesday")}
            assert len(booking.done) <= 2  # an effect is repeated if its result was lost


def test_messages_that_come_twice_are_answered_once(stack: Stack) -> None:
    for text in MESSAGES:
        stack.brings(written(text), written(text))

    assert stack.said() == SAID
    assert booking.done == [("hold", "Tuesday")]


def test_messages_that_come_again_after_the_end_begin_nothing(stack: Stack) -> None:
    stack.brings(*map(written, MESSAGES))
    stack.brings(*map(written, MESSAGES))
    assert stack.said() == SAID

    stack.brings(written("Hello", "another", "2026-11-28T12:00:00Z"))
    stack.brings(*map(written, MESSAGES))
    assert stack.said() == [*SAID, SAID[0]]


def test_what_is_sent_again_has_the_ids_it_had(stack: Stack) -> None:
    lost = iter([True])

    def loses(_place: int, action: str, do: Callable[[], Answer]) -> Answer:
        answer = do()
        return REFUSED if action == "SendMessage" and len(stack.commands) == 1 and next(lost, 0) else answer

    stack.aws.disturb = loses
    stack.brings(*map(written, MESSAGES))

    assert len({command["id"] for command in stack.commands}) == len(stack.commands) == len(SAID)


def test_of_two_messages_at_once_the_other_answers_the_next_question(stack: Stack) -> None:
    stack.brings(written("Hello"))
    meanwhile = iter([written("Ada")])

    def overtakes(_place: int, action: str, do: Callable[[], Answer]) -> Answer:
        if action == "UpdateItem" and (other := next(meanwhile, None)):
            stack._one_at_a_time.release()
            stack.brings(other | {"text": "Tuesday"})
            stack._one_at_a_time.acquire()
        return do()

    stack.aws.disturb = overtakes
    stack.brings(written("Ada", "second"))

    assert stack.said() == SAID
    assert booking.done == [("hold", "Tuesday")]


def test_a_message_that_comes_while_an_effect_is_under_way_comes_again() -> None:
    statuses: list[int] = []
    stacks: list[Stack] = []

    def slowly() -> None:
        stacks[0]._one_at_a_time.release()
        statuses.append(stacks[0].delivers(written("Ada")))
        stacks[0]._one_at_a_time.acquire()

    @message_dialog
    async def working(chat: Chat) -> None:
        await chat.ask("What?")
        await chat.do(slowly)
        chat.say(f"Hello {await chat.ask('Name?')}.")

    with Stack(working).running() as stack:
        assert isinstance(stack, Stack)
        stacks.append(stack)
        stack.brings(written("Hello"), written("This"), written("Ada"))

        assert statuses == [503]
        assert [text for _, text in stack.said()] == ["What?", "Name?", "Hello Ada."]


def test_a_message_that_comes_again_while_its_own_effect_is_under_way_does_it_once(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Vonage may deliver one twice, and the second while the first is being seen to."""
    statuses: list[int] = []
    hold = booking.hold

    def slowly(day: str) -> str:
        if not statuses:
            statuses.append(0)
            stack._one_at_a_time.release()
            statuses.append(stack.delivers(written("Tuesday")))
            stack._one_at_a_time.acquire()
        return hold(day)

    monkeypatch.setattr(booking, "hold", slowly)
    stack.brings(*map(written, MESSAGES))

    assert statuses == [0, 503]
    assert stack.said() == SAID
    assert booking.done == [("hold", "Tuesday")]


def test_a_late_message_that_ends_one_chat_begins_the_next_though_the_function_died(stack: Stack) -> None:
    late = written("Ada", at="2026-11-30T09:00:00Z")
    stack.brings(written("Hello"), written("Tuesday"))
    updates = itertools.count()

    def dies(_place: int, action: str, do: Callable[[], Answer]) -> Answer:
        return REFUSED if action == "UpdateItem" and next(updates) == 3 else do()

    stack.aws.disturb = dies
    stack.brings(late)
    stack.aws.disturb = lambda _place, _action, do: do()
    stack.brings(late)

    assert stack.said() == [*SAID[:2], SAID[0]]
    assert booking.done == [("hold", "Tuesday"), ("release", "slot-Tuesday")]


def test_the_reply_to_stop_is_not_lost_with_the_function_that_ended_the_chat() -> None:
    @message_dialog(others=lambda message: reply_to(message, "You have left."))
    async def asking(chat: Chat) -> None:
        await chat.ask("Name?")

    with Stack(asking).running() as stack:
        assert isinstance(stack, Stack)
        stack.brings(written("Hello"))
        sends = itertools.count()
        stack.aws.disturb = lambda _place, action, do: (
            REFUSED if action == "SendMessage" and next(sends) == 1 else do()
        )
        stack.brings(written("STOP"), written("STOP"))

        assert [text for _, text in stack.said()] == ["Name?", "You have left."]


def test_what_is_kept_outlives_the_time_that_is_waited_for_and_the_chat_s_end() -> None:
    @message_dialog
    async def patient(chat: Chat) -> None:
        await chat.do(print)
        await chat.ask("Name?", within=timedelta(days=30))

    with Stack(patient).running() as stack:
        assert isinstance(stack, Stack)
        stack.brings(written("Hello"))
        assert kept_for_s(stack) == pytest.approx((30 * 24 + 25) * 3600, abs=60)

        stack.brings(written("Ada"))
        assert kept_for_s(stack) == pytest.approx(25 * 3600, abs=60)


def test_a_chat_that_becomes_too_long_begins_anew() -> None:
    @message_dialog
    async def listening(chat: Chat) -> None:
        chat.say("I am listening.")
        while True:
            await chat.ask("And?")

    with Stack(listening).running() as stack:
        assert isinstance(stack, Stack)
        for number in range(12):
            stack.brings(written("x" * 30_000, str(number)))

        assert [text for _, text in stack.said()].count("I am listening.") == 2


@pytest.mark.parametrize(
    "spoilt",
    [
        {"from": "PARCELS"},
        {"channel": "email", "from": "ada@example.com", "to": "shop@example.com"},
        {"from": {"number": CUSTOMER}},
        {"message_uuid": None},
        {"message_type": "reaction", "reaction": {"action": "react", "emoji": "👍"}},
        {"text": "x" * 32_000},
    ],
)
def test_what_nobody_can_be_answered_to_begins_no_chat(stack: Stack, spoilt: Json) -> None:
    stack.brings(written("Hello") | spoilt)

    assert stack.said() == []
    assert "UpdateItem" not in stack.aws.asked


def kept_for_s(stack: Stack) -> float:
    [item] = stack.aws._tables.items["dialogs"].values()
    return float(item["expires_at"]["N"]) - time.time()


class Twin:
    """The booking, event by event, as one would have it without dialogs; what it says to one customer."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self._day, self._asked = "", 0
        self._state: Callable[[str], None] = self._begin

    def hears(self, text: str) -> None:
        if text.casefold() != "stop":
            self._state(text)
        elif self._state != self._begin:
            self._state = self._begin

    def _begin(self, _text: str) -> None:
        self._asked = 1
        self.said.append(SAID[0][1])
        self._state = self._chooses

    def _chooses(self, text: str) -> None:
        self._day = {"1": "Monday", "monday": "Monday", "2": "Tuesday", "tuesday": "Tuesday"}.get(
            text.casefold(), ""
        )
        if self._day:
            self.said.append(SAID[1][1])
            self._state = self._is_named
        elif self._asked == 3:
            self.said.append("We are sorry, we cannot help you this way.")
            self._state = self._begin
        else:
            self._asked += 1
            self.said.append(f"Sorry, I didn't understand that.\n{SAID[0][1]}")

    def _is_named(self, text: str) -> None:
        self.said.append(f"See you on {self._day}, {text}.")
        self._state = self._begin


def test_random_customers_hear_what_an_event_driven_twin_says(stack: Stack) -> None:
    chance = random.Random(17)  # noqa: S311
    for customer in range(25):
        sender, twin = f"4477009001{customer:02}", Twin()
        for place in range(chance.randrange(1, 12)):
            text = chance.choice(["Hello", "1", "2", "MONDAY", "tuesday", "perhaps", "stop", "Ada"])
            message = written(text, f"{sender}-{place}", sender=sender)
            stack.brings(*[message] * chance.choice([1, 1, 2]))
            twin.hears(text)
        assert [text for _, text in stack.said(sender)] == twin.said
