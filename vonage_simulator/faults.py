"""Faults on demand: what a client of the APIs, or a receiver of webhooks, must survive.

vonage.faults.next("POST /v2/applications", status=503)
vonage.faults.next("GET /account/numbers", status=429, retry_after=2)
vonage.faults.next("POST /v2/applications", lost_reply=True)
vonage.webhook_faults.next("event", duplicate=True)
vonage.webhook_faults.next("*", signature="forged", times=10, chance=0.3)

Each waits for what it is meant for, and is then used up.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from random import Random
from typing import Generic, Literal, Protocol, TypeVar, get_args

from vonage_simulator.types import Json, JsonValue

Signature = Literal["signed", "unsigned", "stale", "forged"]


class Fault(Protocol):
    """What both kinds have: which requests it is for, how many of them, and how likely each is hit."""

    times: int
    chance: float

    @property
    def target(self) -> str:
        """A pattern, `*` matches anything."""
        ...

    def as_json(self) -> Json:
        """The fault as the control API shows it."""
        ...


@dataclass
class ApiFault:
    """What happens to the next `times` requests that match `route`.

    Attributes:
        route: method and path, `*` matches anything: `PUT /v2/applications/*`.
        status: answer this instead of doing the work.
        retry_after: seconds, sent as `Retry-After`.
        body: the reply's body: text, or JSON for anything else; by default what Vonage sends with the status.
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
        _check_numbers(self)

    @property
    def target(self) -> str:
        """Method and path."""
        return self.route

    def as_json(self) -> Json:
        """What was set, and how often it still applies."""
        return _set_members(self)


@dataclass
class WebhookFault:
    """What happens to the next `times` webhooks whose kind matches `webhook`.

    Attributes:
        webhook: `answer`, `event`, `input`, `inbound`, `status`, …; `*` matches anything.
        signature: `unsigned`, `stale` (a week old) or `forged` (by another secret).
        duplicate: send it twice.
        reorder: let the next event of the call overtake this one.
        delay_s: simulated seconds to wait first.
        drop: do not send it at all.
        status: take this for the endpoint's answer, without asking it.
        slow: ask the endpoint, but let its answer come too late.
        huge_bytes: pad the payload with so many bytes.
        times: how many webhooks it applies to.
        chance: probability that a matching webhook is hit, 0 to 1; drawn from the account's seed.
    """

    webhook: str
    signature: Signature = "signed"
    duplicate: bool = False
    reorder: bool = False
    delay_s: float = 0.0
    drop: bool = False
    status: int | None = None
    slow: bool = False
    huge_bytes: int = 0
    times: int = 1
    chance: float = 1.0

    def __post_init__(self) -> None:
        """Refuse a fault that could never do anything."""
        how_sent = (self.duplicate, self.reorder, self.delay_s, self.huge_bytes, self.signature != "signed")
        if not any((*how_sent, self.drop, self.status, self.slow)):
            message = (
                "the fault does nothing: give signature, duplicate, reorder, delay_s, drop, status, slow "
                "or huge_bytes"
            )
            raise ValueError(message)
        if self.signature not in get_args(Signature):
            message = f"signature must be unsigned, stale or forged; got {self.signature!r}"
            raise ValueError(message)
        _check_numbers(self)

    @property
    def target(self) -> str:
        """The kind of webhook."""
        return self.webhook

    def as_json(self) -> Json:
        """What was set, and how often it still applies."""
        shown = _set_members(self)
        return shown if self.signature != "signed" else {k: v for k, v in shown.items() if k != "signature"}


def _check_numbers(fault: ApiFault | WebhookFault) -> None:
    if fault.status is not None and not 200 <= fault.status <= 599:
        raise ValueError(f"status must be from 200 to 599; got {fault.status}")
    if fault.times < 1 or not 0 <= fault.chance <= 1:
        raise ValueError(f"times must be 1 or more, chance from 0 to 1; got {fault.times}, {fault.chance}")


def _set_members(fault: ApiFault | WebhookFault) -> Json:
    shown = {field.name: getattr(fault, field.name) for field in fields(fault)}
    return {name: value for name, value in shown.items() if value not in (None, False, 0)}


SomeFault = TypeVar("SomeFault", bound=Fault)


class Faults(Generic[SomeFault]):
    """The faults that wait for their request or webhook."""

    def __init__(self, make: Callable[..., SomeFault], random: Random) -> None:
        self._make = make
        self._random = random
        self._waiting: list[SomeFault] = []
        self._lock = threading.Lock()

    def next(self, target: str, **details: JsonValue) -> SomeFault:
        """Hit the next one (or `times=` of them) that matches; see `ApiFault` and `WebhookFault`.

        Raises:
            TypeError: a detail that does not exist.
            ValueError: a fault that would do nothing.
        """
        return self.add(self._make(target, **details))

    def add(self, fault: SomeFault) -> SomeFault:
        """Let this fault wait for what it is for."""
        with self._lock:
            self._waiting.append(fault)
        return fault

    def take(self, target: str, suits: Callable[[SomeFault], bool] = lambda _fault: True) -> SomeFault | None:
        """The fault for this one, counted as used; only one that suits."""
        with self._lock:
            for fault in self._waiting:
                matches = fnmatchcase(target, fault.target) and suits(fault)
                if matches and self._random.random() < fault.chance:
                    fault.times -= 1
                    self._waiting = [other for other in self._waiting if other.times > 0]
                    return fault
        return None

    def waiting(self) -> list[SomeFault]:
        """The faults that have not been used up."""
        with self._lock:
            return list(self._waiting)

    def clear(self) -> None:
        """Forget them all."""
        with self._lock:
            self._waiting = []
