"""What the Messages API takes in a second, and whom it doesn't write to: people who have opted out."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.vonage_simulator.api.test_voice_api import bearer
from tests.vonage_simulator.customer import CALLER, NUMBER, Customer, client_of
from vonage_simulator.api import rates
from vonage_simulator.api.rates import RateLimit
from vonage_simulator.messages.message import Sender
from vonage_simulator.switches import Second, changed
from vonage_simulator.vonage import Vonage

Json = dict[str, Any]
US_NUMBER, US_TOLL_FREE = "14155550100", "18005550100"


@pytest.fixture
def messages(customer: Customer, vonage: Vonage, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    """A client for whom no time passes, so that whatever it sends is in one second."""
    monkeypatch.setattr(rates, "monotonic", lambda: 0.0)
    vonage.engine.run(holding(vonage, is_held=True))
    customer.create()
    with client_of(vonage, headers=bearer(customer)) as client:
        yield client


async def holding(vonage: Vonage, *, is_held: bool) -> None:
    vonage.clock.held = is_held


def assume(vonage: Vonage, **positions: object) -> None:
    vonage.account.switches = changed(vonage.account.switches, positions)


def sent(messages: httpx.Client, sender: str = NUMBER, channel: str = "sms") -> httpx.Response:
    message = {"channel": channel, "message_type": "text", "to": CALLER, "from": sender, "text": "Hello."}
    return messages.post("/v1/messages", json=message)


def writes(api: httpx.Client, text: str, channel: str = "sms") -> Json:
    message = {"channel": channel, "from": CALLER, "to": NUMBER, "text": text}
    written: Json = api.post("/_simulator/messages", json=message).json()
    return written


def reported(vonage: Vonage, customer: Customer, count: int) -> list[Json]:
    """So many statuses, once time passes again."""
    vonage.engine.run(holding(vonage, is_held=False))
    deadline = time.monotonic() + 10
    while len(customer.bodies("status")) < count:
        assert time.monotonic() < deadline, vonage.journal.entries()
        time.sleep(0.01)
    return customer.bodies("status")


def replies(vonage: Vonage) -> list[str]:
    found = vonage.mailbox.messages.values()
    return [message.words for message in found if message.direction == "outbound"]


def test_more_than_thirty_requests_a_second_are_too_many(messages: httpx.Client, vonage: Vonage) -> None:
    assume(vonage, rate_limits=True)
    read = {"status": "read"}

    sent_ = [sent(messages).status_code for _ in range(29)]
    marked = messages.patch("/v1/messages/unknown", json=read)
    throttled = [sent(messages), messages.patch("/v1/messages/unknown", json=read)]

    assert (set(sent_), marked.status_code) == ({202}, 404)
    assert [reply.status_code for reply in throttled] == [429, 429]
    assert throttled[0].headers["Retry-After"] == "1"
    assert throttled[0].json()["type"].endswith("/messages#1000")


def test_requests_are_not_counted_without_the_switch(messages: httpx.Client, vonage: Vonage) -> None:
    vonage.mailbox.senders[NUMBER] = Sender(per_second=1)

    assert {sent(messages).status_code for _ in range(31)} == {202}


def test_a_sender_has_a_limit_of_its_own(messages: httpx.Client, vonage: Vonage, api: httpx.Client) -> None:
    assume(vonage, rate_limits=True)
    assert api.post("/_simulator/senders", json={NUMBER: {"per_second": 2}}).status_code == 204

    assert [sent(messages).status_code for _ in range(3)] == [202, 202, 429]
    assert sent(messages, "447700900001").status_code == 202


@pytest.mark.parametrize(("position", "second"), [("none", 202), ("us_long_numbers", 429)])
def test_sender_limits(messages: httpx.Client, vonage: Vonage, position: str, second: int) -> None:
    assume(vonage, rate_limits=True, sender_limits=position)

    assert [sent(messages, US_NUMBER).status_code for _ in range(2)] == [202, second]
    for sender in (NUMBER, US_TOLL_FREE, "Shop"):
        assert [sent(messages, sender).status_code for _ in range(2)] == [202, 202]
    assert [sent(messages, US_NUMBER, "whatsapp").status_code for _ in range(2)] == [202, 202]


@pytest.mark.parametrize(
    ("position", "admitted"),
    [("sliding", [True, False, False, True]), ("of_the_clock", [True, False, True, False])],
)
def test_rate_second(position: Second, admitted: list[bool], monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter((10.5, 10.8, 11.2, 11.9))
    limit = RateLimit(1, lambda: next(times), lambda: position)
    monkeypatch.setattr(rates, "monotonic", lambda: 0.0)

    assert [limit.admits() for _ in range(4)] == admitted


def test_time_that_passes_on_both_clocks_passes_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A simulator for people runs on the wall's time: its second isn't half as long."""
    now = iter([10.0, 10.0, 10.6, 10.6, 11.1, 11.1])
    monkeypatch.setattr(rates, "monotonic", lambda: next(now))
    limit = RateLimit(1, lambda: next(now))

    assert [limit.admits() for _ in range(3)] == [True, False, True]


