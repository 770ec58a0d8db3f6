"""An update of a live stack replaces or removes nothing that holds something or is known by its name.

Each released template is compared with today's, both as CloudFormation gets them. Which properties cannot
change in place is what CloudFormation's own schemas say, which cfn-lint brings along.

And why webhooks run $LATEST: behind an alias of SAM's, a changed parameter would be deployed and not served.
docs/adr/0015-no-alias.md. Should SAM publish a version for it one day, the tests at the end say so.
"""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped] # it has none

from tests.e2e import releases
from tests.template.conftest import translate

Json = dict[str, Any]

# What is another one at each deployment, or is as good as the one before.
MAY_BE_REPLACED = {
    "AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard", "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::LayerVersion", "AWS::Lambda::Permission", "AWS::Logs::MetricFilter",
    "AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy",
}  # fmt: skip


@pytest.fixture(scope="module", params=releases.versions())
def released(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Json:
    """A released template, as CloudFormation got it."""
    commit = releases.commit(request.param)
    if commit is None:
        pytest.skip(f"git does not know version {request.param}, or it is checked out")
    template = tmp_path_factory.mktemp("released") / "template.yaml"
    template.write_text(releases.template(commit))
    translated: Json = translate(Path(template))["translated"]
    return translated


def create_only(kind: str) -> set[str]:
    """The properties of a type that cannot change without a new resource, by their first names."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    paths = [
        *schema.get("createOnlyProperties", []),
        *schema.get("conditionalCreateOnlyProperties", []),
    ]
    return {path.split("/")[2] for path in paths}


def is_there_whenever_it_was(before: Json, old: str | None, after: Json, new: str | None) -> bool:
    """Whether a condition is the same, has another name, or has become one of several that are enough."""
    if old and before["Conditions"][old] == after["Conditions"].get(new):
        return True
    return old == new or before["Conditions"].get(old) in after["Conditions"].get(new, {}).get("Fn::Or", [])


def lost(before: Json, after: Json) -> Iterator[str]:
    """What an update from one template to the other would replace or remove."""
    for name, old in before["Resources"].items():
        if old["Type"] in MAY_BE_REPLACED:
            continue
        new = after["Resources"].get(name)
        if new is None:
            yield f"{name} is removed"
        elif new["Type"] != old["Type"]:
            yield f"{name} becomes another type"
        elif not is_there_whenever_it_was(before, old.get("Condition"), after, new.get("Condition")):
            yield f"{name} depends on another condition"
        else:
            for key in sorted(create_only(old["Type"])):
                if new.get("Properties", {}).get(key) != old.get("Properties", {}).get(key):
                    yield f"{name} is replaced: {key} is another"


def test_update_of_a_live_stack_replaces_and_removes_nothing(released: Json, translated: Json) -> None:
    assert list(lost(released, translated)) == []


def test_every_parameter_that_a_stage_may_set_is_still_there(released: Json, translated: Json) -> None:
    """CloudFormation refuses an update that gives a parameter the template does not have."""
    assert released["Parameters"].keys() <= translated["Parameters"].keys()


@pytest.mark.parametrize(
    ("resource", "key"),
    [
        ("EventBus", "Name"),
        ("EventQueue", "FifoQueue"),
        ("EventQueue", "QueueName"),
        ("Timeline", "KeySchema"),
        ("ApplicationSecret", "Name"),
        ("RecordFunction", "FunctionName"),
        ("VonageApplication", "ServiceToken"),
        ("CommandRule", "EventBusName"),
    ],
)
def test_replacement_is_found(translated: Json, resource: str, key: str) -> None:
    spoilt = copy.deepcopy(translated)
    spoilt["Resources"][resource]["Properties"][key] = "another"

    assert list(lost(translated, spoilt)) == [f"{resource} is replaced: {key} is another"]


def test_removal_is_found(translated: Json) -> None:
    spoilt = copy.deepcopy(translated)
    del spoilt["Resources"]["ApplicationSecret"]
    spoilt["Resources"]["MediaBucket"]["Condition"] = "HasArchive"
    spoilt["Resources"]["AlarmTopic"]["Type"] = "AWS::SQS::Queue"

    assert sorted(lost(translated, spoilt)) == [
        "AlarmTopic becomes another type",
        "ApplicationSecret is removed",
        "MediaBucket depends on another condition",
    ]


ALIASED = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  ForwardTo: {Type: String, Default: before}
Resources:
  Layer:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: layer/, Description: before, PublishLambdaVersion: true}
  Answer:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: answer/
      Handler: app.lambda_handler
      Runtime: python3.13
      Layers: [!Ref Layer]
      Environment: {Variables: {FORWARD_TO: !Ref ForwardTo}}
      AutoPublishAlias: live
"""
ALL_ALIASED = ALIASED + "      AutoPublishAliasAllProperties: true\n"


def published(folder: Path, text: str) -> list[str]:
    """The versions that SAM wants. One whose name was there before isn't published again."""
    template = folder / "template.yaml"
    template.write_text(text)
    resources = translate(template)["translated"]["Resources"]
    return [name for name, each in resources.items() if each["Type"] == "AWS::Lambda::Version"]


def test_alias_keeps_the_old_layer_unless_every_property_counts(tmp_path: Path) -> None:
    changed = ("Description: before", "Description: after")

    assert published(tmp_path, ALIASED.replace(*changed)) == published(tmp_path, ALIASED)
    assert published(tmp_path, ALL_ALIASED.replace(*changed)) != published(tmp_path, ALL_ALIASED)


def test_alias_keeps_the_old_parameter_even_if_every_property_counts(tmp_path: Path) -> None:
    changed = ("Default: before", "Default: after")

    assert published(tmp_path, ALL_ALIASED.replace(*changed)) == published(tmp_path, ALL_ALIASED)
