"""What a stack and its account let through: as deployed, with parameters raised, with quotas raised.

Source: AWS, "API Gateway quotas for HTTP APIs" (10,000 requests a second and 5,000 at once; 2,500 and 1,250
in newer Regions), "Lambda quotas" (1,000 environments, ten requests a second for each), "Lambda scaling
behavior" (1,000 more in ten seconds for each function), "Amazon SQS message quotas" (FIFO queues of high
throughput, unbatched), "Amazon EventBridge quotas" (PutEvents), "Quotas in Amazon DynamoDB" (a table's 40,000
writes a second), "Designing partition keys" (1,000 writes a second for each); read in November 2026.
"""

from dataclasses import dataclass, replace

from benchmarks import template


@dataclass(frozen=True)
class Setting:
    """Limits per second, unless they are a number of environments or `_at_once`."""

    name: str
    gateway: float
    gateway_at_once: float
    fallback: float
    fallback_at_once: float
    record_environments: float
    environments: float = 1000
    scaling: float = 100
    sends: float = 70_000
    publishes: float = 10_000
    table_writes: float = 40_000
    key_writes: float = 1000

    def shared(self, share: float) -> "Setting":
        """The limits that a part of the traffic meets in place of the whole."""
        limits = {name: value * share for name, value in vars(self).items() if isinstance(value, int | float)}
        return replace(self, **limits)  # type: ignore[arg-type]  # the name isn't a number


DEPLOYED = Setting(
    "as deployed",
    gateway=template.default("ThrottlingRateLimit"),
    gateway_at_once=template.default("ThrottlingBurstLimit"),
    fallback=template.default("FallbackThrottlingRateLimit"),
    fallback_at_once=template.default("FallbackThrottlingBurstLimit"),
    record_environments=template.default("RecordConcurrency"),
)
PARAMETERS = replace(
    DEPLOYED,
    name="parameters raised, us-east-1",
    gateway=10_000,
    gateway_at_once=5000,
    fallback=2000,
    fallback_at_once=1000,
    record_environments=100,
)
SMALLEST = replace(
    PARAMETERS,
    name="parameters raised, smallest Region",
    gateway=2500,
    gateway_at_once=1250,
    record_environments=10,
    sends=2400,
    publishes=400,
)
TOO_MANY = replace(SMALLEST, name="the same, 100 environments of record", record_environments=100)
QUOTAS = replace(
    PARAMETERS,
    name="quotas raised, too",
    gateway=120_000,
    gateway_at_once=60_000,
    fallback=20_000,
    fallback_at_once=10_000,
    record_environments=1000,
    environments=14_000,
    sends=100_000,
    publishes=100_000,
    table_writes=100_000,
)
ALL = (DEPLOYED, PARAMETERS, SMALLEST, TOO_MANY, QUOTAS)


def named(name: str) -> Setting:
    """The setting of a name."""
    return next(each for each in ALL if each.name == name)
