"""`make ask-vonage` as it is typed: what it needs and asks, what the page says, how it can be ended."""

import contextlib
import io
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console

from local.service import free_port
from operate.ask_vonage import report
from operate.ask_vonage.person import AtTheTerminal
from operate.ask_vonage.question import Answer, Position
from operate.command_line import Output
from operate.paths import ROOT
from tests.fakes.stores import Aws
from tests.unit.operate.ask_vonage.conftest import HANGS_UP, HEARS_HELLO, NUMBER, PHONE, SimulatedPerson
from vonage_simulator.account.account import Account
from vonage_simulator.server import running
from vonage_simulator.switches import Switches
from vonage_simulator.vonage import Vonage

YES = "yes\n"


@dataclass
class Terminal:
    """Somebody types the command, the credentials and what it asks for; without a terminal, by a pipe."""

    vonage: Vonage
    page: Path

    def types(self, *options: str, answers: str = YES) -> subprocess.CompletedProcess[str]:
        with self.begins(*options) as started:
            out, err = started.communicate(self.credentials() + answers, timeout=60)
        return subprocess.CompletedProcess(started.args, started.returncode, out, err)

    @contextlib.contextmanager
    def begins(self, *options: str) -> Iterator[subprocess.Popen[str]]:
        command = [sys.executable, "-m", "operate", "ask-vonage", "--report", str(self.page), *options]
        pipe = subprocess.PIPE
        with subprocess.Popen(
            command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True, start_new_session=True
        ) as started:
            yield started

    def credentials(self) -> str:
        return "".join(f"{each}\n" for each in self.vonage.credentials)


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    account = Account.seeded(switches=Switches(unset_fallback="empty", leg_uuid="dashes"))
    with running(account) as vonage:
        monkeypatch.setenv("VONAGE_API_URL", vonage.url)
        yield Terminal(vonage, tmp_path / "asked.md")


def happened(vonage: Vonage, text: str, **filters: str) -> None:
    """Wait until the journal has an entry with a text in it."""
    after, entries = 0, list[dict[str, Any]]([{}])
    while entries and text not in json.dumps(entries):
        query = {**filters, "after": str(after), "wait": "25"}
        entries = httpx.get(f"{vonage.url}/_simulator/journal", params=query, timeout=30).json()["entries"]
        after = entries[-1]["id"] if entries else after
    assert entries, f"no {text} within 25 s"


def test_page_says_what_was_found_and_how_the_simulator_does_the_same(terminal: Terminal) -> None:
    done = terminal.types("--only", "unset_fallback,put_without_keys,rate_limits")

    assert done.returncode == 0, done.stderr
    page = terminal.page.read_text()
    assert "| `unset_fallback` | how an unset fallback is read back | `absent` | `empty` |" in page
    assert "| `put_without_keys` | what a PUT without keys does to them | `keep` | `keep` |" in page
    assert "| `false` | not decided | not asked: it would burden Vonage" in page
    assert "python -m vonage_simulator --assume unset_fallback=empty\n" in page
    assert 'unset_fallback = "empty"' in page
    assert terminal.vonage.account.applications == {}
    for secret in terminal.vonage.credentials:
        assert secret not in page + done.stdout + done.stderr


def test_call_is_conducted_through_the_address_of_a_tunnel(terminal: Terminal) -> None:
    port = free_port()
    person = SimulatedPerson(terminal.vonage)
    person.post("callees", {PHONE: {"picks": "answer", "steps": [*HEARS_HELLO, *HANGS_UP]}})
    where = ["--url", f"http://127.0.0.1:{port}", "--port", str(port)]
    only = ["--only", "leg_uuid,confidence,redirects", "--json", "--confirm"]

    # After a call a minute is real; a person's patience isn't a test's.
    with terminal.begins("--number", NUMBER, "--phone", PHONE, *where, *only) as started:
        assert started.stdin
        started.stdin.write(terminal.credentials())
        started.stdin.flush()
        happened(terminal.vonage, "ended", what="ended")
        started.send_signal(signal.SIGINT)
        out, err = started.communicate(timeout=30)

    assert started.returncode == 130, err
    assert [each["switch"] for each in json.loads(out.splitlines()[-1])["switches"]] == [
        "leg_uuid", "redirects", "confidence"
    ]  # fmt: skip
    assert "Please say hello now." in [
        entry.get("text") for entry in terminal.vonage.journal.entries(kind="call")
    ]
    assert terminal.vonage.account.applications == {}
    assert "app_id" not in terminal.vonage.account.numbers[NUMBER]


