"""Another stack uses the first one's provisioner: for an application, a key and a number of its own."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from local import aws, sam
from local.stage import Stage
from operate import paths
from operate.errors import OperatorError
from tests.e2e.conftest import delete_quickly
from vonage_simulator.vonage import Vonage

Json = dict[str, Any]

TEMPLATE = paths.ROOT / "examples" / "own_application" / "template.yaml"
NUMBER = "14155550100"


@pytest.fixture(scope="module")
def second(stage: Stage) -> Iterator[Stage]:
    """The example's stack, which must leave the first one as it was."""
    stack = replace(stage, stack_name="own-application")
    stack.log.unlink(missing_ok=True)
    yield stack
    delete_quickly(stack)


def deploy(stack: Stage, first: Stage, **parameters: str) -> None:
    fixed = {
        "Switchboard": first.stack_name,
        "AnswerUrl": "https://example.com/answer",
        "EventUrl": "https://example.com/event",
    }
    sam.deploy(stack.aws_url, TEMPLATE, stack.stack_name, {**fixed, **parameters}, stack.log)


def application(vonage: Vonage, stack: Stage) -> Json:
    found: Json = vonage.account.applications[stack.outputs()["ApplicationId"]]
    return found


def linked_to(vonage: Vonage) -> str | None:
    number: Json = vonage.account.numbers[NUMBER]
    return number.get("app_id")


def test_property_that_is_no_address_is_refused(second: Stage, stage: Stage, vonage: Vonage) -> None:
    before = dict(vonage.account.applications)

    with pytest.raises(OperatorError, match="answer_url"):
        deploy(second, stage, AnswerUrl="ftp://example.com")

    assert vonage.account.applications == before
    delete_quickly(second)


def test_second_stack_gets_an_application_and_a_key_of_its_own(
    second: Stage, stage: Stage, vonage: Vonage
) -> None:
    deploy(second, stage)

    first, other = application(vonage, stage), application(vonage, second)
    secrets = aws.session(stage.aws_url).client("secretsmanager", endpoint_url=stage.aws_url)
    stored = secrets.get_secret_value(SecretId=second.outputs()["ApplicationSecretArn"])["SecretString"]
    assert other["id"] != first["id"]
    assert other["keys"]["public_key"] != first["keys"]["public_key"]
    assert json.loads(stored)["application_id"] == other["id"]
    assert other["capabilities"]["voice"]["webhooks"]["answer_url"]["address"] == "https://example.com/answer"


def test_number_of_another_application_is_refused(second: Stage, stage: Stage, vonage: Vonage) -> None:
    owner = stage.outputs()["ApplicationId"]

    with pytest.raises(OperatorError, match=owner):
        deploy(second, stage, Numbers=NUMBER)

    assert linked_to(vonage) == owner
    assert application(vonage, second)["name"] == second.stack_name


def test_number_moves_to_the_second_stack_when_takeover_is_allowed(
    second: Stage, stage: Stage, vonage: Vonage
) -> None:
    deploy(second, stage, Numbers=NUMBER, AllowTakeover="true")

    assert linked_to(vonage) == second.outputs()["ApplicationId"]


def test_number_goes_back_when_the_second_stack_is_deleted(
    second: Stage, stage: Stage, vonage: Vonage
) -> None:
    gone = second.outputs()["ApplicationId"]

    delete_quickly(second)

    assert gone not in vonage.account.applications
    assert application(vonage, stage)["name"] == stage.stack_name
    assert linked_to(vonage) == stage.outputs()["ApplicationId"]
