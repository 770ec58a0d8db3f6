"""Records and leases where Parameter Store, or somebody with access to it, is at its worst."""

import json
import logging

import pytest

from provisioner.cloudformation.deadline import Deadline
from provisioner.errors import StillRunningError
from provisioner.operator import actions
from provisioner.remembered.lease import Leases
from tests.unit.provisioner.conftest import FUNCTION, GB, US, World, number_properties

PREFIX = "/switchboard/test"
LEASE = f"{PREFIX}/leases/numbers"


def leases(world: World, remaining_s: float = 60) -> Leases:
    deadline = Deadline.after(remaining_s, world.time.now, world.time.sleep)
    return Leases(world.tools().records, deadline, world.time.clock)


def is_taken(world: World) -> bool:
    """Whether somebody else gets the lease of the numbers now."""
    try:
        with leases(world, remaining_s=13).held(["numbers"]):
            return True
    except StillRunningError:
        return False


def test_no_name_is_used_again_before_it_has_rested(world: World) -> None:
    stack = world.stack()
    application_id = world.create_application(stack).data["ApplicationId"]
    world.create_number(stack, application_id)

    world.create_number(world.stack("refused"), application_id, Numbers=[GB, "447700900998"])
    stack.update_and_roll_back("Link", number_properties(application_id, Numbers=[US, "447700900998"]))
    stack.update("Link", number_properties(application_id, Numbers=[US]))
    stack.update("Link", number_properties(application_id, Numbers=[GB]))
    stack.delete("Link")
    assert world.create_number(stack, application_id).succeeded
    stack.delete("Link")
    stack.delete("App")

    assert world.aws.reused == []


def test_a_lease_goes_on_counting(world: World) -> None:
    for _ in range(3):
        with leases(world).held(["numbers"]):
            pass

    assert sorted(name for name in world.aws.parameters if LEASE in name) == [f"{LEASE}/2", f"{LEASE}/3"]


def test_a_list_that_lacks_the_newest_lease_lets_nobody_in(world: World) -> None:
    with leases(world).held(["numbers"]):
        pass

    with leases(world).held(["numbers"]):
        world.aws.unlisted = {f"{LEASE}/2"}
        assert not is_taken(world)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "not JSON",
        "[1]",
        "{}",
        '{"until": "tomorrow"}',
        '{"until": null}',
        '{"until": NaN}',
        '{"until": 1e30}',
    ],
)
@pytest.mark.parametrize("name", ["7", "x", "7/8"])
def test_a_lease_that_nobody_can_have_taken_stops_nobody(world: World, name: str, value: str) -> None:
    world.aws.parameters[f"{LEASE}/{name}"] = value

    assert is_taken(world)


def test_a_lease_from_the_far_future_is_told_in_the_log(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.aws.parameters[f"{LEASE}/1"] = json.dumps({"until": world.time.clock() + 86_400})

    with caplog.at_level(logging.WARNING, "provisioner"):
        assert is_taken(world)

    assert "RECORD_DAMAGED: a lease in leases/numbers ends at" in caplog.text


def test_a_lease_as_long_as_a_function_can_work_is_respected(world: World) -> None:
    world.aws.parameters[f"{LEASE}/1"] = json.dumps({"until": world.time.clock() + 899})

    assert not is_taken(world)


@pytest.mark.parametrize("damage", ["not JSON", "[]", '{"owners": null}', '{"owners": 3}', "{}"])
def test_a_damaged_record_does_not_stop_another_stack(
    world: World, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    application_id = world.create_application(world.stack()).data["ApplicationId"]
    for damaged in ("numbers/15550000000", "resources/other.Link.1", "answers/other.Link.1"):
        world.aws.parameters[f"{PREFIX}/{damaged}"] = damage
    stack = world.stack("numbers")

    assert world.create_number(stack, application_id).succeeded
    assert stack.delete("Link").succeeded
    if "{" not in damage:
        assert f"RECORD_DAMAGED: {PREFIX}/numbers/15550000000 isn't a JSON object" in caplog.text


@pytest.mark.parametrize(
    "damage",
    [
        "not JSON",
        "[]",
        "null",
        '{"properties": "text", "type": "Custom::VonageNumber"}',
        '{"properties": {"ServiceToken": 5}, "type": "Custom::VonageNumber"}',
        f'{{"properties": {{"ServiceToken": "{FUNCTION}"}}, "type": "Custom::Unheard"}}',
    ],
)
def test_a_damaged_record_does_not_stop_an_action(world: World, damage: str) -> None:
    assert world.create_application(world.stack()).succeeded
    world.aws.parameters[f"{PREFIX}/resources/other.App.1"] = damage

    for action in ("plan", "check", "rotate", "doctor"):
        resources = actions.act({"action": action}, FUNCTION, world.tools())["resources"]
        assert any(each.get("resource", "").startswith("shop.App.") for each in resources), action


def test_doctor_names_damaged_records(world: World) -> None:
    assert world.create_application(world.stack()).succeeded
    damaged = [f"{PREFIX}/numbers/15550000000", f"{PREFIX}/resources/other.Link.1"]
    world.aws.parameters |= dict.fromkeys(damaged, "[]")

    *_, records = actions.act({"action": "doctor"}, FUNCTION, world.tools())["resources"]

    assert records["resource"] == "records"
    assert [each["code"] for each in records["findings"]] == ["RECORD_DAMAGED"] * 2
    assert [
        name for name, each in zip(damaged, records["findings"], strict=True) if name in each["message"]
    ] == damaged


@pytest.mark.parametrize(
    "damage", ["not JSON", "[]", '{"properties": "text"}', '{"properties": {"ApplicationSecret": 5}}']
)
def test_damaged_record_of_the_stack_before_does_not_stop_the_delete(world: World, damage: str) -> None:
    """Which then gives back what was found."""
    one, two = world.stack("one"), world.stack("two")
    before = world.create_application(one).data["ApplicationId"]
    found = dict(world.applications[0])
    assert world.create_application(two, AdoptApplicationId=before, AllowTakeover=True).succeeded
    world.aws.parameters[f"{PREFIX}/resources/{one.resources['App']['id']}"] = damage

    deleted = two.delete("App")

    assert deleted.succeeded, deleted.reason
    assert world.applications == [found]


def test_what_needs_a_damaged_record_names_it(world: World) -> None:
    application_id = world.create_application(world.stack()).data["ApplicationId"]
    world.aws.parameters[f"{PREFIX}/numbers/{GB}"] = "not JSON"

    linked = world.create_number(world.stack("numbers"), application_id)

    assert f"The record {PREFIX}/numbers/{GB} isn't a JSON object." in linked.reason
    assert "get-parameter-history" in linked.reason
