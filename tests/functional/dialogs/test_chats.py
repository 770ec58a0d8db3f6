"""A chat that is one function: what the customer hears, message by message."""

from datetime import timedelta
from typing import Any

import pytest
from switchboard import Chat, InboundMessage, MessageRequest, message_dialog, reply_to
from switchboard import sms as sms_to

from tests.conftest import Logs
from tests.functional.dialogs import booking, doubtful
from vonage_simulator.journal import words
from vonage_simulator.messages.buttons import buttons
from vonage_simulator.testing.handlers import Handler
from vonage_simulator.testing.simulation import Simulation
from vonage_simulator.testing.texting import Texting
from vonage_simulator.types import Json


def who_we_are(message: InboundMessage) -> MessageRequest:
    """Answer whoever asks for help."""
    return reply_to(message, "This is the shop.")


@pytest.fixture
def webhooks() -> dict[str, Handler]:
    return {"inbound": booking.booking}


@pytest.fixture(autouse=True)
def done() -> list[tuple[str, ...]]:
    booking.done.clear()
    return booking.done


def test_a_customer_books_with_a_day_between_two_lines(sms: Texting, done: list[tuple[str, ...]]) -> None:
    sms.send("Hello")
    sms.receives("Which day suits you?\n1 Monday\n2 Tuesday")
    sms.send("2")
    sms.receives("And your name?")
    sms.waits(hours=23)
    sms.send("Ada")
    sms.receives("See you on Tuesday, Ada.")
    sms.of(booking.OWNER).receives("Ada comes on Tuesday.")
    assert done == [("hold", "Tuesday")]


def test_who_comes_back_too_late_ends_the_chat_and_begins_another(
    sms: Texting, done: list[tuple[str, ...]]
) -> None:
    sms.send("Hello")
    sms.send("Monday!")
    sms.receives("And your name?")
    sms.waits(hours=25)
    sms.send("Ada")
    sms.receives("Which day suits you?")
    assert done == [("hold", "Monday"), ("release", "slot-Monday")]


def test_buttons_are_tapped_where_the_channel_has_them(whatsapp: Texting) -> None:
    whatsapp.send("Hello")
    whatsapp.receives("Which day suits you? [Monday] [Tuesday]")
    whatsapp.taps("Tuesday")
    whatsapp.receives("And your name?")
    whatsapp.send("Ada")
    whatsapp.receives("See you on Tuesday, Ada.")


@pytest.mark.parametrize("channel", ["whatsapp", "rcs"])
def test_a_tap_that_no_message_offers_fails_the_test(simulation: Simulation, channel: str) -> None:
    customer = Texting(simulation, channel)
    customer.send("Hello")

    with pytest.raises(AssertionError, match='no button "Friday" to tap; there are: Monday, Tuesday'):
        customer.taps("Friday")


def test_who_taps_the_button_of_an_older_question_is_asked_again(
    whatsapp: Texting, webhooks: dict[str, Handler]
) -> None:
    @message_dialog
    async def twice(chat: Chat) -> None:
        await chat.choose("Coffee?", ["Yes", "No"])
        await chat.choose("Sugar?", ["Yes", "No"])

    webhooks["inbound"] = twice
    whatsapp.send("Hello")
    coffee = offered(whatsapp)
    whatsapp.taps("Yes")
    whatsapp.receives("Sugar?")
    whatsapp.send(message_type="reply", reply=coffee)
    whatsapp.receives("Sorry, I didn't understand that.\nSugar?")


def test_a_chat_on_another_channel_or_of_somebody_else_is_another(simulation: Simulation) -> None:
    first, second, third = Texting(simulation), Texting(simulation, "viber_service"), Texting(simulation)
    third = third.of("447700900999")
    for customer in (first, second, third):
        customer.send("Hello")
    first.send("1")

    assert [text for text in first.received if "name" in text] == ["And your name?"]
    assert third.received == ["Which day suits you?\n1 Monday\n2 Tuesday"]


def test_a_picture_is_no_answer_to_what_needs_words(whatsapp: Texting) -> None:
    whatsapp.send("Hello")
    whatsapp.taps("Monday")
    whatsapp.send(message_type="image", image={"url": "https://example.com/me.jpg"})
    whatsapp.receives("Sorry, I didn't understand that.\nAnd your name?")


