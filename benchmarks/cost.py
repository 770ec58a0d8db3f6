"""What a call and a message cost on AWS: measured CPU times the price table, every assumption named.

Source: `prices.toml`; AWS, "Configure Lambda function memory" (1,769 MB are one processor), "Lambda quotas"
(ten synchronous requests per second and environment), "Configuring scaling behavior for SQS event source
mappings" (five pollers, and no fewer where a maximum concurrency is set), "Amazon SQS short and long polling"
(20 s at most).
"""

import math
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from benchmarks import template
from benchmarks.results import Results

PRICES: dict[str, dict[str, float]] = tomllib.loads(Path(__file__).with_name("prices.toml").read_text())
MONTH_S = 30 * 86400
MEMORY_MB = 512
MB_PER_PROCESSOR = 1769  # Lambda gives a function one processor at this size, and a share of it below

# Assumed, none of it measured here.
SQS_SEND_MS = 6  # one round trip inside the region
TABLE_OR_BUS_MS = 6
VONAGE_REPLY_MS = 200
COMMAND_WRITES = 5  # its claim, its slot at the pace, that it begins and has ended for the person, its result
ENVIRONMENT_LIVES_S = 3600
LINE_BYTES = 500  # a line of ours, with its metric
EVENT_ID_BYTES = 67  # of each event that `record` tells of in one line
ACCESS_LOG_BYTES = 350  # API Gateway's line, per request
ITEM_KB = 1  # an event in the timeline, rounded up to write units
METRICS = 15  # names of outcomes that occur
POLLERS, POLL_S = 5, 20  # of each queue that a function takes messages from, also while it's empty
FIFO_QUEUES, STANDARD_QUEUES = 2, 1  # that are polled: events and commands; commands from the bus
BATCH = {1: 1, 100: 5, 1000: 10}  # events that `record` finds in the queue at once, by rate


class Workload(NamedTuple):
    """What one call or message sets off. `events` are those that go through the event queue."""

    name: str
    webhooks: dict[str, int]
    events: int
    commands: int = 0


WORKLOADS = (
    Workload("a call (answered, 4 events)", {"answer": 1, "event": 4}, 4),
    Workload("a message received", {"inbound": 1}, 1),
    Workload("a message sent (2 statuses)", {"status": 2}, 3, commands=1),
)


def per_million(results: Results, workload: Workload, per_second: int) -> dict[str, float]:
    """Dollars per million of a workload, by AWS service, at a steady rate per second.

    Args:
        results: gives the CPU time of each function.
        workload: what is counted.
        per_second: how many a second, day and night.
    """
    batch = BATCH[per_second]
    parts: dict[str, float] = defaultdict(float)
    webhooks = sum(workload.webhooks.values())
    parts["API Gateway"] = webhooks * _gateway(webhooks * per_second)
    for name, count in workload.webhooks.items():
        parts["Lambda, webhooks"] += count * _lambda(results, "webhooks", name, per_second * count)
    record = f"record, batch of {batch}"
    rate = per_second * workload.events / batch
    parts["Lambda, record"] = workload.events / batch * _lambda(results, "consumers", record, rate)
    if workload.commands:
        rate = per_second * workload.commands
        parts["Lambda, outbound"] = workload.commands * _lambda(
            results, "consumers", "outbound, batch of 1", rate
        )
        parts["DynamoDB"] += workload.commands * COMMAND_WRITES * PRICES["dynamodb"]["million_writes"]
    queued = workload.events * (1 + 2 / batch) + workload.commands * 3
    parts["SQS"] = queued * PRICES["sqs"]["million_requests"]
    # Each event is looked for and written; what a call or message begins with is in the index, too.
    parts["DynamoDB"] += workload.events * PRICES["dynamodb"]["million_reads"]
    parts["DynamoDB"] += (workload.events * ITEM_KB + 1) * PRICES["dynamodb"]["million_writes"]
    parts["EventBridge"] = workload.events * PRICES["eventbridge"]["million_events"]
    invocations = webhooks + workload.events / batch + workload.commands
    logged = invocations * LINE_BYTES + workload.events * EVENT_ID_BYTES
    logged += webhooks * ACCESS_LOG_BYTES
    parts["CloudWatch Logs"] = logged / 1e9 * 1e6 * PRICES["cloudwatch"]["gb_ingested"]
    parts["Fixed (secrets, metrics, alarms, polling)"] = _fixed() / (per_second * MONTH_S) * 1e6
    return dict(parts)


