"""One call, whoever wrote its NCCO: what official SDKs and Vonage's own samples write plays the same."""

from typing import Any

import pytest

from tests.vonage_simulator.customer import CALLEE, NUMBER, Customer, ncco, talk
from vonage_simulator.journal import words
from vonage_simulator.journal.story import call_story
from vonage_simulator.testing.phone import Phone
from vonage_simulator.vonage import Vonage

Json = dict[str, Any]
MUSIC = "https://example.com/hold.mp3"
TONE = "https://example.com/ring.mp3"


def documented(menu: str) -> list[Json]:
    return [
        {"action": "talk", "text": "Press a key.", "bargeIn": True, "loop": 2, "level": 0.5},
        {"action": "input", "type": ["dtmf"], "eventUrl": [menu],
         "dtmf": {"maxDigits": 2, "timeOut": 5, "submitOnHash": True}},
        {"action": "connect", "from": NUMBER, "timeout": 30, "limit": 20, "ringbackTone": TONE,
         "endpoint": [{"type": "phone", "number": CALLEE}]},
        {"action": "wait", "timeout": 2},
        {"action": "talk", "text": "Goodbye."},
    ]  # fmt: skip


def as_text(menu: str) -> list[Json]:
    """Every number and boolean as a text, no type of an input: the PHP SDK."""
    return [
        {"action": "talk", "text": "Press a key.", "bargeIn": "true", "loop": "2", "level": "0.5",
         "premium": "false"},
        {"action": "input", "eventUrl": [menu],
         "dtmf": {"maxDigits": "2", "timeOut": "5", "submitOnHash": "true"}},
        {"action": "connect", "from": NUMBER, "timeout": "30", "limit": "20", "ringbackTone": TONE,
         "endpoint": [{"type": "phone", "number": CALLEE}]},
        {"action": "wait", "timeout": "2"},
        {"action": "talk", "text": "Goodbye."},
    ]  # fmt: skip


def mixed(menu: str) -> list[Json]:
    """Some numbers as a text (.NET), a list for one tone (Python), an empty list for no URL (Node)."""
    return [
        {"action": "talk", "text": "Press a key.", "bargeIn": True, "loop": "2", "level": "0.5", "style": 0},
        {"action": "input", "type": ["dtmf"], "eventUrl": [menu], "provider": "new",
         "dtmf": {"maxDigits": 2, "timeOut": "5", "submitOnHash": True}},
        {"action": "connect", "from": NUMBER, "timeout": "30", "limit": "20", "ringbackTone": [TONE],
         "eventUrl": [], "endpoint": [{"type": "phone", "number": int(CALLEE)}]},
        {"action": "wait", "timeout": 2.0},
        {"action": "talk", "text": "Goodbye.", "voiceName": "Amy"},
    ]  # fmt: skip


def story(customer: Customer, actions: list[Json]) -> tuple[list[str], int]:
    """Everything that happened in a call, and how long it took."""
    customer.on("answer", ncco(*actions))
    outcome = customer.call({"hear": "Press a key"}, {"press": "7#"})
    return [str(words.of(line)) for line in outcome["transcript"]], outcome["duration_s"]


@pytest.mark.parametrize("spelling", [as_text, mixed])
def test_ncco_of_another_sdk_plays_the_same_call(customer: Customer, spelling: Any) -> None:  # noqa: ANN401
    customer.create()
    menu = f"{customer.url}/menu"

    told, duration_s = story(customer, documented(menu))

    assert story(customer, spelling(menu)) == (told, duration_s)
    assert f"{CALLEE} is connected" in told
    inputs = customer.bodies("menu")
    assert [event["dtmf"] for event in inputs] == [{"digits": "7", "timed_out": False}] * 2
    answered = customer.vonage.journal.entries(webhook="answer")
    assert "problems" not in answered[0]
    assert {problem["rejected"] for problem in answered[1]["problems"]} == {False}


def test_sip_endpoint_is_reached_by_user_and_domain(customer: Customer) -> None:
    callee = {"type": "sip", "user": "maria", "domain": "shop-trunk", "headers": {"floor": "3"}}
    customer.on("answer", ncco({"action": "connect", "from": NUMBER, "endpoint": [callee]})).create()

    customer.call(callees={"maria@shop-trunk": {"picks": "answer"}})

    assert customer.statuses("maria@shop-trunk") == ["started", "ringing", "answered", "completed"]


def test_older_input_collects_by_its_own_settings(customer: Customer) -> None:
    ask = {"action": "input", "maxDigits": "1", "timeOut": "5", "eventUrl": [f"{customer.url}/menu"]}
    customer.on("answer", ncco(ask, talk("Going on."))).create()

    customer.call({"press": "12"})

    assert customer.bodies("menu")[0]["dtmf"] == "1"


@pytest.mark.parametrize("music", [MUSIC, [MUSIC]])
def test_music_on_hold_may_be_a_text(customer: Customer, music: object) -> None:
    room = {"action": "conversation", "name": "room", "startOnEnter": "false", "musicOnHoldUrl": music}
    customer.on("answer", ncco(room)).create()

    customer.call({"wait": 3}, {"hang_up": True})

    assert customer.vonage.journal.entries(what="on hold")[0]["music"] == MUSIC


def test_what_is_doubtful_is_told_in_the_story_and_in_a_failed_test(
    customer: Customer, vonage: Vonage
) -> None:
    customer.on("answer", ncco(talk("Hello.", loop="1", voiceName="Amy"))).create()

    with Phone(vonage).dial(NUMBER) as call:
        call.hears("Hello")
        with pytest.raises(AssertionError) as failed:
            call.hears("Bye")
    lines = "\n".join(call_story(vonage.journal.entries(call=call.transcript[0]["call"])))

    for told in (str(failed.value), lines):
        assert 'action 1 (talk): loop is "1"; it should be a whole number' in told
        assert "action 1 (talk): voiceName is not a field; " in told
    assert "[yellow]action 1" in lines
    assert "[red]" not in lines
