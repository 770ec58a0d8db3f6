"""Scripts: a file says what happens, the verdict is pass or fail."""

import json
import re
import time
from pathlib import Path

import httpx
import pytest
import yaml

from tests.vonage_simulator.customer import CALLEE, NUMBER, Customer, Json, Reaction, connect, ncco, talk
from tests.vonage_simulator.mistakes import MISTAKES, REFUSED, Mistake
from vonage_simulator.account.account import Account
from vonage_simulator.messages import outbound
from vonage_simulator.server import running
from vonage_simulator.testing import script, script_messages, script_runner
from vonage_simulator.testing.endpoint import Answer, Incoming
from vonage_simulator.vonage import Vonage

SCRIPT = """
caller:
  - hear: press one
  - press: 1
  - hear: Hello?
expect:
  connected_to: "447700900999"
  hears: [Press one, Connecting]
  never_hears: Sorry
  events: [answered, completed]
  fallback: false
"""


@pytest.fixture
def menu(customer: Customer, vonage: Vonage, monkeypatch: pytest.MonkeyPatch) -> Customer:
    """A customer's endpoint under /webhooks, and the account's credentials in the environment."""
    ask = {
        "action": "input",
        "type": ["dtmf"],
        "dtmf": {"maxDigits": 1},
        "eventUrl": [f"{customer.url}/menu"],
    }
    customer.on("webhooks/answer", ncco(talk("Press one.", bargeIn=True), ask))
    customer.on("menu", ncco(talk("Connecting."), connect()))
    monkeypatch.setenv("VONAGE_API_KEY", vonage.account.api_key)
    monkeypatch.setenv("VONAGE_SIGNATURE_SECRET", vonage.account.signature_secret)
    return customer


def run(tmp_path: Path, text: str, *arguments: str) -> int:
    path = tmp_path / "call.yaml"
    path.write_text(text)
    return script_runner.main([str(path), *arguments])


def test_script_passes_with_the_story_of_the_call(
    menu: Customer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, SCRIPT, "--url", menu.url) == 0
    told = capsys.readouterr().out
    assert "PASSED call.yaml" in told
    assert "447700900123 hears “Press one.”" in told
    assert "447700900123 presses 1" in told
    assert CALLEE in told


def test_story_of_a_call_does_not_command_the_terminal(
    menu: Customer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    menu.on("webhooks/answer", ncco(talk("\x1b[2JGone, \x9b31m.")))
    run(tmp_path, "caller: [{hear: Hello}]\n", "--url", menu.url)
    told = capsys.readouterr().out
    assert re.findall("[\x1b\x9b]", told) == []
    assert r"“\u001b[2JGone, \u009b31m.”" in told


@pytest.mark.parametrize(
    ("instead", "complaint"),
    [
        ("hear: Bonjour", 'never heard "Bonjour"'),
        ("wait: 1\nexpect: {connected_to: '447700900777'}", "expected connected_to: 447700900777"),
        ("wait: 1\nexpect: {hears: Moin}", "expected hears: Moin"),
        ("wait: 1\nexpect: {fallback: true}", "expected fallback: True; it was False"),
        ("wait: 1\nexpect: {status: busy}", "expected status: busy; it was completed"),
    ],
)
def test_what_did_not_happen_fails_the_script(
    menu: Customer, tmp_path: Path, capsys: pytest.CaptureFixture[str], instead: str, complaint: str
) -> None:
    assert run(tmp_path, f"caller:\n  - {instead}\n", "--url", menu.url) == 1
    told = capsys.readouterr().out
    assert complaint in told
    assert "FAILED" in told


@pytest.mark.parametrize(
    ("scheme", "place", "failure"),
    [
        ("http", "127.0.0.1:9", "no connection"),
        ("https", "", "TLS error"),
        ("http", "127.0.0.1:port", "invalid URL"),
    ],
)
def test_webhook_that_cannot_be_delivered_fails_the_script_and_is_named_once(
    menu: Customer, tmp_path: Path, capsys: pytest.CaptureFixture[str], scheme: str, place: str, failure: str
) -> None:
    url = f"{scheme}://{place or menu.url.partition('//')[2]}/recorded"
    record = {"action": "record", "endOnKey": "#", "eventUrl": [url]}
    menu.on("webhooks/answer", ncco(record, record))

    assert run(tmp_path, "caller: [{press: '#'}, {press: '#'}]", "--url", menu.url) == 1

    told = capsys.readouterr().out
    assert told.count(f"✗ the record webhook cannot be delivered to {url}: {failure}") == 1


def test_webhook_whose_connection_is_cut_twice_fails_the_script(
    menu: Customer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    menu.on("menu", Answer(reset=True))

    assert run(tmp_path, "caller: [{press: 1}]", "--url", menu.url) == 1

    assert f"the input webhook cannot be delivered to {menu.url}/menu" in capsys.readouterr().out


@pytest.mark.parametrize(
    "replies",
    [[Answer(500)], [Answer(reset=True), Answer(204)]],
    ids=["refused", "delivered at the second try"],
)
def test_webhook_that_was_delivered_leaves_the_verdict_to_the_script(
    menu: Customer, tmp_path: Path, replies: list[Reaction]
) -> None:
    menu.on("menu", *replies)

    assert run(tmp_path, "caller: [{press: 1}]", "--url", menu.url) == 0


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("- a list", "a script is a mapping"),
        ("caler: []", "not caler"),
        ("expect: {weather: fine}", "expect may have"),
        ("caller: [{dance: 1}]", "step 1 must have exactly one of"),
        ("caller: [hang_up]", None),
        ("callees: {'1': {picks: asleep}}", "picks must be one of"),
        ("callees: {'1': {mood: bad}}", "mood"),
        ("caller: [", "isn't YAML"),
        ("expect: {messages: []}", "expect.messages is a list"),
        ("expect: {messages: [{to: '1', colour: red}]}", "has some of to, from, channel, text"),
        ("message: Hello", "message is a mapping"),
        ("message: {channel: telex, text: Hello}", "channel must be one of sms,"),
        ("message: {text: Hello}\ncaller: [hang_up]", "leave out caller"),
        ("message: {text: Hello}\nexpect: {hears: Hello}", "leave out expect.hears"),
        ("expect: {messages: [{text: Hello}]}", "run it without --url"),
        ("chat: {steps: [{write: Hello}]}", "run it without --url"),
        ("chat: {channel: sms}", "chat is a mapping with a list of steps"),
        ("chat: {steps: [{dance: 1}]}", "a step of chat is one of write, tap, read, wait"),
        ("chat: {steps: [{wait: {weeks_: 1}}]}", "a wait is some of days, hours"),
        ("chat: {steps: []}\nmessage: {text: Hello}", "a message or a chat"),
        ("chat: {steps: []}\ncaller: [hang_up]", "leave out caller"),
    ],
)
def test_script_nobody_could_follow_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, complaint: str | None
) -> None:
    status = run(tmp_path, text, "--url", "http://127.0.0.1:9")
    told = capsys.readouterr().err
    assert status == 2
    assert (complaint or "VONAGE_API_KEY") in told


