"""The control API: telephones by hand, the journal, the clock."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.vonage_simulator.customer import CALLER, NUMBER, Customer, connect, ncco, talk
from vonage_simulator.account.account import Account
from vonage_simulator.server import running
from vonage_simulator.testing.endpoint import Answer
from vonage_simulator.vonage import Vonage

Json = dict[str, Any]


@pytest.fixture
def live() -> Iterator[Vonage]:
    with running(Account.seeded(seed=1), live=True) as simulator:
        yield simulator


@pytest.fixture
def live_customer(live: Vonage) -> Iterator[Customer]:
    with Customer.serving(live) as endpoint:
        yield endpoint


def eventually(condition: Callable[[], Json | None]) -> Json:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError("it never happened")


def test_a_person_dials_presses_and_hangs_up_in_real_time(live: Vonage, live_customer: Customer) -> None:
    ask = {
        "action": "input",
        "type": ["dtmf"],
        "dtmf": {"maxDigits": 1},
        "eventUrl": [f"{live_customer.url}/menu"],
    }
    live_customer.on("answer", ncco(ask)).on("menu", ncco({"action": "wait", "timeout": 60})).create()

    with httpx.Client(base_url=f"{live.url}/_simulator") as control:
        call = control.post("/calls", json={"from": CALLER, "to": NUMBER, "wait": False})
        leg = call.json()["leg"]
        eventually(lambda: next(iter(live.journal.entries(what="listening")), None))
        pressed = control.post(f"/legs/{leg}/press", json={"keys": "1"})
        eventually(lambda: next(iter(live_customer.bodies("menu")), None))
        hung_up = control.post(f"/legs/{leg}/hang_up")
        eventually(
            lambda: next((e for e in live_customer.bodies("event") if e.get("status") == "completed"), None)
        )

    assert call.status_code == 202
    assert pressed.json() == {"listened_to": True}
    assert hung_up.status_code == 200
    assert live_customer.bodies("menu")[0]["dtmf"]["digits"] == "1"


def test_a_ringing_leg_is_picked_up_by_hand(live: Vonage, live_customer: Customer) -> None:
    live_customer.on("answer", ncco(connect("447700900777"))).create()

    with httpx.Client(base_url=f"{live.url}/_simulator") as control:
        caller = control.post("/calls", json={"from": CALLER, "to": NUMBER, "wait": False}).json()["leg"]
        eventually(
            lambda: next(
                (
                    e
                    for e in live.journal.entries(webhook="event")
                    if e["request"]["body"].get("status") == "ringing"
                    and e["request"]["body"]["to"] == "447700900777"
                ),
                None,
            )
        )
        ringing = next(leg for leg in control.get("/calls").json()["legs"] if leg["to"] == "447700900777")
        assert control.post(f"/legs/{ringing['leg']}/pick_up").json() == {"listened_to": True}
        eventually(lambda: next(iter(live.journal.entries(what="connected")), None))
        control.post(f"/legs/{caller}/hang_up")


@pytest.mark.parametrize(("deed", "status"), [("sing", 400), ("press", 400)])
def test_deed_that_cannot_be_done_is_refused(
    live: Vonage, live_customer: Customer, deed: str, status: int
) -> None:
    live_customer.on("answer", ncco({"action": "wait", "timeout": 60})).create()
    with httpx.Client(base_url=f"{live.url}/_simulator") as control:
        leg = control.post("/calls", json={"from": CALLER, "to": NUMBER, "wait": False}).json()["leg"]
        assert control.post(f"/legs/{leg}/{deed}", json={}).status_code == status
        assert control.post(f"/legs/unknown/{deed}", json={}).json() == {"error": "leg: no leg unknown is up"}
        control.post(f"/legs/{leg}/hang_up")


def test_journal_filters_and_pages(customer: Customer, api: httpx.Client) -> None:
    customer.on("answer", ncco(talk("Hello."))).create()
    call = customer.call()["call"]

    entries = api.get("/_simulator/journal", params={"call": call, "kind": "webhook"}).json()["entries"]
    later = api.get("/_simulator/journal", params={"after": entries[0]["id"]}).json()["entries"]

    assert {entry["kind"] for entry in entries} == {"webhook"}
    assert later[0]["id"] == entries[0]["id"] + 1
    for senseless in ("x", "-1", "²", "9" * 5000):
        assert api.get("/_simulator/journal", params={"after": senseless}).status_code == 400, senseless


def test_journal_can_be_waited_for(vonage: Vonage, api: httpx.Client) -> None:
    last = len(vonage.journal.entries())
    with httpx.Client(base_url=vonage.url, auth=vonage.credentials) as other:
        assert api.get("/_simulator/journal", params={"after": last, "wait": 0}).json()["entries"] == []
        other.get("/v2/applications")
        found = api.get("/_simulator/journal", params={"after": last, "wait": 5}).json()["entries"]
    assert found[0]["request"]["url"] == "/v2/applications"


def test_webhook_is_replayed_against_the_present_code(
    customer: Customer, api: httpx.Client, vonage: Vonage
) -> None:
    customer.on("inbound", Answer(400)).create()
    api.post("/_simulator/messages", json={"channel": "sms", "from": CALLER, "to": NUMBER, "text": "hi"})
    failed = vonage.journal.entries(webhook="inbound")[0]
    customer.on("inbound", Answer(200))

    replayed = api.post(f"/_simulator/journal/{failed['id']}/replay").json()

    assert (replayed["replay_of"], replayed["response"]["status"]) == (failed["id"], 200)
    first, second = customer.bodies("inbound")
    assert first == second
    tokens = {seen.headers["authorization"] for seen in customer.received if seen.path == "/inbound"}
    assert len(tokens) == 2


def test_all_webhooks_of_a_call_are_replayed_in_order(customer: Customer, api: httpx.Client) -> None:
    customer.on("answer", ncco(talk("Hello."))).create()
    call = customer.call()["call"]
    first = [(seen.path, seen.body) for seen in customer.received]

    replayed = api.post(f"/_simulator/calls/{call}/replay").json()["entries"]

    assert [(seen.path, seen.body) for seen in customer.received] == first * 2
    assert all(entry["response"]["status"] < 300 for entry in replayed)
    assert api.post("/_simulator/calls/unknown/replay").status_code == 400


def test_conversation_event_reaches_the_rtc_webhook(api: httpx.Client, customer: Customer) -> None:
    assert api.post("/_simulator/rtc", json={"type": "member:joined"}).status_code == 400
    hooks = {"event_url": customer.hook("rtc")}
    api.post("/v2/applications", json={"name": "app", "capabilities": {"rtc": {"webhooks": hooks}}})

    sent = api.post("/_simulator/rtc", json={"type": "member:joined", "body": {"user": {"name": "jamie"}}})

    assert sent.json() == {"delivered": True, "failure": None}
    (event,) = customer.bodies("rtc")
    assert (event["type"], event["body"]["user"]["name"]) == ("member:joined", "jamie")
    assert customer.received[-1].headers["authorization"].startswith("Bearer ")
    assert api.post("/_simulator/rtc", json={}).status_code == 400


def test_conversation_events_are_counted_in_their_conversation(api: httpx.Client, customer: Customer) -> None:
    customer.on("rtc", ncco(talk("Not heard.")))
    hooks = {"event_url": customer.hook("rtc")}
    api.post("/v2/applications", json={"name": "app", "capabilities": {"rtc": {"webhooks": hooks}}})

    for conversation in ("CON-1", "CON-1", "CON-2"):
        api.post("/_simulator/rtc", json={"type": "member:joined", "conversation_id": conversation})

    events = customer.bodies("rtc")
    assert [(event["conversation_id"], event["id"]) for event in events] == [
        ("CON-1", 1), ("CON-1", 2), ("CON-2", 1),
    ]  # fmt: skip
    assert events[0]["_embedded"]["from_member"]["id"] == events[0]["from"]


def test_only_webhooks_can_be_replayed(api: httpx.Client) -> None:
    api.get("/v2/applications")
    assert api.post("/_simulator/journal/1/replay").status_code == 400
    assert api.post("/_simulator/journal/99/replay").status_code == 400


def test_clock_can_be_read_moved_and_switched(api: httpx.Client, vonage: Vonage) -> None:
    before = vonage.clock.now()
    moved = api.post("/_simulator/clock", json={"advance_s": 3600, "live": True}).json()
    assert moved["live"] is True
    assert (vonage.clock.now() - before).total_seconds() >= 3600
    assert api.get("/_simulator/clock").json()["live"] is True


def test_callees_and_recipients_can_be_set(customer: Customer, api: httpx.Client) -> None:
    customer.on("answer", ncco(connect("447700900777"))).create()
    assert api.post("/_simulator/callees", json={"447700900777": {"picks": "busy"}}).status_code == 204
    assert api.post("/_simulator/recipients", json={CALLER: {"fate": "rejected"}}).status_code == 204
    customer.call()
    assert "busy" in customer.statuses("447700900777")
    refused = api.post("/_simulator/callees", json={"447700900777": {"picks": "asleep"}})
    assert refused.status_code == 400
    assert 'picks: must be one of "answer", "machine", ' in refused.json()["error"]


@pytest.mark.parametrize(
    "path",
    [
        "calls", "callees", "recipients", "senders", "messages", "rtc", "clock", "faults", "switches",
        "account/webhooks",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "body", [b"{", b"[]", b"null", b"1", b'"text"', b"\xff", b"[" * 100_000], ids=lambda body: repr(body[:5])
)
def test_body_that_is_no_object_is_refused(api: httpx.Client, path: str, body: bytes) -> None:
    refused = api.post(f"/_simulator/{path}", content=body)
    assert refused.status_code == 400
    assert refused.json()["error"].startswith("body: ")


@pytest.mark.parametrize(
    ("path", "body", "complaint"),
    [
        ("calls", {"from": "1", "to": 2}, "to: must be a text"),
        ("calls", {"from": "1"}, "to: is required"),
        ("calls", {"from": "1", "to": "2", "scrip": []}, "scrip: does not exist"),
        ("calls", {"from": "1", "to": "2", "callees": {"3": {"mood": 1}}}, "callees.3.mood: does not exist"),
        ("calls", {"from": "1", "to": "2", "script": [{"press": "A"}]}, "press takes keys"),
        ("calls", {"from": "1", "to": "2", "script": [{"wait": "x"}]}, "take seconds"),
        ("calls", {"from": "1", "to": "2", "script": [{"hear": "a", "within": -1}]}, "take seconds"),
        ("calls", {"from": "1", "to": "2", "script": [{"say": {}}]}, "take a text"),
        ("calls", {"from": "1", "to": "2", "script": [{"hear": "a", "withn": 1}]}, "withn does not exist"),
        ("messages", {"channel": "sms", "from": "1", "to": "2"}, "text: is required"),
        ("messages", {"channel": "fax", "from": "1", "to": "2"}, "channel: must be one of sms"),
        (
            "messages",
            {"channel": "sms", "from": "1", "to": "2", "message_type": "image"},
            "message_type: sms has text",
        ),
        (
            "recipients",
            {"1": {"fate": "eaten"}},
            '1.fate: must be one of "delivered", "undeliverable", "rejected"',
        ),
        ("senders", {"1": {"per_second": 0}}, "1.per_second: must be from 1 to 1000"),
        ("rtc", {"type": 1}, "type: must be a text"),
        ("clock", {"advance_s": -1}, "advance_s: must be from 0 to 315360000"),
        ("clock", {"advance_s": 1e12}, "advance_s: must be from 0 to 315360000"),
        ("account/webhooks", {"inbound_url": "example.com"}, "inbound_url: "),
    ],
)
def test_member_that_makes_no_sense_is_named(
    api: httpx.Client, path: str, body: Json, complaint: str
) -> None:
    refused = api.post(f"/_simulator/{path}", json=body)
    assert refused.status_code == 400
    assert complaint in refused.json()["error"]


def test_account_is_shown_without_secrets(customer: Customer, api: httpx.Client, vonage: Vonage) -> None:
    customer.create()
    shown = api.get("/_simulator/account")
    assert shown.json()["numbers"][0]["app_id"] == customer.application["id"]
    assert vonage.account.api_secret not in shown.text


@pytest.mark.parametrize("path", ["/_simulator/account", "/v2/applications"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "evil.example"},
        {"Host": "127.0.0.1:4651.evil.example"},
    ],
    ids=str,
)
def test_web_pages_of_others_are_kept_out(api: httpx.Client, path: str, headers: dict[str, str]) -> None:
    assert api.get(path, headers=headers).status_code == 403


def test_own_page_and_other_programs_are_let_in(api: httpx.Client, vonage: Vonage) -> None:
    own = vonage.url.replace("127.0.0.1", "localhost")
    assert api.get("/_simulator/account", headers={"Origin": vonage.url}).status_code == 200
    assert httpx.get(f"{own}/_simulator/account").status_code == 200
