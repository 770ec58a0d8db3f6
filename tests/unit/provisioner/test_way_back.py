"""A check of the webhooks never fails the way back of a rollback, and still fails a deployment."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from local.cloudformation import Outcome, Stack
from provisioner.resources import webhook_check
from tests import factories
from tests.unit.provisioner.conftest import CREDENTIALS, FUNCTION, WaitedTime, World
from vonage_simulator.testing.endpoint import Answer, Incoming, serving

Json = dict[str, Any]
PUT = "AmazonSSM.PutParameter"


@dataclass
class Webhooks:
    """Deployed webhooks, which answer as they should until they are broken."""

    url: str = ""
    broken: bool = False
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def webhooks() -> Iterator[Webhooks]:
    deployed = Webhooks()

    def reply(asked: Incoming) -> Answer:
        name = asked.path.rpartition("/")[2]
        deployed.asked.append(name)
        body = b'[{"action": "talk", "text": "Hello"}]' if name in webhook_check.SPEAKS else b""
        return Answer(503 if deployed.broken else webhook_check.EXPECTED[name], body)

    with serving(reply) as url:
        deployed.url = f"{url}/webhooks"
        yield deployed


@pytest.fixture
def properties(webhooks: Webhooks) -> Json:
    """Properties of a check; `Deployment` is another at each deployment."""
    return {
        "ServiceToken": FUNCTION,
        "ServiceTimeout": 180,
        "CredentialsSecret": CREDENTIALS,
        "BaseUrl": webhooks.url,
        "ApplicationId": "app-1",
        "Deployment": ["first"],
    }


@pytest.fixture
def stack(world: World, properties: Json) -> Stack:
    """A stack whose check has passed."""
    world.webhooks_url = properties["BaseUrl"]
    world.time = WaitedTime()
    world.aws.secret(CREDENTIALS, factories.CREDENTIALS)
    deployed = world.stack()
    assert deployed.create("Check", webhook_check.TYPE, properties).succeeded
    return deployed


def fails_elsewhere(stack: Stack, properties: Json) -> Outcome:
    """The way back after the check has passed, and another resource has failed."""
    before = stack.resources["Check"]["properties"]
    assert stack.update("Check", properties).succeeded
    return stack.update("Check", before)


def test_way_back_of_a_failed_check_asks_nobody(stack: Stack, webhooks: Webhooks, properties: Json) -> None:
    webhooks.broken = True
    failed = stack.update("Check", {**properties, "Deployment": ["second"]})
    webhooks.asked.clear()
    stack.resources["Check"]["properties"] = failed.event["ResourceProperties"]

    back = stack.update("Check", properties)

    assert not failed.succeeded
    assert (back.succeeded, back.data, webhooks.asked) == (True, {"ApplicationId": "app-1"}, [])


def test_way_back_needs_no_secret(world: World, stack: Stack, properties: Json) -> None:
    world.aws.secrets.clear()

    failed, back = stack.update_and_roll_back("Check", {**properties, "Deployment": ["second"]})

    assert not failed.succeeded
    assert back.succeeded, back.reason


def test_way_back_from_a_failure_elsewhere_does_not_fail(
    world: World, stack: Stack, webhooks: Webhooks, properties: Json
) -> None:
    world.aws.denies_missing = False
    assert stack.update("Check", {**properties, "Deployment": ["second"]}).succeeded
    webhooks.broken = True
    world.aws.secrets.clear()

    back = stack.update("Check", properties)

    assert (back.succeeded, back.data) == (True, {"ApplicationId": "app-1"})
    assert "make credentials" in back.reason


def test_one_failure_after_another_is_rolled_back(stack: Stack, webhooks: Webhooks, properties: Json) -> None:
    assert fails_elsewhere(stack, {**properties, "Deployment": ["second"]}).succeeded
    assert fails_elsewhere(stack, {**properties, "Deployment": ["third"]}).succeeded
    webhooks.broken = True

    for name in ("fourth", "fifth"):
        failed, back = stack.update_and_roll_back("Check", {**properties, "Deployment": [name]})

        assert (failed.succeeded, back.succeeded) == (False, True)


def test_check_without_a_record_is_rolled_back(
    world: World, stack: Stack, webhooks: Webhooks, properties: Json
) -> None:
    """The first update after one from a version that kept none."""
    world.aws.parameters.clear()
    webhooks.broken = True

    failed, back = stack.update_and_roll_back("Check", {**properties, "Deployment": ["second"]})

    assert (failed.succeeded, back.succeeded) == (False, True)


def test_update_that_never_arrived_is_rolled_back(stack: Stack, webhooks: Webhooks, properties: Json) -> None:
    webhooks.broken = True
    stack.resources["Check"]["properties"] = {**properties, "Deployment": ["second"]}

    assert stack.update("Check", properties).succeeded


@pytest.mark.parametrize(("earlier", "writes"), [("recorded", 1), ("unrecorded", 1), ("unrecorded", 2)])
def test_check_that_died_after_a_write_is_rolled_back(
    world: World, stack: Stack, webhooks: Webhooks, properties: Json, earlier: str, writes: int
) -> None:
    second = {**properties, "Deployment": ["second"]}
    if earlier == "unrecorded":
        world.aws.parameters.clear()
    known = stack.resources["Check"]
    request = stack.request(
        "Update",
        "Check",
        webhook_check.TYPE,
        PhysicalResourceId=known["id"],
        ResourceProperties=second,
        OldResourceProperties=properties,
    )
    assert world.deliver_and_kill(request, writes)
    known["properties"] = second
    webhooks.broken = True

    assert stack.update("Check", properties).succeeded


def test_way_back_that_comes_again_does_not_fail(stack: Stack, webhooks: Webhooks, properties: Json) -> None:
    webhooks.broken = True
    stack.update_and_roll_back("Check", {**properties, "Deployment": ["second"]})

    assert stack.update("Check", properties, deliveries=2).succeeded


def test_way_back_does_not_fail_when_nothing_can_be_recorded(
    world: World, stack: Stack, properties: Json
) -> None:
    assert stack.update("Check", {**properties, "Deployment": ["second"]}).succeeded
    world.aws.refuse[PUT] = "AccessDeniedException"

    assert stack.update("Check", properties).succeeded


def test_deployment_is_checked_after_one_that_was_rolled_back(
    stack: Stack, webhooks: Webhooks, properties: Json
) -> None:
    webhooks.broken = True
    stack.update_and_roll_back("Check", {**properties, "Deployment": ["second"]})

    assert not stack.update("Check", {**properties, "Deployment": ["third"]}).succeeded
    assert not stack.update("Check", {**properties, "Deployment": ["second"]}).succeeded


def test_deployment_of_what_was_there_earlier_is_checked(
    stack: Stack, webhooks: Webhooks, properties: Json
) -> None:
    assert stack.update("Check", {**properties, "Deployment": ["second"]}).succeeded
    assert stack.update("Check", {**properties, "Deployment": ["third"]}).succeeded
    webhooks.broken = True

    assert not stack.update("Check", properties).succeeded


def test_deployment_straight_back_is_tried_and_told(
    stack: Stack, webhooks: Webhooks, properties: Json
) -> None:
    """Without a DeploymentId nobody can tell it from a way back."""
    assert stack.update("Check", {**properties, "Deployment": ["second"]}).succeeded
    webhooks.broken = True

    there_again = stack.update("Check", properties)

    assert there_again.succeeded
    assert "The deployed webhooks do not work" in there_again.reason


def test_record_names_no_number_and_goes_with_the_check(world: World, stack: Stack, properties: Json) -> None:
    assert stack.update("Check", {**properties, "Number": "447700900000"}).succeeded
    [record] = world.aws.records("checks").values()

    assert "447700900000" not in str(record)
    assert stack.delete("Check").succeeded
    assert world.aws.records("checks") == {}


def test_one_record_is_written_for_a_deployment(world: World, stack: Stack, properties: Json) -> None:
    world.aws.calls.clear()

    assert stack.update("Check", {**properties, "Deployment": ["second"]}).succeeded

    assert world.aws.calls.count(PUT) == 1