@pytest.mark.parametrize("heard", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_run_that_is_ended_removes_what_it_made_and_writes_the_page(
    terminal: Terminal, heard: signal.Signals
) -> None:
    SimulatedPerson(terminal.vonage).post("faults", {"route": "GET /v2/applications/*", "hang": True})
    with terminal.begins("--only", "unset_fallback") as started:
        assert started.stdin
        started.stdin.write(terminal.credentials() + YES)
        started.stdin.flush()
        happened(terminal.vonage, "POST", kind="api")
        started.send_signal(heard)
        _, err = started.communicate(timeout=30)

    assert started.returncode == 130, err
    assert terminal.vonage.account.applications == {}
    assert "interrupted" in terminal.page.read_text()


@pytest.mark.parametrize("answers", ["", "y\n", "no\n"])
def test_nothing_is_made_unless_yes_is_typed(terminal: Terminal, answers: str) -> None:
    done = terminal.types(answers=answers)
    assert done.returncode == 1
    assert "answer yes, or CONFIRM=yes" in done.stderr
    assert not terminal.page.exists()
    assert not [
        entry for entry in terminal.vonage.journal.entries(kind="api") if entry["request"]["method"] != "GET"
    ]


@pytest.mark.parametrize(
    ("options", "status", "sentence"),
    [
        (["--only", "mood"], 2, "no question is called mood"),
        (["--json"], 2, "--json needs --confirm"),
        (["--number", "12"], 2, "isn't a number"),
        (["--phone", "1,2"], 2, "isn't a number"),
        (["--url", "http://shop.example.com"], 2, "isn't an address such as https://"),
        (["--url", "https://shop.example.com/path"], 2, "isn't an address such as https://"),
        (["--report", "/"], 2, "can't be the page"),
        (["--number", "447700900999"], 1, "doesn't own"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_right_is_refused_before_anything_is_made(
    terminal: Terminal, options: list[str], status: int, sentence: str
) -> None:
    done = terminal.types(*options)
    assert (done.returncode, terminal.vonage.account.applications) == (status, {})
    assert sentence in done.stderr


def test_page_with_all_answers_is_not_lost_to_one_with_some(terminal: Terminal) -> None:
    terminal.page.write_text("all of them")
    done = terminal.types("--only", "unset_fallback")
    assert (done.returncode, terminal.page.read_text()) == (2, "all of them")
    assert "would lose its other answers" in done.stderr


def test_credentials_of_a_stage_are_read_from_its_secret(terminal: Terminal, stores: Aws) -> None:
    api_key, api_secret = terminal.vonage.credentials
    kept = {"api_key": api_key, "api_secret": api_secret}
    stores.secret("switchboard/vonage", {}).values["first"] = json.dumps(kept)
    with terminal.begins("--env", "default", "--only", "unset_fallback") as started:
        _, err = started.communicate(YES, timeout=60)
    assert started.returncode == 0, err
    assert "| `empty` |" in terminal.page.read_text()


@pytest.mark.parametrize(
    ("typed", "heard"), [("yes\n", True), ("no\n", False), ("maybe\n", None), ("", None)]
)
def test_person_says_what_was_seen_or_nothing(
    monkeypatch: pytest.MonkeyPatch, typed: str, *, heard: bool | None
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    assert AtTheTerminal(Output(Console(quiet=True))).confirms("Did it?") is heard


def test_person_who_has_agreed_to_all_is_asked_nothing() -> None:
    person = AtTheTerminal(Output(Console(quiet=True)), agreed=True)
    assert (person.agrees("A call."), person.confirms("Did it?")) == (True, None)


def test_wrong_secret_is_told_apart(terminal: Terminal) -> None:
    with terminal.begins() as started:
        _, err = started.communicate("abc\ndef\n", timeout=60)
    assert started.returncode == 1
    assert "Check the API key and secret." in err


def test_address_that_does_not_lead_here_is_told_with_the_one_that_would(terminal: Terminal) -> None:
    port = free_port()
    done = terminal.types("--url", f"http://127.0.0.1:{free_port()}", "--port", str(port))
    assert done.returncode == 1
    assert f"Start the tunnel to http://127.0.0.1:{port}" in done.stderr


def test_leftovers_of_a_run_that_was_cut_off_may_go(terminal: Terminal) -> None:
    made = httpx.post(
        f"{terminal.vonage.url}/v2/applications",
        json={"name": "switchboard ask-vonage 1a2b3c4d"},
        auth=terminal.vonage.credentials,
    ).json()
    link = {"country": "GB", "msisdn": NUMBER, "app_id": made["id"]}
    httpx.post(f"{terminal.vonage.url}/number/update", data=link, auth=terminal.vonage.credentials)

    done = terminal.types("--number", NUMBER, "--only", "rate_limits", answers=YES + YES)

    assert done.returncode == 0, done.stderr
    assert terminal.vonage.account.applications == {}
    assert "app_id" not in terminal.vonage.account.numbers[NUMBER]


def test_numbers_and_the_account_are_masked_on_the_page() -> None:
    seen = "from is “447700900111”, of the account a1b2c3d4, <b>|"
    answer = Answer("withheld_caller", "anonymous", "the from", None, seen)
    page = report.page({"asked": "today"}, [answer], account="a1b2c3d4")
    assert "from is “…111”, of the account &lt;account>, &lt;b>\\|" in page
    assert "What was decided is what the simulator assumes." in page


@pytest.mark.parametrize(
    ("position", "option", "default"), [(False, "false", "False"), (0.0, "0.0", "0.0"), ("", "", '""')]
)
def test_position_is_written_as_the_simulator_takes_it(position: Position, option: str, default: str) -> None:
    page = report.page({}, [Answer("mood", "good", "how", position, "seen")], account="a1b2c3d4")
    assert f"--assume mood={option}\n" in page
    assert f"mood = {default}\n" in page


def test_what_has_no_switch_is_not_among_the_options() -> None:
    page = report.page({}, [Answer("mood", "good", "how", "bad", "seen", has_switch=False)], account="a1")
    assert "| `mood` | how | `good` | `bad` | seen |" in page
    assert "--assume" not in page
