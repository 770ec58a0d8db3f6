"""Everything that a call's dialog can say, ask and do, as the caller hears it."""

import json
from collections.abc import Callable
from typing import Literal

import pytest
from switchboard import Call, CallEnded, call_dialog, record, sms, talk
from switchboard import phone as number
from switchboard.dialogs.calls.webhook import CallDialog
from switchboard.errors import DialogError
from switchboard.wire.actions import AdvancedMachineDetection

from tests.functional.dialogs.reception import NUMBER, OWNER, SALES
from vonage_simulator.switches import Switches
from vonage_simulator.testing.handlers import Handler
from vonage_simulator.testing.phone import Phone, PhoneCall
from vonage_simulator.testing.simulation import Simulation, calling

Dial = Callable[[CallDialog], PhoneCall]


@pytest.fixture
def dial(phone: Phone, webhooks: dict[str, Handler]) -> Dial:
    """Call a number that a dialog answers."""

    def dial(dialog: CallDialog) -> PhoneCall:
        webhooks["answer"] = dialog
        return phone.dial(NUMBER)

    return dial


@call_dialog
async def says(call: Call) -> None:
    call.play("https://shop.example/jingle.mp3")
    call.say("Loud", level=1)
    call.act(talk("Raw", language="fr-FR"))
    call.language = "de-DE"
    call.say("Deutsch")


def test_what_is_said_is_the_ncco_and_then_the_call_ends(dial: Dial) -> None:
    call = dial(says)
    call.hears("jingle.mp3")
    call.hears("Loud")
    call.hears("Raw")
    call.hears("Deutsch")
    call.ends()


@call_dialog
async def by_voice(call: Call) -> None:
    team = await call.ask("Sales or repairs?", choices={"sales": "S", "Repairs": "R", "1": "S"})
    call.say(f"Team {team}.")
    name = await call.ask("Your name?", speech=True)
    call.say(f"Hello {name}.")
    number = await call.ask("Your customer number?", max_digits=6)
    call.say(f"Number {number}.")


def test_words_and_keys_are_answers(dial: Dial) -> None:
    call = dial(by_voice)
    call.hears("Sales or repairs?")
    call.says("Repairs.")
    call.hears("Team R.")
    call.hears("Your name?")
    call.says("Ada Lovelace")
    call.hears("Hello Ada Lovelace.")
    call.hears("Your customer number?")
    call.presses("12#")
    call.hears("Number 12.")


@call_dialog
async def with_defaults(call: Call) -> None:
    first = await call.ask("First?", choices={"1": 1}, default=None, tries=1)
    second = await call.ask("Second?", default="", tries=2, silence="Still there?")
    call.say(f"{first} and {second!r}.")


def test_no_answer_may_have_a_default(dial: Dial) -> None:
    call = dial(with_defaults)
    call.hears("Second?", within_s=30)
    call.hears("Still there?", within_s=30)
    call.hears("None and ''.", within_s=60)


checked: list[str] = []


# Too long to be found by chance in an id or a time.
PIN, WRONG = "471180932655", "123412341234"


def pin_of_ada(keys: str) -> str | None:
    checked.append(keys)
    return "Ada" if keys == PIN else None


@call_dialog
async def with_a_secret(call: Call) -> None:
    name = await call.ask_secret("Your PIN?", pin_of_ada, max_digits=len(PIN))
    await call.ask(f"Hello {name}. Goodbye: 1.", choices={"1": 1})


def test_a_secret_is_checked_and_kept_nowhere(dial: Dial, simulation: Simulation) -> None:
    checked.clear()
    call = dial(with_a_secret)
    call.hears("Your PIN?")
    call.presses(WRONG)
    call.hears("Sorry, that didn't work.")
    call.presses(PIN)
    call.hears("Hello Ada.")
    call.presses("1")
    call.ends()

    assert checked == [WRONG, PIN]
    assert PIN not in json.dumps(simulation.events)
    assert [event["name"] for event in simulation.events].count("voice.input") == 3


@call_dialog
async def hangs_up(call: Call) -> None:
    call.say("Goodbye.")
    await call.hang_up()
    call.say("Unheard.")


@call_dialog
async def transfers(call: Call) -> None:
    call.say("One moment.")
    try:
        await call.transfer(number(SALES))
    except CallEnded:
        call.send(sms(OWNER, "over"))


@call_dialog
async def records_all(call: Call) -> None:
    await call.ask("To be connected press 1.", choices={"1": 1})
    call.act(record(format="wav"))
    await call.transfer(number(SALES))


@call_dialog
async def records_a_room(call: Call) -> None:
    await call.conversation("room", record=True)


