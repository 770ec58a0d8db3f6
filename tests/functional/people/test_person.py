"""What is remembered of a person, in a call and in messages: once, by whoever comes first."""

from collections.abc import Iterator
from typing import Any

import pytest
from switchboard import Call, Chat, call_dialog, message_dialog
from switchboard.dialogs.person import Remember
from switchboard.reach import documents, people

from tests.conftest import Logs
from tests.flows.fallback import app as fallback
from tests.functional.dialogs.reception import NUMBER
from tests.functional.dialogs.test_call_steps import Dial, dial
from vonage_simulator.testing.handlers import Handler
from vonage_simulator.testing.phone import Phone
from vonage_simulator.testing.texting import Texting

__all__ = ["dial"]
CALLER = "447700900123"


@call_dialog
async def asks_the_name(call: Call) -> None:
    person = await call.person()
    if "name" not in person:
        digits = await call.ask("Your customer number?", max_digits=3)
        person = await call.person(name=f"customer {digits}", language="en-GB")
    call.say(f"Hello {person['name']}.")
    await call.ask("Anything else?", max_digits=1, default="")
    call.say(f"Bye {person['name']}.")


@call_dialog
async def in_their_language(call: Call) -> None:
    """Greet a customer in their own language, and ask a new one which that is."""
    person = await call.person()
    call.language = person.get("language")
    if call.language is None:
        call.language = await call.ask(
            "For English press 1. Für Deutsch die 2.", choices={"1": "en-GB", "2": "de-DE"}
        )
        await call.person(language=call.language)
    call.say("Wie schön, dass Sie anrufen." if call.language == "de-DE" else "How nice of you to call.")


@message_dialog
async def knows_the_name(chat: Chat) -> None:
    person = await chat.person(channel=chat.channel)
    text = await chat.ask(f"Hello {person.get('name', 'stranger')}. What is it?")
    await chat.person(name=None, last=text)
    chat.say("Thank you.")


@pytest.fixture(autouse=True)
def _own_key_and_connection() -> Iterator[None]:
    people._key.cache_clear()
    yield
    people._key.cache_clear()
    documents._dynamodb().close()


@pytest.fixture
def webhooks(dialog: Handler) -> dict[str, Handler]:
    return {"answer": dialog, "fallback": fallback.lambda_handler, "inbound": knows_the_name}


@pytest.fixture
def dialog() -> Handler:
    return asks_the_name


def remembered(address: str = CALLER) -> dict[str, Any]:
    return documents.read(people.person_id(address)).content


def test_what_a_call_remembers_is_known_in_the_next_call_and_in_a_message(phone: Phone, sms: Texting) -> None:
    call = phone.dial(NUMBER)
    call.hears("Your customer number?")
    call.presses("123")
    call.hears("Hello customer 123.")
    call.presses("1")
    call.hears("Bye customer 123.")
    phone.dial(NUMBER).hears("Hello customer 123.")

    sms.send("Hi")
    sms.receives("Hello customer 123. What is it?")
    sms.send("A puncture")
    sms.receives("Thank you.")

    assert remembered() == {"language": "en-GB", "channel": "sms", "last": "A puncture"}
    phone.dial(NUMBER).hears("Your customer number?")


def test_a_customer_is_asked_for_their_language_once(phone: Phone, webhooks: dict[str, Handler]) -> None:
    webhooks["answer"] = in_their_language
    call = phone.dial(NUMBER)
    call.presses("2")
    call.hears("Wie schön")

    phone.dial(NUMBER).hears("Wie schön")
    phone.of("447700900999").dial(NUMBER).hears("For English press 1.")


def test_it_is_read_once_at_its_step_and_replayed_ever_after(dial: Dial) -> None:
    @call_dialog
    async def asks_twice(call: Call) -> None:
        person = await call.person()
        await call.ask("First?", max_digits=1)
        call.say(f"Is it {person.get('name')}?")
        await call.ask("Second?", max_digits=1)
        call.say(f"Now it is {(await call.person())['name']}.")

    call = dial(asks_twice)
    call.hears("First?")
    documents.change(people.person_id(CALLER), {"name": "Ada"})
    call.presses("1")
    call.hears("Is it None?")
    call.presses("1")
    call.hears("Now it is Ada.")


