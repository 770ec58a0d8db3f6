"""What is measured: the stack's webhook functions, the floor, and the same webhook written in other ways."""

import json
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks import sites
from benchmarks.cloud import Cloud
from benchmarks.environment import Function
from operate import paths
from tests.factories import CREDENTIALS, SIGNATURE_SECRET, webhook_event

FLOOR = "bare handler"
CONTROL = "bare handler, again"
ANSWER = "answer"
EVENT = "event"
ANSWER_WITH_SECRET = "answer, secret at hand"  # noqa: S105 - a row's name

BY_EVENT = "answer, secret read by the event"

# The floor, the function that a caller waits for, and the one that is called most.
LOADED = (FLOOR, ANSWER, EVENT)
BATCH_SIZES = (1, 5, 10)

# The route, the function's folder in the build, and what Vonage sends.
_WEBHOOKS = {
    "answer": ("AnswerFunction", "answer_phone"),
    "fallback": ("FallbackFunction", "fallback_answer"),
    "event": ("EventFunction", "event_answered"),
    "inbound": ("InboundFunction", "inbound_sms_text"),
    "status": ("StatusFunction", "status_delivered_sms"),
    "rtcevent": ("RtcEventFunction", "rtc_event_member_joined"),
}
# What API Gateway says of the client, and the peers' frameworks read. Ours does not.
_CLIENT = {"protocol": "HTTP/1.1", "sourceIp": "216.147.0.1", "userAgent": "vonage-webhook"}
PEER_NAMES = {
    "flask": "Flask + apig-wsgi + Vonage SDK",
    "fastapi": "FastAPI + Mangum + Vonage SDK",
    "chalice": "Chalice + Vonage SDK",
    "powertools": "Powertools resolver + Vonage SDK",
}
SYSTEM_ROOTS = "signed request, the system's roots"
SECRET_READS = {
    "signed request, Amazon's roots": "",
    SYSTEM_ROOTS: "",
    "AWS Parameters and Secrets extension": "secret_by_extension",
    "boto3": "secret_by_boto3",
    "Powertools parameters": "secret_by_powertools",
}
QUEUE_SENDS = {
    "signed request, kept connection": "",
    "signed request, new connection": "send_without_keeping",
    "boto3, client made at init": "send_by_boto3",
}


@dataclass(frozen=True)
class Subject:
    """A function to measure, and what it is given: webhooks, freshly signed, or batches of `size`.

    Warm subjects that share an environment, by its name in `shares`, are of one function.
    """

    name: str
    function: Function
    event: Callable[[], bytes]
    package: tuple[Path, ...]
    size: int = 1
    shares: str = ""


def stack(cloud: Cloud) -> list[Subject]:
    """Every webhook function as it is deployed."""
    return [_webhook(webhook, webhook, cloud) for webhook in _WEBHOOKS]


def floor(name: str = FLOOR) -> Subject:
    """The bare handler; under another name it is the control that shows the machine's noise."""
    code = sites.HERE / "peers" / "bare"
    return Subject(name, Function("app.lambda_handler", [code, sites.runtime()]), signed("answer"), (code,))


def candidate(
    webhook: str,
    name: str,
    cloud: Cloud,
    module: str,
    event: Callable[[], bytes],
    variables: Mapping[str, str],
) -> Subject:
    """A candidate in a webhook function's place, with an event and variables; warm, one for all events."""
    return replace(_with(variables, _webhook(webhook, name, cloud, module)), event=event, shares=module)


def peers() -> list[Subject]:
    """The answer webhook in other frameworks, their secret in the environment, where it costs nothing."""
    return [_peer(name) for name in sites.PEERS]


def answer_with_secret(cloud: Cloud) -> Subject:
    """The answer function without the first read of the secret: what the peers are given, too."""
    return _webhook("answer", ANSWER_WITH_SECRET, cloud, "known_secret")


def secret_reads(cloud: Cloud) -> list[Subject]:
    """The answer function with each way to read the secret."""
    ways = [_webhook("answer", name, cloud, candidate) for name, candidate in SECRET_READS.items()]
    chosen = {"SSL_CERT_FILE": str(cloud.bundle)}
    return [_with(chosen, way) if way.name == SYSTEM_ROOTS else way for way in ways]


def waited_for(cloud: Cloud) -> list[Subject]:
    """What a caller waits for: the answer function, and the same reading its secret at the first event."""
    by_event = _webhook("answer", BY_EVENT, cloud)
    variables = {"AWS_LAMBDA_INITIALIZATION_TYPE": "", "SSL_CERT_FILE": str(cloud.bundle)}
    return [floor(), answer_with_secret(cloud), _webhook("answer", ANSWER, cloud), _with(variables, by_event)]


def _with(variables: Mapping[str, str], subject: Subject) -> Subject:
    function = replace(subject.function, variables={**subject.function.variables, **variables})
    return replace(subject, function=function)


