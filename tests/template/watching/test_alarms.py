"""What must hold of the alarms, the dashboard and the runbook whatever else changes."""

import json
import re
from typing import Any

import pytest

from operate.paths import ROOT
from tests.projects import FLOWS
from tests.template.test_template import references

Json = dict[str, Any]

METRICS = {"AWS/ApiGateway", "AWS/Lambda", "AWS/SQS", "AWS/States", "Switchboard"}
# What there is of a stack only with one of its parameters, and the dashboard shows then.
OPTIONAL = ("HasMedia", "HasVerify", "HasDialogs", "HasReach")
TOPIC = {"Fn::If": ["HasAlarmTopic", {"Ref": "AlarmTopicArn"}, {"Ref": "AlarmTopic"}]}


@pytest.fixture(scope="module")
def alarms(resources: Json) -> Json:
    return {name: r["Properties"] for name, r in resources.items() if r["Type"] == "AWS::CloudWatch::Alarm"}


@pytest.fixture(scope="module")
def composites(resources: Json) -> Json:
    kind = "AWS::CloudWatch::CompositeAlarm"
    return {name: r["Properties"] for name, r in resources.items() if r["Type"] == kind}


def metrics(alarm: Json) -> list[Json]:
    """What an alarm looks at: a metric, or those of its expression."""
    if "Metrics" not in alarm:
        return [alarm]
    return [each["MetricStat"]["Metric"] for each in alarm["Metrics"] if "MetricStat" in each]


def sections() -> dict[str, str]:
    """The runbook's sections by their anchors."""
    parts = re.split(r"^## (.+)$", (ROOT / "docs" / "runbook.md").read_text(), flags=re.MULTILINE)
    return {
        title.lower().replace(" ", "-"): text for title, text in zip(parts[1::2], parts[2::2], strict=True)
    }


def queues(resources: Json) -> set[str]:
    return {name for name, r in resources.items() if r["Type"] == "AWS::SQS::Queue"}


def test_every_alarm_says_what_to_do_and_where_the_runbook_says_more(alarms: Json, composites: Json) -> None:
    for name, alarm in {**alarms, **composites}.items():
        match = re.fullmatch(r".+\. .+\. Runbook: docs/runbook\.md#([a-z-]+)", alarm["AlarmDescription"])
        assert match, f"{name}: what happened. What to do. Runbook: docs/runbook.md#section"
        assert match[1] in sections(), f"{name}: docs/runbook.md has no section {match[1]}"


def test_every_section_of_the_runbook_is_an_alarm_and_has_all_parts(alarms: Json) -> None:
    anchors = {alarm["AlarmDescription"].rpartition("#")[2] for alarm in alarms.values()}

    assert anchors == sections().keys()
    for title, text in sections().items():
        assert all(part in text for part in ("**Means.**", "**Look.**", "**Fix.**")), title


def test_every_alarm_is_told_to_somebody_and_silence_is_none(alarms: Json, composites: Json) -> None:
    parts = {name for composite in composites.values() for name in references(composite["AlarmRule"])}

    for name, alarm in {**alarms, **composites}.items():
        assert alarm.get("AlarmActions") == (None if name in parts else [TOPIC]), name
    for name, alarm in alarms.items():
        assert alarm["TreatMissingData"] == "notBreaching", name
        assert {metric["Namespace"] for metric in metrics(alarm)} <= METRICS, name


def test_every_api_has_an_alarm_for_its_limit_and_for_its_errors(alarms: Json) -> None:
    watched = {
        (metric["Dimensions"][0]["Value"]["Ref"], metric["MetricName"])
        for alarm in alarms.values()
        for metric in metrics(alarm)
        if metric["Namespace"] == "AWS/ApiGateway"
    }

    oversized = {("WebhookApi", "4xx"), ("WebhookApi", "DataProcessed")}
    every = {(api, name) for api in ("WebhookApi", "FallbackApi") for name in ("Count", "5xx")}
    assert watched == every | oversized


def test_every_dead_letter_queue_has_an_alarm(alarms: Json, resources: Json) -> None:
    watched = {
        alarm["Dimensions"][0]["Value"]["Fn::GetAtt"][0]
        for alarm in alarms.values()
        if alarm.get("MetricName") == "ApproximateNumberOfMessagesVisible"
    }

    assert watched == {
        name for name in queues(resources) if "RedrivePolicy" not in resources[name]["Properties"]
    }


