"""Vonage's webhooks: what has arrived is written down, and replied to as it was planned.

While a call is conducted, the requests that want an NCCO wait until the one who conducts it has decided what
is played next.
"""

import base64
import json
import threading
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

Json = dict[str, Any]

# Vonage waits for 5 seconds for an answer, and it has come a long way.
_DECIDED_WITHIN_S = 4

# The requests whose reply decides how a call goes on.
ANSWER, ONWARD, FALLBACK = "answer", "onward", "fallback"
CONDUCTED = (ANSWER, ONWARD, FALLBACK)


class Reply(NamedTuple):
    """What a request is answered."""

    status: int = 204
    body: bytes = b""
    content_type: str = "application/json"
    location: str = ""


@dataclass(frozen=True)
class Arrived:
    """A request that arrived: at the last part of its path, after so many seconds."""

    name: str
    at_s: float
    query: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def fields(self) -> Json:
        """What it says, in its body or its query."""
        if not self.body:
            return dict(parse_qsl(self.query, keep_blank_values=True))
        try:
            told = json.loads(self.body)
        except ValueError:
            return {}
        return told if isinstance(told, dict) else {}

    @property
    def claims(self) -> Json:
        """The claims of its token, which nobody verifies: its address is the secret."""
        _, _, token = self.headers.get("authorization", "").partition(" ")
        parts = token.split(".")
        if len(parts) != 3:
            return {}
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=="))
        return claims if isinstance(claims, dict) else {}


class Waiting(NamedTuple):
    """A request that waits for the one who conducts the call."""

    arrived: Arrived
    reply: "Future[Reply]"


Plan = Callable[[Arrived], Reply | None]


def _no_plan(_: Arrived) -> None:
    """Leave the reply to others."""


GOODBYE = Reply(200, json.dumps([{"action": "talk", "text": "Thank you. Goodbye."}]).encode())


@dataclass
class Webhooks:
    """What has arrived so far, and what is replied.

    Attributes:
        url: The public address of all of them.
        now: Seconds, for what has arrived.
        arrived: The requests, in their order.
        plans: Replies by the last part of the path; a plan that gives None leaves it to the others.
        conducted: Whether somebody decides what is played next.
        asked: Requests that wait for that.
        changed: Held while any of it is read or changed.
    """

    url: str
    now: Callable[[], float]
    arrived: list[Arrived] = field(default_factory=list)
    plans: dict[str, Plan] = field(default_factory=dict)
    conducted: bool = False
    asked: "deque[Waiting]" = field(default_factory=deque)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def at(self, name: str) -> str:
        """The address of one of them."""
        return f"{self.url}/{name}"

    def socket_at(self, name: str) -> str:
        """The same for a WebSocket."""
        return self.at(name).replace("http", "ws", 1)

    def of(self, name: str) -> list[Arrived]:
        """What has arrived at one of them."""
        with self.changed:
            return [each for each in self.arrived if each.name == name]

    def capabilities(self) -> Json:
        """Those of an application whose webhooks all lead here."""

        def hooks(names: Mapping[str, str]) -> Json:
            posted = {"http_method": "POST"}
            return {"webhooks": {kind: {"address": self.at(at), **posted} for kind, at in names.items()}}

        voice = {"answer_url": ANSWER, "fallback_answer_url": FALLBACK, "event_url": "event"}
        return {
            "voice": {**hooks(voice), "signed_callbacks": True},
            "messages": hooks({"inbound_url": "inbound", "status_url": "status"}),
            "rtc": {**hooks({"event_url": "rtc"}), "signed_callbacks": True},
        }

    def take(self, arrived: Arrived) -> Reply:
        """Write a request down, and decide on its reply."""
        plan = self.plans.get(arrived.name, _no_plan)
        waiting: Future[Reply] = Future()
        with self.changed:
            self.arrived.append(arrived)
            planned = plan(arrived)
            must_wait = planned is None and arrived.name in CONDUCTED and self.conducted
            if must_wait:
                self.asked.append(Waiting(arrived, waiting))
            self.changed.notify_all()
        if must_wait:
            try:
                return waiting.result(_DECIDED_WITHIN_S)
            except TimeoutError:
                return GOODBYE
        return planned or (GOODBYE if arrived.name in (ANSWER, FALLBACK) else Reply())

    def forget(self) -> None:
        """Start again: nothing has arrived, and no reply is planned."""
        with self.changed:
            self.arrived.clear()
            self.plans.clear()

    def ends_conducting(self) -> None:
        """Nobody decides any more: whoever waits hears goodbye."""
        with self.changed:
            self.conducted = False
            while self.asked:
                self.asked.popleft().reply.set_result(GOODBYE)
