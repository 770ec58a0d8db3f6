"""With --db, everything is still there after a restart."""

import stat
from pathlib import Path

import httpx
import pytest

from tests.vonage_simulator.customer import Customer, connect, ncco
from vonage_simulator.__main__ import main
from vonage_simulator.server import running
from vonage_simulator.store import StoreError


def test_account_and_journal_survive_a_restart(tmp_path: Path) -> None:
    db = tmp_path / "vonage.db"
    with running(db=db) as first, httpx.Client(base_url=first.url, auth=first.credentials) as api:
        created = api.post("/v2/applications", json={"name": "shop"}).json()
        api.post("/number/update", data={"country": "GB", "msisdn": "447700900000", "app_id": created["id"]})
        api.post("/_simulator/account/webhooks", json={"status_url": "https://example.com/status"})
        before, credentials = first.journal.entries(), first.credentials

    with running(db=db) as second:
        assert second.credentials == credentials
        assert second.account.application_of("447700900000") == first.account.applications[created["id"]]
        assert second.account.message_webhooks == {"status_url": "https://example.com/status"}
        assert second.journal.entries() == before
        httpx.get(f"{second.url}/v2/applications", auth=credentials)
        assert second.journal.entries()[-1]["id"] == len(before) + 1

    assert stat.S_IMODE(db.stat().st_mode) == 0o600


def test_what_happens_while_it_is_stopped_survives_too(tmp_path: Path) -> None:
    db = tmp_path / "vonage.db"
    with running(db=db, live=True) as first, Customer.serving(first) as customer:
        customer.on("answer", ncco(connect("447700900123"))).create()
        asking = {"from": "447700900111", "to": "447700900000", "wait": False}
        httpx.post(f"{first.url}/_simulator/calls", json=asking).raise_for_status()
        first.engine.run(first.journal.until(lambda entry: entry.get("what") == "ringing", 10))
        before = len(first.journal.entries())

    with running(db=db) as second:
        assert len(first.journal.entries()) > before
        assert second.journal.entries() == first.journal.entries()


def test_file_that_is_no_database_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    db = tmp_path / "notes.txt"
    db.write_text("not a database, but long enough to be read as one" * 10)
    with pytest.raises(StoreError, match="Name another file with --db"), running(db=db):
        pass
    assert main(["--port", "0", "--jump", "--db", str(db)]) == 1
    assert "error: " in capsys.readouterr().err
