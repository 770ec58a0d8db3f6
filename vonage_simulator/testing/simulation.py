"""A simulated Vonage without its HTTP origin: calls and messages to webhooks, nothing to configure.

with calling({"answer": app.lambda_handler}) as simulation:
Phone(simulation.exchange).dial(simulation.number).hears("Welcome")
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import httpx

from vonage_simulator.account.account import Account
from vonage_simulator.calls.exchange import Exchange
from vonage_simulator.clock.clock import Clock
from vonage_simulator.clock.engine import Engine
from vonage_simulator.messages import outbound
from vonage_simulator.server import delivering
from vonage_simulator.switches import Switches
from vonage_simulator.testing.handlers import BASE_URL, Handler, Handlers
from vonage_simulator.types import Json

VOICE = {"answer_url": "answer", "fallback_answer_url": "fallback", "event_url": "event"}
MESSAGES = {"inbound_url": "inbound", "status_url": "status"}
NUMBER = "447700900000"

# The functions keep the secret they once read, so every simulation in a process has the same one.
API_KEY, SIGNATURE_SECRET = "simulate", "the signature secret of a simulation"


@dataclass
class Simulation:
    """Calls and messages reach webhooks from here.

    Attributes:
        number: linked to the application whose webhooks are tested.
        sent_to: the texts that were sent to a number so far, oldest first.
    """

    exchange: Exchange
    number: str
    sent_to: Callable[[str], list[str]]


@contextlib.contextmanager
def calling(webhooks: Mapping[str, Handler], switches: Switches | None = None) -> Iterator[Simulation]:
    """Call and write to Lambda handlers in this process; what their flows send arrives here as well.

    Args:
        webhooks: handlers by the last part of their route: `answer`, `fallback`, `event`, `inbound`,
            `status`.
        switches: how to behave where Vonage's behaviour is not certain.
    """
    account = Account.seeded(api_key=API_KEY, signature_secret=SIGNATURE_SECRET, switches=switches)
    with Handlers(webhooks, account) as handlers, _exchange(account, BASE_URL, handlers) as exchange:
        carried_out = 0

        def sent_to(number: str) -> list[str]:
            nonlocal carried_out
            waiting, carried_out = handlers.commands[carried_out:], len(handlers.commands)
            for command in waiting:
                if command["name"] == "messages.send":
                    _send(exchange, account, command["detail"])
            return _outbound_texts(exchange, number)

        yield Simulation(exchange, NUMBER, sent_to)


@contextlib.contextmanager
def calling_stage(
    webhook_url: str,
    account: Account,
    sent_to: Callable[[str], list[str]],
    transport: httpx.BaseTransport | None = None,
) -> Iterator[Simulation]:
    """Call and write to webhooks that are deployed, below one URL: `webhook_url` + `/answer` and so on."""
    with _exchange(account, webhook_url.rstrip("/"), transport) as exchange:
        yield Simulation(exchange, NUMBER, sent_to)


@contextlib.contextmanager
def _exchange(account: Account, base_url: str, transport: httpx.BaseTransport | None) -> Iterator[Exchange]:
    clock = Clock()
    with delivering(account, clock, transport) as delivery, Engine(clock).running() as engine:
        exchange = Exchange(account, clock, delivery.journal, engine, delivery)
        _link(account, base_url)
        yield exchange


def _link(account: Account, base_url: str) -> None:
    def hooks(names: dict[str, str]) -> Json:
        addresses = {kind: f"{base_url}/{path}" for kind, path in names.items()}
        return {
            "webhooks": {kind: {"address": url, "http_method": "POST"} for kind, url in addresses.items()}
        }

    capabilities = {"voice": {**hooks(VOICE), "signed_callbacks": True}, "messages": hooks(MESSAGES)}
    application: Json = {"id": account.identifiers.uuid(), "name": "tested", "capabilities": capabilities}
    account.applications = {application["id"]: application}
    account.numbers = {**account.numbers, NUMBER: {**account.numbers[NUMBER], "app_id": application["id"]}}


def _send(exchange: Exchange, account: Account, message: Json) -> None:
    accepted = outbound.accept(exchange, message, next(iter(account.applications.values())))
    exchange.engine.run(exchange.while_time_runs(outbound.send(exchange, accepted)))


def _outbound_texts(exchange: Exchange, number: str) -> list[str]:
    sent = [message for message in exchange.messages.values() if message.direction == "outbound"]
    return [message.words for message in sent if message.body["to"] == number]
