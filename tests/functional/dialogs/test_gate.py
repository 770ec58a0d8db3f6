"""A dialog's webhooks at the gate: a deployment's own call, AWS out of order, addresses that were changed."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from switchboard import Call, call_dialog
from switchboard.dialogs import history

from tests.conftest import Logs
from tests.factories import answer_request, signed, webhook_event
from tests.fakes.stores import Aws
from tests.functional.dialogs.booking import booking
from tests.functional.dialogs.reception import NUMBER, OWNER, reception
from tests.functional.dialogs.test_crashes import somebody_waits
from tests.samples import sample
from vonage_simulator.testing.handlers import Handler
from vonage_simulator.testing.phone import Phone
from vonage_simulator.testing.simulation import Simulation
from vonage_simulator.types import Json

done: list[str] = []


@call_dialog
async def effect_first(call: Call) -> None:
    call.say("Hello.")
    await call.do(done.append, "done")
    await call.ask("Ready?", choices={"1": 1})


def checked(dialog: Handler, webhook: str = "answer") -> Mapping[str, Any]:
    """The response to a deployment that tries itself."""
    request = answer_request() if webhook == "answer" else sample("inbound_sms_text")
    body = json.dumps(request).encode()
    authorization = signed(body, switchboard_check=True)
    return dialog(webhook_event(webhook, body=body, authorization=authorization), None)


@pytest.mark.usefixtures("aws")
class TestCheck:
    def test_a_deployment_hears_the_beginning_and_nothing_is_done(
        self, aws: Aws, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(history.TABLE, "dialogs")

        asked, began = checked(reception), checked(effect_first)

        assert [action["action"] for action in json.loads(asked["body"])] == ["talk", "input"]
        assert json.loads(began["body"]) == [{"action": "talk", "text": "Hello."}]
        assert done == []
        assert set(aws.calls) == {"secretsmanager.GetSecretValue"}

    def test_a_deployment_without_the_table_is_refused_and_hears_of_the_parameter(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv(history.TABLE, raising=False)

        for response in (checked(reception), checked(booking, "inbound")):
            assert response["statusCode"] == 500
            assert "Dialogs=true" in response["body"]

    def test_a_deployment_s_message_begins_no_chat(self, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(history.TABLE, "dialogs")

        assert checked(booking, "inbound") == {"statusCode": 200}
        assert set(aws.calls) == {"secretsmanager.GetSecretValue"}


class Recording:
    """The answer function, and each event of a step that somebody waits at."""

    is_dialog = True

    def __init__(self) -> None:
        self.events: list[Json] = []

    def __call__(self, event: Json, context: object) -> Mapping[str, Any]:
        if somebody_waits(event):
            self.events.append(event)
        return reception(event, context)


@pytest.fixture
def step(phone: Phone, webhooks: dict[str, Handler]) -> Json:
    """The event of a caller's first answer, as it arrived."""
    webhooks["answer"] = recording = Recording()
    call = phone.dial(NUMBER)
    call.presses("1")
    call.hears("Hello Ada")
    return recording.events[0]


def test_a_step_comes_again_when_the_table_is_out_of_order(
    step: Json, logs: Logs, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as meanwhile:
        meanwhile.setenv(history.TABLE, "none")

        assert reception(step, None)["statusCode"] == 503

    assert logs.lines[-1]["message"] == "Unavailable"


@pytest.mark.parametrize("spoilt", ["step=0", "dialog=CON-1", "mac=x", ""])
def test_an_address_that_was_changed_leads_to_the_fallback_and_not_into_silence(
    step: Json, spoilt: str, logs: Logs
) -> None:
    name = spoilt.partition("=")[0]
    fields = [field for field in step["rawQueryString"].split("&") if not field.startswith(f"{name}=")]
    query = "&".join([*fields, spoilt]) if spoilt else ""

    assert reception(step | {"rawQueryString": query}, None)["statusCode"] == 500
    assert "isn't as it was written" in logs.lines[-1]["reason"]


def test_an_event_that_belongs_elsewhere_is_recorded_and_not_answered(
    phone: Phone, simulation: Simulation
) -> None:
    call = phone.dial(NUMBER)
    call.hears("Deutsch")
    call.hangs_up()

    assert simulation.sent_to(OWNER) == []


def test_another_account_s_step_is_refused(step: Json) -> None:
    body = step["body"].encode()
    headers = step["headers"] | {"authorization": signed(body, "a guess that is as long as secrets are")}

    assert reception(step | {"headers": headers}, None)["statusCode"] == 401
