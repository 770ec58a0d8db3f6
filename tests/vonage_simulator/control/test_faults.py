"""Faults on demand, as a client of the APIs meets them."""

import time

import httpx
import pytest

from vonage_simulator.vonage import Vonage

PATH = "/v2/applications"


def test_status_hits_the_next_matching_request_only(vonage: Vonage, api: httpx.Client) -> None:
    vonage.faults.next(f"POST {PATH}", status=503)

    assert api.get(PATH).status_code == 200
    assert api.post(PATH, json={"name": "a"}).status_code == 503
    assert api.post(PATH, json={"name": "b"}).status_code == 201
    assert [application["name"] for application in vonage.account.applications.values()] == ["b"]


def test_rate_limit_may_or_may_not_say_when_to_come_back(vonage: Vonage, api: httpx.Client) -> None:
    vonage.faults.next(f"GET {PATH}", status=429, retry_after=7)
    vonage.faults.next(f"GET {PATH}", status=429)

    first, second = api.get(PATH), api.get(PATH)

    assert first.headers["Retry-After"] == "7"
    assert first.json()["type"].endswith("#rate-limit")
    assert (second.status_code, "Retry-After" in second.headers) == (429, False)


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        (PATH, 401, "#unauthorized"),
        (f"{PATH}/7", 404, "#not-found"),
        (PATH, 429, "#rate-limit"),
        ("/v1/messages", 402, "#low-balance"),
        (PATH, 500, "#error"),
        ("/account/numbers", 401, "authentication failed"),
        ("/account/numbers", 429, "too many requests"),
        ("/number/search", 420, "method failed"),
    ],
)
def test_status_comes_with_the_body_of_its_api(
    vonage: Vonage, api: httpx.Client, path: str, status: int, told: str
) -> None:
    vonage.faults.next(f"GET {path}", status=status)
    reply = api.get(path)
    assert reply.status_code == status
    assert reply.json().get("error-code-label", reply.json().get("type", ""))[-len(told) :] == told


def test_html_comes_from_something_in_between(vonage: Vonage, api: httpx.Client) -> None:
    vonage.faults.next("* *", html=True)
    reply = api.get(PATH)
    assert (reply.status_code, reply.headers["content-type"]) == (502, "text/html; charset=utf-8")


def test_hanging_request_ends_by_the_clients_timeout(vonage: Vonage, api: httpx.Client) -> None:
    vonage.faults.next(f"GET {PATH}", hang=True)
    with pytest.raises(httpx.ReadTimeout):
        api.get(PATH, timeout=0.05)
    assert api.get(PATH).status_code == 200


def test_reset_does_no_work(vonage: Vonage, api: httpx.Client) -> None:
    vonage.faults.next(f"POST {PATH}", reset=True)
    with pytest.raises(httpx.ReadError):
        api.post(PATH, json={"name": "a"})
    assert vonage.account.applications == {}


def test_lost_reply_has_done_the_work(vonage: Vonage, api: httpx.Client) -> None:
    vonage.faults.next(f"POST {PATH}", lost_reply=True)
    with pytest.raises(httpx.ReadError):
        api.post(PATH, json={"name": "a"})
    assert len(vonage.account.applications) == 1


def test_delay_is_real_time(vonage: Vonage, api: httpx.Client) -> None:
    vonage.faults.next(f"GET {PATH}", delay_ms=60)
    started = time.monotonic()
    assert api.get(PATH).status_code == 200
    assert time.monotonic() - started >= 0.06


def test_same_faults_over_http(vonage: Vonage, api: httpx.Client) -> None:
    created = api.post("/_simulator/faults", json={"route": f"GET {PATH}", "status": 500, "times": 2})

    assert created.status_code == 201
    assert [api.get(PATH).status_code for _ in range(3)] == [500, 500, 200]
    assert api.get("/_simulator/faults").json() == {"faults": []}
    assert vonage.journal.entries(kind="api")[0]["fault"]["status"] == 500


@pytest.mark.parametrize(
    "fault",
    [
        {"route": PATH, "status": 500},
        {"route": f"GET {PATH}"},
        {"route": f"GET {PATH}", "status": 42},
        {"route": f"GET {PATH}", "status": "503"},
        {"route": f"GET {PATH}", "hang": True, "times": 0},
        {"route": f"GET {PATH}", "hang": True, "chance": 2},
        {"route": "GET /", "colour": 1},
        {"status": 500},
    ],
    ids=[
        "no method",
        "no effect",
        "no status",
        "text",
        "no times",
        "no chance",
        "unknown detail",
        "no route",
    ],
)
def test_fault_that_means_nothing_is_refused(api: httpx.Client, fault: dict[str, object]) -> None:
    refused = api.post("/_simulator/faults", json=fault)
    assert refused.status_code == 400
    assert "error" in refused.json()