def test_who_gives_no_answer_is_said_goodbye_and_begins_anew(sms: Texting) -> None:
    for text in ["Hello", "Friday", "Saturday", "Sunday"]:
        sms.send(text)
    sms.receives("we cannot help you this way")
    sms.send("Hello again")
    sms.receives("Which day suits you?")


@pytest.mark.parametrize("scope", ["", "stack"])
def test_stop_ends_the_chat_and_is_not_answered(
    sms: Texting, done: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch, scope: str
) -> None:
    """Also in a stack that sees to opt-outs itself."""
    monkeypatch.setenv("SWITCHBOARD_CONSENT_SCOPE", scope)
    sms.send("Hello")
    sms.send("1")
    before = sms.received
    sms.send("Stop.")
    assert sms.received == before
    assert done == [("hold", "Monday"), ("release", "slot-Monday")]


def test_help_is_for_others_and_the_chat_goes_on(sms: Texting, webhooks: dict[str, Handler]) -> None:
    @message_dialog(others=who_we_are)
    async def greeting(chat: Chat) -> None:
        chat.say(f"Hello {await chat.ask('Your name?')}.")

    webhooks["inbound"] = greeting
    sms.send("Hello")
    sms.send("HELP")
    sms.receives("This is the shop.")
    sms.send("Ada")
    sms.receives("Hello Ada.")


