"""CloudWatch's part that the embedded AWS leaves out: metrics of log lines and of queues.

The emulator keeps metrics, evaluates alarms and counts Lambda's own metrics, but makes none of embedded
metric format, metric filters (whose JSON patterns it cannot read) or queues. `collect` makes these from the
same logs and queues, as CloudWatch would. It also compares alarms without their dimensions, so `crossed`
looks at the very metric that an alarm names.
"""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

from operate.stack import Stack
from tests.fakes.filter_pattern import matches

Json = dict[str, Any]

DEAD = (
    "EventDeadLetterQueue",
    "CommandDeadLetterQueue",
    "BusCommandDeadLetterQueue",
    "BulkCommandDeadLetterQueue",
    "CampaignCommandDeadLetterQueue",
    "UndeliveredCommandQueue",
    "MediaDeadLetterQueue",
    "DialogDeadLetterQueue",
)


def collect(stack: Stack, since: float) -> None:
    """Make metrics of what was logged since a Unix time, and of what is in the queues now."""
    cloudwatch = boto3.client("cloudwatch")
    for namespace, name, dimensions, value in [
        *_logged(stack, since),
        *_filtered(stack, since),
        *_queued(stack),
    ]:
        datum = {"MetricName": name, "Dimensions": _pairs(dimensions), "Value": value, "Unit": "Count"}
        cloudwatch.put_metric_data(Namespace=namespace, MetricData=[datum])


def crossed(alarm: Json) -> bool:
    """Whether the metric that an alarm names, with all its dimensions, is over its threshold."""
    now = datetime.now(UTC)
    found = boto3.client("cloudwatch").get_metric_statistics(
        Namespace=alarm["Namespace"],
        MetricName=alarm["MetricName"],
        Dimensions=alarm["Dimensions"],
        StartTime=now - timedelta(minutes=30),
        EndTime=now + timedelta(minutes=1),
        Period=3600,
        Statistics=[alarm["Statistic"]],
    )
    return any(point[alarm["Statistic"]] >= alarm["Threshold"] for point in found["Datapoints"])


def lines(stack: Stack, since: float) -> Iterator[tuple[str, str]]:
    """The functions' names and lines since a Unix time."""
    logs = boto3.client("logs")
    for function, group in stack.log_groups():
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=group, startTime=int(since * 1000)
        )
        for page in pages:
            yield from ((function, event["message"]) for event in page["events"])


def _logged(stack: Stack, since: float) -> Iterator[tuple[str, str, Json, float]]:
    """Embedded metric format: one metric for each set of dimensions of each line."""
    for _, line in lines(stack, since):
        if '"_aws"' not in line:
            continue
        document = json.loads(line[line.index("{") :])
        for directive in document["_aws"]["CloudWatchMetrics"]:
            for metric in directive["Metrics"]:
                value = document[metric["Name"]]
                for names in directive["Dimensions"]:
                    dimensions = {name: document[name] for name in names}
                    number = value[0] if isinstance(value, list) else value
                    yield directive["Namespace"], metric["Name"], dimensions, number


def _filtered(stack: Stack, since: float) -> Iterator[tuple[str, str, Json, float]]:
    """Metric filters."""
    functions = {group: name for name, group in stack.log_groups()}
    for found in boto3.client("logs").describe_metric_filters()["metricFilters"]:
        function = functions.get(found["logGroupName"])
        pattern = found["filterPattern"]
        matching = sum(name == function and _matches(line, pattern) for name, line in lines(stack, since))
        for transformation in found["metricTransformations"] if function else ():
            yield transformation["metricNamespace"], transformation["metricName"], {}, float(matching)


def _matches(line: str, pattern: str) -> bool:
    try:
        return matches(pattern, json.loads(line))
    except ValueError:
        return False


def _queued(stack: Stack) -> Iterator[tuple[str, str, Json, float]]:
    sqs = boto3.client("sqs")
    for queue in DEAD:
        url = stack.id_of(queue)
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
        depth = float(found["Attributes"]["ApproximateNumberOfMessages"])
        yield "AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": url.rpartition("/")[2]}, depth


def gateway(stack: Stack, api: str, name: str, value: float) -> None:
    """Say what API Gateway counted: the embedded one counts nothing."""
    dimensions = _pairs({"ApiId": stack.id_of(api)})
    datum = {"MetricName": name, "Dimensions": dimensions, "Value": value, "Timestamp": time.time()}
    boto3.client("cloudwatch").put_metric_data(Namespace="AWS/ApiGateway", MetricData=[datum])


def age(stack: Stack, queue: str, seconds: float) -> None:
    """Say that a queue's oldest message has waited for so long: time cannot be made to pass here."""
    datum = {
        "MetricName": "ApproximateAgeOfOldestMessage",
        "Dimensions": _pairs({"QueueName": stack.id_of(queue).rpartition("/")[2]}),
        "Value": seconds,
        "Timestamp": time.time(),
    }
    boto3.client("cloudwatch").put_metric_data(Namespace="AWS/SQS", MetricData=[datum])


def failed(stack: Stack, machine: str) -> None:
    """Say that a state machine's execution has failed: the embedded one counts none."""
    datum = {
        "MetricName": "ExecutionsFailed",
        "Dimensions": _pairs({"StateMachineArn": stack.id_of(machine)}),
        "Value": 1,
        "Timestamp": time.time(),
    }
    boto3.client("cloudwatch").put_metric_data(Namespace="AWS/States", MetricData=[datum])


def _pairs(dimensions: Json) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in dimensions.items()]