@pytest.mark.parametrize("dialog", [records_all, records_a_room])
def test_a_recording_that_no_step_waits_for_says_who_was_recorded(
    dial: Dial, phone: Phone, simulation: Simulation, dialog: CallDialog
) -> None:
    phone.callee(SALES, picks="answer")
    call = dial(dialog)
    if dialog is records_all:
        call.presses("1")
    call.waits(5)
    call.hangs_up()

    [recorded] = [event["payload"] for event in simulation.events if event["name"] == "voice.record"]
    assert (recorded["from"], recorded["to"]) == ("447700900123", NUMBER)


@call_dialog
async def holds(call: Call) -> None:
    await call.hold("queue", "https://shop.example/hold.mp3")


@call_dialog
async def confers(call: Call) -> None:
    await call.conversation("room", endOnExit=True)


def test_hanging_up_ends_the_dialog(dial: Dial) -> None:
    call = dial(hangs_up)
    call.hears("Goodbye.")
    call.ends()

    assert "Unheard." not in json.dumps(call.transcript)


def test_a_transferred_call_is_left_to_whom_it_was_transferred_to(
    dial: Dial, phone: Phone, simulation: Simulation
) -> None:
    phone.callee(SALES, picks="answer")
    call = dial(transfers)
    call.is_connected_to(SALES)
    call.hangs_up()

    assert simulation.sent_to(OWNER) == ["over"]


def test_a_caller_waits_with_music(dial: Dial) -> None:
    call = dial(holds)
    call.hears("hold.mp3")


def test_a_caller_joins_a_conversation(dial: Dial) -> None:
    call = dial(confers)
    call.waits(5)
    call.hangs_up()


@call_dialog
async def goes_on(call: Call) -> None:
    outcome = await call.connect(number(SALES), goes_on=True)
    await call.ask(f"{outcome.status}: were we helpful?", choices={"1": "yes"})


@pytest.mark.parametrize(
    ("picks", "status"), [("busy", "busy"), ("decline", "rejected"), ("answer", "answered")]
)
def test_a_call_may_go_on_after_a_connect(dial: Dial, phone: Phone, picks: str, status: str) -> None:
    phone.callee(SALES, picks=picks)  # type: ignore[arg-type]
    call = dial(goes_on)
    if status == "answered":
        phone.rings(SALES).answers().hangs_up()
    call.hears(f"{status}: were we helpful?", within_s=60)


@call_dialog
async def counts(call: Call) -> None:
    outcome = await call.connect(number(SALES))
    call.say("Unheard: nobody is there.")
    call.send(sms(OWNER, f"{outcome.status}: {bool(outcome)}"))
    try:
        await call.ask("Unheard", choices={})
    except CallEnded:
        call.send(sms(OWNER, "over"))


def test_an_answered_connect_comes_back_when_the_call_is_over(
    dial: Dial, phone: Phone, simulation: Simulation
) -> None:
    phone.callee(SALES, picks="answer")
    call = dial(counts)
    call.is_connected_to(SALES)
    call.waits(20)
    call.hangs_up()

    assert simulation.sent_to(OWNER) == ["answered: True", "over"]


def detecting(mode: Literal["default", "detect", "detect_beep"], *, goes_on: bool) -> CallDialog:
    @call_dialog
    async def wants_a_person(call: Call) -> None:
        detection: AdvancedMachineDetection = {"mode": mode, "behavior": "hangup"}
        outcome = await call.connect(number(SALES), goes_on=goes_on, advancedMachineDetection=detection)
        await call.ask(f"{outcome.status} {bool(outcome)}. Goodbye: 1.", choices={"1": 1})
        call.send(sms(OWNER, outcome.status))

    return wants_a_person


@pytest.mark.parametrize(
    ("mode", "goes_on"), [("default", False), ("default", True), ("detect", True), ("detect_beep", True)]
)
def test_a_machine_that_answers_is_an_outcome(
    dial: Dial,
    phone: Phone,
    simulation: Simulation,
    mode: Literal["default", "detect", "detect_beep"],
    *,
    goes_on: bool,
) -> None:
    phone.callee(SALES, picks="machine")
    call = dial(detecting(mode, goes_on=goes_on))
    call.hears("machine False.", within_s=60)
    call.presses("1")
    call.ends()

    assert simulation.sent_to(OWNER) == ["machine"]


def test_a_person_who_answers_is_not_taken_for_a_machine(dial: Dial, phone: Phone) -> None:
    phone.callee(SALES, picks="answer")
    call = dial(detecting("default", goes_on=True))
    call.is_connected_to(SALES)
    call.hears("answered True.", within_s=60)


@call_dialog
async def speaks_to_machines(call: Call) -> None:
    outcome = await call.connect(number(SALES), machineDetection="continue")
    call.send(sms(OWNER, outcome.status))


