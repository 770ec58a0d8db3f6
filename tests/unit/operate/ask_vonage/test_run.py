"""A run leaves nothing behind, whatever Vonage, the person or the network do; and calls nobody unasked."""

from typing import Any

import httpx
import pytest

from operate.ask_vonage import run
from operate.ask_vonage.inquiry import NAME, leftovers
from operate.ask_vonage.lent import LentNumber
from operate.ask_vonage.person import Favour
from operate.ask_vonage.phone_call import calling
from operate.ask_vonage.questions import unasked
from operate.ask_vonage.webhooks import Webhooks
from operate.errors import OperatorError
from tests.unit.operate.ask_vonage.conftest import HANGS_UP, HEARS_HELLO, NUMBER, OTHER, PHONE, World

UNASKED = {question.switch for question in unasked.QUESTIONS}
CALLED = "leg_uuid"


def calls(world: World) -> list[dict[str, Any]]:
    return world.vonage.journal.entries(kind="call", what="dialled")


@pytest.mark.parametrize("place", [0, -1], ids=["the first position", "the last position"])
def test_whole_run_decides_all_that_it_asks(world: World, place: int) -> None:
    world.person.does = (*HEARS_HELLO, *HANGS_UP)
    switched = [question for question in run.QUESTIONS if question.has_switch]
    wanted: dict[str, object] = {question.switch: question.positions[place] for question in switched}
    # A refused input tells nothing of its event, an SMS that goes elsewhere nothing of its webhook.
    wanted |= {"rate_limits": False, "input_without_type": "accept", "sms_setting": "messages"}
    wanted |= {"empty_app_id": "unlink"}  # else nothing would unlink a number

    answers = world.positioned(**wanted).ask()

    wanted |= {"retry_body": "equal", "event_url_query": "kept"} | dict.fromkeys(UNASKED)
    assert {switch: answer.found for switch, answer in answers.items()} == wanted
    assert world.is_clean()
    assert world.left == []


def test_older_input_is_not_decided_where_it_is_refused(world: World) -> None:
    answer = world.positioned(input_without_type="refuse").ask("older_input_event")["older_input_event"]
    assert answer.found is None
    assert "an input of the older form is refused" in answer.seen


def test_limits_of_the_numbers_api_are_kept(world: World) -> None:
    answer = world.positioned(rate_limits=True).ask("number_update")["number_update"]
    assert answer.found == "replace", answer.seen


def test_nobody_is_called_who_has_not_agreed(world: World) -> None:
    world.person.agrees_to = lambda _: False

    answers = world.ask(CALLED, "foreign_caller_id", "withheld_caller", "sms_setting")

    assert [answer.found for answer in answers.values()] == [None] * 4
    assert {answer.seen for answer in answers.values()} == {
        "the call was not agreed to", "the SMS was not agreed to"
    }  # fmt: skip
    assert (calls(world), world.person.favours) == ([], [])
    assert world.is_clean()


def test_every_call_and_message_is_agreed_to_with_what_it_costs_at_most(world: World) -> None:
    world.ask(CALLED, "foreign_caller_id", "withheld_caller", "sms_setting")
    assert len(world.person.agreements) == 4
    assert all("at most" in agreement for agreement in world.person.agreements)
    assert all(PHONE in told or NUMBER in told for told in world.person.agreements)


@pytest.mark.parametrize("picks", ["no_answer", "busy", "decline", "out_of_service"])
def test_telephone_that_is_not_picked_up_decides_nothing(world: World, picks: str) -> None:
    world.person.picks = picks
    answer = world.ask(CALLED)[CALLED]
    assert answer.found is None
    assert "nobody picked up" in answer.seen
    assert world.is_clean()


def test_caller_who_hangs_up_too_early_leaves_the_rest_undecided(world: World) -> None:
    world.person.does = ({"wait": 1}, {"hang_up": True})
    answers = world.ask(CALLED, "text_for_number", "confidence")
    assert answers[CALLED].found == "hex"
    assert answers["confidence"].seen == "the call ended before that was played"
    assert world.is_clean()


def test_number_shown_after_all_decides_nothing(world: World) -> None:
    world.person.sees_foreign = True
    answer = world.ask("foreign_caller_id")["foreign_caller_id"]
    assert answer.found is None
    assert "showed that number" in answer.seen


def test_silence_is_no_evidence_of_the_sms_setting(world: World) -> None:
    world.person.writes = False
    assert world.ask("sms_setting")["sms_setting"].found is None


@pytest.mark.parametrize("after", [1, 2, 5, 12])
def test_interrupted_run_gives_everything_back(world: World, after: int) -> None:
    world.person.does = (*HEARS_HELLO, *HANGS_UP)

    def report(_: object) -> None:
        world.reported.append(_)  # type: ignore[arg-type]
        if len(world.reported) == after:
            raise KeyboardInterrupt

    asked = run.run(world.inquiry, (), report)

    assert asked.interrupted
    assert len(asked.answers) == len(run.QUESTIONS)
    assert asked.answers[-1].seen == "interrupted"
    assert world.is_clean()


