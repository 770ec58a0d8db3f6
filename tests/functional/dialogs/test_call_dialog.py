"""A call that is one function, called by the telephone of the test kit."""

import traceback
from collections.abc import Mapping
from typing import Any

import pytest
from switchboard import Call, CallEnded, call_dialog, sms
from switchboard.errors import DialogError, SwitchboardError

from tests.conftest import Logs
from tests.functional.dialogs import reception
from tests.functional.dialogs.reception import NUMBER, OWNER, SALES
from vonage_simulator.journal.story import call_story, plain
from vonage_simulator.testing.handlers import Handler
from vonage_simulator.testing.phone import Phone
from vonage_simulator.testing.simulation import Simulation, calling
from vonage_simulator.types import Json


def test_a_caller_who_hangs_up_leaves_a_message(phone: Phone, simulation: Simulation) -> None:
    phone.callee(SALES, picks="busy")
    call = phone.dial(NUMBER)
    call.hears("Deutsch")
    call.presses("1")
    call.hears("Hello Ada")
    call.hears("leave a message")
    call.hears("beep")
    call.says("Please call me back.")
    call.hangs_up()

    [text] = simulation.sent_to(OWNER)
    assert text.startswith("A message from 447700900123: /v1/files/")


def test_a_caller_who_ends_the_recording_is_thanked(phone: Phone, simulation: Simulation) -> None:
    call = phone.dial(NUMBER)
    call.presses("2")
    call.hears("leave a message", within_s=60)
    call.hears("beep")
    call.says("Please call me back.")
    call.presses("#")
    call.hears("Thank you. Goodbye.")
    call.ends()

    assert len(simulation.sent_to(OWNER)) == 1


def test_a_caller_is_connected(phone: Phone, simulation: Simulation) -> None:
    phone.callee(SALES, picks="answer")
    call = phone.dial(NUMBER)
    call.presses("2")
    call.is_connected_to(SALES)
    call.hangs_up()

    assert simulation.sent_to(OWNER) == []


def test_a_caller_who_gives_no_answer_is_asked_three_times_and_hears_an_apology(phone: Phone) -> None:
    call = phone.dial(NUMBER)
    call.hears("Deutsch")
    call.hears("Sorry, I didn't hear anything.", within_s=30)
    call.presses("7")
    call.hears("Sorry, that didn't work.")
    call.hears("We are sorry", within_s=30)
    call.ends()


def test_an_effect_is_done_once_in_a_call(phone: Phone) -> None:
    reception.looked_up.clear()
    call = phone.dial(NUMBER)
    call.presses("1")
    call.hears("leave a message", within_s=60)
    call.hangs_up()

    assert reception.looked_up == ["447700900123"]


@call_dialog
async def complaints(call: Call) -> None:
    try:
        while await call.ask("Tell us more: 1.", choices={"1": True}):
            call.say("Thank you.")
    except Exception:  # noqa: BLE001 - what many write
        call.send(sms(OWNER, "an exception"))
    except CallEnded:
        call.send(sms(OWNER, f"{call.caller} has hung up."))
        await call.ask("Unheard", choices={"1": True})
        call.send(sms(OWNER, "nobody was there to say so"))


class TestEnd:
    @pytest.fixture
    def dialog(self) -> Handler:
        return complaints

    @pytest.mark.parametrize("answers", [0, 1, 2])
    def test_the_end_is_heard_once_whenever_it_comes(
        self, phone: Phone, simulation: Simulation, answers: int
    ) -> None:
        call = phone.dial(NUMBER)
        for _ in range(answers):
            call.presses("1")
            call.hears("Thank you.")
        call.hears("Tell us more")
        call.hangs_up()

        assert simulation.sent_to(OWNER) == ["447700900123 has hung up."]


def test_each_pause_is_told_with_its_line_to_whoever_is_at_a_laptop(
    phone: Phone, simulation: Simulation
) -> None:
    call = phone.dial(NUMBER)
    call.presses("1")
    call.hears("Hello Ada")

    entries = simulation.vonage.journal.entries(call=call.conversation)
    waits = [line.strip() for line in plain(call_story(entries)).splitlines() if "waits at" in line]
    assert [line.rpartition(" ")[2] for line in waits] == ["ask", "screened"]
    assert all(line.startswith("waits at reception.py:") for line in waits)


class Belated:
    """A dialog that is told of its call's end when what is recorded of the call may be gone."""

    is_dialog = True

    def __call__(self, event: Json, context: object) -> Mapping[str, Any]:
        if "detail-type" in event:
            event["detail"] |= {"received_at": event["detail"]["received_at"] - 25 * 3600}
        return complaints(event, context)


def test_an_end_that_is_told_again_days_later_is_not_taken_for_that_of_a_call_without_steps(
    phone: Phone, simulation: Simulation, webhooks: dict[str, Handler], logs: Logs
) -> None:
    webhooks["answer"] = Belated()
    call = phone.dial(NUMBER)
    call.hears("Tell us more")
    call.hangs_up()

    assert simulation.sent_to(OWNER) == []
    assert "Forgotten" in [line["message"] for line in logs.lines]