def test_a_machine_that_was_spoken_to_is_told_when_the_call_is_over(
    dial: Dial, phone: Phone, simulation: Simulation
) -> None:
    phone.callee(SALES, picks="machine")
    call = dial(speaks_to_machines)
    call.is_connected_to(SALES)
    call.waits(20)
    assert simulation.sent_to(OWNER) == []
    call.hangs_up()

    assert simulation.sent_to(OWNER) == ["machine"]


def test_a_caller_who_hangs_up_while_it_rings_is_over(
    dial: Dial, phone: Phone, simulation: Simulation
) -> None:
    call = dial(counts)
    phone.rings(SALES)
    call.hangs_up()

    assert simulation.sent_to(OWNER) == []


@call_dialog
async def voicemail(call: Call) -> None:
    call.say("Please leave a message.")
    try:
        message = await call.record()
        call.send(sms(OWNER, f"a message of {message.seconds} s"))
        call.say("Thank you.")
        await call.ask("Anything else? 1.", choices={"1": 1})
    except CallEnded:
        call.send(sms(OWNER, "over"))


class TestRecordings:
    @pytest.fixture(params=["before_completed", "after_completed"])
    def switches(self, request: pytest.FixtureRequest) -> Switches:
        return Switches(hung_up_recording=request.param)

    def test_who_hangs_up_has_left_a_message_and_the_end_comes_after_it(
        self, dial: Dial, simulation: Simulation
    ) -> None:
        call = dial(voicemail)
        call.hears("beep")
        call.waits(6)
        call.hangs_up()

        assert simulation.sent_to(OWNER) == ["a message of 6 s", "over"]

    def test_who_hangs_up_before_the_tone_has_left_none(self, dial: Dial, simulation: Simulation) -> None:
        call = dial(voicemail)
        call.hears("Please leave")
        call.hangs_up()

        assert simulation.sent_to(OWNER) == ["over"]


seen: list[str] = []


@call_dialog
async def who_calls(call: Call) -> None:
    await call.ask("Ready?", choices={"1": 1})
    seen.append(f"{call.caller} {call.request.get('custom_data')} {call.request.get('SipHeader_X-Desk')}")
    call.send(sms(OWNER, "called", sender=NUMBER))


@pytest.mark.parametrize(
    ("caller", "who"),
    [
        (lambda phone: phone, "447700900123 None None"),
        (lambda phone: phone.of_user("ada", {"order": 7}), "ada {'order': 7} None"),
        (lambda phone: phone.of_sip("sip:ada@example.com", {"X-Desk": "7"}), "sip:ada@example.com None 7"),
    ],
)
def test_what_only_the_answer_request_says_is_known_for_the_whole_call(
    phone: Phone, webhooks: dict[str, Handler], caller: Callable[[Phone], Phone], who: str
) -> None:
    seen.clear()
    webhooks["answer"] = who_calls
    call = caller(phone).dial(NUMBER)
    call.presses("1")
    call.ends()

    assert set(seen) == {who}


@call_dialog
async def effect_first(call: Call) -> None:
    name = await call.do(str.upper, "ada")
    call.say(f"Hello {name}.")
    await call.ask("Ready?", choices={"1": 1})
    call.say(f"Goodbye {name}, at {call.now().year}.")


def test_an_effect_may_come_first(dial: Dial) -> None:
    call = dial(effect_first)
    call.hears("Hello ADA.")
    call.presses("1")
    call.hears("Goodbye ADA, at 20")


@call_dialog
async def places(call: Call) -> None:
    call.say("We call you back.")
    call.place(
        {
            "to": [{"type": "phone", "number": SALES}],
            "from": {"type": "phone", "number": NUMBER},
            "ncco": [talk("Call Ada.")],
        }
    )


def test_another_call_is_placed_once(dial: Dial, phone: Phone) -> None:
    call = dial(places)
    call.hears("We call you back.")
    phone.rings(SALES).answers().hears("Call Ada.")
    call.ends()


read: list[str] = []


def a_long_page() -> str:
    read.append("page")
    return "x" * 30_000


@call_dialog
async def remembers_too_much(call: Call) -> None:
    while True:
        await call.do(a_long_page)
        await call.ask("Another page?", choices={"1": 1})


def test_no_effect_is_done_whose_result_may_find_no_room(webhooks: dict[str, Handler]) -> None:
    read.clear()
    with calling({**webhooks, "answer": remembers_too_much}) as simulation:
        call = Phone(simulation.vonage).dial(NUMBER)
        for _ in range(9):
            call.presses("1")

        with pytest.raises(ExceptionGroup, match="unhandled") as raised:
            call.hangs_up()

    assert raised.group_contains(DialogError, match="no further effect is done")
    assert len(read) == 9
