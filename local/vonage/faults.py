"""Faults on demand: what a client of the APIs must survive, one at a time or by chance.

vonage.faults.next("POST /v2/applications", status=503)
vonage.faults.next("GET /account/numbers", status=429, retry_after=2)
vonage.faults.next("POST /v2/applications", lost_reply=True)
"""

import threading
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase

from local.vonage.account import Json, JsonValue
from local.vonage.identifiers import Identifiers


@dataclass
class ApiFault:
    """What happens to the next `times` requests that match `route`.

    Attributes:
        route: method and path, `*` matches anything: `PUT /v2/applications/*`.
        status: answer this instead of doing the work.
        retry_after: seconds, sent as `Retry-After`.
        body: the reply's body: text, or JSON for anything else; by default what Vonage sends with that
            status.
        html: answer with a page of a proxy instead of JSON.
        delay_ms: real milliseconds to wait first.
        hang: never answer; the client has to time out.
        reset: cut the connection without doing the work.
        lost_reply: do the work, then cut the connection.
        times: how many requests it applies to.
        chance: probability that a matching request is hit, 0 to 1; drawn from the account's seed.
    """

    route: str
    status: int | None = None
    retry_after: int | None = None
    body: JsonValue = None
    html: bool = False
    delay_ms: int = 0
    hang: bool = False
    reset: bool = False
    lost_reply: bool = False
    times: int = 1
    chance: float = 1.0

    def __post_init__(self) -> None:
        """Refuse a fault that could never do anything."""
        if " " not in self.route:
            message = f"route {self.route!r} has no method; write 'POST /v2/applications' or '* /v1/calls'"
            raise ValueError(message)
        if not (self.status or self.html or self.delay_ms or self.hang or self.reset or self.lost_reply):
            message = "the fault does nothing: give status, html, delay_ms, hang, reset or lost_reply"
            raise ValueError(message)

    def as_json(self) -> Json:
        """The fault as the control API shows it: what was set, and how often it still applies."""
        shown = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in shown.items() if value not in (None, False, 0)}


class Faults:
    """The faults that wait for their request."""

    def __init__(self, identifiers: Identifiers) -> None:
        self._random = identifiers.random
        self._waiting: list[ApiFault] = []
        self._lock = threading.Lock()

    def next(self, route: str, **details: JsonValue) -> ApiFault:
        """Hit the next request (or `times=` requests) that match; see `ApiFault` for the details.

        Raises:
            TypeError: a detail that does not exist.
            ValueError: a fault that would do nothing.
        """
        fault = ApiFault(route, **details)
        with self._lock:
            self._waiting.append(fault)
        return fault

    def take(self, method: str, path: str) -> ApiFault | None:
        """The fault for this request, counted as used."""
        with self._lock:
            for fault in self._waiting:
                if fnmatchcase(f"{method} {path}", fault.route) and self._random.random() < fault.chance:
                    fault.times -= 1
                    self._waiting = [other for other in self._waiting if other.times > 0]
                    return fault
        return None

    def waiting(self) -> list[ApiFault]:
        """The faults that have not been used up."""
        with self._lock:
            return list(self._waiting)

    def clear(self) -> None:
        """Forget them all."""
        with self._lock:
            self._waiting = []
