"""The alarms of who reaches many people: that ring for what harms them or you, and not for what is usual."""

import json
import re
from typing import Any, get_args, get_type_hints

import pytest
from switchboard.wire.commands import Result

from operate import paths
from tests.fakes import alarm_math

Json = dict[str, Any]


def rings(resources: Json, alarm: str, counted: dict[str, float]) -> bool:
    """Whether an alarm rings for what was counted in a period."""
    properties = resources[f"{alarm}Alarm"]["Properties"]
    found = {query["Id"]: query for query in properties["Metrics"]}
    assert counted.keys() <= found.keys()
    (returned,) = [query for query in found.values() if "Expression" in query]
    metrics = {name: counted.get(name) for name, query in found.items() if "MetricStat" in query}
    value = alarm_math.value(returned["Expression"], metrics)
    return value is not None and value >= properties["Threshold"]


@pytest.mark.parametrize(
    ("counted", "is_told"),
    [
        ({"waiting": 5000, "unpaced": 200, "paced": 150}, True),  # too few workers, or Vonage slows us down
        ({"waiting": 5000}, True),  # nothing goes out at all
        ({"waiting": 5000, "unpaced": 900, "paced": 24_000}, False),  # the pace is what it is
        ({"waiting": 0, "unpaced": 900, "paced": 100}, False),  # the queue was empty in between
        ({}, False),
    ],
)
def test_bulk_that_is_slower_than_its_pace_rings(
    resources: Json, counted: dict[str, float], *, is_told: bool
) -> None:
    assert rings(resources, "PaceNotReached", counted) == is_told
    (waiting,) = [
        query
        for query in resources["PaceNotReachedAlarm"]["Properties"]["Metrics"]
        if query["Id"] == "waiting"
    ]
    assert waiting["MetricStat"]["Stat"] == "Minimum"  # of always


@pytest.mark.parametrize(
    ("counted", "is_told"),
    [
        ({"stopped": 10, "accepted": 500}, True),
        ({"stopped": 12}, True),
        ({"stopped": 9, "accepted": 20}, False),  # few of few
        ({"stopped": 100, "accepted": 10_000}, False),  # one in a hundred
        ({"accepted": 10_000}, False),
    ],
)
def test_many_who_opt_out_ring(resources: Json, counted: dict[str, float], *, is_told: bool) -> None:
    assert rings(resources, "OptOutsRising", counted) == is_told


@pytest.mark.parametrize(
    ("counted", "is_told"),
    [
        ({"undelivered": 20, "accepted": 100}, True),
        ({"undelivered": 19, "accepted": 19}, False),
        ({"undelivered": 500, "accepted": 10_000}, False),
        ({}, False),
    ],
)
def test_many_messages_that_do_not_arrive_ring(
    resources: Json, counted: dict[str, float], *, is_told: bool
) -> None:
    assert rings(resources, "MessagesFailed", counted) == is_told


@pytest.mark.parametrize("alarm", ["PaceNotReached", "OptOutsRising", "MessagesFailed"])
def test_only_who_reaches_many_pays_for_them(resources: Json, alarm: str) -> None:
    assert resources[f"{alarm}Alarm"]["Condition"] == "HasReach"


def test_what_failed_is_told_by_the_names_that_functions_log(resources: Json) -> None:
    _, variables = resources["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    condition, shown, _ = variables["ReachReasons"]["Fn::If"]
    query = json.loads(shown["Fn::Sub"].removeprefix(", "))["properties"]["query"]

    folders = [paths.ROOT / "workers", paths.ROOT / "layers/switchboard/switchboard/outbound"]
    sources = "".join(file.read_text() for folder in folders for file in folder.rglob("*.py"))
    outcomes = {each.capitalize() for each in get_args(get_type_hints(Result)["outcome"])}
    logged = outcomes | {*re.findall(r'outcome\(\s*"(\w+)"', sources)}
    assert condition == "HasReach"
    assert {*re.findall(r'"(\w+)"', query)} == {"Undelivered", "Rejected", "Uncertain", "Barred"} <= logged
