"""At a laptop a response tells what production keeps to itself; deployed, it says nothing more."""

import asyncio
import json
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from switchboard import AnswerRequest, InboundMessage, Ncco, VoiceEvent, answer, event, inbound, talk
from switchboard.telling import HEADER, Told

from tests.conftest import Logs
from tests.factories import webhook_event
from tests.fakes.stores import Aws
from tests.samples import sample

MESSAGE = "447700900123 has no account"
HERE = "tests/functional/test_telling.py"


@pytest.fixture
def at_a_laptop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCHBOARD_TELL_ALL", "1")


def told(response: Any) -> list[Told]:  # noqa: ANN401 - what a handler gave
    outcomes: list[Told] = json.loads(response["headers"][HEADER])
    return outcomes


def raises(_happened: VoiceEvent) -> None:
    raise LookupError(MESSAGE)


@pytest.mark.usefixtures("backbone")
def test_deployed_nothing_is_told_but_type_and_place(logs: Logs) -> None:
    response = event(raises)(webhook_event("event", sample("event_answered")))

    assert response == {"statusCode": 204}
    assert MESSAGE not in logs.text


@pytest.mark.usefixtures("backbone", "at_a_laptop")
def test_exception_is_told_with_its_message_and_the_user_s_line() -> None:
    response = event(raises)(webhook_event("event", sample("event_answered")))

    (outcome,) = told(response)
    assert response["statusCode"] == 204
    assert (outcome["name"], outcome["severity"]) == ("FlowFailed", "ERROR")
    assert outcome["raised"] == f"LookupError: {MESSAGE}"
    (line,) = outcome["at"]
    place, _, code = line.partition(": ")
    assert place.startswith(f"{HERE}:")
    assert place.endswith(" in raises")
    assert code == "raise LookupError(MESSAGE)"


@pytest.mark.usefixtures("backbone", "at_a_laptop")
def test_exception_itself_is_there_for_a_test() -> None:
    response: Any = event(raises)(webhook_event("event", sample("event_answered")))

    assert isinstance(response.failure, LookupError)
    assert json.loads(json.dumps(response)) == response  # as Lambda writes it


@pytest.mark.usefixtures("backbone", "at_a_laptop")
def test_lines_are_those_of_the_function_s_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAMBDA_TASK_ROOT", str(Path(__file__).parent))

    (outcome,) = told(event(raises)(webhook_event("event", sample("event_answered"))))

    assert [line.partition(":")[0] for line in outcome["at"]] == ["test_telling.py"]


@pytest.mark.usefixtures("backbone", "at_a_laptop")
def test_library_s_lines_are_left_out() -> None:
    def parses(_happened: VoiceEvent) -> None:
        json.loads("{")

    (outcome,) = told(event(parses)(webhook_event("event", sample("event_answered"))))

    assert [line.partition(": ")[2] for line in outcome["at"]] == ['json.loads("{")']


@pytest.mark.usefixtures("backbone", "at_a_laptop")
def test_late_flow_says_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCHBOARD_ANSWER_BUDGET_MS", "100")

    def sleeps(_call: AnswerRequest) -> Ncco:
        time.sleep(5)
        return [talk("Hello.")]

    (outcome,) = told(answer(sleeps)(webhook_event("answer", sample("answer_phone"))))

    assert (outcome["name"], outcome["reason"]) == ("Late", "the flow was stopped after 0.1 s")
    assert outcome["at"][-1].endswith(" in sleeps: time.sleep(5)")


NCCO = "an NCCO (a list of actions such as talk()), with messages and commands if need be"
EVENT = "an NCCO (a list of actions such as talk()), messages and commands, or None"
A_LIST = "the flow returned a list with a str in it"
A_DICT = "the flow returned a dict without `action`, without `channel`, and without `name` and `detail`"
NO_JSON = "what the flow returned can't be written as JSON"
COMMANDS = "messages and commands, or None"


@pytest.mark.parametrize(
    ("decorate", "name", "returned", "reason"),
    [
        (answer, "answer_phone", "Hello.", f"the flow returned a str; it may return {NCCO}"),
        (answer, "answer_phone", None, f"the flow returned None; it may return {NCCO}"),
        (answer, "answer_phone", [talk("Hi."), "Hello."], f"{A_LIST}; it may return {NCCO}"),
        (answer, "answer_phone", {"channel": "sms"}, f"the flow returned no action; it has to return {NCCO}"),
        (event, "event_input_dtmf", 42, f"the flow returned an int; it may return {EVENT}"),
        (inbound, "inbound_sms_text", "Hello.", f"the flow returned a str; it may return {COMMANDS}"),
        (
            inbound,
            "inbound_sms_text",
            {"text": "Hello."},
            f"{A_DICT}; it may return {COMMANDS}",
        ),
        (
            event,
            "event_input_dtmf",
            [{"action": "talk", "text": datetime(2026, 1, 1)}],  # noqa: DTZ001
            f"{NO_JSON}: Object of type datetime is not JSON serializable",
        ),
        (
            inbound,
            "inbound_sms_text",
            {"channel": "sms", "text": {1, 2}},
            f"{NO_JSON}: Object of type set is not JSON serializable",
        ),
    ],
    ids=lambda value: repr(value)[:40],
)  # fmt: skip
@pytest.mark.usefixtures("backbone", "at_a_laptop")
def test_what_can_t_be_used_is_told_in_words(
    decorate: Callable[..., Any], name: str, returned: object, reason: str, logs: Logs
) -> None:
    handler = decorate(lambda _payload: returned)

    (outcome,) = told(handler(webhook_event(name.partition("_")[0], sample(name))))

    assert (outcome["name"], outcome["reason"]) == ("FlowFailed", reason)
    assert outcome["returned"] == repr(returned)
    assert [line["reason"] for line in logs.lines] == [reason]  # without what was returned


