"""Which quota of AWS a growing number of calls meets first.

Source: AWS, "Lambda quotas", "API Gateway quotas for HTTP APIs", "Amazon EventBridge quotas", "AWS Secrets
Manager quotas", "Using Lambda with Amazon SQS" (defaults of us-east-1, November 2026).
"""

from typing import NamedTuple

from benchmarks import template
from benchmarks.cost import VONAGE_REPLY_MS, environments, milliseconds
from benchmarks.results import Results

_EVENTS = 4  # of a call
_BATCH = "record, batch of 10"


class Limit(NamedTuple):
    """A quota, the rate at which it is reached, and what moves it."""

    name: str
    per_second: float
    moved_by: str


def of_calls(results: Results) -> list[Limit]:
    """What calls of one answer and four events a second meet, first things first."""
    throttle, record = template.default("ThrottlingRateLimit"), template.default("RecordConcurrency")
    webhooks = environments(results, "webhooks", "answer", 1)
    webhooks += environments(results, "webhooks", "event", _EVENTS)
    recording = _EVENTS / 10 * milliseconds(results, "consumers", _BATCH) / 1000
    limits = [
        Limit(f"The stack: {throttle} requests/s", throttle / (1 + _EVENTS), "`ThrottlingRateLimit`"),
        Limit(f"The stack: {record} environments of `record`", record / recording, "`RecordConcurrency`"),
        Limit("API Gateway: 10,000 requests/s", 10_000 / (1 + _EVENTS), "a quota increase"),
        Limit("Lambda: 1,000 environments", 1000 / (webhooks + recording), "a quota increase"),
        Limit("EventBridge, us-east-1: 10,000 PutEvents/s", 100_000 / _EVENTS, "a quota increase"),
        Limit("EventBridge, elsewhere from 400 PutEvents/s", 4000 / _EVENTS, "a quota increase"),
        Limit("Secrets Manager: 10,000 reads/s", 10_000 * 300 / webhooks, "nothing has to"),
    ]
    return sorted(limits, key=lambda limit: limit.per_second)


def commands_per_second(results: Results) -> float:
    """Commands of one queue that `outbound` carries out in a second, one by one in each environment."""
    alone = 1000 / max(milliseconds(results, "consumers", "outbound, batch of 1"), VONAGE_REPLY_MS)
    return template.default("OutboundConcurrency") * alone
