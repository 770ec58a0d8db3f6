"""The pipeline that is shown: its jobs, what they may, and that what they type exists."""

import re
import shlex
from typing import Any

import pytest
import yaml

from operate import template
from operate.__main__ import COMMANDS
from operate.command_line import parsers_of
from operate.paths import ROOT

Json = dict[str, Any]
FOLDER = ROOT / "examples" / "pipeline"
PARSERS = parsers_of("operate", "", COMMANDS)[1]


@pytest.fixture(scope="module")
def jobs() -> dict[str, Json]:
    found: dict[str, Json] = workflow()["jobs"]
    return found


def workflow() -> Json:
    # YAML 1.1 takes GitHub's `on` for true; nothing here reads it by that name.
    read: Json = yaml.safe_load((FOLDER / "deploy.yml").read_text())
    return read


def lines(job: Json) -> list[str]:
    return [step["run"] for step in job["steps"] if "run" in step]


def test_every_job_waits_for_one_that_exists_and_production_for_all(jobs: dict[str, Json]) -> None:
    waits = {name: job.get("needs") for name, job in jobs.items()}

    assert waits == {"checks": None, "dev": "checks", "prod": "dev"}
    assert all(job["timeout-minutes"] <= 30 for job in jobs.values())


def test_only_a_job_that_deploys_gets_a_token_and_each_of_those_has_an_environment(
    jobs: dict[str, Json],
) -> None:
    assert workflow()["permissions"] == {"contents": "read"}
    for name, job in jobs.items():
        signs_in = any("configure-aws-credentials" in step.get("uses", "") for step in job["steps"])
        assert (job.get("permissions", {}).get("id-token") == "write") == signs_in, name
        assert (job.get("environment") == name) == signs_in, name
        assert ("concurrency" in job) == signs_in, name
        assert set(job.get("permissions", {})) <= {"contents", "id-token"}


def test_a_pull_request_deploys_nothing(jobs: dict[str, Json]) -> None:
    assert jobs["dev"]["if"] == "github.event_name == 'push'"
    assert jobs["prod"]["needs"] == "dev"  # which is skipped, and so is what needs it
    assert "if" not in jobs["prod"]


def test_production_gets_what_was_tried_and_builds_nothing(jobs: dict[str, Json]) -> None:
    assert 'make promote FROM=dev TO=prod COMMIT="$GITHUB_SHA" CONFIRM=yes' in lines(jobs["prod"])
    assert not [line for line in lines(jobs["prod"]) if "make deploy" in line]


def test_no_line_takes_in_what_somebody_outside_can_write(jobs: dict[str, Json]) -> None:
    for job in jobs.values():
        assert not [line for line in lines(job) if "${{" in line]
        checkouts = [step for step in job["steps"] if "checkout" in step.get("uses", "")]
        assert [step["with"]["persist-credentials"] for step in checkouts] == [False]


def test_every_line_is_a_command_that_exists_and_takes_what_it_is_given(jobs: dict[str, Json]) -> None:
    makefile = (ROOT / "Makefile").read_text()
    for line in (line for job in jobs.values() for line in lines(job)):
        make, *words = shlex.split(line)
        assert make == "make"
        for word in (word for word in words if "=" not in word):
            assert re.search(rf"^{word}:", makefile, re.MULTILINE), line
        if words[0] in COMMANDS:
            options = [f"--{name.lower()}={value}" for name, value in (w.split("=", 1) for w in words[1:])]
            assert PARSERS[words[0]].parse_args(options), line
            passed_on = re.search(rf"\$\(OPERATE\) {words[0]} \$\(call options,(.*)\)", makefile)
            assert passed_on
            assert {w.split("=")[0] for w in words[1:]} <= set(re.split("[ ,]", passed_on[1])), line


@pytest.fixture(scope="module")
def statements() -> dict[str, list[Json]]:
    """What each of the roles may."""
    resources = template.read(FOLDER / "template.yaml")["Resources"]
    return {
        name: [each for each in role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"] if each]
        for name, role in resources.items()
        if role["Type"] == "AWS::IAM::Role"
    }


def test_role_is_for_one_environment_of_one_repository() -> None:
    role = (FOLDER / "template.yaml").read_text()

    assert "token.actions.githubusercontent.com:sub: !Sub repo:${Repository}:environment:${Stage}\n" in role
    assert "token.actions.githubusercontent.com:aud: sts.amazonaws.com\n" in role
    assert "StringLike" not in role


def test_pipeline_itself_makes_nothing_but_change_sets(statements: dict[str, list[Json]]) -> None:
    actions = {action for each in statements["DeployRole"] for action in as_list(each["Action"])}

    assert not [action for action in actions if "*" in action]
    assert {action.split(":")[0] for action in actions} == {"cloudformation", "iam", "lambda", "s3"}
    assert {action for action in actions if action.startswith("iam")} == {"iam:PassRole"}


def test_no_role_is_made_or_widened_without_the_boundary(statements: dict[str, list[Json]]) -> None:
    widening = {
        "iam:CreateRole",
        "iam:PutRolePolicy",
        "iam:AttachRolePolicy",
        "iam:PutRolePermissionsBoundary",
    }
    for each in statements["ExecutionRole"]:
        actions = set(as_list(each["Action"]))
        assert "iam:*" not in actions
        assert "iam:DeleteRolePermissionsBoundary" not in actions
        if widening & actions:
            assert "iam:PermissionsBoundary" in each["Condition"]["StringEquals"]
        if "iam:PassRole" in actions:
            assert each["Condition"]["StringEquals"] == {"iam:PassedToService": "lambda.amazonaws.com"}


def as_list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
