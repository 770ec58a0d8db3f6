"""What others hear of drift: an event for each resource on the bus, and a metric to alarm on."""

import json
import os
from collections.abc import Iterable, Mapping
from typing import Any

import boto3
from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit

from provisioner.errors import ProvisionerError
from provisioner.world import aws

SOURCE = "switchboard.provisioner"
DETAIL_TYPE = "provisioner.drift"
ENTRIES_PER_CALL = 10


def announce(drifted: Iterable[Mapping[str, Any]], checked: int) -> None:
    """Put an event for each drifted resource on the bus, if there is one, and the counts into the metrics.

    Raises:
        ProvisionerError: the bus did not take an event.
    """
    entries = [_entry(each) for each in drifted]
    metrics = Metrics(namespace="Switchboard")  # of the service POWERTOOLS_SERVICE_NAME, which is the stack
    metrics.add_metric(name="ResourcesChecked", unit=MetricUnit.Count, value=checked)
    metrics.add_metric(name="ResourcesDrifted", unit=MetricUnit.Count, value=len(entries))
    metrics.flush_metrics()
    bus = os.environ.get("SWITCHBOARD_BUS_NAME")
    if not bus:
        return
    with aws.readable_errors(
        f"put events on the bus {bus}", "Its role must allow events:PutEvents on that bus."
    ):
        client = boto3.client("events", config=aws.CONFIG)
        for start in range(0, len(entries), ENTRIES_PER_CALL):
            some = [{**entry, "EventBusName": bus} for entry in entries[start : start + ENTRIES_PER_CALL]]
            reply = client.put_events(Entries=some)  # type: ignore[arg-type]
            if reply["FailedEntryCount"]:
                codes = ", ".join(entry.get("ErrorCode", "") for entry in reply["Entries"])
                raise ProvisionerError(
                    f"The bus {bus} refused events: {codes}.", "Check again later.", "AWS_REFUSED"
                )


def _entry(resource: Mapping[str, Any]) -> dict[str, Any]:
    return {"Source": SOURCE, "DetailType": DETAIL_TYPE, "Detail": json.dumps(dict(resource))}
