"""The fault lab: webhooks that come twice, late, out of order, badly signed, or not at all."""

import httpx
import jwt
import pytest

from tests.vonage_simulator.customer import CALLER, NUMBER, Customer, ncco, talk
from vonage_simulator.vonage import Vonage


@pytest.fixture
def greeted(customer: Customer) -> Customer:
    return customer.on("answer", ncco(talk("Hello."))).create()


def test_duplicate_comes_twice(vonage: Vonage, greeted: Customer) -> None:
    vonage.webhook_faults.next("event", duplicate=True)
    greeted.call()
    assert greeted.statuses() == ["started", "started", "ringing", "answered", "completed"]


def test_reordered_event_is_overtaken_by_the_next(vonage: Vonage, greeted: Customer) -> None:
    vonage.webhook_faults.next("event", reorder=True)
    greeted.call()
    assert greeted.statuses() == ["ringing", "started", "answered", "completed"]


def test_dropped_event_never_comes(vonage: Vonage, greeted: Customer) -> None:
    vonage.webhook_faults.next("event", drop=True)
    greeted.call()
    assert greeted.statuses() == ["ringing", "answered", "completed"]


def test_delay_is_simulated_time(vonage: Vonage, greeted: Customer) -> None:
    vonage.webhook_faults.next("answer", delay_s=30)
    began = vonage.clock.seconds()
    greeted.call()
    assert vonage.clock.seconds() - began > 30


def test_pretended_failure_does_not_reach_the_endpoint(vonage: Vonage, greeted: Customer) -> None:
    vonage.webhook_faults.next("answer", status=503, times=2)
    outcome = greeted.call()
    assert greeted.bodies("answer") == []
    assert any(line["what"] == "not answered" for line in outcome["transcript"])


def test_slow_endpoint_has_done_the_work_for_nothing(vonage: Vonage, greeted: Customer) -> None:
    vonage.webhook_faults.next("answer", slow=True)

    outcome = greeted.call({"hear": "hello"})

    assert "failure" not in outcome
    assert len(greeted.bodies("answer")) == 2
    first = vonage.journal.entries(webhook="answer")[0]
    assert first["failure"] == "socket timeout"


def test_huge_payload_is_padded(vonage: Vonage, greeted: Customer) -> None:
    vonage.webhook_faults.next("event", huge_bytes=100_000)
    greeted.call()
    assert len(greeted.bodies("event")[0]["padding"]) == 100_000


@pytest.mark.parametrize("state", ["unsigned", "stale", "forged"])
def test_signature_may_be_spoiled(vonage: Vonage, greeted: Customer, state: str) -> None:
    vonage.webhook_faults.next("answer", signature=state)

    greeted.call()

    seen = next(incoming for incoming in greeted.received if incoming.path == "/answer")
    token = seen.headers.get("authorization", "").removeprefix("Bearer ")
    assert vonage.journal.entries(webhook="answer")[0]["signature"] == state
    if state == "unsigned":
        assert token == ""
    elif state == "forged":
        with pytest.raises(jwt.InvalidSignatureError):
            jwt.decode(token, vonage.account.signature_secret, algorithms=["HS256"])
    else:
        claims = jwt.decode(token, vonage.account.signature_secret, algorithms=["HS256"])
        assert claims["iat"] < 1.7e9 or claims["iat"] < __import__("time").time() - 86400


def test_chance_is_drawn_from_the_seed(vonage: Vonage, greeted: Customer) -> None:
    vonage.webhook_faults.next("event", drop=True, times=100, chance=0.5)
    for _ in range(5):
        greeted.call()
    assert 3 < len(greeted.statuses()) < 17


def test_faults_of_webhooks_over_http(vonage: Vonage, api: httpx.Client, greeted: Customer) -> None:
    made = api.post("/_simulator/faults", json={"webhook": "inbound", "duplicate": True})
    api.post("/_simulator/messages", json={"channel": "sms", "from": CALLER, "to": NUMBER, "text": "hi"})
    assert made.status_code == 201
    assert len(greeted.bodies("inbound")) == 2
    assert vonage.journal.entries(webhook="inbound")[0]["fault"] == {
        "webhook": "inbound", "duplicate": True, "chance": 1.0,
    }  # fmt: skip


@pytest.mark.parametrize(
    "fault",
    [
        {"webhook": "event"},
        {"webhook": "event", "signature": "blue"},
        {"webhook": "event", "status": 1000},
        {"webhook": "event", "drop": True, "times": 0},
        {"webhook": "event", "route": "GET /", "drop": True},
    ],
)
def test_webhook_fault_that_means_nothing_is_refused(api: httpx.Client, fault: dict[str, object]) -> None:
    assert api.post("/_simulator/faults", json=fault).status_code == 400
