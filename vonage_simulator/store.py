"""What the simulator remembers, in a SQLite file: the account, and everything that happened."""

import contextlib
import json
import sqlite3
import threading
from pathlib import Path

from vonage_simulator.account.account import Account
from vonage_simulator.journal.journal import Journal
from vonage_simulator.types import Json

KEPT = (
    "api_key",
    "signature_secret",
    "api_secrets",
    "applications",
    "numbers",
    "numbers_for_sale",
    "message_webhooks",
    "email_domains",
)
SCHEMA = """
create table if not exists account (name text primary key, value text not null);
create table if not exists journal (id integer primary key, entry text not null);
"""


class StoreError(Exception):
    """The file cannot be used; says which and what to do."""


class Store:
    """A SQLite file, readable by its owner alone: it holds the simulated account's secrets.

    Args:
        path: of the file; made when it does not exist.

    Raises:
        StoreError: the file is no database, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        with contextlib.ExitStack() as opened:
            try:
                path.touch(mode=0o600)
                self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
                opened.callback(self._database.close)
                self._database.executescript(SCHEMA)
            except (OSError, sqlite3.DatabaseError) as error:
                message = f"{path} cannot be used as a database: {error}. Name another file with --db"
                raise StoreError(message) from error
            opened.pop_all()

    def restore(self, account: Account, journal: Journal) -> None:
        """Put back what an earlier run left; credentials as well, so that clients go on working."""
        rows = dict(self._database.execute("select name, value from account").fetchall())
        for name, value in rows.items():
            setattr(account, name, json.loads(value))
        entries = self._database.execute("select entry from journal order by id").fetchall()
        journal.restore(json.loads(entry) for (entry,) in entries)

    def follow(self, account: Account, journal: Journal) -> None:
        """Write down every entry from now on, and the account as it is after it."""
        self._save(account)
        journal.listen(lambda entry: self._keep(account, entry))

    def close(self, account: Account) -> None:
        """Save a last time."""
        self._save(account)
        self._database.close()

    def _keep(self, account: Account, entry: Json) -> None:
        with self._lock:
            self._database.execute(
                "insert or replace into journal values (?, ?)", (entry["id"], json.dumps(entry))
            )
        if entry["kind"] == "api" and entry["request"]["method"] != "GET":
            self._save(account)

    def _save(self, account: Account) -> None:
        rows = [(name, json.dumps(getattr(account, name))) for name in KEPT]
        with self._lock:
            self._database.executemany("insert or replace into account values (?, ?)", rows)
