"""The customer of the simulated Vonage: an application whose webhooks answer as a test says, and remember."""

import contextlib
import functools
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from vonage_simulator.api.applications import new_key_pair
from vonage_simulator.testing.endpoint import Answer, Incoming, serving
from vonage_simulator.vonage import Vonage

TLS = ssl.create_default_context()  # 25 ms, once
NUMBER, CALLER, CALLEE = "447700900000", "447700900123", "447700900999"

Json = Any
Reaction = Answer | Callable[[Incoming], Answer]


@cache
def private_key(pem: str) -> RSAPrivateKey:
    """A key that was just made: to prove once more that it is one takes 36 ms, each time that it signs."""
    key = load_pem_private_key(pem.encode(), None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(key, RSAPrivateKey)
    return key


def client_of(vonage: Vonage, **options: Json) -> httpx.Client:
    """A client of the simulator's APIs."""
    return httpx.Client(base_url=vonage.url, verify=TLS, **options)


def ncco(*actions: Json) -> Answer:
    return Answer(body=json.dumps(list(actions)).encode())


def talk(text: str, **options: Json) -> Json:
    return {"action": "talk", "text": text, **options}


def connect(number: str = CALLEE, **options: Json) -> Json:
    return {"action": "connect", "from": NUMBER, "endpoint": [{"type": "phone", "number": number}], **options}


def slowly(seconds: float, answer: Answer) -> Callable[[Incoming], Answer]:
    return once(threading.Event(), answer, at_most_s=seconds)


def once(happened: threading.Event, answer: Answer, at_most_s: float = 30) -> Callable[[Incoming], Answer]:
    """Answer after something, however long that takes."""

    def react(_: Incoming) -> Answer:
        happened.wait(at_most_s)
        return answer

    return react


@functools.cache
def key_pair() -> Json:
    """One pair for all tests: making it takes longer than most calls."""
    return new_key_pair()


@dataclass
class Customer:
    vonage: Vonage
    url: str = ""
    received: list[Incoming] = field(default_factory=list)
    reactions: dict[str, list[Reaction]] = field(default_factory=dict)
    application: Json = None

    @classmethod
    @contextlib.contextmanager
    def serving(cls, vonage: Vonage) -> Iterator["Customer"]:
        customer = cls(vonage)
        with serving(customer.react) as customer.url:
            yield customer

    def react(self, incoming: Incoming) -> Answer:
        self.received.append(incoming)
        waiting = self.reactions.get(incoming.path.removeprefix("/"), [])
        reaction = (waiting.pop(0) if len(waiting) > 1 else waiting[0]) if waiting else Answer(204)
        return reaction if isinstance(reaction, Answer) else reaction(incoming)

    def on(self, path: str, *reactions: Reaction) -> "Customer":
        """React to a path with each of these in turn, with the last one for good."""
        self.reactions[path] = list(reactions)
        return self

    def hook(self, path: str, method: str = "POST", **timeouts: int) -> Json:
        return {"address": f"{self.url}/{path}", "http_method": method, **timeouts}

    def create(self, **voice: Json) -> "Customer":
        """Create the application, link the number; keyword arguments replace voice webhooks."""
        hooks = {
            "answer_url": self.hook("answer"),
            "event_url": self.hook("event"),
            **voice.pop("webhooks", {}),
        }
        messages = {"inbound_url": self.hook("inbound"), "status_url": self.hook("status")}
        capabilities = {"voice": {"webhooks": hooks, **voice}, "messages": {"webhooks": messages}}
        with client_of(self.vonage, auth=self.vonage.credentials) as client:
            keys = {"public_key": key_pair()["public_key"]}
            application = {"name": "shop", "capabilities": capabilities, "keys": keys}
            created = client.post("/v2/applications", json=application)
            assert created.status_code == 201, created.text
            self.application = {**created.json(), "keys": key_pair()}
            link = {"country": "GB", "msisdn": NUMBER, "app_id": self.application["id"]}
            assert client.post("/number/update", data=link).status_code == 200
        return self

    def call(self, *script: Json, **members: Json) -> Json:
        """Somebody calls; returns the outcome."""
        request = {"from": CALLER, "to": NUMBER, "script": list(script), **members}
        response = httpx.post(f"{self.vonage.url}/_simulator/calls", json=request, timeout=30)
        assert response.status_code == 201, response.text
        return response.json()

    def bodies(self, path: str) -> list[Json]:
        return [json.loads(seen.body) for seen in self.received if seen.path == f"/{path}"]

    def statuses(self, to: str = NUMBER) -> list[str]:
        """The statuses of one leg, in the order they arrived."""
        return [
            event["status"] for event in self.bodies("event") if event.get("to") == to and "status" in event
        ]