def test_missing_file_and_missing_credentials_say_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VONAGE_API_KEY", raising=False)
    assert script_runner.main([str(tmp_path / "none.yaml")]) == 2
    assert run(tmp_path, "caller: []", "--url", "http://127.0.0.1:9") == 2
    told = capsys.readouterr().err
    assert "Name a script file" in told
    assert "VONAGE_API_KEY and VONAGE_SIGNATURE_SECRET" in told


def test_three_legs_with_recording_menu_speech_transfer_and_voicemail_take_no_time(
    customer: Customer, vonage: Vonage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VONAGE_API_KEY", vonage.account.api_key)
    monkeypatch.setenv("VONAGE_SIGNATURE_SECRET", vonage.account.signature_secret)
    keys = {
        "action": "input",
        "type": ["dtmf"],
        "dtmf": {"maxDigits": 1},
        "eventUrl": [f"{customer.url}/menu"],
    }
    words = {"action": "input", "type": ["speech"], "speech": {}, "eventUrl": [f"{customer.url}/department"]}
    voicemail = {
        "action": "record",
        "endOnKey": "#",
        "beepStart": True,
        "eventUrl": [f"{customer.url}/voicemail"],
    }
    customer.on("webhooks/answer", ncco({"action": "record"}, talk("Press one.", bargeIn=True), keys))
    customer.on("menu", ncco(talk("Which department?"), words))
    second = connect("447700900777", eventType="synchronous", timeout=20)
    customer.on(
        "department", ncco(connect(eventType="synchronous"), second, talk("Leave a message."), voicemail)
    )
    text = """
    caller:
      - hear: press one
      - press: "1"
      - hear: which department
      - say: sales
      - hear: Hello?
      - hear: leave a message
      - say: Please call me back.
      - press: "#"
    expect: {connected_to: "447700900999", events: [timeout, completed]}
    """

    started = time.monotonic()
    status = run(tmp_path, text, "--url", customer.url)

    assert status == 0
    assert time.monotonic() - started < 3
    assert len(customer.bodies("voicemail")) == 1


def test_script_runs_through_a_simulator_and_leaves_it_on_real_time(tmp_path: Path) -> None:
    with running(Account.seeded(seed=1), live=True) as up, Customer.serving(up) as customer:
        customer.on("answer", ncco(talk("Hello. " * 50))).create()

        started = time.monotonic()
        called = run(tmp_path, "caller: [{hear: Hello}]\nexpect: {status: completed}", "--simulator", up.url)

        assert called == 0
        assert time.monotonic() - started < 10
        assert up.clock.live


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "127.0.0.1:4010", "http://127.0.0.1:port"])
def test_script_says_what_to_do_when_no_simulator_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], url: str
) -> None:
    assert run(tmp_path, "caller: []", "--simulator", url) == 2

    told = capsys.readouterr().err
    assert f"no simulated Vonage answers at {url}" in told
    assert "python -m vonage_simulator" in told
    assert "--simulator" in told


