"""Verifications by command: started, checked, moved on and cancelled, each once, and only where they may."""

import json

import pytest

from tests.conftest import Logs
from tests.fakes.backbone import REJECTED
from tests.fakes.stores import Aws, Json
from tests.fakes.vonage_api import Reply, VonageApi
from tests.functional.outbound.test_allowance import counted
from tests.functional.outbound.test_outbound import deliver, interrupt, long_ago, result, results, spoiled
from tests.samples import sample

pytestmark = pytest.mark.usefixtures("vonage")

START, CHECK = sample("command_verify_start"), sample("command_verify_check")
NEXT, CANCEL = sample("command_verify_next_workflow"), sample("command_verify_cancel")
REQUEST_ID = CHECK["detail"]["request_id"]
STARTED = Reply(202, {"request_id": REQUEST_ID, "check_url": "https://api.nexmo.com/v2/verify/c/check"})
WRONG = Reply(400, {"title": "Invalid Code", "detail": "The code doesn't match."})


def by_start(command: Json) -> Json:
    detail = {name: value for name, value in command["detail"].items() if name != "request_id"}
    return command | {"detail": detail | {"start": START["id"]}}


def test_the_event_of_a_started_verification_has_its_id(backbone: Aws, vonage: VonageApi) -> None:
    vonage.replies.append(STARTED)

    assert deliver(START)
    name, payload = result(backbone)
    assert name == "verify.start.accepted"
    assert (payload["request_id"], payload["check_url"]) == (REQUEST_ID, STARTED.body["check_url"])
    assert json.loads(backbone.queues["https://sqs.eu-west-1.amazonaws.com/123456789012/events.fifo"][0][
        "MessageBody"])["subject"] == REQUEST_ID  # fmt: skip


@pytest.mark.parametrize(("command", "method", "path", "body"), [
    (START, "POST", "/v2/verify", START["detail"]),
    (CHECK, "POST", f"/v2/verify/{REQUEST_ID}", {"code": "123456"}),
    (NEXT, "POST", f"/v2/verify/{REQUEST_ID}/next_workflow", None),
    (CANCEL, "DELETE", f"/v2/verify/{REQUEST_ID}", None),
])  # fmt: skip
def test_each_command_is_one_request(
    vonage: VonageApi, command: Json, method: str, path: str, body: Json | None
) -> None:
    assert deliver(command)
    (request,) = vonage.requests
    assert (request.method, request.path, request.body) == (method, path, body)


@pytest.mark.parametrize("command", [CHECK, NEXT, CANCEL])
def test_a_verification_is_found_by_the_command_that_started_it(
    backbone: Aws, vonage: VonageApi, command: Json
) -> None:
    vonage.replies.extend([STARTED, Reply(204, b"")])
    deliver(START)

    assert deliver(by_start(command))
    assert REQUEST_ID in vonage.requests[1].path
    assert "start" not in (vonage.requests[1].body or {})
    assert results(backbone)[-1]["payload"]["request_id"] == REQUEST_ID


def test_what_names_a_start_that_is_unknown_or_failed_is_rejected(backbone: Aws, vonage: VonageApi) -> None:
    vonage.replies.append(Reply(409, {"title": "Conflict"}))

    assert deliver(by_start(CHECK))
    deliver(START)
    assert deliver(by_start(CANCEL))
    names = [event["name"] for event in results(backbone)]
    assert names == ["verify.check.rejected", "verify.start.rejected", "verify.cancel.rejected"]
    assert "has started no verification" in results(backbone)[-1]["payload"]["reason"]
    assert len(vonage.requests) == 1
    assert backbone.queues[REJECTED] == []


def test_what_names_a_start_that_is_under_way_waits(vonage: VonageApi) -> None:
    vonage.replies.append(Reply(429))
    assert not deliver(START)

    assert not deliver(by_start(CHECK))
    vonage.replies.append(STARTED)
    assert deliver(START, 2)
    assert deliver(by_start(CHECK), 2)


@pytest.mark.parametrize(("command", "status"), [
    (CHECK, 400), (CHECK, 404), (CHECK, 410), (START, 409), (NEXT, 404), (NEXT, 409), (CANCEL, 404),
])  # fmt: skip
def test_what_a_customer_did_is_an_event_and_nobody_is_woken(
    backbone: Aws, vonage: VonageApi, logs: Logs, command: Json, status: int
) -> None:
    vonage.replies.append(Reply(status, WRONG.body))

    assert deliver(command)
    name, payload = result(backbone)
    assert (name, payload["status_code"]) == (f"{command['name']}.rejected", status)
    assert payload.get("request_id") == command["detail"].get("request_id")
    assert backbone.queues[REJECTED] == []
    assert [line["message"] for line in logs.lines] == ["NotVerified"]
    assert CHECK["detail"]["code"] not in logs.text


