"""What other stacks import: there for good, and nothing that a release changes."""

from pathlib import Path
from typing import Any

import pytest

Json = dict[str, Any]

LISTED = dict(
    line.split()
    for line in Path(__file__).with_name("exports.txt").read_text().splitlines()
    if not line.startswith("#")
)
PREFIX = "${AWS::StackName}-"
# Their physical ids are for life, unless their names, paths or types change.
LASTING = {"AWS::Events::EventBus", "AWS::IAM::Role", "AWS::Lambda::Function"}
# A role or function that gets one of these is made anew.
RENAMING = {"RoleName", "Path", "FunctionName", "PackageType"}


def exports(template: Json) -> dict[str, str]:
    """The resource behind each export, by the export's name without the stack's."""
    found = {}
    for output in template["Outputs"].values():
        if "Export" in output:
            ((_, reference),) = output["Value"].items()
            found[output["Export"]["Name"]["Fn::Sub"].removeprefix(PREFIX)] = (
                reference if isinstance(reference, str) else reference[0]
            )
    return found


def test_what_was_released_is_exported_as_it_was(translated: Json) -> None:
    assert exports(translated) == LISTED


@pytest.mark.parametrize(("name", "resource"), LISTED.items())
def test_exported_value_outlives_every_update(translated: Json, name: str, resource: str) -> None:
    behind = translated["Resources"][resource]

    assert behind["Type"] in LASTING
    # What a parameter turns on is there for whom it is on for; nothing of it depends on anything else.
    assert behind.get("Condition") == {"VerifyRoleName": "HasVerify"}.get(name)
    assert behind.get("Properties", {}).keys() & RENAMING == set()


def test_bus_is_called_as_the_stack_is(translated: Json) -> None:
    assert translated["Resources"]["EventBus"]["Properties"]["Name"] == {"Ref": "AWS::StackName"}


def test_what_changes_with_a_release_is_an_output_alone(translated: Json) -> None:
    outputs = translated["Outputs"]

    for name in (
        "SwitchboardLayerArn",
        "DependenciesLayerArn",
        "TimelineTableName",
        "MediaBucketName",
        "CampaignBucketName",
        "WebhookUrl",
        "AlarmTopicArn",
    ):
        assert "Value" in outputs[name]
        assert "Export" not in outputs[name]


def test_every_flow_s_role_is_exported(written: Json, translated: Json) -> None:
    roles = {
        function["Properties"]["Role"]["Fn::GetAtt"][0]
        for function in written["Resources"].values()
        if str(function.get("Properties", {}).get("CodeUri", "")).startswith("functions/")
    }

    assert len(roles) == 7
    assert roles <= set(exports(translated).values())