EMPTY = {"channel": "sms", "to": "447700900123", "from": "447700900000", "message_type": "text"}
FULL = {**EMPTY, "text": "Hello."}
NOWHERE = {"name": "voice.call", "detail": {"to": [{"type": "phone"}], "ncco": [talk("Hello.")]}}


@pytest.mark.parametrize(
    ("decorate", "name", "returned", "reason"),
    [
        (inbound, "inbound_sms_text", [FULL, EMPTY], "messages.send: detail.text is missing"),
        (answer, "answer_phone", [talk("Hi."), NOWHERE], "voice.call: detail.to[0].number is missing"),
    ],
    ids=["a message", "a call"],
)
@pytest.mark.usefixtures("backbone", "at_a_laptop")
def test_command_that_will_be_rejected_is_told_beside_its_webhook(
    decorate: Callable[..., Any], name: str, returned: object, reason: str
) -> None:
    handler = decorate(lambda _payload: returned)

    rejected, outcome = told(handler(webhook_event(name.partition("_")[0], sample(name))))

    assert (rejected["name"], rejected["severity"]) == ("Rejected", "ERROR")
    assert rejected["reason"].startswith(reason)
    assert outcome["name"] in {"Accepted", "Answered"}


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ({"windows": {"hours": "09:00-20:00"}}, "windows is not a field; did you mean window?"),
        ({"detail": FULL | {"after": 60}}, "detail.after is not a field; known are "),
    ],
    ids=["a misspelt mark", "a mark inside a message"],
)
@pytest.mark.usefixtures("backbone", "at_a_laptop")
def test_what_is_doubtful_about_a_command_is_told_beside_its_webhook(
    command: dict[str, Any], reason: str
) -> None:
    returned: Any = {"name": "messages.send", "detail": FULL, **command}
    handler = inbound(lambda _message: returned)

    doubtful, outcome = told(handler(webhook_event("inbound", sample("inbound_sms_text"))))

    assert (doubtful["name"], doubtful["severity"]) == ("Doubtful", "WARNING")
    assert doubtful["reason"].startswith(f"messages.send: {reason}")
    assert outcome["name"] == "Accepted"


@pytest.mark.usefixtures("at_a_laptop")
def test_event_that_could_not_be_queued_is_told_beside_the_answer(backbone: Aws) -> None:
    backbone.queues.clear()
    handler = event(lambda _happened: [talk("Hello.")])

    outcomes = told(handler(webhook_event("event", sample("event_input_dtmf"))))

    assert [outcome["name"] for outcome in outcomes] == ["NotQueued", "Answered"]
    assert "SendMessage failed" in outcomes[0]["raised"]


@pytest.mark.usefixtures("backbone", "at_a_laptop")
def test_task_that_failed_unseen_is_told() -> None:
    async def leaves_a_task(_message: InboundMessage) -> None:
        async def fails() -> None:
            raise LookupError(MESSAGE)

        asyncio.get_running_loop().create_task(fails())
        await asyncio.sleep(0)

    outcomes = told(inbound(leaves_a_task)(webhook_event("inbound", sample("inbound_sms_text"))))

    assert [outcome["name"] for outcome in outcomes] == ["TaskFailed", "Accepted"]
    assert outcomes[0]["raised"] == f"LookupError: {MESSAGE}"


@pytest.mark.usefixtures("aws", "at_a_laptop")
def test_refusal_is_told() -> None:
    (outcome,) = told(event(raises)(webhook_event("event", sample("event_answered"), authorization="")))

    assert (outcome["name"], outcome["severity"], outcome["reason"]) == ("Unsigned", "INFO", "missing")


@pytest.mark.usefixtures("backbone", "at_a_laptop")
def test_long_message_fits_into_a_header() -> None:
    def shouts(_happened: VoiceEvent) -> None:
        raise LookupError("x" * 100_000)

    response: Any = event(shouts)(webhook_event("event", sample("event_answered")))

    assert len(response["headers"][HEADER]) < 4000
    assert response["headers"][HEADER].isascii()
