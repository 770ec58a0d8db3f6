"""API secrets: two at most, one at least, never shown."""

import httpx
import pytest

from vonage_simulator.vonage import Vonage

NEW = "Another1Secret"


@pytest.fixture
def path(vonage: Vonage) -> str:
    return f"/accounts/{vonage.account.api_key}/secrets"


def test_rotation_adds_the_new_secret_before_the_old_one_goes(
    vonage: Vonage, api: httpx.Client, path: str
) -> None:
    old = api.get(path).json()["_embedded"]["secrets"][0]
    made = api.post(path, json={"secret": NEW})
    with httpx.Client(base_url=vonage.url, auth=(vonage.account.api_key, NEW)) as rotated:
        assert api.get("/v2/applications").status_code == 200
        assert rotated.delete(f"{path}/{old['id']}").status_code == 204
        assert rotated.get("/v2/applications").status_code == 200
    assert api.get("/v2/applications").status_code == 401
    assert made.status_code == 201
    assert NEW not in made.text


@pytest.mark.parametrize(
    "weak", ["Short1A", "x" * 25 + "A1", "nouppercase1", "NOLOWERCASE1", "NoDigitsHere", 12345678, None]
)
def test_weak_secret_is_refused(api: httpx.Client, path: str, weak: object) -> None:
    refused = api.post(path, json={"secret": weak})
    assert refused.status_code == 400
    assert refused.json()["invalid_parameters"][0]["name"] == "secret"


def test_third_secret_is_one_too_many(api: httpx.Client, path: str) -> None:
    assert api.post(path, json={"secret": NEW}).status_code == 201
    assert api.post(path, json={"secret": NEW + "2"}).json()["type"].endswith("#add-excess-secret")


def test_last_secret_cannot_be_deleted(api: httpx.Client, path: str) -> None:
    only = api.get(path).json()["_embedded"]["secrets"][0]["id"]
    refused = api.delete(f"{path}/{only}")
    assert refused.status_code == 403
    assert refused.json()["type"].endswith("#delete-last-secret")


def test_other_account_and_unknown_secret_are_not_found(api: httpx.Client, path: str) -> None:
    assert api.get("/accounts/other/secrets").status_code == 404
    assert api.get(f"{path}/unknown").status_code == 404


def test_balance_is_there_for_both_ways_to_authenticate(vonage: Vonage, api: httpx.Client) -> None:
    key, secret = vonage.credentials
    assert api.get("/account/get-balance").json()["autoReload"] is False
    query = {"api_key": key, "api_secret": secret}
    assert httpx.get(f"{vonage.url}/account/get-balance", params=query).status_code == 200
    assert httpx.get(f"{vonage.url}/account/get-balance").status_code == 401
