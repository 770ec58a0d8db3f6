"""The Numbers API as clients meet it."""

import httpx
import pytest

from tests.vonage_simulator.customer import Customer
from vonage_simulator.account.account import Account
from vonage_simulator.server import running
from vonage_simulator.switches import Switches
from vonage_simulator.testing.endpoint import Answer
from vonage_simulator.vonage import Vonage

NUMBER = {"country": "GB", "msisdn": "447700900000"}


@pytest.fixture
def application_id(api: httpx.Client) -> str:
    created: dict[str, str] = api.post("/v2/applications", json={"name": "shop"}).json()
    return created["id"]


def read(api: httpx.Client) -> dict[str, object]:
    found = api.get("/account/numbers", params={"pattern": NUMBER["msisdn"]}).json()
    number: dict[str, object] = found["numbers"][0]
    return number


def test_no_match_is_an_empty_object(api: httpx.Client) -> None:
    assert api.get("/account/numbers", params={"pattern": "999999"}).json() == {}


def test_link_reads_back_as_app_id_and_callback(api: httpx.Client, application_id: str) -> None:
    reply = api.post("/number/update", data={**NUMBER, "app_id": application_id})

    assert reply.json() == {"error-code": "200", "error-code-label": "success"}
    number = read(api)
    assert number["app_id"] == number["voiceCallbackValue"] == application_id
    assert number["voiceCallbackType"] == "app"


def test_update_without_app_id_unlinks_and_drops_what_it_leaves_out(
    api: httpx.Client, application_id: str
) -> None:
    api.post(
        "/number/update", data={**NUMBER, "app_id": application_id, "voiceStatusCallback": "https://x/y"}
    )

    api.post("/number/update", data=NUMBER)

    assert read(api) == {**NUMBER, "type": "mobile-lvn", "features": ["VOICE", "SMS"]}


def test_own_voice_callback_wins_over_the_link(api: httpx.Client, application_id: str) -> None:
    tel = {"voiceCallbackType": "tel", "voiceCallbackValue": "447700900123"}
    api.post("/number/update", data={**NUMBER, **tel, "app_id": application_id})
    assert read(api)["voiceCallbackType"] == "tel"


def test_older_callback_of_an_application_links_too(api: httpx.Client, application_id: str) -> None:
    callback = {"voiceCallbackType": "app", "voiceCallbackValue": application_id}
    assert api.post("/number/update", data={**NUMBER, **callback}).json()["error-code"] == "200"
    assert read(api)["app_id"] == application_id
    assert (
        api.post("/number/update", data={**NUMBER, **callback, "voiceCallbackValue": "x"}).status_code == 420
    )


@pytest.mark.parametrize(
    ("answer", "status"),
    [(Answer(200), 200), (Answer(204), 420), (Answer(404), 420), (Answer(reset=True), 420)],
    ids=["200", "204", "404", "no answer"],
)
def test_webhook_for_sms_is_asked_when_it_is_saved(
    customer: Customer, api: httpx.Client, answer: Answer, status: int
) -> None:
    customer.on("sms", answer)

    saved = api.post("/number/update", data={**NUMBER, "moHttpUrl": f"{customer.url}/sms"})

    assert saved.status_code == status
    assert read(api).get("moHttpUrl") == (f"{customer.url}/sms" if status == 200 else None)
    (asked,) = customer.received
    assert (asked.method, asked.path, asked.body) == ("GET", "/sms", b"")


def test_empty_webhook_for_sms_is_removed_without_asking(customer: Customer, api: httpx.Client) -> None:
    customer.on("sms", Answer(200))
    api.post("/number/update", data={**NUMBER, "moHttpUrl": f"{customer.url}/sms"})
    api.post("/number/update", data={**NUMBER, "moHttpUrl": ""})
    assert "moHttpUrl" not in read(api)
    assert len(customer.received) == 1


@pytest.mark.parametrize(
    "form",
    [
        {"country": "US", "msisdn": "447700900000"},
        {"country": "GB", "msisdn": "447700900001"},
        {"msisdn": "447700900000"},
        {**NUMBER, "voiceCallbackType": "tel"},
        {**NUMBER, "voiceCallbackType": "fax", "voiceCallbackValue": "1"},
        {**NUMBER, "app_id": "unknown"},
    ],
    ids=[
        "wrong country",
        "not owned",
        "no country",
        "half a callback",
        "unknown callback",
        "unknown application",
    ],
)
def test_update_that_cannot_be_done_fails_with_420(api: httpx.Client, form: dict[str, str]) -> None:
    refused = api.post("/number/update", data=form)
    assert refused.status_code == 420
    assert refused.json() == {"error-code": "420", "error-code-label": "method failed"}


@pytest.mark.parametrize("path", ["/number/update", "/number/buy", "/number/cancel"])
@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "multipart/form-data", ""])
def test_write_that_does_not_say_it_is_a_form_fails_with_420(
    api: httpx.Client, path: str, content_type: str
) -> None:
    body = b"country=GB&msisdn=447700900000"
    refused = api.post(path, content=body, headers={"Content-Type": content_type})
    assert refused.status_code == 420
    assert refused.json() == {"error-code": "420", "error-code-label": "method failed"}