def test_what_is_written_is_written_once(dial: Dial) -> None:
    @call_dialog
    async def counts(call: Call) -> None:
        person = await call.person()
        await call.person(visits=person.get("visits", 0) + 1)
        for question in "ABC":
            await call.ask(f"{question}?", max_digits=1)

    call = dial(counts)
    for question in "ABC":
        call.hears(f"{question}?")
        call.presses("1")

    assert (remembered(), documents.read(people.person_id(CALLER)).version) == ({"visits": 1}, 1)


def test_of_whom_nobody_knows_nothing_is_kept(phone: Phone, webhooks: dict[str, Handler]) -> None:
    @call_dialog
    async def greets(call: Call) -> None:
        person = await call.person(name="Ada")
        call.say(f"{person!r}, {len(person)}, {person.is_withheld}.")

    webhooks["answer"] = greets
    for nobody in (phone.withheld(), phone.of_sip("sip:anonymous@anonymous.invalid")):
        nobody.dial(NUMBER).hears("Person(withheld), 0, True.")


def test_in_a_call_from_ours_the_person_is_whom_it_is_to(dial: Dial) -> None:
    @call_dialog
    async def remembers(call: Call) -> None:
        await call.person(seen=True)
        await call.person("447700900777", asked_by=call.called)

    with pytest.MonkeyPatch.context() as variables:
        variables.setenv("SWITCHBOARD_NUMBERS", f"+44 7700 900555,{CALLER}")
        dial(remembers).ends()

    assert (remembered(CALLER), remembered(NUMBER)) == ({}, {"seen": True})
    assert remembered("+44 7700 900777") == {"asked_by": NUMBER}


@pytest.mark.parametrize(
    "written",
    [
        f"+{CALLER}",
        "0044 7700 900123",
        "(+44)(0) 7700-900123",
        "+44\u00a07700/900123",
        "+44 7700\u2011900123",
        f"\u202a+{CALLER}\u202c",
        f"'{CALLER}",
        f"{CALLER}.0",
    ],
)
def test_a_person_is_the_same_however_their_number_is_written(written: str) -> None:
    assert people.normal(written) == CALLER


@pytest.mark.flows_may_fail
@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ((1, 2), "call.person was given a dict, which comes back from JSON as something else"),
        (float("nan"), "call.person was given what can't be remembered"),
        ("x" * 20_000, "20,025 characters of JSON"),
    ],
)
def test_what_cannot_be_remembered_is_refused_and_nothing_is_written(
    dial: Dial, logs: Logs, value: object, reason: str
) -> None:
    @call_dialog
    async def remembers(call: Call) -> None:
        await call.person(name="Ada", value=value)

    dial(remembers).hears("cannot take your call")

    assert reason in logs.text
    assert remembered() == {}


@pytest.mark.flows_may_fail
def test_a_table_that_cannot_be_read_has_vonage_ask_again(dial: Dial, logs: Logs) -> None:
    with pytest.MonkeyPatch.context() as variables:
        variables.setenv("SWITCHBOARD_PEOPLE_TABLE_NAME", "none")
        dial(asks_the_name).hears("cannot take your call")

    answered = [line for line in logs.lines if line.get("webhook") == "answer"]
    assert [line["status"] for line in answered] == [503, 503]
    assert "What is remembered of the person: GetItem failed" in answered[0]["reason"]


def test_other_names_at_the_same_step_are_other_code() -> None:
    assert Remember("1", {"a": 1}).shape != Remember("1", {"b": 1}).shape
    assert Remember("1", {"a": 1}).shape == Remember("1", {"a": 2}).shape


@pytest.mark.flows_may_fail
@pytest.mark.parametrize("whom", [{"name": "Ada"}, 447700900777])
def test_whom_it_is_about_is_a_text(dial: Dial, logs: Logs, whom: Any) -> None:  # noqa: ANN401 - mypy would say so
    @call_dialog
    async def remembers(call: Call) -> None:
        await call.person(whom)

    dial(remembers).hears("cannot take your call")

    assert f"person was given {type(whom).__name__} for whom it is about" in logs.text
