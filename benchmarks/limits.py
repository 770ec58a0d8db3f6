"""Which quota of AWS a growing number of calls meets first.

Source: AWS, "Lambda quotas", "API Gateway quotas for HTTP APIs", "Amazon EventBridge quotas", "AWS Secrets
Manager quotas", "Using Lambda with Amazon SQS", "Amazon SQS message quotas" (FIFO queues of high throughput,
unbatched: each event is sent alone), "Quotas in Amazon DynamoDB", "On-demand capacity mode" (November 2026).
"""

from typing import NamedTuple

from switchboard.timeline.events import SHARDS

from benchmarks import template
from benchmarks.cost import VONAGE_REPLY_MS, WORKLOADS, environments, milliseconds
from benchmarks.results import Results

_CALL = WORKLOADS[0]
_EVENTS = _CALL.events
_WRITES = _EVENTS
_BATCH = "record, batch of 10"
_PARTITION_WRITES = 1000  # a second, whatever the table's capacity
_QUOTA = "a quota increase"


class Limit(NamedTuple):
    """A quota, the rate at which it is reached, and what moves it.

    `where` is "" for one that holds in every Region, else us-east-1, or elsewhere.
    """

    name: str
    per_second: float
    moved_by: str
    where: str = ""


def of_calls(results: Results) -> list[Limit]:
    """What calls of one answer and four events a second meet, first things first."""
    throttle, record = template.default("ThrottlingRateLimit"), template.default("RecordConcurrency")
    webhooks = environments(results, "webhooks", "answer", 1)
    webhooks += environments(results, "webhooks", "event", _EVENTS)
    recording = _EVENTS / 10 * milliseconds(results, "consumers", _BATCH) / 1000
    limits = [
        Limit(f"The stack: {throttle} requests/s", throttle / (1 + _EVENTS), "`ThrottlingRateLimit`"),
        Limit(f"The stack: {record} environments of `record`", record / recording, "`RecordConcurrency`"),
        Limit("API Gateway: 10,000 requests/s", 10_000 / (1 + _EVENTS), _QUOTA),
        Limit("Lambda: 1,000 environments", 1000 / (webhooks + recording), _QUOTA),
        *_by_region("EventBridge", "PutEvents/s", _EVENTS / 10, us_east_1=10_000, smallest=400),
        *_by_region("EventBridge", "invocations/s, a rule", _EVENTS, us_east_1=18_750, smallest=750),
        *_by_region("SQS", "FIFO sends/s", _EVENTS, us_east_1=70_000, smallest=2400),
        Limit("DynamoDB, a new table: 4,000 writes/s", 4000 / _WRITES, "traffic: it doubles in 30 minutes"),
        Limit("DynamoDB, a table: 40,000 writes/s", 40_000 / _WRITES, _QUOTA),
        Limit(
            f"DynamoDB, `recent`: {SHARDS} keys of {_PARTITION_WRITES:,} writes/s",
            SHARDS * _PARTITION_WRITES,
            "`SHARDS` in the timeline",
        ),
        Limit("Secrets Manager: 10,000 reads/s", 10_000 * 300 / webhooks, "nothing has to"),
    ]
    return sorted(limits, key=lambda limit: limit.per_second)


def _by_region(service: str, what: str, of_a_call: float, us_east_1: int, smallest: int) -> list[Limit]:
    """A quota that differs by Region: us-east-1's, and the smallest there is."""
    return [
        Limit(f"{service}, us-east-1: {us_east_1:,} {what}", us_east_1 / of_a_call, _QUOTA, "us-east-1"),
        Limit(f"{service}, elsewhere from {smallest:,} {what}", smallest / of_a_call, _QUOTA, "elsewhere"),
    ]


def commands_per_second(results: Results) -> float:
    """Commands of one queue that `outbound` carries out in a second, one by one in each environment."""
    alone = 1000 / max(milliseconds(results, "consumers", "outbound, batch of 1"), VONAGE_REPLY_MS)
    return template.default("OutboundConcurrency") * alone
