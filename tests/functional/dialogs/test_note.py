"""What a callee hears before being joined: by an address that proves itself, and nothing by any other."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from switchboard import Call, call_dialog, sip
from switchboard import phone as number
from switchboard.dialogs.calls.webhook import CallDialog
from switchboard.webhooks import pipeline
from switchboard.webhooks.signature_secrets import SignatureSecrets
from switchboard.wire.endpoints import Endpoint

from tests.conftest import Logs
from tests.factories import CREDENTIALS, answer_request, signed, webhook_event
from tests.fakes.stores import Aws
from tests.functional.dialogs.reception import NUMBER, SALES, reception
from vonage_simulator.testing.handlers import Handler
from vonage_simulator.testing.phone import Phone
from vonage_simulator.testing.simulation import Simulation
from vonage_simulator.types import Json

NOTE = "Ada is calling, about her bicycle."


@call_dialog
async def connects(call: Call) -> None:
    call.language = "en-GB"
    if not await call.connect(number(SALES), note=NOTE, timeout_s=20):
        call.say("Nobody is free.")


@call_dialog
async def transfers(call: Call) -> None:
    await call.transfer(number(SALES), note=NOTE)


class Fetched:
    """The answer function, and what was fetched from it."""

    is_dialog = True

    def __init__(self, dialog: CallDialog) -> None:
        self._dialog = dialog
        self.requests: list[Json] = []

    def __call__(self, event: Json, context: object) -> Mapping[str, Any]:
        if event.get("requestContext", {}).get("http", {}).get("method") == "GET":
            self.requests.append(event)
        return self._dialog(event, context)


@pytest.fixture
def fetch(phone: Phone, webhooks: dict[str, Handler]) -> Callable[[], Json]:
    """The request for the note of a call."""

    def fetch() -> Json:
        webhooks["answer"] = fetched = Fetched(connects)
        phone.callee(SALES, picks="answer")
        phone.dial(NUMBER).is_connected_to(SALES)
        return fetched.requests[0]

    return fetch


def ncco(response: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
    assert response["statusCode"] == 200
    return json.loads(response["body"])


@pytest.mark.parametrize("dialog", [connects, transfers])
def test_callee_hears_the_note_and_the_caller_does_not(
    phone: Phone, simulation: Simulation, webhooks: dict[str, Handler], dialog: CallDialog
) -> None:
    webhooks["answer"] = dialog
    phone.callee(SALES, picks="answer")
    call = phone.dial(NUMBER)
    call.is_connected_to(SALES)

    heard = [line for line in simulation.vonage.journal.entries(kind="call") if line.get("text") == NOTE]
    assert [line["party"] for line in heard] == [SALES]
    assert not simulation.vonage.journal.entries(webhook="fallback")


def test_note_is_in_nothing_that_others_see(fetch: Callable[[], Json], logs: Logs) -> None:
    asked = fetch()

    assert "Ada" not in asked["rawQueryString"] + logs.text
    assert ncco(connects(asked)) == [{"action": "talk", "text": NOTE, "language": "en-GB"}]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda query: query.replace("note=", "note=A"),
        lambda query: query.replace("note=", "nota="),
        lambda query: query + "&note=1",
        lambda _query: "note=",
        lambda _query: "note=" + "A" * 9000,
        lambda _query: "",
        lambda _query: "%",
    ],
)
def test_nothing_is_told_at_any_other_address(
    fetch: Callable[[], Json], logs: Logs, spoil: Callable[[str], str]
) -> None:
    asked = fetch()
    before = len(logs.lines)

    response = connects(asked | {"rawQueryString": spoil(asked["rawQueryString"])})

    assert response["statusCode"] == 401
    assert "body" not in response
    assert [line["message"] for line in logs.lines[before:]] == ["Unsigned"]


@pytest.mark.parametrize(("later_s", "status"), [(1790, 200), (1810, 401)])
def test_note_is_told_for_half_an_hour(
    fetch: Callable[[], Json], monkeypatch: pytest.MonkeyPatch, later_s: float, status: int
) -> None:
    asked, now = fetch(), time.time()
    monkeypatch.setattr(time, "time", lambda: now + later_s)

    assert connects(asked)["statusCode"] == status


def test_signed_or_not_a_fetch_does_nothing_but_tell(
    fetch: Callable[[], Json], simulation: Simulation
) -> None:
    asked = fetch()
    before = len(simulation.events)
    asked["headers"]["authorization"] = "Bearer a.b.c"

    ncco(connects(asked))

    assert len(simulation.events) == before


@pytest.mark.usefixtures("simulation")
def test_flow_that_is_no_dialog_and_one_without_notes_answer_no_fetch() -> None:
    from tests.flows.answer import app

    asked = {"rawQueryString": "note=1", "requestContext": {"http": {"method": "GET"}}}

    assert app.lambda_handler(asked)["statusCode"] == 401
    assert reception(asked)["statusCode"] == 401


@pytest.mark.flows_may_fail
def test_callee_is_joined_without_the_note_when_it_cannot_be_had(
    phone: Phone, webhooks: dict[str, Handler], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FALLBACK_NUMBER", "447700900999")

    class Deaf(Fetched):
        def __call__(self, event: Json, context: object) -> Mapping[str, Any]:
            response = super().__call__(event, context)
            return {"statusCode": 500} if event in self.requests else response

    webhooks["answer"] = Deaf(connects)
    phone.callee(SALES, picks="answer")

    call = phone.dial(NUMBER)
    call.is_connected_to(SALES)
    call.waits(5)

    assert "447700900999" not in json.dumps(call.transcript)


@pytest.mark.flows_may_fail
@pytest.mark.parametrize(
    ("endpoint", "note", "reason"),
    [
        (sip("sip:sales@example.com"), NOTE, "whom `phone` calls"),
        (number(SALES, onAnswer={"url": "https://example.com/"}), NOTE, "without an `onAnswer`"),
        (number(SALES), "x" * 2000, "2000 characters"),
    ],
)
def test_note_that_cannot_be_told_is_said(
    phone: Phone, webhooks: dict[str, Handler], logs: Logs, endpoint: Endpoint, note: str, reason: str
) -> None:
    @call_dialog
    async def flow(call: Call) -> None:
        await call.connect(endpoint, note=note)

    webhooks["answer"] = flow
    phone.dial(NUMBER).hears("We are sorry")

    assert reason in logs.text


def test_note_is_told_by_an_environment_that_does_not_know_the_new_secret_yet(
    backbone: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = "n" * 32
    monkeypatch.setenv("SWITCHBOARD_DIALOGS_TABLE_NAME", "")
    ours, others = SignatureSecrets(), SignatureSecrets()
    others.known(None, 0)
    backbone.secrets["switchboard/vonage-signature"].rotate(CREDENTIALS | {"signature_secret": new})

    @call_dialog
    async def flow(call: Call) -> None:
        await call.transfer(number(SALES), note=NOTE)

    monkeypatch.setattr(pipeline, "_secrets", ours)
    asked = webhook_event("answer", answer_request())
    asked["headers"]["authorization"] = signed(asked["body"].encode(), new)
    [connect] = ncco(flow(asked))
    query = connect["endpoint"][0]["onAnswer"]["url"].partition("?")[2]
    monkeypatch.setattr(pipeline, "_secrets", others)
    fetch = {"rawQueryString": query, "requestContext": {"http": {"method": "GET"}}}

    assert ncco(flow(fetch)) == [{"action": "talk", "text": NOTE}]