def test_interrupted_call_is_hung_up(world: World) -> None:
    world.person.is_asked_to(Favour.PICK_UP)
    with pytest.raises(KeyboardInterrupt), calling(world.inquiry, PHONE, longest_s=60):
        raise KeyboardInterrupt
    assert [leg.over.is_set() for leg in world.vonage.exchange.legs.values()] == [True]
    assert world.inquiry.leave() == []
    assert world.is_clean()


@pytest.mark.parametrize(
    "fault",
    [
        {"route": "POST /v2/applications", "lost_reply": True},
        {"route": "PUT /v2/applications/*", "status": 503},
        {"route": "POST /number/update", "status": 503},
        {"route": "GET /account/numbers", "reset": True},
        {"route": "POST /v1/calls", "status": 401},
        {"route": "POST /v1/calls", "lost_reply": True},
    ],
    ids=lambda fault: f"{fault['route']} {min(fault.keys() - {'route'})}",
)
def test_fault_of_an_api_leaves_a_question_undecided_and_nothing_behind(
    world: World, fault: dict[str, Any]
) -> None:
    world.person.post("faults", fault)
    answers = world.ask("application_put", "number_update", CALLED)
    assert [answer.found for answer in answers.values()].count(None) == 1
    assert world.is_clean()
    assert world.left == []


def test_what_cannot_be_removed_is_named(world: World) -> None:
    world.person.post("faults", {"route": "DELETE /v2/applications/*", "status": 503, "times": 9})
    world.ask("unset_fallback")
    (application_id,) = world.vonage.account.applications
    assert world.left == [f"the application {application_id}; delete it in the Vonage dashboard"]


def test_number_that_nothing_unlinks_is_named(world: World) -> None:
    stuck = {"number_update": "merge", "empty_app_id": "fail", "unlink_on_application_delete": False}
    world.positioned(**stuck).ask("empty_app_id")
    assert world.left == [f"a link or setting of {NUMBER}; clear it in the Vonage dashboard"]
    assert world.vonage.account.applications == {}


def test_what_a_run_has_left_is_found_by_its_name(world: World) -> None:
    world.inquiry.make_application({})
    world.inquiry.account.application("POST", document={"name": "shop", "capabilities": {}})
    (left,) = leftovers(world.inquiry.account)
    assert left["name"].startswith(f"{NAME} ")
    assert [each["name"] for each in world.vonage.account.applications.values()].count("shop") == 1


@pytest.mark.parametrize("setting", ["app_id", "voiceCallbackType", "moHttpUrl"])
def test_number_that_something_uses_is_refused(world: World, setting: str) -> None:
    account = world.vonage.account
    used = {**account.numbers[NUMBER], setting: "theirs"}
    account.numbers = {**account.numbers, NUMBER: used}
    with pytest.raises(OperatorError, match=f"is in use: it has {setting}"):
        LentNumber(world.inquiry.account, NUMBER).refuse_if_used()


def test_number_of_somebody_else_is_refused(world: World) -> None:
    with pytest.raises(OperatorError, match="doesn't own"):
        LentNumber(world.inquiry.account, OTHER).refuse_if_used()


@pytest.mark.parametrize(
    ("spoil", "switches"),
    [
        ({"number": ""}, ["number_update", CALLED]),
        ({"phones": ()}, [CALLED]),
        ({"phones": (PHONE,)}, ["foreign_caller_id"]),
        ({"webhooks": None}, [CALLED, "withheld_caller", "sms_setting"]),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_was_not_given_keeps_only_its_questions_from_being_asked(
    world: World, spoil: dict[str, Any], switches: list[str]
) -> None:
    for name, value in spoil.items():
        setattr(world.inquiry, name, value)
    answers = world.ask("unset_fallback", *switches)
    assert answers["unset_fallback"].found == "absent"
    assert [answers[switch].found for switch in switches] == [None] * len(switches)
    assert world.person.favours == []
    assert world.is_clean()


def test_stranger_who_does_not_know_the_address_is_not_heard(world: World) -> None:
    hooks = opened(world)
    strange = hooks.url.rpartition("/")[0] + "/guessed/answer"
    assert httpx.post(strange, json={}).status_code == 404
    assert hooks.arrived == []


def test_body_that_is_too_long_is_refused_unread(world: World) -> None:
    hooks = opened(world)
    assert httpx.post(hooks.at("event"), content=b"x" * (1 << 21)).status_code == 413
    assert hooks.arrived == []


def opened(world: World) -> Webhooks:
    return world.inquiry.open_webhooks()