@pytest.mark.parametrize("word", ["ARRÊT", "HELP"])
def test_what_the_stack_sees_to_is_no_answer_to_a_question(
    sms: Texting, webhooks: dict[str, Handler], monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    monkeypatch.setenv("SWITCHBOARD_CONSENT_SCOPE", "stack")

    @message_dialog(others=who_we_are)
    async def greeting(chat: Chat) -> None:
        chat.say(f"Hello {await chat.ask('Your name?')}.")

    webhooks["inbound"] = greeting
    for text in ("Hello", word, "Ada"):
        sms.send(text)

    assert sms.received == ["Your name?", "Hello Ada."]


def test_help_is_a_word_as_any_other_where_it_asks_nobody_who_they_are(whatsapp: Texting) -> None:
    whatsapp.send("Help")
    whatsapp.receives("Which day suits you?")


def test_a_choice_that_is_one_of_those_words_is_a_choice(sms: Texting, webhooks: dict[str, Handler]) -> None:
    @message_dialog
    async def cancelling(chat: Chat) -> None:
        chat.say(f"You said {await chat.choose('Book or cancel?', {'Book': 'yes', 'Cancel': 'no'})}.")

    webhooks["inbound"] = cancelling
    sms.send("Hello")
    sms.send("cancel")
    sms.receives("You said no.")


def test_a_late_answer_may_be_worth_a_default(sms: Texting, webhooks: dict[str, Handler]) -> None:
    @message_dialog
    async def waiting(chat: Chat) -> None:
        name = await chat.ask("Your name?", within=timedelta(hours=1), default=None)
        chat.say("That was long." if name is None else f"Hello {name}.")

    webhooks["inbound"] = waiting
    sms.send("Hello")
    sms.waits(hours=2)
    sms.send("Ada")
    sms.receives("That was long.")


def test_a_picture_comes_in_and_goes_out(whatsapp: Texting, webhooks: dict[str, Handler]) -> None:
    @message_dialog
    async def pictures(chat: Chat) -> None:
        chat.say("Show me.")
        match await chat.receive():
            case {"image": {"url": url}, "channel": "whatsapp", "from": sender}:
                chat.say(image={"url": url, "caption": f"yours, {sender}"})

    webhooks["inbound"] = pictures
    whatsapp.send("Hello")
    whatsapp.send(message_type="image", image={"url": "https://example.com/me.jpg"})
    whatsapp.receives("https://example.com/me.jpg yours, 447700900123")


@pytest.mark.flows_may_fail
def test_a_message_that_the_function_fails_at_is_as_if_it_never_came(
    sms: Texting, webhooks: dict[str, Handler]
) -> None:
    broken = [True]

    @message_dialog
    async def failing(chat: Chat) -> None:
        name = await chat.ask("Your name?")
        if broken.pop() if broken else False:
            raise RuntimeError
        chat.say(f"Hello {name}.")

    webhooks["inbound"] = failing
    sms.send("Hello")
    sms.send("Bob")
    sms.send("Ada")
    sms.receives("Hello Ada.")


@pytest.mark.flows_may_fail
def test_what_a_chat_returns_is_not_dropped_unseen(
    sms: Texting, webhooks: dict[str, Handler], logs: Logs
) -> None:
    async def returns(_chat: Chat) -> Any:  # noqa: ANN401 - what its types forbid
        return "Hello."

    webhooks["inbound"] = message_dialog(returns)
    sms.send("Hello")
    [failure] = [line for line in logs.lines if line["message"] == "FlowFailed"]
    assert failure["reason"].startswith("the dialog returned a value of type str, and nobody gets that")


@pytest.mark.flows_may_fail
def test_no_effect_is_done_whose_result_may_find_no_room(sms: Texting, webhooks: dict[str, Handler]) -> None:
    read: list[str] = []

    def a_long_page() -> str:
        read.append("page")
        return "x" * 30_000

    @message_dialog
    async def remembers_too_much(chat: Chat) -> None:
        while True:
            await chat.do(a_long_page)

    webhooks["inbound"] = remembers_too_much
    sms.send("Hello")
    assert len(read) == 9


@pytest.mark.flows_may_fail
def test_an_effect_that_fails_leaves_the_question_open(sms: Texting, webhooks: dict[str, Handler]) -> None:
    outages = ["Tuesday"]

    def book(day: str) -> str:
        if day in outages:
            raise ConnectionError
        return day

    @message_dialog
    async def booking(chat: Chat) -> None:
        day = await chat.do(book, await chat.choose("Which day?", ["Monday", "Tuesday"]))
        chat.say(f"Booked {day}.")

    webhooks["inbound"] = booking
    for text in ["Hello", "Tuesday", "Monday"]:
        sms.send(text)
    sms.receives("Booked Monday.")


@pytest.mark.flows_may_fail
def test_what_was_done_is_not_done_again_after_a_failure(sms: Texting, webhooks: dict[str, Handler]) -> None:
    done: list[str] = []

    def once(what: str) -> None:
        if what == "tell" and "tell" not in done:
            done.append("tell")
            raise ConnectionError
        done.append(what)

    @message_dialog
    async def booking(chat: Chat) -> None:
        await chat.choose("Which day?", ["Monday", "Tuesday"])
        await chat.do(once, "book")
        await chat.do(once, "tell")
        chat.say(f"Hello {await chat.ask('Your name?')}.")

    webhooks["inbound"] = booking
    for text in ["Hello", "Monday", "Ada"]:
        sms.send(text)
    sms.receives("Your name?")
    sms.receives("Hello Ada.")
    assert done == ["book", "tell", "tell"]


@pytest.mark.flows_may_fail
def test_a_new_version_in_mid_chat_begins_anew_and_says_so(
    sms: Texting, webhooks: dict[str, Handler], logs: Logs
) -> None:
    sms.send("Hello")

    @message_dialog(on_changed="Sorry, we have changed something.")
    async def swapped(chat: Chat) -> None:
        await chat.choose("Which day suits you?", ["Tuesday", "Monday"])

    webhooks["inbound"] = swapped
    sms.send("1")
    sms.receives("Sorry, we have changed something.")
    sms.receives("1 Tuesday\n2 Monday")
    assert "DialogChanged" in [line["message"] for line in logs.lines]


@pytest.mark.flows_may_fail
@pytest.mark.parametrize("written", [["Hello"], ["Hello", "1"]])
@pytest.mark.parametrize("version", ["shorter", "longer"])
def test_whatever_the_new_version_is_nobody_is_left_in_silence(
    sms: Texting, webhooks: dict[str, Handler], written: list[str], version: str
) -> None:
    for text in written:
        sms.send(text)
    before = sms.received

    @message_dialog
    async def changed(chat: Chat) -> None:
        chat.say("This is new.")
        if version != "shorter":
            await chat.ask("Who are you?")
            await chat.choose("Which day suits you?", ["Monday", "Tuesday"])
            await chat.ask("And your name?")

    webhooks["inbound"] = changed
    sms.send("2")
    assert "This is new." in sms.received[len(before) :]


@pytest.mark.flows_may_fail
def test_a_new_version_that_does_something_before_the_question_does_it_to_nobody_in_mid_chat(
    sms: Texting, webhooks: dict[str, Handler]
) -> None:
    @message_dialog
    async def before(chat: Chat) -> None:
        await chat.ask("Your name?")

    charged: list[str] = []

    @message_dialog
    async def after(chat: Chat) -> None:
        await chat.do(charged.append, str(chat.first.get("text")))
        await chat.ask("Your name?")

    webhooks["inbound"] = before
    sms.send("Hello")
    webhooks["inbound"] = after
    sms.send("Ada")
    assert charged == ["Ada"]  # of the chat that begins anew with it


@pytest.mark.flows_may_fail
def test_who_is_asked_only_now_is_not_late(sms: Texting, webhooks: dict[str, Handler]) -> None:
    outages = [True]

    def look_up() -> list[str]:
        return [] if outages else ["Ada"]

    def fail() -> None:
        if outages:
            raise ConnectionError

    @message_dialog
    async def recovering(chat: Chat) -> None:
        await chat.do(look_up)
        await chat.do(fail)
        chat.say(f"Hello {await chat.ask('Your name?', within=timedelta(hours=1))}.")

    webhooks["inbound"] = recovering
    sms.send("Hello")
    outages.clear()
    sms.waits(days=1)
    sms.send("Ada")
    sms.receives("Your name?")
    sms.receives("Hello Ada.")


def test_a_corrected_word_changes_nothing(sms: Texting, webhooks: dict[str, Handler]) -> None:
    sms.send("Hello")

    @message_dialog
    async def corrected(chat: Chat) -> None:
        chat.say(f"{await chat.choose('Which day would suit you?', ['Monday', 'Tuesday'])} it is.")

    webhooks["inbound"] = corrected
    sms.send("1")
    sms.receives("Monday it is.")


def test_chats_that_wait_know_the_time_of_the_last_message(
    sms: Texting, webhooks: dict[str, Handler]
) -> None:
    @message_dialog
    async def telling(chat: Chat) -> None:
        began = chat.now()
        await chat.ask("And?")
        chat.say(f"{(chat.now() - began).total_seconds() / 3600:.0f} hours later.")

    webhooks["inbound"] = telling
    sms.send("Hello")
    sms.waits(days=1)
    sms.send("So")
    sms.receives("24 hours later.")


def offered(customer: Texting) -> Json:
    """The first button of the newest message."""
    customer.receives("[Yes]")
    messages = list(customer._simulation.vonage.mailbox.messages.values())
    return buttons(messages[-1].body)[0]


@pytest.mark.filterwarnings("default::vonage_simulator.testing.doubts.DoubtfulWarning")
def test_what_is_doubtful_about_a_chat_s_code_is_told_once(
    sms: Texting, webhooks: dict[str, Handler], logs: Logs
) -> None:
    webhooks["inbound"] = doubtful.chatting
    sms.send("Hello")
    sms.send("Ada")

    [told] = [line["reason"] for line in logs.lines if line["message"] == "Doubtful"]
    assert told.startswith("doubtful.py:11: `finally` around an await")
    assert told.endswith("catch ChatEnded")


def test_where_a_chat_waits_is_told_to_whoever_is_at_a_laptop(sms: Texting, simulation: Simulation) -> None:
    sms.send("Hello")
    sms.send("1")

    waits = [words.waits(entry) for entry in simulation.vonage.journal.entries(kind="webhook")]
    told = [place for place in waits if place]
    assert [place.partition(":")[0] for place in told] == ["booking.py", "booking.py"]
    assert len(set(told)) == 2


def test_a_message_runs_the_function_once(sms: Texting, webhooks: dict[str, Handler]) -> None:
    begun: list[str] = []

    @message_dialog
    async def counting(chat: Chat) -> None:
        begun.append(chat.customer)
        while True:
            await chat.ask("And?")

    webhooks["inbound"] = counting
    for text in ("Hello", "one", "two"):
        sms.send(text)

    assert len(begun) == 3


def test_what_is_said_and_sent_goes_out_in_its_order_with_ids_of_its_own(
    sms: Texting, webhooks: dict[str, Handler], simulation: Simulation
) -> None:
    @message_dialog
    async def telling(chat: Chat) -> None:
        chat.say("One.")
        chat.send(sms_to(chat.customer, "Two."))
        chat.say("Three.")
        await chat.choose("Four?", ["Yes", "No"])

    webhooks["inbound"] = telling
    sms.send("Hello")
    sms.receives("Four?")
    assert sms.received == ["One.", "Two.", "Three.", "Four?\n1 Yes\n2 No"]
    accepted = [event["payload"]["id"] for event in simulation.events if event["name"].endswith(".accepted")]
    assert [one.rpartition(".")[2] for one in accepted] == ["0", "1", "2", "3"]
