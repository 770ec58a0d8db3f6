"""Calls that come from a Client SDK user or a SIP endpoint instead of a telephone."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.vonage_simulator.customer import CALLER, NUMBER, Customer, ncco, talk
from vonage_simulator.testing import script_runner
from vonage_simulator.testing.phone import Phone
from vonage_simulator.vonage import Vonage

Json = dict[str, Any]
CALLS = "/_simulator/calls"
USER: Json = {"from_user": "jamie", "to": "support", "custom_data": {"plan": "gold"}}
HEADERS = {
    "X-UserId": "42",
    "x-shop": "north",
    "X-Nexmo-Trace": "own",
    "User-to-User": "3132;encoding=hex",
    "Contact": "<sip:desk@example.com>",
}
DESK: Json = {"from": "sip:desk@example.com", "to": NUMBER, "sip_headers": HEADERS}


@pytest.fixture
def greeted(customer: Customer) -> Customer:
    return customer.on("answer", ncco(talk("Hello."))).create()


def headers_in(asked: Json) -> Json:
    return {name: value for name, value in asked.items() if name.startswith("SipHeader_")}


def test_user_is_named_in_place_of_a_number_with_the_data_sent_along(
    greeted: Customer, api: httpx.Client
) -> None:
    outcome = api.post(CALLS, json={**USER, "script": [{"hear": "hello"}]}).json()

    assert "failure" not in outcome
    (asked,) = greeted.bodies("answer")
    assert "from" not in asked
    assert (asked["from_user"], asked["to"], asked["endpoint_type"]) == ("jamie", "support", "app")
    assert asked["custom_data"] == {"plan": "gold"}
    assert greeted.statuses("support") == ["started", "ringing", "answered", "completed"]


def test_sip_endpoint_brings_its_own_headers(greeted: Customer, api: httpx.Client) -> None:
    api.post(CALLS, json=DESK).raise_for_status()

    (asked,) = greeted.bodies("answer")
    assert (asked["from"], asked["endpoint_type"]) == ("sip:desk@example.com", "sip")
    assert headers_in(asked) == {
        "SipHeader_X-UserId": "42",
        "SipHeader_x-shop": "north",
        "SipHeader_User-to-User": "3132;encoding=hex",
    }


def test_telephone_says_nothing_of_the_kind(greeted: Customer) -> None:
    greeted.call()
    (asked,) = greeted.bodies("answer")
    assert set(asked) == {"from", "to", "uuid", "conversation_uuid", "endpoint_type", "region_url"}


def test_user_of_several_applications_has_to_name_one(greeted: Customer, api: httpx.Client) -> None:
    first = greeted.application["id"]
    api.post("/v2/applications", json={"name": "other", "capabilities": {"voice": {}}}).raise_for_status()

    assert "application_id must name" in api.post(CALLS, json=USER).json()["failure"]
    assert "failure" not in api.post(CALLS, json={**USER, "application_id": first}).json()
    assert (
        "application_id must name" in api.post(CALLS, json={**USER, "application_id": "x"}).json()["failure"]
    )


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        ({"to": NUMBER}, "give from (a number or a sip: URI) or from_user"),
        ({**USER, "from": CALLER}, "give from (a number or a sip: URI) or from_user"),
        ({"from": CALLER, "to": NUMBER, "custom_data": {}}, "custom_data goes with from_user"),
        (
            {"from": CALLER, "to": NUMBER, "sip_headers": {}},
            "sip_headers goes with a from that begins with sip:",
        ),
        ({**USER, "sip_headers": {}}, "sip_headers goes with a from that begins with sip:"),
        ({**USER, "custom_data": "gold"}, "custom_data: must be an object"),
    ],
)
def test_caller_nobody_could_be_is_refused(api: httpx.Client, call: Json, complaint: str) -> None:
    refused = api.post(CALLS, json=call)
    assert refused.status_code == 400
    assert complaint in refused.json()["error"]


def test_phone_of_a_user_and_of_a_sip_endpoint(greeted: Customer, vonage: Vonage) -> None:
    phone = Phone(vonage)

    phone.of_user("jamie", {"plan": "gold"}).dial("support").hears("hello")
    phone.of_sip("sip:desk@example.com", {"X-UserId": "42"}).dial(NUMBER).hears("hello")
    phone.hang_up_everything()

    user, desk = greeted.bodies("answer")
    assert (user["from_user"], user["custom_data"]) == ("jamie", {"plan": "gold"})
    assert headers_in(desk) == {"SipHeader_X-UserId": "42"}
    assert greeted.statuses(NUMBER)[-1] == greeted.statuses("support")[-1] == "completed"


@pytest.mark.parametrize(
    ("who", "told"),
    [
        ("from_user: jamie\ncustom_data: {plan: gold}\nto: support", "jamie calls support"),
        ("from: sip:desk@example.com\nsip_headers: {X-UserId: 42}", "sip:desk@example.com calls"),
    ],
)
def test_script_names_who_calls(
    customer: Customer,
    vonage: Vonage,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    who: str,
    told: str,
) -> None:
    monkeypatch.setenv("VONAGE_API_KEY", vonage.account.api_key)
    monkeypatch.setenv("VONAGE_SIGNATURE_SECRET", vonage.account.signature_secret)
    customer.on("webhooks/answer", ncco(talk("Hello.")))
    script = tmp_path / "call.yaml"
    script.write_text(f"{who}\ncaller: [{{hear: hello}}]\n")

    assert script_runner.main([str(script), "--url", customer.url]) == 0

    assert told in capsys.readouterr().out
    (asked,) = customer.bodies("webhooks/answer")
    assert asked.get("custom_data") == ({"plan": "gold"} if "from_user" in asked else None)
    assert headers_in(asked) == ({} if "from_user" in asked else {"SipHeader_X-UserId": "42"})