def test_json_is_no_form(api: httpx.Client) -> None:
    assert api.post("/number/update", json=NUMBER).status_code == 420


def test_form_may_name_its_charset_and_parameters_may_come_in_the_query(api: httpx.Client) -> None:
    kind = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}
    body = b"country=GB&msisdn=447700900000"
    assert api.post("/number/update", content=body, headers=kind).status_code == 200
    assert api.post("/number/update", params=NUMBER).status_code == 200


@pytest.mark.parametrize(
    ("form", "missing"),
    [
        ({"msisdn": "14155550120"}, ["country"]),
        ({"country": "US"}, ["msisdn"]),
        ({"country": "", "msisdn": "14155550120"}, ["country"]),
        ({}, ["country", "msisdn"]),
    ],
)
def test_purchase_has_to_name_country_and_number(
    api: httpx.Client, form: dict[str, str], missing: list[str]
) -> None:
    refused = api.post("/number/buy", data=form)
    assert refused.status_code == 400
    assert refused.json() == dict.fromkeys(missing, "Is required.")


def test_wrong_credentials_have_the_older_error_shape(vonage: Vonage) -> None:
    refused = httpx.get(f"{vonage.url}/account/numbers", auth=("a", "b"))
    assert refused.status_code == 401
    assert refused.json() == {"error-code": "401", "error-code-label": "authentication failed"}


@pytest.mark.parametrize(
    ("strategy", "pattern", "found"),
    [("0", "4477", 1), ("0", "7700", 0), ("1", "7700", 1), ("2", "0000", 1), ("2", "447", 0)],
)
def test_search_pattern_says_where_the_pattern_must_be(
    api: httpx.Client, strategy: str, pattern: str, found: int
) -> None:
    query = {"pattern": pattern, "search_pattern": strategy, "country": "GB"}
    assert api.get("/account/numbers", params=query).json().get("count", 0) == found


def test_count_is_the_total_not_the_page(api: httpx.Client) -> None:
    page = api.get("/number/search", params={"country": "GB", "size": 5, "index": 2}).json()
    assert page["count"] == 25
    assert len(page["numbers"]) == 5


def test_features_filter_asks_for_all_of_them(api: httpx.Client) -> None:
    page = api.get(
        "/number/search", params={"country": "US", "features": "SMS,MMS,VOICE", "size": 100}
    ).json()
    assert all("MMS" in number["features"] for number in page["numbers"])
    assert page["count"] == 5


@pytest.mark.parametrize(
    "query", ["size=0", "size=101", "size=x", "index=0", "index=-1", "index=1.5", "index=²"]
)
def test_page_outside_the_rules_fails_with_420(api: httpx.Client, query: str) -> None:
    assert api.get(f"/account/numbers?{query}").json()["error-code"] == "420"


def test_owned_list_is_filtered_by_application(api: httpx.Client, application_id: str) -> None:
    api.post("/number/update", data={**NUMBER, "app_id": application_id})
    for query, found in (
        ({"application_id": application_id}, [NUMBER["msisdn"]]),
        ({"has_application": "true"}, [NUMBER["msisdn"]]),
        ({"has_application": "false"}, ["14155550100"]),
    ):
        numbers = api.get("/account/numbers", params=query).json()["numbers"]
        assert [number["msisdn"] for number in numbers] == found


def test_search_needs_a_country(api: httpx.Client) -> None:
    assert api.get("/number/search", params={"features": "SMS"}).status_code == 420


def test_bought_number_is_owned_and_cancelled_number_is_not(api: httpx.Client) -> None:
    offer = api.get("/number/search", params={"country": "US"}).json()["numbers"][0]
    form = {"country": "US", "msisdn": offer["msisdn"]}

    assert api.post("/number/buy", data=form).json()["error-code"] == "200"
    assert api.post("/number/buy", data=form).status_code == 420
    assert api.get("/account/numbers", params={"country": "US"}).json()["count"] == 2
    assert api.post("/number/cancel", data=form).json()["error-code"] == "200"
    assert api.post("/number/cancel", data=form).status_code == 420


def test_numbers_api_takes_three_requests_a_second() -> None:
    with (
        running(Account.seeded(switches=Switches(rate_limits=True))) as vonage,
        httpx.Client(base_url=vonage.url, auth=vonage.credentials) as api,
    ):
        replies = [api.get("/number/search", params={"country": "GB"}) for _ in range(4)]
    assert [reply.status_code for reply in replies] == [200, 200, 200, 429]
    assert replies[-1].json()["error-code"] == "429"


def test_owned_list_may_be_read_once_a_second() -> None:
    with (
        running(Account.seeded(switches=Switches(rate_limits=True))) as vonage,
        httpx.Client(base_url=vonage.url, auth=vonage.credentials) as api,
    ):
        answers = [api.get("/account/numbers").status_code for _ in range(2)]
        vonage.clock.advance(1)
        answers.append(api.get("/account/numbers").status_code)
    assert answers == [200, 429, 200]
