"""Everything that happened, in order: API calls, webhooks, and what was said and heard in calls.

Entries are plain JSON. Secrets are blanked before they get here, so a journal may be exported and shown.
"""

import asyncio
import json
import threading
from collections.abc import Callable, Iterable
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from vonage_simulator.clock.waiting import first_of
from vonage_simulator.types import Json, JsonValue

SECRET_MEMBERS = {"private_key", "secret", "api_secret", "signature_secret"}
BLANKED = "***"

Listener = Callable[[Json], None]


class Journal:
    """An append-only list of entries; each has `id`, `kind` and `at`, the rest depends on the kind.

    Kinds: `api`, `webhook`, `call` (a line of a call's story), `message`, and `code` (what hot reload did).
    `docs/simulator.md` lists their members.
    """

    def __init__(self) -> None:
        self._entries: list[Json] = []
        self._listeners: list[Listener] = []
        self._lock = threading.Lock()

    def add(self, kind: str, at: str, **members: JsonValue) -> Json:
        """Write one entry; members that are None are left out."""
        with self._lock:
            entry = {"id": len(self._entries) + 1, "kind": kind, "at": at}
            entry |= {name: value for name, value in members.items() if value is not None}
            self._entries.append(entry)
            listeners = list(self._listeners)
        for listener in listeners:
            listener(entry)
        return entry

    def restore(self, entries: Iterable[Json]) -> None:
        """Begin with entries of an earlier run."""
        with self._lock:
            self._entries = list(entries)

    def entries(self, *, after: int = 0, **wanted: JsonValue) -> list[Json]:
        """Entries with an id above `after` whose members equal what is wanted, such as `kind="webhook"`."""
        with self._lock:
            found = self._entries[after:]
        return [entry for entry in found if all(entry.get(name) == value for name, value in wanted.items())]

    def entry(self, entry_id: int) -> Json | None:
        """One entry by its id."""
        with self._lock:
            return self._entries[entry_id - 1] if 0 < entry_id <= len(self._entries) else None

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every entry from now on, on the thread that wrote it; returns how to stop."""
        with self._lock:
            self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def until(
        self, wanted: Callable[[Json], bool], within_s: float, over: asyncio.Event | None = None
    ) -> bool:
        """Wait for an entry, past or future; False when time is up, or when `over` happened first."""
        loop, happened = asyncio.get_running_loop(), asyncio.Event()

        def look(entry: Json) -> None:
            if wanted(entry):
                loop.call_soon_threadsafe(happened.set)

        stop = self.listen(look)
        try:
            if any(map(wanted, self.entries())):
                return True
            await first_of(*(event.wait() for event in (happened, over) if event), timeout_s=within_s)
            return happened.is_set()
        finally:
            stop()


def without_secrets(value: JsonValue) -> JsonValue:
    """A JSON value with the members that hold secrets blanked."""
    if isinstance(value, dict):
        return {k: BLANKED if k in SECRET_MEMBERS else without_secrets(v) for k, v in value.items()}
    return [without_secrets(member) for member in value] if isinstance(value, list) else value


def readable_body(body: bytes) -> JsonValue:
    """A body as the journal shows it: parsed JSON where it is JSON, else its text."""
    if not body:
        return None
    try:
        return without_secrets(json.loads(body))
    except (ValueError, RecursionError):
        return _form_without_secrets(body.decode(errors="replace"))


def readable_url(url: str) -> str:
    """A URL without the secrets of its query."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=_form_without_secrets(parts.query)))


def _form_without_secrets(text: str) -> str:
    if not any(f"{name}=" in text for name in SECRET_MEMBERS):
        return text
    pairs = parse_qsl(text, keep_blank_values=True)
    return urlencode(
        [(name, BLANKED if name in SECRET_MEMBERS else value) for name, value in pairs], safe="*"
    )