def consumers(cloud: Cloud) -> list[Subject]:
    """The functions behind the queues, per batch size. `outbound` gets one command at a time."""
    event = {
        "id": "e",
        "name": "voice.answered",
        "received_at": 0,
        "payload": _payload("event"),
    }
    message = {
        "message_type": "text",
        "channel": "sms",
        "to": "447700900123",
        "from": "447700900000",
        "text": "Hi",
    }
    command = {"id": "c", "name": "messages.send", "detail": message}
    records = [_consumer(cloud, "record", "RecordFunction", event, size) for size in BATCH_SIZES]
    return [*records, _consumer(cloud, "outbound", "OutboundFunction", command, 1)]


def under_load(cloud: Cloud) -> list[Subject]:
    """The functions that are put under load."""
    return [subject for subject in [floor(), *stack(cloud)] if subject.name in LOADED]


def queue_sends(cloud: Cloud) -> list[Subject]:
    """The event function with each way to put the event in the queue."""
    return [_webhook("event", name, cloud, candidate) for name, candidate in QUEUE_SENDS.items()]


def signed(webhook: str) -> Callable[[], bytes]:
    """Makes API Gateway's event of a webhook as Vonage sends it, signed now."""
    payload = _payload(webhook)

    def event() -> bytes:
        arrived = webhook_event(webhook, payload)
        arrived["requestContext"]["http"] |= _CLIENT
        # It is handed over many times: without a time of its own, each time counts as just arrived.
        arrived["requestContext"]["timeEpoch"] = 0
        return json.dumps(arrived).encode()

    return event


def more(rows: Mapping[str, list[float]], one: str, other: str) -> float:
    """How much more one row costs than the other, in times the floor: the median of the rounds' own."""
    rounds = zip(rows[one], rows[other], rows[FLOOR], strict=True)
    return statistics.median((dear - cheap) / floor for dear, cheap, floor in rounds)


def _payload(webhook: str) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads(
        (paths.ROOT / "events" / f"{_WEBHOOKS[webhook][1]}.json").read_text()
    )
    return payload


def _webhook(webhook: str, name: str, cloud: Cloud, candidate: str = "") -> Subject:
    """A webhook function as it is deployed, or with one thing done as a candidate does it."""
    code = sites.built(_WEBHOOKS[webhook][0])
    package = (code,) if webhook == "fallback" else (code, *sites.layers())
    path = [*package, sites.runtime(), *([sites.HERE / "candidates"] if candidate else [])]
    function = Function(f"{candidate or 'app'}.lambda_handler", path, _variables(cloud))
    return Subject(name, function, signed(webhook), package)


def _consumer(cloud: Cloud, name: str, resource: str, body: dict[str, Any], size: int) -> Subject:
    """A function behind a queue; each message of a batch is of a call or message of its own."""
    records = [
        {
            "messageId": str(index),
            "receiptHandle": "r",
            "body": json.dumps(body | {"id": f"{body['id']}-{index}", "subject": f"CON-{index}"}),
            "attributes": {
                "MessageGroupId": str(index),
                "ApproximateReceiveCount": "1",
                "SentTimestamp": "0",
            },
            "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:commands.fifo",
        }
        for index in range(size)
    ]
    batch = json.dumps({"Records": records}).encode()
    package = (sites.built(resource), *sites.layers())
    function = Function("app.lambda_handler", [*package, sites.runtime()], _variables(cloud))
    return Subject(f"{name}, batch of {size}", function, lambda: batch, package, size)


def _variables(cloud: Cloud) -> dict[str, str]:
    """What the template sets, for all functions alike."""
    return {
        **cloud.variables,
        "POWERTOOLS_SERVICE_NAME": "benchmark",
        "POWERTOOLS_METRICS_NAMESPACE": "Switchboard",
        "POWERTOOLS_LOG_LEVEL": "INFO",
        "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT": str(cloud.plain_port),
        "SWITCHBOARD_SIGNATURE_SECRET": "switchboard/vonage-signature",
        "SWITCHBOARD_APPLICATION_SECRET": "application",
        "SWITCHBOARD_QUEUE_URL": f"{cloud.url}/123456789012/events.fifo",
        "SWITCHBOARD_COMMANDS_QUEUE_URL": f"{cloud.url}/123456789012/commands.fifo",
        "SWITCHBOARD_TABLE_NAME": "timeline",
        "SWITCHBOARD_PEOPLE_TABLE_NAME": "people",
        "SWITCHBOARD_PERSON_KEY": "person-key",
        "SWITCHBOARD_MESSAGES_PER_SECOND": "1000",
        "SWITCHBOARD_BUS_NAME": "bus",
        "VONAGE_API_URL": f"http://127.0.0.1:{cloud.plain_port}",
        "BENCHMARK_CREDENTIALS": json.dumps(CREDENTIALS),
    }


def _peer(name: str) -> Subject:
    package = (sites.HERE / "peers" / name, sites.peer(name))
    variables = {"VONAGE_SIGNATURE_SECRET": SIGNATURE_SECRET, "POWERTOOLS_SERVICE_NAME": "benchmark"}
    function = Function("app.lambda_handler", [*package, sites.runtime()], variables)
    return Subject(PEER_NAMES[name], function, signed("answer"), package)
