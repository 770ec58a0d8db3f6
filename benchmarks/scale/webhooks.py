"""Vonage's webhooks: through the gateway into the functions, and what Vonage does when they are refused.

Source: Vonage's knowledge base, "What happens if the NCCO download request fails": after 429, 503 or 504 a
request is tried once more, then the fallback is asked, twice as well. That it is so for events without an
NCCO, and how long Vonage waits, is not documented: a second is assumed.
"""

import heapq
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from benchmarks.scale.bucket import Bucket
from benchmarks.scale.durations import Durations
from benchmarks.scale.functions import Account, Function
from benchmarks.scale.settings import Setting

TRIED_AGAIN_AFTER_S = 1.0
_TRIES = 2
# Started, ringing and answered, counted from the answer webhook; completed is a talk later.
_EVENTS_AFTER_S = (0.0, 0.5, 2.0)
_TALK_S = 5.0
EVENTS = len(_EVENTS_AFTER_S) + 1


class Request(NamedTuple):
    """A webhook that Vonage sends, for the `tries`th time; `step` is the event's place in its call."""

    at: float
    call: int
    name: str
    step: int
    first_at: float
    tries: int = 1


class Message(NamedTuple):
    """An event in the queue."""

    at: float
    call: int
    step: int
    happened_at: float


@dataclass
class Seen:
    """What came of it all."""

    waits: list[float] = field(default_factory=list)
    """Seconds until a caller had an NCCO, of ours or of the fallback."""
    messages: list[Message] = field(default_factory=list)
    ends: Counter[str] = field(default_factory=Counter)
    """Of calls (answered, fallback, lost) and events (queued, event lost)."""
    refused_by: Counter[str] = field(default_factory=Counter)


def of_calls(arrivals: Iterable[float], chance: random.Random) -> list[Request]:
    """The webhooks of calls that arrive at these moments, in the order in which Vonage sends them."""
    requests = []
    for call, at in enumerate(arrivals):
        requests.append(Request(at, call, "answer", 0, at))
        moments = [at + after for after in _EVENTS_AFTER_S]
        moments.append(moments[-1] + chance.expovariate(1 / _TALK_S))
        requests += [Request(when, call, "event", step, when) for step, when in enumerate(moments)]
    return sorted(requests)


class Webhooks:
    """The stack's three doors: the answer webhook, the event webhook and the fallback."""

    def __init__(self, setting: Setting, durations: Durations, calls_a_second: float) -> None:
        self._durations = durations
        self._gateways = {"fallback": Bucket(setting.fallback, setting.fallback_at_once)}
        ours = Bucket(setting.gateway, setting.gateway_at_once)
        self._gateways |= {"answer": ours, "event": ours}
        account = Account(setting.environments - setting.record_environments)
        a_call = {"answer": 1, "event": EVENTS, "fallback": 0}
        self._functions = {
            name: Function(account, setting.scaling, calls_a_second * times) for name, times in a_call.items()
        }
        self._sends = Bucket(setting.sends)
        self.seen = Seen()

    def serve(self, requests: list[Request]) -> Seen:
        """Serve them all, and what Vonage sends because of the replies."""
        again: list[Request] = []
        for request in _merged(requests, again):
            if next_one := self._serve(request):
                heapq.heappush(again, next_one)
        self.seen.messages.sort()
        return self.seen

    def _serve(self, request: Request) -> Request | None:
        at, call, name, step, first_at, tries = request
        refused = self._refusal(request)
        if not refused:
            return None
        self.seen.refused_by[refused] += 1
        if tries < _TRIES:
            return Request(at + TRIED_AGAIN_AFTER_S, call, name, step, first_at, tries + 1)
        if name == "answer":
            return Request(at, call, "fallback", step, first_at)
        self.seen.ends["lost" if name == "fallback" else "event lost"] += 1
        return None

    def _refusal(self, request: Request) -> str:
        """Who refuses a request, or "" when it was served."""
        at, call, name, step, first_at, _ = request
        if not self._gateways[name].takes(at):
            return "gateway"
        function = self._functions[name]
        is_cold = function.begins(at)
        if is_cold is None:
            return "Lambda"
        duration_s = self._durations.webhook(name, is_cold=is_cold)
        function.works(at, duration_s)
        done = at + duration_s
        if name == "event":
            if not self._sends.takes(at):
                return "SQS"
            self.seen.messages.append(Message(done, call, step, first_at))
            self.seen.ends["queued"] += 1
            return ""
        self.seen.waits.append(done - first_at)
        self.seen.ends["answered" if name == "answer" else "fallback"] += 1
        return ""


def _merged(requests: list[Request], again: list[Request]) -> Iterator[Request]:
    """What was to come, and what is sent again, in the order of time."""
    for request in requests:
        while again and again[0].at <= request.at:
            yield heapq.heappop(again)
        yield request
    while again:
        yield heapq.heappop(again)
