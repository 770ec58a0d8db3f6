"""Lines about what API Gateway enforces and counts by itself, which reaches no function."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import httpx

from operate.smoke.bench import Bench, DiffersError

_AT_ONCE = 40
_ENFORCED_S = 60
_LOGS_S = 120
_METRICS_S = 300
_TOO_MANY = 429
_OVERSIZED_BYTES = 7_000_000


def flood(bench: Bench) -> str:
    """What is over an API's limit is turned away and written down; the fallback answers meanwhile."""
    stack = bench.deployed()
    webhooks, fallback = stack.output("WebhookUrl"), stack.output("FallbackUrl")
    with bench.http() as http, _limit_of_one(bench, stack.id_of("WebhookApi")):

        def turned_away() -> int:
            with ThreadPoolExecutor(_AT_ONCE) as threads:
                asked = threads.map(lambda _: http.post(f"{webhooks}/event").status_code, range(_AT_ONCE))
                return list(asked).count(_TOO_MANY)

        refused = bench.seen_within(_ENFORCED_S, turned_away)
        meanwhile = http.post(fallback, json={"to": "447700900000"}).status_code
    if not refused:
        raise DiffersError(f"{_AT_ONCE} requests at once were all taken, with a limit of one a second")
    if meanwhile != httpx.codes.OK:
        raise DiffersError(f"the fallback answered {meanwhile} meanwhile")
    if not bench.seen_within(_LOGS_S, lambda: _logged(bench, stack.id_of("AccessLogGroup"))):
        raise DiffersError(f"the access log has no such request within {_LOGS_S} s")
    names = [stack.id_of(f"{name}Alarm") for name in ("WebhooksFlooded", "WebhookErrors")]
    if not bench.seen_within(_METRICS_S, lambda: all(_has_a_value(bench, name) for name in names)):
        raise DiffersError(f"the expression of {' or '.join(names)} has no value within {_METRICS_S} s")
    return f"{refused} of {_AT_ONCE} turned away and written down, the fallback answered 200"


def oversized(bench: Bench) -> str:
    """What is over Lambda's limit is answered by the gateway alone, and counted where the alarm looks."""
    stack = bench.deployed()
    with bench.http() as http:
        body = b'{"channel": "email", "text": "' + b"x" * _OVERSIZED_BYTES + b'"}'
        answered = http.post(f"{stack.output('WebhookUrl')}/inbound", content=body, timeout=60)
    if answered.status_code == httpx.codes.SERVICE_UNAVAILABLE and not answered.content:
        raise DiffersError(f"a webhook of {_OVERSIZED_BYTES} bytes reached its function")  # as a stranger's
    alarm = stack.id_of("OversizedAlarm")
    if not bench.seen_within(_METRICS_S, lambda: _is_positive(bench, alarm)):
        seen = f"it is answered {answered.status_code}"
        raise DiffersError(f"{seen}, and the expression of {alarm} counts nothing in {_METRICS_S} s")
    return f"API Gateway answered {answered.status_code} {answered.text[:60]}, and counted it".strip()


@contextmanager
def _limit_of_one(bench: Bench, api: str) -> Iterator[None]:
    """Let an API take one request a second until the block ends."""
    gateway = bench.client("apigatewayv2")
    stage = {"ApiId": api, "StageName": "$default"}
    before = gateway.get_stage(**stage)["DefaultRouteSettings"]
    little = {**before, "ThrottlingRateLimit": 1, "ThrottlingBurstLimit": 1}
    try:
        gateway.update_stage(**stage, DefaultRouteSettings=little)
        yield
    finally:
        gateway.update_stage(**stage, DefaultRouteSettings=before)


def _logged(bench: Bench, group: str) -> bool:
    found = bench.client("logs").filter_log_events(logGroupName=group, filterPattern='{ $.status = "429" }')
    return bool(found["events"])


def _has_a_value(bench: Bench, alarm: str) -> bool:
    """Whether CloudWatch makes anything of an alarm's expression, though some of its metrics are silent."""
    return bool(_values(bench, alarm))


def _is_positive(bench: Bench, alarm: str) -> bool:
    return any(value > 0 for value in _values(bench, alarm))


def _values(bench: Bench, alarm: str) -> list[float]:
    (found,) = bench.client("cloudwatch").describe_alarms(AlarmNames=[alarm])["MetricAlarms"]
    now = datetime.fromtimestamp(bench.now(), UTC)
    results = bench.client("cloudwatch").get_metric_data(
        MetricDataQueries=found["Metrics"], StartTime=now - timedelta(minutes=30), EndTime=now
    )["MetricDataResults"]
    return [value for result in results for value in result["Values"]]