@call_dialog
async def fails_at_the_end(call: Call) -> None:
    try:
        await call.ask("Tell us more: 1.", choices={"1": True})
    except CallEnded:
        raise LookupError("nobody of that name") from None


def test_a_function_that_fails_at_the_end_of_its_call_fails_the_test(webhooks: dict[str, Handler]) -> None:
    with calling({**webhooks, "answer": fails_at_the_end}) as simulation:
        call = Phone(simulation.vonage).dial(NUMBER)
        call.hears("Tell us more")

        with pytest.raises(ExceptionGroup, match="unhandled") as raised:
            call.hangs_up()

    assert raised.group_contains(LookupError, match="nobody of that name")


@call_dialog
async def tidies_up(call: Call) -> None:
    try:
        await call.ask("Tell us more: 1.", choices={"1": True})
    finally:
        call.say("Goodbye.")


def test_what_is_doubtful_about_a_dialog_is_told_once(webhooks: dict[str, Handler]) -> None:
    with calling({**webhooks, "answer": tidies_up}) as simulation:
        for _ in range(2):
            call = Phone(simulation.vonage).dial(NUMBER)
            call.presses("1")
            call.hears("Goodbye.")
            call.ends()
        outcomes = [
            outcome["name"]
            for entry in simulation.vonage.journal.entries(kind="webhook", webhook="answer")
            for outcome in entry["outcomes"]
        ]

    assert outcomes.count("Doubtful") == 1


class Interrupted:
    """A dialog that hears of its call's end, and can't queue what it sends then; it is told again."""

    is_dialog = True

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self._tries = 0

    def __call__(self, event: Json, context: object) -> Mapping[str, Any]:
        if "detail-type" in event and not self._tries:
            self._tries += 1
            with self._monkeypatch.context() as meanwhile:
                meanwhile.setenv("SWITCHBOARD_COMMANDS_QUEUE_URL", "")
                with pytest.raises(SwitchboardError):
                    complaints(event, context)
            return {}
        return complaints(event, context)


def test_what_could_not_be_sent_at_the_end_is_sent_when_the_end_is_told_again(
    phone: Phone,
    simulation: Simulation,
    webhooks: dict[str, Handler],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    webhooks["answer"] = Interrupted(monkeypatch)
    call = phone.dial(NUMBER)
    call.hears("Tell us more")
    call.hangs_up()

    assert simulation.sent_to(OWNER) == ["447700900123 has hung up."]


@call_dialog
async def asks_nothing(call: Call) -> None:
    await call.ask("What?", choices={})


@pytest.mark.flows_may_fail
def test_a_question_without_choices_is_told(phone: Phone, webhooks: dict[str, Handler]) -> None:
    webhooks["answer"] = asks_nothing
    call = phone.dial(NUMBER)

    with pytest.raises(AssertionError, match="a question has no choices"):
        call.hears("What?")


@pytest.mark.parametrize("failure", [LookupError, SystemExit, KeyboardInterrupt])
def test_what_a_function_says_that_fails_at_the_end_of_its_call_is_logged_nowhere(
    webhooks: dict[str, Handler],
    monkeypatch: pytest.MonkeyPatch,
    logs: Logs,
    failure: type[BaseException],
) -> None:
    @call_dialog
    async def fails(call: Call) -> None:
        try:
            await call.ask("Tell us more: 1.", choices={"1": True})
        except CallEnded:
            raise failure(f"nobody called {call.caller}") from None

    with calling({**webhooks, "answer": fails}) as simulation:
        call = Phone(simulation.vonage).dial(NUMBER)
        call.hears("Tell us more")

        with monkeypatch.context() as deployed:  # no longer than the kit's own environment
            deployed.setenv("SWITCHBOARD_TELL_ALL", "0")
            with pytest.raises(ExceptionGroup, match="unhandled") as raised:
                call.hangs_up()

    assert raised.group_contains(DialogError, match="^the dialog failed when its call was over$")
    assert failure.__name__ in {line["error"] for line in logs.lines if line["message"] == "FlowFailed"}
    assert "nobody called" not in logs.text


@call_dialog
async def forgetful(call: Call) -> None:
    try:
        await call.ask("Press 1.", choices={"1": True})
    except CallEnded:
        raise KeyError("whom to tell") from None


class TestFailureAfterTheEnd:
    @pytest.fixture
    def dialog(self) -> Handler:
        return forgetful

    @pytest.mark.flows_may_fail
    def test_fails_the_test_with_the_user_s_line(self, simulation: Simulation) -> None:
        call = Phone(simulation.vonage).dial(NUMBER)
        call.hears("Press 1.")

        with pytest.RaisesGroup(KeyError) as failed:
            call.hangs_up()

        (raised,) = failed.value.exceptions
        assert "in forgetful" in "".join(traceback.format_tb(raised.__traceback__)[-1:])
