"""Verifications: codes on every channel, one after the other, and what the customer's webhook hears."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.vonage_simulator.api.test_voice_api import bearer
from tests.vonage_simulator.customer import CALLEE, CALLER, Customer, client_of
from vonage_simulator.clock.clock import Clock
from vonage_simulator.clock.engine import Engine
from vonage_simulator.messages.message import Recipient
from vonage_simulator.switches import changed
from vonage_simulator.testing.endpoint import Answer
from vonage_simulator.verifications.codes import code_in
from vonage_simulator.vonage import Vonage

Json = dict[str, Any]
VERIFY = "/v2/verify"
SMS, VOICE = {"channel": "sms", "to": CALLER}, {"channel": "voice", "to": CALLER}
SILENT = {"channel": "silent_auth", "to": CALLER}
OTHERS: list[Json] = [
    {"channel": "whatsapp", "to": CALLER, "from": "447700900000"},
    {"channel": "rcs", "to": CALLER, "from": "Acme"},
    {"channel": "email", "to": "alice@example.com"},
]


@pytest.fixture
def verify(customer: Customer, vonage: Vonage) -> Iterator[httpx.Client]:
    customer.create()
    application = vonage.account.applications[customer.application["id"]]
    hooks = {"webhooks": {"status_url": customer.hook("verify")}}
    capabilities = {**application["capabilities"], "verify": hooks}
    vonage.account.applications = {application["id"]: {**application, "capabilities": capabilities}}
    with client_of(vonage, headers=bearer(customer)) as client:
        yield client


def start(verify: httpx.Client, *workflow: Json, **members: object) -> str:
    reply = verify.post(VERIFY, json={"brand": "Acme", "workflow": [*workflow], **members})
    assert reply.status_code == 202, reply.text
    request_id: str = reply.json()["request_id"]
    return request_id


def until(holds: Any) -> Any:  # noqa: ANN401 - what holds
    deadline = time.monotonic() + 10
    while not (found := holds()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return found


def code_of(vonage: Vonage, number: str = "") -> str:
    def written() -> list[str]:
        messages = [one for one in vonage.mailbox.messages.values() if number in one.body["to"]]
        return [code_in(one.words) for one in messages]

    code: str = until(written)[-1]
    return code


def wrong(code: str) -> str:
    return "0000" if code != "0000" else "1111"


def ended(customer: Customer) -> Json:
    summary: Json = until(lambda: [one for one in customer.bodies("verify") if one["type"] == "summary"])[0]
    return summary


def after(vonage: Vonage, seconds: float) -> None:
    """Let time pass, and whatever comes with it happen."""
    vonage.engine.run(asyncio.sleep(seconds))


@pytest.mark.parametrize("way", [SMS, *OTHERS], ids=lambda way: str(way["channel"]))
def test_code_that_is_given_back_completes_the_verification(
    verify: httpx.Client, vonage: Vonage, customer: Customer, way: Json
) -> None:
    request_id = start(verify, way, client_ref="login42")

    checked = verify.post(f"{VERIFY}/{request_id}", json={"code": code_of(vonage)})

    assert (checked.status_code, checked.json()["status"]) == (200, "completed")
    summary = ended(customer)
    assert (summary["status"], summary["client_ref"]) == ("completed", "login42")
    assert [step["status"] for step in summary["workflow"]] == ["completed"]
    (event,) = until(lambda: [one for one in customer.bodies("verify") if one["type"] == "event"])
    assert (event["channel"], event["status"]) == (way["channel"], "completed")


def test_no_application_hears_of_the_statuses_of_a_codes_message(
    verify: httpx.Client, vonage: Vonage, customer: Customer
) -> None:
    request_id = start(verify, SMS)
    verify.post(f"{VERIFY}/{request_id}", json={"code": code_of(vonage)})
    ended(customer)

    assert customer.bodies("status") == []


def test_voice_reads_the_code_out(verify: httpx.Client, vonage: Vonage) -> None:
    start(verify, {"channel": "voice", "to": CALLEE}, code_length=6)

    def heard() -> list[str]:
        return [line["text"] for line in vonage.journal.entries(kind="call") if line["what"] == "talk"]

    assert len(code_in(until(heard)[0])) == 6


def test_code_of_ones_own_is_sent(verify: httpx.Client, vonage: Vonage) -> None:
    start(verify, SMS, code="aBc123")
    assert code_of(vonage) == "aBc123"


def test_third_wrong_code_ends_it(verify: httpx.Client, vonage: Vonage, customer: Customer) -> None:
    request_id = start(verify, SMS)
    code = wrong(code_of(vonage))

    replies = [verify.post(f"{VERIFY}/{request_id}", json={"code": code}) for _ in range(4)]
    assert [reply.status_code for reply in replies] == [400, 400, 410, 404]
    assert replies[0].json()["type"].endswith("#invalid-code")
    assert ended(customer)["status"] == "failed"


def test_channel_whose_time_is_over_is_followed_by_the_next(
    verify: httpx.Client, vonage: Vonage, customer: Customer
) -> None:
    request_id = start(verify, SMS, OTHERS[2], channel_timeout=60)
    first = code_of(vonage)

    after(vonage, 61)
    second = code_of(vonage, "alice")
    if first != second:
        assert verify.post(f"{VERIFY}/{request_id}", json={"code": first}).status_code == 400
    assert verify.post(f"{VERIFY}/{request_id}", json={"code": second}).status_code == 200
    assert [step["status"] for step in ended(customer)["workflow"]] == ["expired", "completed"]


def test_verification_that_nobody_answers_expires(
    verify: httpx.Client, vonage: Vonage, customer: Customer
) -> None:
    start(verify, SMS, channel_timeout=15)
    code_of(vonage)

    after(vonage, 16)
    assert ended(customer)["status"] == "expired"


def test_next_workflow_is_now_and_there_is_none_after_the_last(verify: httpx.Client, vonage: Vonage) -> None:
    request_id = start(verify, SMS, OTHERS[2])
    code_of(vonage)

    assert verify.post(f"{VERIFY}/{request_id}/next_workflow").status_code == 200
    code_of(vonage, "alice")
    assert verify.post(f"{VERIFY}/{request_id}/next_workflow").status_code == 404


def test_phone_that_gets_nothing_lets_the_next_channel_begin(
    verify: httpx.Client, vonage: Vonage, customer: Customer
) -> None:
    vonage.mailbox.recipients[CALLER] = Recipient("undeliverable")
    start(verify, SMS, OTHERS[2])

    code_of(vonage, "alice")
    events = until(lambda: customer.bodies("verify"))
    assert (events[0]["channel"], events[0]["status"]) == ("sms", "failed")


def test_reused_code_is_the_same_on_each_channel(verify: httpx.Client, vonage: Vonage) -> None:
    request_id = start(verify, {**SMS, "reuse_code": True}, {**OTHERS[2], "reuse_code": True}, code_length=10)
    first = code_of(vonage)
    verify.post(f"{VERIFY}/{request_id}/next_workflow")
    assert code_of(vonage, "alice") == first


def test_second_verification_of_a_number_is_a_conflict(verify: httpx.Client, vonage: Vonage) -> None:
    request_id = start(verify, SMS)
    body = {"brand": "Acme", "workflow": [VOICE]}
    conflict = verify.post(f"{VERIFY}/", json=body)
    assert (conflict.status_code, conflict.json()["title"]) == (409, "Conflict")

    verify.post(f"{VERIFY}/{request_id}", json={"code": code_of(vonage)})
    assert verify.post(VERIFY, json=body).status_code == 202


@pytest.mark.parametrize(("position", "status"), [("after_30_s", 404), ("always", 204)])
def test_cancel_verification(verify: httpx.Client, vonage: Vonage, position: str, status: int) -> None:
    vonage.account.switches = changed(vonage.account.switches, {"cancel_verification": position})
    request_id = start(verify, SMS, VOICE)
    assert verify.delete(f"{VERIFY}/{request_id}").status_code == status

    after(vonage, 31)
    assert verify.delete(f"{VERIFY}/{request_id}").status_code == (204 if status == 404 else 404)


@pytest.mark.parametrize(("position", "status"), [("unanswered", 202), ("unsupported", 412)])
def test_silent_auth(
    verify: httpx.Client, vonage: Vonage, customer: Customer, position: str, status: int
) -> None:
    vonage.account.switches = changed(vonage.account.switches, {"silent_auth": position})
    reply = verify.post(VERIFY, json={"brand": "Acme", "workflow": [SILENT, SMS]})
    assert reply.status_code == status
    if status == 202:
        assert reply.json()["check_url"].endswith("/silent-auth/redirect")
        pending = until(lambda: customer.bodies("verify"))[0]
        assert (pending["status"], pending["action"]["type"]) == ("action_pending", "check")
        after(vonage, 61)
        code_of(vonage)


@pytest.mark.parametrize(("position", "comes_again"), [("any", True), ("transient", False)])
def test_verify_retry(
    verify: httpx.Client, vonage: Vonage, customer: Customer, position: str, *, comes_again: bool
) -> None:
    vonage.account.switches = changed(vonage.account.switches, {"verify_retry": position})
    customer.on("verify", Answer(404), Answer(404), Answer(204))
    request_id = start(verify, SMS)
    verify.post(f"{VERIFY}/{request_id}", json={"code": code_of(vonage)})
    until(lambda: len(customer.bodies("verify")) >= 2)

    after(vonage, 6)
    bodies = customer.bodies("verify")
    assert (len(bodies) > 2) == comes_again


@pytest.mark.parametrize(("members", "name"), [
    ({"brand": ""}, "brand"),
    ({"workflow": []}, "workflow"),
    ({"workflow": [{"channel": "whatsapp", "to": CALLER}]}, "workflow[0].from"),
    ({"channel_timeout": 901}, "channel_timeout"),
])  # fmt: skip
def test_what_vonage_refuses_is_listed(verify: httpx.Client, members: Json, name: str) -> None:
    refused = verify.post(VERIFY, json={"brand": "Acme", "workflow": [SMS], **members})

    assert refused.status_code == 422
    assert [one["name"] for one in refused.json()["invalid_parameters"]] == [name]


def test_strangers_and_other_applications_see_nothing(
    verify: httpx.Client, api: httpx.Client, vonage: Vonage
) -> None:
    with client_of(vonage) as stranger:
        assert stranger.post(VERIFY, json={}).status_code == 401
    assert api.post(f"{VERIFY}/unknown", json={"code": "1234"}).status_code == 404
    with_basic = api.post(VERIFY, json={"brand": "Acme", "workflow": [SMS]}).json()["request_id"]
    assert verify.post(f"{VERIFY}/{with_basic}", json={"code": "1234"}).status_code == 404


def test_time_doesnt_jump_to_a_moment_that_somebody_outside_is_waited_for_until() -> None:
    """And on its way to something else it stops there."""
    clock = Clock()
    passed: list[float] = []

    async def wait_until(moment_s: float) -> None:
        await clock.passes(moment_s)
        passed.append(clock.seconds())

    with Engine(clock).running() as engine:
        engine.begin(wait_until(100))
        engine.run(asyncio.sleep(1))
        assert (passed, clock.seconds() < 2) == ([], True)
        engine.run(asyncio.sleep(200))
        assert [round(moment) for moment in passed] == [100]