def test_program_that_is_no_simulated_vonage_is_told_from_one(
    customer: Customer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "caller: []", "--simulator", customer.url) == 2
    assert f"no simulated Vonage answers at {customer.url}" in capsys.readouterr().err


def test_simulated_vonage_that_fails_is_said(
    customer: Customer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    customer.on("_simulator/account", Answer(body=b'{"numbers": []}'))
    customer.on("_simulator/clock", Answer(body=b'{"live": false}'))
    customer.on("_simulator/calls", Answer(500, body=b"Internal Server Error"))

    assert run(tmp_path, "to: '447700900000'\ncaller: []", "--simulator", customer.url) == 2
    assert "call.yaml: the simulated Vonage failed (500)" in capsys.readouterr().err


@pytest.fixture
def answering(customer: Customer) -> Customer:
    """A number that answers each call, and each message, with an SMS to 447700900456."""

    def send(_: Incoming) -> Answer:
        vonage = customer.vonage
        message = {"channel": "sms", "message_type": "text", "to": "447700900456", "from": NUMBER}
        accepted = outbound.accept(vonage.mailbox, {**message, "text": "Somebody was here."}, None)
        vonage.engine.begin(outbound.send(vonage.mailbox, accepted))
        return Answer(200, b"[]")

    customer.on("answer", send).on("inbound", send).create()
    return customer


CALLED, WRITTEN = "caller: [hang_up: true]\n", "message: {channel: sms, text: Hello}\n"


@pytest.mark.parametrize("happens", [CALLED, WRITTEN])
def test_message_that_is_expected_was_sent_since_the_script_began(
    answering: Customer, tmp_path: Path, happens: str
) -> None:
    expect = 'expect: {messages: [{to: "447700900456", channel: sms, text: somebody}]}\n'
    assert run(tmp_path, happens + expect, "--simulator", answering.vonage.url) == 0


@pytest.mark.parametrize("happens", [CALLED, WRITTEN])
@pytest.mark.parametrize(
    "other", [{"to": "447700900457"}, {"channel": "whatsapp"}, {"text": "nobody"}, {"from": "447700900001"}]
)
def test_message_that_was_not_sent_fails_the_script_with_those_that_were(
    answering: Customer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    happens: str,
    other: Json,
) -> None:
    wanted = json.dumps({"to": "447700900456", "channel": "sms", "text": "somebody"} | other)

    expect = f"expect: {{messages: [{wanted}]}}"
    status = run(tmp_path, happens + expect, "--simulator", answering.vonage.url, "--patience", "0")

    told = capsys.readouterr().out
    assert status == 1
    assert f"expected a message {json.loads(wanted)}" in told
    assert 'sent: sms from 447700900000 to 447700900456: "Somebody was here."' in told


def test_one_message_does_not_stand_for_two(answering: Customer) -> None:
    expect = "expect: {messages: [{text: somebody}, {text: somebody}]}"
    wanted = script.checked(yaml.safe_load(CALLED + expect))
    with httpx.Client(base_url=f"{answering.vonage.url}/_simulator", trust_env=False) as control:
        outbox = script_messages.Outbox(control)
        control.post("/calls", json={**wanted.calling, "to": NUMBER}).raise_for_status()
        assert len(outbox.missing(wanted.messages, within_s=0)) == 1


def test_message_that_nobody_takes_fails_the_script(
    customer: Customer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    customer.on("inbound", Answer(404)).create()
    assert run(tmp_path, WRITTEN, "--simulator", customer.vonage.url) == 1
    assert "the inbound webhook did not take the message" in capsys.readouterr().out


@pytest.fixture
def offering(customer: Customer) -> Customer:
    """A number that answers each message with a button."""
    reply = {"type": "reply", "reply": {"id": "1", "title": "Yes"}}
    interactive = {"type": "button", "body": {"text": "Coffee?"}, "action": {"buttons": [reply]}}
    message = {"channel": "whatsapp", "message_type": "custom", "to": "447700900123", "from": NUMBER}

    def offer(_: Incoming) -> Answer:
        content = {"custom": {"type": "interactive", "interactive": interactive}}
        accepted = outbound.accept(customer.vonage.mailbox, {**message, **content}, None)
        customer.vonage.engine.begin(outbound.send(customer.vonage.mailbox, accepted))
        return Answer(200)

    customer.on("inbound", offer).create()
    return customer


def chatting(*steps: Json) -> str:
    return yaml.safe_dump({"chat": {"channel": "whatsapp", "steps": list(steps)}})


def test_chat_writes_reads_taps_and_lets_time_pass(offering: Customer, tmp_path: Path) -> None:
    before = offering.vonage.clock.now()
    steps = [{"write": "Hello"}, {"read": "Coffee? [Yes]"}, {"wait": {"hours": 23}}, {"tap": "Yes"}]

    assert run(tmp_path, chatting(*steps, {"read": "coffee"}), "--simulator", offering.vonage.url) == 0
    assert (offering.vonage.clock.now() - before).total_seconds() >= 23 * 3600
    first, second = (json.loads(webhook.body) for webhook in offering.received if webhook.path == "/inbound")
    assert first["text"] == "Hello"
    assert second["reply"] == {"id": "1", "title": "Yes"}


@pytest.mark.parametrize(
    ("step", "complaint"),
    [
        ({"read": "tea"}, '447700900123 never received "tea"'),
        ({"tap": "No"}, 'there is no button "No" to tap; there are: Yes'),
    ],
)
def test_chat_that_goes_another_way_fails_the_script(
    offering: Customer, tmp_path: Path, capsys: pytest.CaptureFixture[str], step: Json, complaint: str
) -> None:
    text = chatting({"write": "Hello"}, {"read": "Coffee"}, step)

    assert run(tmp_path, text, "--simulator", offering.vonage.url, "--patience", "0.1") == 1
    assert complaint in capsys.readouterr().out


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
@pytest.mark.parametrize("status", [204, 500])
def test_mistake_of_a_flow_fails_the_script_whatever_its_status(
    menu: Customer, tmp_path: Path, capsys: pytest.CaptureFixture[str], mistake: Mistake, status: int
) -> None:
    menu.on("webhooks/event", mistake.reply(status))

    assert run(tmp_path, "caller: [{hear: Press}]", "--url", menu.url) == 1

    told = capsys.readouterr().out
    answered = told.partition("POST /webhooks/event voice.answered")[2].splitlines()
    assert [line.strip() for line in answered[1 : 1 + len(mistake.lines)]] == mistake.lines
    assert told.count(f"✗ voice.answered: {', '.join(mistake.lines)}") == 1


def test_script_about_the_fallback_leaves_it_to_what_is_expected(menu: Customer, tmp_path: Path) -> None:
    menu.on("webhooks/answer", MISTAKES["exception"].reply(500))
    menu.on("webhooks/fallback", ncco(talk("Sorry.")))

    assert run(tmp_path, "expect: {fallback: true, hears: Sorry}", "--url", menu.url) == 0


def test_what_is_only_doubtful_is_told_and_fails_no_script(
    menu: Customer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    menu.on("webhooks/event", REFUSED.reply(503))
    menu.on("webhooks/answer", ncco(talk("Press one.", bargein=True)))

    assert run(tmp_path, "caller: [{hear: Press}]", "--url", menu.url) == 0

    told = capsys.readouterr().out
    assert "            Refused: stale\n" in told
    assert "            action 1 (talk): bargein is not a field; did you mean bargeIn?\n" in told


def test_refused_ncco_fails_the_script_and_is_shown(
    menu: Customer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    menu.on("webhooks/answer", ncco(talk("Press one.", level=7)))

    assert run(tmp_path, "caller: [{wait: 1}]", "--url", menu.url) == 1

    told = capsys.readouterr().out
    assert '            {"action": "talk", "text": "Press one.", "level": 7}\n' in told
    assert "            action 1 (talk): level is 7; it must be from -1 to 1\n" in told
    assert "✗ voice.answer: action 1 (talk): level is 7; it must be from -1 to 1" in told


@pytest.mark.parametrize(
    ("what", "verdict"), [("not reloaded", 1), ("not started", 1), ("reloaded", 0), ("to be deployed", 0)]
)
def test_script_fails_when_what_was_saved_is_not_what_ran(
    menu: Customer, tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str, verdict: int
) -> None:
    vonage = menu.vonage
    menu.create()
    vonage.journal.add("code", vonage.clock.timestamp(), what=what, text="functions/event/app.py, line 6")

    assert run(tmp_path, "caller: [{hear: Press}]", "--simulator", vonage.url) == verdict

    said = "✗ what was saved isn't live: functions/event/app.py, line 6" in capsys.readouterr().out
    assert said == bool(verdict)
