"""`make call`: scripts go through the simulated Vonage of the stage that is up."""

import json
import sys
from pathlib import Path

import pytest

from local.__main__ import main
from operate import paths
from tests.vonage_simulator.customer import Customer, ncco, talk
from vonage_simulator.account.account import Account
from vonage_simulator.server import running

SCRIPT = "caller: [{{hear: {}}}]\nexpect: {{status: completed}}\n"


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A script on the command line, and a state that no other test has."""
    path = tmp_path / "call.yaml"
    monkeypatch.setattr(paths, "STATE", tmp_path / "state.json")
    monkeypatch.setattr(sys, "argv", ["local", "call", str(path)])
    return path


@pytest.mark.parametrize(("hears", "status"), [("Hello", 0), ("Bonjour", 1)])
def test_script_runs_through_what_is_up_and_its_verdict_is_the_exit_status(
    script: Path, hears: str, status: int
) -> None:
    script.write_text(SCRIPT.format(hears))
    with running(Account.seeded(seed=1)) as up, Customer.serving(up) as customer:
        customer.on("answer", ncco(talk("Hello."))).create()
        nothing = dict.fromkeys(("aws_url", "console_url", "webhook_url", "stack_name", "application_id"), "")
        secrets = dict.fromkeys(("api_key", "api_secret", "signature_secret"), "")
        saved = {**nothing, **secrets, "vonage_url": up.url, "numbers": [], "services": []}
        paths.STATE.write_text(json.dumps(saved))

        with pytest.raises(SystemExit) as ended:
            main("call")

    assert ended.value.code == status


@pytest.mark.usefixtures("script")
def test_call_says_what_to_do_when_nothing_is_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("call") == 1
    assert "make up" in capsys.readouterr().out