def milliseconds(results: Results, group: str, name: str, memory_mb: int = MEMORY_MB) -> float:
    """How long an invocation lasts on Lambda: CPU by the memory's share of a processor, and waiting."""
    cpu_ms = results.groups[group].median(name, "warm", "cpu_us") / 1000
    return cpu_ms / share(memory_mb) + _waiting_ms(name)


def cold_ms(results: Results, memory_mb: int) -> float:
    """How long a caller waits for a cold answer: CPU by the memory's share, INIT counted like the rest."""
    return results.groups["webhooks"].median("answer", "cold", "cpu_ms") / share(memory_mb)


def share(memory_mb: int) -> float:
    """The part of a processor that a memory size brings; one at most, as these functions have one thread."""
    return min(1.0, memory_mb / MB_PER_PROCESSOR)


def environments(results: Results, group: str, name: str, per_second: float) -> float:
    """Environments that a rate keeps busy; each takes 10 requests a second at most."""
    return max(per_second * milliseconds(results, group, name) / 1000, per_second / 10)


def _lambda(results: Results, group: str, name: str, per_second: float) -> float:
    """Dollars per million invocations, cold starts included."""
    gb_s = PRICES["lambda"]["gb_second_arm64"] * MEMORY_MB / 1024
    warm_s = math.ceil(milliseconds(results, group, name)) / 1000
    cold_s = results.groups[group].median(name, "cold", "cpu_ms") / share(MEMORY_MB) / 1000
    started = max(1.0, environments(results, group, name, per_second)) / ENVIRONMENT_LIVES_S / per_second
    return PRICES["lambda"]["million_requests"] + (warm_s + started * cold_s) * gb_s * 1e6


def _gateway(requests_per_second: float) -> float:
    """Dollars per million requests, the cheaper tier included."""
    tier = PRICES["api_gateway"]
    millions = requests_per_second * MONTH_S / 1e6
    beyond = max(0.0, millions - tier["beyond_millions_a_month"])
    return (
        tier["million_requests"]
        - (tier["million_requests"] - tier["million_requests_beyond"]) * beyond / millions
    )


def _fixed() -> float:
    """Dollars a month."""
    watch = PRICES["cloudwatch"]
    alarms = template.alarm_metrics() * watch["alarm_a_month"]
    alarms += template.count("AWS::CloudWatch::CompositeAlarm") * watch["composite_alarm_a_month"]
    return (
        3 * PRICES["secrets_manager"]["secret_a_month"]
        + METRICS * watch["metric_a_month"]
        + alarms
        + polling()
    )


def polling() -> float:
    """Dollars a month for looking into queues that are empty, which Lambda never stops to do."""
    polls = POLLERS * MONTH_S / POLL_S / 1e6
    prices = PRICES["sqs"]
    return polls * (
        FIFO_QUEUES * prices["million_requests"] + STANDARD_QUEUES * prices["million_requests_standard"]
    )


def _waiting_ms(name: str) -> float:
    kind = name.partition(", batch of ")[0]
    return {
        "answer": 0,
        "record": 3 * TABLE_OR_BUS_MS,  # a batch is looked for, published and written
        "outbound": VONAGE_REPLY_MS + COMMAND_WRITES * TABLE_OR_BUS_MS + SQS_SEND_MS,
    }.get(kind, SQS_SEND_MS)
