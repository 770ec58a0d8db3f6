"""Lines about what an operator would see: metrics, alarms, and log lines of a crash."""

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from operate.logs import command as logs
from operate.logs.line import LogLine
from operate.smoke.bench import Bench, DiffersError, NotTriedError

_LOGS_S = 60
_METRICS_S = 300
Json = dict[str, Any]


def fallback_metric(bench: Bench) -> str:
    """A caller reaches the fallback: its log line matches the filter, and CloudWatch counts it."""
    stack = bench.deployed()
    group, filters = stack.id_of("FallbackLogGroup"), bench.client("logs")
    call = f"CON-{uuid.uuid4()}"
    body = json.dumps({"to": "447700900000", "conversation_uuid": call, "reason": "smoke"})
    bench.invoke("Fallback", {"body": body, "requestContext": {"apiId": stack.id_of("FallbackApi")}})
    line = bench.seen_within(_LOGS_S, lambda: _line_of(filters, group, call))
    if not line:
        raise DiffersError(f"no log line of the fallback within {_LOGS_S} s")
    (metric_filter,) = filters.describe_metric_filters(logGroupName=group)["metricFilters"]
    pattern = metric_filter["filterPattern"]
    if not filters.test_metric_filter(filterPattern=pattern, logEventMessages=[line])["matches"]:
        raise DiffersError(f"the filter {pattern} doesn't match {line}")
    bench.provoked.add("FallbackAskedAlarm")
    (metric,) = metric_filter["metricTransformations"]
    name, namespace = metric["metricName"], metric["metricNamespace"]
    began = bench.now()
    if not bench.seen_within(_METRICS_S, lambda: _is_counted(bench, namespace, name, [])):
        raise DiffersError(f"the filter matches, and {namespace} {name} counts nothing in {_METRICS_S} s")
    return f"1 line matches, counted after {bench.now() - began:.0f} s"


def alarms(bench: Bench) -> str:
    """What the other lines provoked is counted under the very names that the alarms look at."""
    stack = bench.deployed()
    expected = {name: stack.id_of(name) for name in sorted(bench.provoked) if stack.has(name)}
    if not expected:
        raise NotTriedError("no line before this one provoked an alarm")
    found = list(_alarms_of(bench))
    watched = {alarm["AlarmName"]: alarm for alarm in found}
    silent = [name for name, alarm in expected.items() if not _counts_at_last(bench, watched[alarm])]
    astray = [alarm["AlarmName"] for alarm in found if _is_astray(bench, alarm)]
    if silent or astray:
        raise DiffersError(
            "; ".join(
                [f"{name} has nothing to look at" for name in silent]
                + [f"the metric of {name} has other dimensions" for name in astray]
            )
        )
    return f"{', '.join(expected)} counted; the other {len(found) - len(expected)} had no cause"


def crash(bench: Bench) -> str:
    """A function whose handler is gone is invoked: `make logs` shows how it ended."""
    stack = bench.deployed()
    with bench.without_its_handler("Status", "app.not_there"):
        bench.invoke("Status", {})
    bench.provoked.add("StatusCrashedAlarm")
    found = bench.seen_within(
        _LOGS_S, lambda: [line for line in logs.lines(stack, since_s=600) if _is_crash(line)]
    )
    if not found:
        raise DiffersError(f"`make logs` shows no such line of Status within {_LOGS_S} s")
    return str(json.loads(found[0].text).get("errorType"))


def _is_crash(line: LogLine) -> bool:
    return line.function == "Status" and line.text.startswith("{") and '"errorType"' in line.text


def _line_of(client: Any, group: str, call: str) -> str:  # noqa: ANN401 - boto3's own client
    found = client.filter_log_events(logGroupName=group, filterPattern=f'"{call}"')["events"]
    return str(found[0]["message"]) if found else ""


def _alarms_of(bench: Bench) -> Iterator[Json]:
    """Those that look at a metric. One of several metrics has an expression: the line `flood`."""
    pages = bench.client("cloudwatch").get_paginator("describe_alarms")
    for page in pages.paginate(AlarmNamePrefix=f"{bench.name}-", AlarmTypes=["MetricAlarm"]):
        yield from (alarm for alarm in page["MetricAlarms"] if "MetricName" in alarm)


def _counts_at_last(bench: Bench, alarm: Json) -> bool:
    metric = alarm["Namespace"], alarm["MetricName"], alarm["Dimensions"]
    return bool(bench.seen_within(_METRICS_S, lambda: _is_counted(bench, *metric)))


def _is_counted(bench: Bench, namespace: str, name: str, dimensions: list[Json]) -> bool:
    now = datetime.fromtimestamp(bench.now(), UTC)
    points = bench.client("cloudwatch").get_metric_statistics(
        Namespace=namespace,
        MetricName=name,
        Dimensions=dimensions,
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(minutes=1),
        Period=3600,
        Statistics=["Sum"],
    )["Datapoints"]
    return any(point["Sum"] > 0 for point in points)


def _is_astray(bench: Bench, alarm: Json) -> bool:
    """Whether this stack's metric exists, and never with exactly the dimensions that the alarm names."""
    ours = bench.client("cloudwatch").list_metrics(
        Namespace=alarm["Namespace"],
        MetricName=alarm["MetricName"],
        Dimensions=[{"Name": "service", "Value": bench.name}],
    )["Metrics"]
    return bool(ours) and not any(_same(each["Dimensions"], alarm["Dimensions"]) for each in ours)


def _same(one: list[Json], other: list[Json]) -> bool:
    return {each["Name"]: each["Value"] for each in one} == {each["Name"]: each["Value"] for each in other}
