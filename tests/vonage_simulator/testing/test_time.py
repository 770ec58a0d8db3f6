"""What has a time waits for it, in simulated time; and docs/testing.md shows how that is tested."""

import asyncio
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from switchboard import Commands, InboundMessage, inbound, message_to, talk
from switchboard.errors import SettingError

from vonage_simulator.clock.clock import Clock
from vonage_simulator.clock.engine import Engine
from vonage_simulator.testing.commands.waiting import seconds_until
from vonage_simulator.testing.handlers import Handler
from vonage_simulator.testing.phone import Phone
from vonage_simulator.testing.simulation import NUMBER, Simulation
from vonage_simulator.testing.texting import Texting
from vonage_simulator.types import Json

pytest_plugins = ["pytester"]

PAGE = (Path(__file__).parents[3] / "docs" / "testing.md").read_text()
SHOWN = re.findall(r"```python\n(.*?)```", PAGE.partition("\n## Time\n")[2], re.DOTALL)
LONDON, TOKYO = "Europe/London", "Asia/Tokyo"
DAY = {"hours": "09:00-20:00"}


@pytest.fixture
def marks() -> Json:
    """What the command says beside its detail."""
    return {}


@pytest.fixture
def webhooks(marks: Json) -> dict[str, Handler]:
    @inbound
    def news(message: InboundMessage) -> Any:  # noqa: ANN401 - any marks
        text = message_to("sms", message["from"], message["to"], "News.")
        return {"name": "messages.send", "id": "news", "detail": text, **marks}

    return {"inbound": news}