def test_every_queue_that_is_worked_on_has_an_alarm_for_its_age(alarms: Json, resources: Json) -> None:
    watched = {
        alarm["Dimensions"][0]["Value"]["Fn::GetAtt"][0]
        for alarm in alarms.values()
        if alarm.get("MetricName") == "ApproximateAgeOfOldestMessage"
    }

    assert watched == {name for name in queues(resources) if "RedrivePolicy" in resources[name]["Properties"]}


def test_metrics_of_alarms_are_those_that_the_code_counts(alarms: Json) -> None:
    """A misspelt metric is an alarm that stays silent for ever."""
    sources = [*(ROOT / "layers" / "switchboard").rglob("*.py"), *(ROOT / "provisioner").rglob("*.py")]
    sources += FLOWS.rglob("*.py")
    sources += (ROOT / "workers").rglob("*.py")
    code = "".join(path.read_text() for path in sources)

    for name, alarm in alarms.items():
        for metric in metrics(alarm):
            word = metric["MetricName"]
            if metric["Namespace"] == "Switchboard" and isinstance(word, str):
                assert f'"{word}"' in code or f'"{word.lower()}"' in code, name


def test_every_function_is_missed_when_it_crashes(alarms: Json, resources: Json) -> None:
    watched = {
        alarm["Dimensions"][0]["Value"]["Ref"]
        for alarm in alarms.values()
        if (alarm.get("Namespace"), alarm.get("MetricName")) == ("AWS/Lambda", "Errors")
    }
    otherwise = {
        "AnswerFunction": "FallbackAskedAlarm",
        "EventFunction": "FallbackAskedAlarm",
        "RecordFunction": "EventsWaitAlarm",
        "MediaFunction": "MediaWaitAlarm",
        "CampaignFunction": "CampaignFailedAlarm",  # only its state machine calls it, and fails with it
        "CampaignCommandFunction": "CampaignCommandsWaitAlarm",
        "UnansweredFunction": "ProvisionerFailedAlarm",  # only a provisioner that failed has it called
    }

    functions = {name for name, r in resources.items() if r["Type"] == "AWS::Lambda::Function"}
    deploying = {"CredentialsCheckFunction"}  # works in a deployment alone, which fails with it
    assert functions - watched - deploying == otherwise.keys()
    assert alarms.keys() >= set(otherwise.values())


@pytest.mark.parametrize("keeps_media", [True, False])
def test_dashboard_is_json_that_names_the_stack_s_own_things(resources: Json, *, keeps_media: bool) -> None:
    body = dashboard(resources, keeps_media=keeps_media)
    names = set(re.findall(r"\$\{(\w+)", body))

    widgets = json.loads(body)["widgets"]

    # With Reach there is one more: what failed, by reason.
    assert len(widgets) <= (9 if keeps_media else 8)
    assert {name for name in names if not name.startswith("AWS")} <= resources.keys()
    assert all(widget["properties"]["title"] for widget in widgets)


@pytest.mark.parametrize("keeps_media", [True, False])
def test_dashboard_shows_every_alarm_and_every_queue(
    resources: Json, alarms: Json, composites: Json, *, keeps_media: bool
) -> None:
    shown = set(re.findall(r"\$\{(\w+(?:Alarm|Queue))\b", dashboard(resources, keeps_media=keeps_media)))

    there = alarms.keys() | composites.keys() | queues(resources)
    media = {name for name in there if resources[name].get("Condition") in OPTIONAL}
    as_it_should_be = {"AcceptedAlarm"}  # in alarm while all is well
    assert shown == there - as_it_should_be - (set() if keeps_media else media)


def dashboard(resources: Json, *, keeps_media: bool) -> str:
    """The dashboard's body, with what it says only of a stack that keeps media and has all else, too."""
    body, variables = resources["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    variables = dict(variables)
    body = body.replace("${Alarm}", variables.pop("Alarm")["Fn::Sub"])
    for name, value in variables.items():
        condition, then, otherwise = value["Fn::If"]
        assert condition in OPTIONAL
        body = body.replace(f"${{{name}}}", then["Fn::Sub"] if keeps_media else otherwise)
    return str(body)


def test_what_vonage_gives_up_raises_an_alarm(alarms: Json) -> None:
    """The rows of docs/webhooks.md: nobody sends it a second time."""
    page = (ROOT / "docs" / "webhooks.md").read_text()
    lost = re.findall(r"^\| `(\w+)` \| \d+ \| gives up \|$", page, re.MULTILINE)

    assert lost
    assert {*lost} <= {str(alarm.get("MetricName")) for alarm in alarms.values()}