def test_message_to_somebody_who_has_opted_out_is_accepted_and_then_refused(
    messages: httpx.Client, vonage: Vonage, customer: Customer, api: httpx.Client
) -> None:
    blocked = {NUMBER: {"blocked": [CALLER]}}
    assert api.post("/_simulator/senders", json=blocked).status_code == 204

    assert sent(messages).status_code == 202
    submitted, refused = reported(vonage, customer, 2)
    assert (submitted["status"], refused["status"]) == ("submitted", "rejected")
    assert refused["error"]["title"] == "1240"


@pytest.mark.parametrize("position", ["rejected", "undeliverable"])
def test_blocked_status(messages: httpx.Client, vonage: Vonage, customer: Customer, position: str) -> None:
    assume(vonage, blocked_status=position)
    vonage.mailbox.senders[NUMBER] = Sender(blocked={CALLER})

    sent(messages)
    sent(messages, "447700900001")
    sent(messages, channel="whatsapp")

    found = {(each["from"], each["channel"], each["status"]) for each in reported(vonage, customer, 6)}
    assert {each for each in found if each[2] != "submitted"} == {
        (NUMBER, "sms", position), ("447700900001", "sms", "delivered"), (NUMBER, "whatsapp", "delivered"),
    }  # fmt: skip


@pytest.mark.parametrize("word", ["STOP", " stop ", "Unsubscribe", "HELP", "start"])
def test_assisted_number_answers_by_itself_and_the_application_hears_it(
    messages: httpx.Client, vonage: Vonage, customer: Customer, api: httpx.Client, word: str
) -> None:
    del messages
    vonage.mailbox.senders[NUMBER] = Sender(opt_out_assist=True)

    assert writes(api, word)["delivered"]

    assert len(replies(vonage)) == 1
    assert [body["text"] for body in customer.bodies("inbound")] == [word]
    assert customer.bodies("status") == []


def test_start_ends_what_stop_began(
    messages: httpx.Client, vonage: Vonage, customer: Customer, api: httpx.Client
) -> None:
    vonage.mailbox.senders[NUMBER] = Sender(opt_out_assist=True)

    writes(api, "STOP")
    assert vonage.mailbox.senders[NUMBER].blocked == {CALLER}
    writes(api, "START")
    sent(messages)

    assert reported(vonage, customer, 2)[-1]["status"] == "delivered"


@pytest.mark.parametrize(
    ("text", "channel", "is_assisted"),
    [("stop please", "sms", True), ("STOP", "whatsapp", True), ("STOP", "sms", False)],
)
def test_other_words_channels_and_numbers_are_left_alone(
    messages: httpx.Client, vonage: Vonage, api: httpx.Client, text: str, channel: str, *, is_assisted: bool
) -> None:
    del messages
    vonage.mailbox.senders[NUMBER] = Sender(opt_out_assist=is_assisted)

    writes(api, text, channel)

    assert (replies(vonage), vonage.mailbox.senders[NUMBER].blocked) == ([], set())
