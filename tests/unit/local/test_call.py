"""`make call`: scripts go through the simulated Vonage of the stage that is up."""

from pathlib import Path

import pytest

from local import state
from local.__main__ import main
from tests.unit.local.stages import this_process, up_at
from tests.vonage_simulator.customer import Customer, ncco, talk
from vonage_simulator.account.account import Account
from vonage_simulator.server import running

SCRIPT = "caller: [{{hear: {}}}]\nexpect: {{status: completed}}\n"


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A script, and a state that no other test has."""
    path = tmp_path / "call.yaml"
    monkeypatch.setattr(state, "FILE", tmp_path / "state.json")
    return path


@pytest.mark.parametrize(("hears", "status"), [("Hello", 0), ("Bonjour", 1)])
def test_script_runs_through_what_is_up_and_its_verdict_is_the_exit_status(
    script: Path, hears: str, status: int
) -> None:
    script.write_text(SCRIPT.format(hears))
    with running(Account.seeded(seed=1)) as up, Customer.serving(up) as customer:
        customer.on("answer", ncco(talk("Hello."))).create()
        state.save(up_at(up.url, [this_process(up.url)]))

        assert main(["call", str(script)]) == status


def test_call_says_what_to_do_when_nothing_is_up(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["call", str(script)]) == 1
    assert "make up" in capsys.readouterr().err


def test_script_that_cannot_be_run_is_something_amiss_and_no_wrong_usage(script: Path) -> None:
    state.save(up_at("http://127.0.0.1:9", [this_process()]))

    assert main(["call", str(script)]) == 1


def test_call_without_a_script_says_what_is_missing(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    del script
    with pytest.raises(SystemExit) as ended:
        main(["call"])

    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "what is missing: SCRIPT.\nFor example: make call SCRIPT=examples/ivr/call.yaml\n" in said
