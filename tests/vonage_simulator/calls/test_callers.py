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


@pytest.mark.parametrize(
    ("to", "called"),
    [
        ("sip:sales@shop.sip-eu.vonage.com", "sales"),
        ("sip:441632960000@shop.sip-us.vonage.com;transport=tls", "441632960000"),
        ("sips:sales@SHOP.SIP-AP.VONAGE.COM:5061", "sales"),
        ("sales", "sales"),
        ("441632960000", "441632960000"),
    ],
)
def test_sip_domain_leads_to_the_application(
    greeted: Customer, api: httpx.Client, to: str, called: str
) -> None:
    outcome = api.post(CALLS, json={**DESK, "to": to, "script": [{"hear": "hello"}]}).json()

    assert "failure" not in outcome
    (asked,) = greeted.bodies("answer")
    assert (asked["from"], asked["to"], asked["endpoint_type"]) == (DESK["from"], called, "sip")
    assert greeted.statuses(called) == ["started", "ringing", "answered", "completed"]


@pytest.mark.parametrize(
    ("caller", "to", "complaint"),
    [
        ({"from": "sip:desk@a.example"}, "sip:sales@pbx.example", "isn't an address at a SIP domain"),
        ({"from": "sip:desk@a.example"}, "sip:sales@shop.sip-eu.vonage.com.example", "isn't an address at"),
        ({"from": "sip:desk@a.example"}, "sip:shop.sip-eu.vonage.com", "isn't an address at a SIP domain"),
        ({"from": "sip:desk@a.example"}, "sip:", "isn't an address at a SIP domain"),
        ({"from": CALLER}, "sip:sales@shop.sip-eu.vonage.com", "by a SIP endpoint only"),
        ({"from": CALLER}, "sales", "sales is not a number of this account"),
        ({"withheld": True}, "sales", "sales is not a number of this account"),
        ({"from": "sip:desk@a.example", "application_id": "x"}, "sales", "application_id must name"),
    ],
    ids=str,
)
@pytest.mark.usefixtures("greeted")
def test_call_that_leads_nowhere_says_why(api: httpx.Client, caller: Json, to: str, complaint: str) -> None:
    outcome = api.post(CALLS, json={**caller, "to": to}).json()
    assert outcome["status"] == "rejected"
    assert complaint in outcome["failure"]


def test_sip_domain_of_several_applications_has_to_name_one(greeted: Customer, api: httpx.Client) -> None:
    first = greeted.application["id"]
    api.post("/v2/applications", json={"name": "other", "capabilities": {"voice": {}}}).raise_for_status()
    call = {"from": "sip:desk@example.com", "to": "sip:sales@shop.sip-eu.vonage.com"}

    assert "application_id must name" in api.post(CALLS, json=call).json()["failure"]
    assert "failure" not in api.post(CALLS, json={**call, "application_id": first}).json()


def test_telephone_that_withholds_its_number_calls(greeted: Customer, api: httpx.Client) -> None:
    outcome = api.post(CALLS, json={"withheld": True, "to": NUMBER, "script": [{"hear": "hello"}]}).json()

    assert "failure" not in outcome
    (asked,) = greeted.bodies("answer")
    assert (asked["from"], asked["to"], asked["endpoint_type"]) == ("anonymous", NUMBER, "phone")
    assert {event["from"] for event in greeted.bodies("event")} == {"anonymous"}


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
        ({**USER, "withheld": True}, "give from (a number or a sip: URI) or from_user"),
        ({"withheld": False, "to": NUMBER}, "give from (a number or a sip: URI) or from_user"),
        ({"withheld": "yes", "to": NUMBER}, "withheld: must be"),
        ({"withheld": True, "to": NUMBER, "sip_headers": {}}, "sip_headers goes with"),
        (
            {"from": CALLER, "to": NUMBER, "application_id": "x"},
            "application_id goes with from_user or a from that begins with sip:",
        ),
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
    phone.of_sip("sip:desk@example.com").dial("sales").hears("hello")
    phone.withheld().dial(NUMBER).hears("hello")
    phone.hang_up_everything()

    user, desk, sales, withheld = greeted.bodies("answer")
    assert (sales["to"], withheld["from"]) == ("sales", "anonymous")
    assert (user["from_user"], user["custom_data"]) == ("jamie", {"plan": "gold"})
    assert headers_in(desk) == {"SipHeader_X-UserId": "42"}
    assert greeted.statuses(NUMBER)[-1] == greeted.statuses("support")[-1] == "completed"


@pytest.mark.parametrize(
    ("who", "told"),
    [
        ("from_user: jamie\ncustom_data: {plan: gold}\nto: support", "jamie calls support"),
        ("from: sip:desk@example.com\nsip_headers: {X-UserId: 42}", "sip:desk@example.com calls"),
        (
            "from: sip:desk@example.com\nsip_headers: {X-UserId: 42}\nto: sip:sales@shop.sip-eu.vonage.com",
            "sip:desk@example.com calls sip:sales@shop.sip-eu.vonage.com",
        ),
        ("withheld: true", "a withheld number calls"),
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
    assert headers_in(asked) == ({"SipHeader_X-UserId": "42"} if "sip:" in who else {})
