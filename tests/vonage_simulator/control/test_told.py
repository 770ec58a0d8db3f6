"""What code does that nobody waits for is written down, shown and judged as a webhook's reply is."""

from dataclasses import replace
from pathlib import Path
from threading import Timer

import httpx
import pytest

from tests.vonage_simulator.customer import Customer, ncco, talk
from vonage_simulator.account.account import Account
from vonage_simulator.journal.story import call_story, plain
from vonage_simulator.server import running
from vonage_simulator.testing import script_runner, verdict

FAILED = {
    "name": "FlowFailed",
    "severity": "ERROR",
    "raised": "KeyError: 'whom to tell'",
    "at": ["functions/answer/app.py:9 in lambda_handler: raise KeyError(call)"],
}
SENTENCE = f"voice.completed: FlowFailed: {FAILED['raised']}, at {FAILED['at'][0]}"
TOLD = {"function": "answer", "event": "voice.completed", "failed": True, "outcomes": [FAILED]}
SCRIPT = "caller: [{hear: Hello}]\nexpect: {status: completed}\n"
PAUSE = {
    "Content-Type": "application/json",
    "switchboard-outcomes": '[{"name": "Answered", "severity": "INFO", "waits": "app.py:3 ask"}]',
}


def test_what_is_told_after_a_call_is_in_its_story_and_is_bad() -> None:
    with running(Account.seeded(seed=1)) as simulator:
        reply = httpx.post(f"{simulator.url}/_simulator/told", json={**TOLD, "call": "CON-1"})
        entries = simulator.journal.entries(call="CON-1")

    assert reply.status_code == 201
    assert "EVENT /answer voice.completed → 500" in plain(call_story(entries))
    assert verdict.failures(entries) == [SENTENCE]


def test_what_is_told_is_no_webhook_to_send_again() -> None:
    with running(Account.seeded(seed=1)) as simulator:
        told = httpx.post(f"{simulator.url}/_simulator/told", json={**TOLD, "call": "CON-1"}).json()
        again = httpx.post(f"{simulator.url}/_simulator/journal/{told['id']}/replay")

    assert again.status_code == 400


@pytest.mark.parametrize("outcomes", [[FAILED], []], ids=["failed", "well"])
def test_script_of_a_dialog_waits_for_what_it_does_after_the_call(
    tmp_path: Path, outcomes: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    (script := tmp_path / "call.yaml").write_text(SCRIPT)
    with running(Account.seeded(seed=1)) as simulator, Customer.serving(simulator) as customer:
        customer.on("answer", replace(ncco(talk("Hello.")), headers=PAUSE)).create()

        def tell(entry: dict[str, object]) -> None:
            if entry["kind"] == "webhook" and "completed" in str(entry["request"]):
                told = {**TOLD, "call": entry["call"], "outcomes": outcomes}
                Timer(0.3, httpx.post, (f"{simulator.url}/_simulator/told",), {"json": told}).start()

        simulator.journal.listen(tell)
        failed = script_runner.main(["--simulator", simulator.url, str(script)])

    assert failed == bool(outcomes)
    assert ("whom to tell" in capsys.readouterr().out) == bool(outcomes)
