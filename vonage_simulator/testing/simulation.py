"""A simulated Vonage without its HTTP origin: calls and messages to webhooks, nothing to configure.

    with calling({"answer": app.lambda_handler}) as simulation:
        Phone(simulation.vonage).dial(simulation.number).hears("Welcome")

The number is linked to an application whose webhooks are the handlers.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import httpx

from vonage_simulator.account.account import Account, domain_of
from vonage_simulator.clock.clock import Clock
from vonage_simulator.clock.engine import Engine
from vonage_simulator.server import delivering
from vonage_simulator.switches import Switches
from vonage_simulator.testing.aws.services import Aws
from vonage_simulator.testing.commands.carrying_out import Commands
from vonage_simulator.testing.handlers import BASE_URL, Handler, Handlers, Rule
from vonage_simulator.types import Json
from vonage_simulator.vonage import Vonage

VOICE = {"answer_url": "answer", "fallback_answer_url": "fallback", "event_url": "event"}
MESSAGES = {"inbound_url": "inbound", "status_url": "status"}
VERIFY = {"status_url": "verify"}
NUMBER = "447700900000"
MAIL = "hello@mail.example.com"

# The functions keep the secret they once read, so every simulation in a process has the same one.
API_KEY, SIGNATURE_SECRET = "simulate", "the signature secret of a simulation"


@dataclass
class Simulation:
    """Calls and messages reach webhooks from here.

    Attributes:
        number: linked to the application whose webhooks are tested.
        mail: an address in a domain that is linked to it.
        sent_to: the texts that were sent to a number so far, oldest first.
        events: what happened so far, as the event bus has it (docs/events.md), oldest first; in process only.
        waiting: the commands that wait for their time, each with when it is `due`; in process only.
    """

    vonage: Vonage
    number: str
    sent_to: Callable[[str], list[str]]
    events: Sequence[Json] = ()
    mail: str = MAIL
    waiting: Callable[[], list[Json]] = list

    def timeline(self, subject: str) -> list[Json]:
        """The events of a call (`conversation_uuid`) or a message (`message_uuid`), by Vonage's clock."""
        found = [event for event in self.events if event["subject"] == subject]
        return sorted(found, key=lambda event: str(event["payload"].get("timestamp", "~")))


@contextlib.contextmanager
def calling(
    webhooks: Mapping[str, Handler],
    switches: Switches | None = None,
    rules: Mapping[str, Rule] | None = None,
    tables: Mapping[str, tuple[str, ...]] | None = None,
    *,
    settings: Mapping[str, object] | None = None,
    secrets: Mapping[str, str] | None = None,
) -> Iterator[Simulation]:
    """Call and write to Lambda handlers in this process; what their flows ask for happens here as well.

    Args:
        webhooks: handlers by the last part of their route: `answer`, `event`, `inbound` and so on.
        switches: how to behave where Vonage's behaviour is not certain.
        rules: handlers of the event bus, by the events' detail-type: `voice.completed`, `messages.status.*`.
        tables: DynamoDB tables, by name, each with its keys.
        settings: the stage's settings.
        secrets: the user's secrets, by name.
    """
    account = Account.seeded(api_key=API_KEY, signature_secret=SIGNATURE_SECRET, switches=switches)
    aws = Aws(account, tables, settings=settings, secrets=secrets)
    with (
        Handlers(webhooks, aws, rules).running() as handlers,
        _vonage(account, BASE_URL, handlers) as vonage,
    ):
        commands = Commands(vonage, handlers.announce)
        handlers.carry_out = commands.take
        handlers.set_alarm = commands.wait_for

        def sent_to(number: str) -> list[str]:
            commands.settle()
            return _outbound_texts(vonage, number)

        yield Simulation(vonage, NUMBER, sent_to, handlers.events, waiting=commands.waiting)
        commands.check()


@contextlib.contextmanager
def calling_stage(
    webhook_url: str,
    account: Account,
    sent_to: Callable[[str], list[str]],
    transport: httpx.BaseTransport | None = None,
    *,
    fallback_url: str = "",
    application_id: str = "",
) -> Iterator[Simulation]:
    """Call and write to webhooks that are deployed, below one URL: `webhook_url` + `/answer` and so on.

    Args:
        fallback_url: the fallback's whole address, where it isn't below that URL.
        application_id: the application that the webhooks are of, where they take no other's.
    """
    with _vonage(account, webhook_url.rstrip("/"), transport, fallback_url, application_id) as vonage:
        yield Simulation(vonage, NUMBER, sent_to)


@contextlib.contextmanager
def _vonage(
    account: Account,
    base_url: str,
    transport: httpx.BaseTransport | None,
    fallback_url: str = "",
    application_id: str = "",
) -> Iterator[Vonage]:
    clock = Clock()
    with delivering(account, clock, transport) as delivery, Engine(clock).running() as engine:
        _link(account, base_url, fallback_url, application_id or account.identifiers.uuid())
        yield Vonage(account, clock, delivery.journal, engine, delivery)


def _link(account: Account, base_url: str, fallback_url: str, application_id: str) -> None:
    own = {"fallback": fallback_url} if fallback_url else {}

    def hooks(names: dict[str, str]) -> Json:
        addresses = {kind: own.get(path, f"{base_url}/{path}") for kind, path in names.items()}
        return {
            "webhooks": {kind: {"address": url, "http_method": "POST"} for kind, url in addresses.items()}
        }

    capabilities = {"voice": {**hooks(VOICE), "signed_callbacks": True}, "messages": hooks(MESSAGES)}
    capabilities["verify"] = hooks(VERIFY)
    application: Json = {"id": application_id, "name": "tested", "capabilities": capabilities}
    account.applications = {application["id"]: application}
    account.email_domains = {domain_of(MAIL): application["id"]}
    account.numbers = {**account.numbers, NUMBER: {**account.numbers[NUMBER], "app_id": application["id"]}}


def _outbound_texts(vonage: Vonage, number: str) -> list[str]:
    sent = [message for message in vonage.mailbox.messages.values() if message.direction == "outbound"]
    return [message.words for message in sent if message.body["to"] == number]