@pytest.mark.parametrize("status", [401, 402, 409])
def test_a_check_that_fails_for_another_reason_is_a_rejection_like_any_other(
    backbone: Aws, vonage: VonageApi, logs: Logs, status: int
) -> None:
    vonage.replies.extend([Reply(status)] * 3)

    assert deliver(CHECK)
    assert len(backbone.queues[REJECTED]) == 1
    assert [line["message"] for line in logs.lines] == ["Rejected"]


def test_a_wrong_code_that_comes_again_counts_once(vonage: VonageApi) -> None:
    vonage.replies.append(WRONG)

    assert [deliver(CHECK), deliver(CHECK)] == [True, True]
    assert len(vonage.requests) == 1


@pytest.mark.parametrize("command", [START, CHECK, NEXT])
def test_what_would_count_or_send_again_is_not_repeated(
    backbone: Aws, vonage: VonageApi, command: Json
) -> None:
    vonage.replies.append(Reply(lost=True))

    assert [deliver(command), deliver(command, 2)] == [True, True]
    assert len(vonage.requests) == 1
    assert result(backbone)[0] == f"{command['name']}.uncertain"


def test_a_cancellation_that_was_cut_off_is_done_again(backbone: Aws, vonage: VonageApi) -> None:
    backbone.fault = interrupt
    assert not deliver(CANCEL)
    backbone.fault = None
    long_ago(backbone)

    assert deliver(CANCEL, 2)
    assert len(vonage.requests) == 2


@pytest.mark.parametrize("command", [START, CHECK, NEXT, CANCEL])
def test_a_stack_without_the_parameter_verifies_nobody(
    backbone: Aws, vonage: VonageApi, monkeypatch: pytest.MonkeyPatch, command: Json
) -> None:
    monkeypatch.setenv("SWITCHBOARD_VERIFY", "false")

    assert deliver(command)
    assert "parameter Verify" in result(backbone)[1]["reason"]
    assert vonage.requests == []


def test_each_channel_of_a_workflow_counts_and_has_to_be_in_an_allowed_country(
    backbone: Aws, vonage: VonageApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWITCHBOARD_NUMBERS", "447700900000")
    monkeypatch.setenv("SWITCHBOARD_DAILY_MESSAGES", "3")
    abroad = spoiled(
        START, workflow=[*START["detail"]["workflow"][:2], {"channel": "voice", "to": "18765550123"}]
    )

    assert deliver(abroad)
    assert result(backbone)[1]["reason"].startswith("detail.workflow[2].to is ")
    assert deliver(START | {"id": "login-44"})
    assert counted(backbone, "messages") == 3
    assert len(vonage.requests) == 1


@pytest.mark.parametrize(("changes", "problem"), [
    ({"brand": None}, "brand"),
    ({"brand": "A/B"}, "brand"),
    ({"workflow": []}, "workflow"),
    ({"workflow": [{"channel": "sms", "to": "447700900123"}] * 4}, "workflow"),
    ({"workflow": [{"channel": "whatsapp", "to": "447700900123"}]}, "workflow[0].from"),
    ({"workflow": [{"channel": "email", "to": "447700900123"}]}, "workflow[0].to"),
    ({"channel_timeout": 14}, "channel_timeout"),
    ({"code_length": 11}, "code_length"),
])  # fmt: skip
def test_what_vonage_surely_refuses_is_never_sent(
    backbone: Aws, vonage: VonageApi, changes: Json, problem: str
) -> None:
    assert deliver(spoiled(START, **changes))
    name, payload = result(backbone)
    assert name == "verify.start.rejected"
    assert payload["reason"].startswith(f"detail.{problem}")
    assert vonage.requests == []


@pytest.mark.parametrize(("detail", "words"), [
    ({"code": "1234"}, "request_id and detail.start are both missing"),
    ({"request_id": "r", "start": "s", "code": "1234"}, "request_id and detail.start are both given"),
    ({"request_id": "r"}, "code and detail.token are both missing"),
])  # fmt: skip
def test_a_check_names_one_verification_and_one_proof(backbone: Aws, detail: Json, words: str) -> None:
    assert deliver(CHECK | {"detail": detail})
    assert words in result(backbone)[1]["reason"]
