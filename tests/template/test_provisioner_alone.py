"""provisioner/template.yaml is a part of template.yaml: what is in both is the same to CloudFormation."""

import copy
from typing import Any

import pytest

from operate.paths import ROOT
from tests.template.conftest import translate

Json = dict[str, Any]

ALONE = ROOT / "provisioner" / "template.yaml"
# What the provisioner knows of the rest of the project's stack, if there is one.
OF_THE_REST = {"SWITCHBOARD_BUS_NAME", "SWITCHBOARD_WEBHOOKS_URL"}
SOURCES = "".join(path.read_text() for path in (ROOT / "provisioner").rglob("*.py"))
# What begins so is the provisioner's, and has to be in both.
ITS_OWN = ("Provisioner", "Unanswered", "Drift")


@pytest.fixture(scope="module")
def both() -> Json:
    return translate(ALONE)


@pytest.fixture(scope="module")
def alone(both: Json) -> Json:
    found: Json = both["translated"]
    return found


def variables(resource: Json) -> Json:
    found: Json = resource.get("Properties", {}).get("Environment", {}).get("Variables", {})
    return found


def without_the_rest(resource: Json, kept: Json) -> Json:
    """A resource of the project's stack as it would be without an event bus, webhooks and flows."""
    resource = copy.deepcopy(resource)
    for name in variables(resource).keys() - variables(kept).keys():
        assert name in OF_THE_REST or name not in SOURCES, (
            f"the provisioner reads {name}, which {ALONE} lacks"
        )
        del variables(resource)[name]
    for policy in resource.get("Properties", {}).get("Policies", []):
        statements = policy["PolicyDocument"]["Statement"]
        policy["PolicyDocument"]["Statement"] = [
            each for each in statements if each.get("Sid") != "ReportDrift"
        ]
    return resource


def test_every_resource_is_the_one_of_the_project_s_template(alone: Json, translated: Json) -> None:
    for name, resource in alone["Resources"].items():
        assert resource == without_the_rest(translated["Resources"][name], resource), (
            f"{name} differs in {ALONE}"
        )


def test_nothing_of_the_provisioner_s_is_missing(alone: Json, translated: Json) -> None:
    its_own = {name for name in translated["Resources"] if name.startswith(ITS_OWN)}

    assert "DriftAlarm" in its_own
    assert its_own - alone["Resources"].keys() == set()


@pytest.mark.parametrize("section", ["Parameters", "Conditions"])
def test_parameters_mean_the_same(alone: Json, translated: Json, section: str) -> None:
    assert alone[section].items() <= translated[section].items()


def test_other_stacks_import_it_by_the_same_name(alone: Json, translated: Json) -> None:
    outputs = {"ProvisionerServiceToken", "AlarmTopicArn"}

    assert alone["Outputs"] == {name: translated["Outputs"][name] for name in outputs}


def test_code_is_the_same(both: Json, written: Json) -> None:
    folders = {}
    for name, resource in both["written"]["Resources"].items():
        for key in {"CodeUri", "ContentUri"} & resource["Properties"].keys():
            folders[name] = (ALONE.parent / resource["Properties"][key]).resolve()
            assert folders[name] == (ROOT / written["Resources"][name]["Properties"][key]).resolve()

    assert set(folders) == {
        "ProvisionerFunction", "UnansweredFunction", "SwitchboardLayer", "DependenciesLayer",
    }  # fmt: skip


def test_page_has_the_commands_and_every_parameter(alone: Json) -> None:
    page = (ROOT / "docs" / "provisioner.md").read_text()
    section = page.partition("\n## By itself\n")[2].partition("\n## ")[0]

    assert "cd provisioner && sam build && sam deploy\n" in section
    assert [name for name in alone["Parameters"] if f"`{name}`" not in section] == []