def test_what_the_page_shows_runs(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("\n".join(SHOWN))

    pytester.runpytest_inprocess().assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("beside", "waits"),
    [
        ({}, False),
        ({"window": DAY}, True),
        ({"window": DAY | {"zone": TOKYO}}, False),
        ({"window": DAY | {"country": "JP"}}, False),
        ({"pace": "bulk"}, True),
        ({"pace": "bulk", "purpose": "transactional"}, False),
        ({"pace": "bulk", "window": {"hours": "00:00-24:00", "zone": TOKYO}}, False),
        ({"after": 1}, False),
        ({"after": 8 * 3600, "window": DAY | {"zone": TOKYO}}, True),
    ],
)
def test_at_one_in_the_night_only_what_may_be_sent_then_is(
    sms: Texting,
    simulation: Simulation,
    marks: Json,
    monkeypatch: pytest.MonkeyPatch,
    beside: Json,
    waits: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    monkeypatch.setenv("SWITCHBOARD_QUIET_HOURS", "20:00-09:00")
    marks |= beside
    sms.waits_until("01:00", LONDON)
    sms.send("What's new?")

    assert (len(simulation.waiting()), sms.received) == ((1, []) if waits else (0, ["News."]))
    sms.waits(days=1.5)
    assert (simulation.waiting(), sms.received) == ([], ["News."])


@pytest.mark.filterwarnings("ignore:.*detail.after is not a field")
@pytest.mark.parametrize("is_bare", [True, False])
def test_a_time_inside_a_message_is_vonage_s_as_on_a_stack_and_nothing_waits(
    sms: Texting,
    simulation: Simulation,
    webhooks: dict[str, Handler],
    is_bare: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """In a flow's command it stands beside the detail; only on the bus in it."""

    @inbound
    def misplaces_it(message: InboundMessage) -> Any:  # noqa: ANN401 - mypy would know that it isn't a message
        text = message_to("sms", message["from"], message["to"], "News.") | {"after": 3600}
        return text if is_bare else {"name": "messages.send", "detail": text}

    webhooks["inbound"] = misplaces_it
    sms.send("What's new?")

    assert (simulation.waiting(), sms.received) == ([], ["News."])


def test_bulk_with_a_failover_is_rejected_as_on_a_stack(
    sms: Texting, simulation: Simulation, marks: Json, webhooks: dict[str, Handler]
) -> None:
    marks |= {"pace": "bulk"}

    @inbound
    def fails_over(message: InboundMessage) -> Any:  # noqa: ANN401 - any marks
        other = message_to("sms", message["from"], message["to"], "News.")
        text = message_to("sms", message["from"], message["to"], "News.", failover=[other])
        return {"name": "messages.send", "detail": text, **marks}

    webhooks["inbound"] = fails_over
    sms.send("What's new?")

    (rejected,) = [each["payload"] for each in simulation.events if each["name"] == "messages.send.rejected"]
    assert rejected["reason"].startswith("Bulk takes no failover")
    assert sms.received == []


def test_a_command_can_be_cancelled_twice(
    sms: Texting, simulation: Simulation, marks: Json, webhooks: dict[str, Handler]
) -> None:
    marks |= {"after": 3600}
    sms.send("What's new?")

    @inbound
    def cancels(_message: InboundMessage) -> Commands:
        return [
            {"name": "command.cancel", "detail": {"id": each}} for each in ("news", "other", "news", "other")
        ]

    webhooks["inbound"] = cancels
    sms.send("Enough")

    results = [each for each in simulation.events if each["name"].startswith("command.cancel.")]
    assert [each["name"] for each in results] == ["command.cancel.accepted"] * 4
    assert [each["payload"]["found"] for each in results] == ["waiting", "unknown"] * 2


def test_what_waits_says_when_it_is_due(sms: Texting, simulation: Simulation, marks: Json) -> None:
    marks |= {"window": {"hours": "Sat 10:00-12:00"}}
    sms.waits_until("Fri 12:00", LONDON)
    sms.send("What's new?")

    (news,) = simulation.waiting()
    assert (news["id"], news["detail"]["text"]) == ("news", "News.")
    assert datetime.fromisoformat(news["due"]).strftime("%a") == "Sat"


def test_who_says_stop_while_a_command_waits_is_not_sent_it(
    sms: Texting, simulation: Simulation, marks: Json, webhooks: dict[str, Handler]
) -> None:
    marks |= {"after": 3600}
    sms.send("What's new?")

    @inbound
    def stops(message: InboundMessage) -> Commands:
        return {"name": "consent.stop", "detail": {"person": message["from"]}}

    webhooks["inbound"] = stops
    sms.send("Enough")
    sms.waits(hours=2)

    assert (sms.received, simulation.waiting()) == ([], [])
    assert simulation.events[-1]["payload"]["opted_out"] is True


@pytest.mark.parametrize(
    "beside",
    [{"window": DAY | {"country": "XX"}}, {"window": {"hours": "09:00-09:00"}}, {"at": "2999-01-01T00:00Z"}],
)
def test_what_can_never_be_sent_is_rejected_with_the_reason_of_a_stack(
    sms: Texting, simulation: Simulation, marks: Json, beside: Json
) -> None:
    marks |= beside
    sms.send("What's new?")
    assert sms.received == []

    (rejected,) = [each["payload"] for each in simulation.events if each["name"] == "messages.send.rejected"]
    assert re.search("a zone or a country|window.hours|a year off", rejected["reason"])


@pytest.mark.parametrize(
    ("beside", "reason"),
    [
        ({"after": 3600}, "messages.send waits until 20.*let time pass"),
        ({"window": DAY | {"country": "XX"}}, "messages.send was rejected: .*Give the window a zone"),
    ],
)
def test_who_waits_in_vain_is_told_what_has_become_of_it(
    sms: Texting, marks: Json, beside: Json, reason: str
) -> None:
    marks |= beside
    sms.send("What's new?")

    with pytest.raises(AssertionError, match=reason):
        sms.receives("News.", within_s=0)


def test_whose_telephone_does_not_ring_is_told_so_too(
    sms: Texting, phone: Phone, webhooks: dict[str, Handler]
) -> None:
    @inbound
    def calls_later(message: InboundMessage) -> Commands:
        return {
            "name": "voice.call",
            "detail": {
                "to": [{"type": "phone", "number": message["from"]}],
                "from": {"type": "phone", "number": NUMBER},
                "ncco": [talk("Hello.")],
            },
            "after": 3600,
        }

    webhooks["inbound"] = calls_later
    sms.send("Call me in an hour")

    with pytest.raises(AssertionError, match=r"did not ring within 1 s\nvoice.call waits until 20"):
        phone.of("447700900111").rings(within_s=1)
    sms.waits(hours=1)
    phone.rings()


def test_quiet_hours_that_cannot_be_read_fail_the_test(
    sms: Texting, marks: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWITCHBOARD_QUIET_HOURS", "at night")
    marks |= {"pace": "bulk"}
    sms.send("What's new?")

    with pytest.raises(SettingError, match="at night"):
        _ = sms.received


def test_years_may_pass() -> None:
    with Engine(Clock()).running() as engine:
        for days in (200, 200, 1000, 10_000):
            engine.start(asyncio.sleep(days * 86_400 + 0.1)).result(timeout=10)

        assert engine.clock.seconds() == pytest.approx(11_400 * 86_400, abs=1)


@pytest.mark.parametrize(
    ("clock", "zone", "expected"),
    [
        ("09:00", "UTC", "2027-03-26T09:00"),
        ("08:00", "UTC", "2027-03-27T08:00"),
        ("Fri 08:00", "UTC", "2027-04-02T08:00"),
        ("Fri 12:00", "UTC", "2027-03-26T12:00"),
        ("Sun 09:00", LONDON, "2027-03-28T08:00"),  # the day on which the clocks are put forward
        ("09:00", TOKYO, "2027-03-27T00:00"),
    ],
)
def test_a_clock_s_time_is_the_next_one(clock: str, zone: str, expected: str) -> None:
    now = datetime(2027, 3, 26, 8, 0, tzinfo=UTC)

    assert now.timestamp() + seconds_until(clock, zone, now) == pytest.approx(
        datetime.fromisoformat(f"{expected}+00:00").timestamp()
    )


@pytest.mark.parametrize("clock", ["9", "Monday 09:00", "Mon", "24:00", "09:00:30", ""])
def test_a_time_that_is_none_is_refused(clock: str) -> None:
    with pytest.raises(ValueError, match=r"isn't a time as in 09:00 or Mon 09:00"):
        seconds_until(clock, "UTC", datetime.now(UTC))
