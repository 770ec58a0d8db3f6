"""Which parameters `make deploy` gives to the SAM CLI, and that stages do not collide."""

import tomllib
from datetime import UTC, datetime
from typing import Any

import pytest

from operate import deploy, paths
from operate.errors import OperatorError
from operate.stages import sam
from operate.stages.samconfig import settings_of
from tests.projects import SAMCONFIG

pytestmark = pytest.mark.usefixtures("stages_as_shipped")

Json = dict[str, Any]
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def given(words: str) -> list[str]:
    """What `sam deploy` is given for a stage that has no parameters of its own."""
    parameters = deploy.parameters(settings_of("prod").overrides, words, NOW)
    return [sam.as_sam_reads(name, value) for name, value in parameters.items()]


def test_deployment_gets_its_time_and_what_is_given() -> None:
    assert given("Numbers=447700900000,14155550100 ForwardTo=") == [
        "DeploymentId=2026-11-23T08:00:00Z",
        "Numbers=447700900000,14155550100",
        'ForwardTo=""',
    ]


def test_value_with_spaces_stays_one_parameter() -> None:
    assert given('ApplicationName="Front desk"')[1] == 'ApplicationName="Front desk"'


def test_what_is_given_counts_more_than_what_the_stage_has() -> None:
    configured = {"Numbers": "447700900000", "DeploymentId": "2026-01-01T00:00:00Z"}

    assert deploy.parameters(configured, "Numbers=14155550100", NOW) == {
        "Numbers": "14155550100",
        "DeploymentId": "2026-11-23T08:00:00Z",
    }
    assert deploy.parameters(configured, "DeploymentId=mine", NOW)["DeploymentId"] == "mine"


def test_stage_that_is_none_is_refused() -> None:
    with pytest.raises(OperatorError, match="ENV=default ENV=dev ENV=prod"):
        settings_of("staging")


def test_parameter_without_a_value_is_refused() -> None:
    with pytest.raises(OperatorError, match="'447700900000' isn't a parameter"):
        deploy.parameters({}, "447700900000", NOW)


def test_quotation_mark_without_its_other_half_is_refused() -> None:
    with pytest.raises(OperatorError, match="can't be read: No closing quotation"):
        deploy.parameters({}, 'ApplicationName="Front desk', NOW)


def test_published_version_is_the_project_s(written: Json) -> None:
    project = tomllib.loads((paths.ROOT / "pyproject.toml").read_text())["project"]
    published = written["Metadata"]["AWS::ServerlessRepo::Application"]

    assert published["SemanticVersion"] == project["version"]
    assert published["SpdxLicenseId"] == project["license"]


def test_stages_have_stacks_and_artifacts_of_their_own() -> None:
    settings = tomllib.loads(SAMCONFIG.read_text())
    stages = {name: stage for name, stage in settings.items() if name != "version"}

    stacks = {stage["global"]["parameters"]["stack_name"] for stage in stages.values()}
    prefixes = {stage["deploy"]["parameters"]["s3_prefix"] for stage in stages.values()}

    assert stages.keys() == {"default", "dev", "prod"}
    assert len(stacks) == len(prefixes) == len(stages)


def test_no_two_stacks_claim_one_name(translated: Json) -> None:
    """What has a name of its own, rather than one that CloudFormation makes up, carries the stack's."""
    names = {
        "AlarmName", "ArchiveName", "BucketName", "DashboardName", "FunctionName", "LayerName",
        "ManagedPolicyName", "QueueName", "RoleName", "TableName", "TopicName",
    }  # fmt: skip
    claimed = {
        f"{logical_id}.{key}": value
        for logical_id, resource in translated["Resources"].items()
        for key, value in resource.get("Properties", {}).items()
        if key in names or (key == "Name" and resource["Type"].startswith("AWS::Events"))
    }

    assert not [name for name, value in claimed.items() if isinstance(value, str)]
    assert all("${AWS::StackName}" in value.get("Fn::Sub", "${AWS::StackName}") for value in claimed.values())
    assert claimed["EventBus.Name"] == {"Ref": "AWS::StackName"}
    exports = [output["Export"]["Name"] for output in translated["Outputs"].values() if "Export" in output]
    assert all("${AWS::StackName}" in export["Fn::Sub"] for export in exports)
