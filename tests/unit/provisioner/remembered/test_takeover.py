"""An application that one stack manages and another wants: taken with consent, and given back working."""

from typing import Any

import httpx
import pytest

from local.cloudformation import Stack
from provisioner.operator import actions
from provisioner.world import keys
from tests.unit.provisioner.conftest import (
    APPLICATION,
    FUNCTION,
    World,
    application_properties,
)

Json = dict[str, Any]


@pytest.fixture
def owner(world: World) -> Stack:
    """The stack that made the only application."""
    stack = world.stack("owner")
    assert world.create_application(stack).succeeded
    return stack


@pytest.fixture
def taker(world: World) -> Stack:
    """A stack that wants it."""
    return world.stack("taker")


def the_application(world: World) -> Json:
    [application] = world.applications
    return application


def works(world: World, stack: Stack) -> bool:
    """Whether the application has the key in the stack's secret, and calls the stack's webhooks."""
    application, private = the_application(world), world.secret(stack).get("private_key")
    address = application["capabilities"]["voice"]["webhooks"]["answer_url"]["address"]
    fits = private and keys.same(application["keys"]["public_key"], keys.pair(private).public_pem)
    return bool(fits) and address == f"https://{stack.name}.example.com/webhooks/answer"


def take(world: World, stack: Stack, **changes: object) -> None:
    adopted = {"AdoptApplicationId": the_application(world)["id"], "AllowTakeover": True, **changes}
    created = world.create_application(stack, **adopted)
    assert created.succeeded, created.reason


def check(world: World, **event: object) -> Json:
    return actions.act({"action": "check", **event}, FUNCTION, world.tools())


def test_application_of_another_stack_is_not_taken_without_consent(
    world: World, owner: Stack, taker: Stack
) -> None:
    before = the_application(world)

    refused = world.create_application(taker, AdoptApplicationId=before["id"])

    assert f"The application {before['id']} is managed by owner.App." in refused.reason
    assert f"of the stack {owner.id}." in refused.reason
    assert "set AllowTakeover to true" in refused.reason
    assert taker.delete("App").succeeded
    assert the_application(world) == before
    assert works(world, owner)


def test_plan_tells_the_owner_who_has_it(world: World, owner: Stack, taker: Stack) -> None:
    take(world, taker)
    changed = {"resource": owner.resources["App"]["id"], "properties": {"Name": "newer"}}

    [planned] = actions.act({"action": "plan", **changed}, FUNCTION, world.tools())["resources"]

    assert planned["findings"][0]["code"] == "APPLICATION_MANAGED_ELSEWHERE"
    assert taker.id in planned["findings"][0]["message"]


def test_taker_with_consent_has_the_application(world: World, owner: Stack, taker: Stack) -> None:
    take(world, taker)

    assert works(world, taker)
    assert not works(world, owner)
    assert taker.update("App", application_properties(taker, Name="again")).succeeded
    assert works(world, taker)


def test_what_was_taken_is_given_back_working(world: World, owner: Stack, taker: Stack) -> None:
    before = the_application(world)
    take(world, taker)

    assert taker.delete("App").succeeded

    assert the_application(world) == before
    assert works(world, owner)
    assert world.secret(taker) == {}
    assert check(world)["status"] == "ok"


def test_what_a_dashboard_added_in_the_meantime_stays(world: World, owner: Stack, taker: Stack) -> None:
    take(world, taker)
    the_application(world)["capabilities"]["vbc"] = {}

    assert taker.delete("App").succeeded

    assert the_application(world)["capabilities"]["vbc"] == {}
    assert works(world, owner)


def test_owner_gets_its_present_settings_and_key_back(world: World, owner: Stack, taker: Stack) -> None:
    """Not those of the moment when it was taken."""
    take(world, taker)
    taken_back = application_properties(owner, Name="newer", KeyVersion="2", AllowTakeover=True)
    assert owner.update("App", taken_back).succeeded
    assert works(world, owner)
    world.aws.secret("third-application")
    third = world.stack("third")
    take(world, third)

    assert third.delete("App").succeeded

    assert the_application(world)["name"] == "newer"
    assert works(world, owner)


def test_next_deployment_of_the_owner_does_not_take_it_back(world: World, owner: Stack, taker: Stack) -> None:
    take(world, taker)
    before = the_application(world)

    update, rollback = owner.update_and_roll_back("App", application_properties(owner, Name="newer"))

    assert "has been taken over by taker.App." in update.reason
    assert "set AllowTakeover to true" in update.reason
    assert rollback.succeeded
    assert the_application(world) == before
    assert works(world, taker)


def test_owner_takes_it_back_by_asking_for_it(world: World, owner: Stack, taker: Stack) -> None:
    take(world, taker)

    assert owner.update("App", application_properties(owner, AllowTakeover=True)).succeeded

    assert works(world, owner)
    assert owner.update("App", application_properties(owner, Name="on")).succeeded
    assert taker.delete("App").succeeded
    assert works(world, owner)
    assert owner.delete("App").succeeded
    assert world.applications == []


def test_taker_gets_it_back_when_the_owner_that_took_it_back_goes(
    world: World, owner: Stack, taker: Stack
) -> None:
    take(world, taker)
    assert owner.update("App", application_properties(owner, AllowTakeover=True)).succeeded

    assert owner.delete("App").succeeded

    assert works(world, taker)
    assert taker.delete("App").succeeded
    assert world.applications == []


def test_taker_that_outlives_the_owner_deletes_the_application(
    world: World, owner: Stack, taker: Stack
) -> None:
    take(world, taker)

    left = owner.delete("App")

    assert "managed by another resource now" in left.reason
    assert world.secret(owner) == {}
    assert works(world, taker)
    assert taker.delete("App").succeeded
    assert world.applications == []


def test_check_leaves_what_was_taken_to_the_taker(world: World, owner: Stack, taker: Stack) -> None:
    """Also when the owner had been allowed to take it."""
    assert owner.update("App", application_properties(owner, AllowTakeover=True)).succeeded
    take(world, taker)

    assert check(world, repair=True)["status"] == "ok"

    assert works(world, taker)


def test_failed_taking_leaves_the_owner_whole(world: World, owner: Stack, taker: Stack) -> None:
    before = the_application(world)
    world.vonage.faults.next("PUT /v2/applications/*", times=1, status=400)

    created = world.create_application(taker, AdoptApplicationId=before["id"], AllowTakeover=True)

    assert not created.succeeded
    assert taker.delete("App").succeeded
    assert the_application(world) == before
    assert works(world, owner)
    assert owner.update("App", application_properties(owner, Name="on")).succeeded


def test_failed_taking_back_leaves_the_taker_whole(world: World, owner: Stack, taker: Stack) -> None:
    take(world, taker)
    world.vonage.faults.next("PUT /v2/applications/*", times=1, status=400)

    update, rollback = owner.update_and_roll_back("App", application_properties(owner, AllowTakeover=True))

    assert not update.succeeded
    assert rollback.succeeded
    assert works(world, taker)
    assert taker.update("App", application_properties(taker, Name="on")).succeeded
    assert taker.delete("App").succeeded
    assert works(world, owner)


@pytest.mark.parametrize("after_calls", range(1, 9))
def test_taking_that_died_and_was_deleted_leaves_the_owner_whole(
    world: World, owner: Stack, taker: Stack, after_calls: int
) -> None:
    properties = application_properties(
        taker, AdoptApplicationId=the_application(world)["id"], AllowTakeover=True
    )
    request = taker.request("Create", "App", APPLICATION, ResourceProperties=properties)
    world.deliver_and_kill(request, after_calls)
    taker.resources["App"] = {"type": APPLICATION, "id": "made-up", "properties": properties}

    assert taker.delete("App").succeeded

    assert works(world, owner), world.death.last_call
    updated = owner.update("App", application_properties(owner, Name="on"))
    assert updated.succeeded, (world.death.last_call, updated.reason)
    assert owner.delete("App").succeeded
    assert world.applications == []


def test_way_back_of_the_owner_does_not_take_it_back(world: World, owner: Stack, taker: Stack) -> None:
    """Something else of the owner's stack has failed after its application was updated, and then taken."""
    before = owner.resources["App"]["properties"]
    assert owner.update("App", application_properties(owner, Name="newer")).succeeded
    take(world, taker)

    rollback = owner.update("App", before)

    assert rollback.succeeded, rollback.reason
    assert works(world, taker)
    assert check(world, repair=True)["status"] == "ok"
    assert taker.delete("App").succeeded
    assert works(world, owner)
    assert the_application(world)["name"] == "owner"


def test_rotation_of_the_owner_waits_until_it_has_the_application(
    world: World, owner: Stack, taker: Stack
) -> None:
    take(world, taker)

    report = actions.act({"action": "rotate"}, FUNCTION, world.tools())

    assert report["status"] == "ok"
    assert works(world, taker)
    assert taker.delete("App").succeeded
    assert works(world, owner)


def test_owner_that_rotated_by_a_request_that_died_gets_the_key_in_its_secret(
    world: World, owner: Stack, taker: Stack
) -> None:
    """The record was to be written last."""
    request = owner.request(
        "Update",
        "App",
        APPLICATION,
        PhysicalResourceId=owner.resources["App"]["id"],
        ResourceProperties=application_properties(owner, KeyVersion="2"),
        OldResourceProperties=owner.resources["App"]["properties"],
    )
    key, calls = world.secret(owner)["private_key"], 1
    while world.secret(owner)["private_key"] == key:
        world.deliver_and_kill(request, calls)
        calls += 1
    take(world, taker)

    assert taker.delete("App").succeeded

    assert works(world, owner)


@pytest.mark.usefixtures("owner")
def test_owner_whose_secret_is_gone_gets_the_key_that_it_recorded(world: World, taker: Stack) -> None:
    public_key = the_application(world)["keys"]["public_key"]
    take(world, taker)
    del world.aws.secrets["owner-application"]

    assert taker.delete("App").succeeded

    assert keys.same(the_application(world)["keys"]["public_key"], public_key)


def test_owner_whose_record_is_gone_gets_what_was_found(world: World, owner: Stack, taker: Stack) -> None:
    before = the_application(world)
    take(world, taker)
    world.aws.parameters.pop(f"/switchboard/test/resources/{owner.resources['App']['id']}")

    assert taker.delete("App").succeeded

    assert the_application(world) == before
    assert works(world, owner)


@pytest.mark.parametrize(
    "theirs",
    [
        {"private_key": "not a key at all", "password": "theirs"},
        {"private_key": keys.make().private_pem},
        {"private_key": {"kty": "RSA"}, "key_version": "9"},
        {"key_version": "9"},
    ],
    ids=["unreadable", "another-key", "no-text", "version"],
)
def test_field_of_somebody_else_where_the_key_would_be_is_refused_and_kept(
    world: World, taker: Stack, theirs: Json
) -> None:
    world.aws.secret("taker-application", theirs)

    refused = world.create_application(taker)

    assert f"ApplicationSecret has {next(iter(theirs))}" in refused.reason
    assert taker.delete("App").succeeded
    assert world.secret(taker) == theirs
    assert world.applications == []


def test_key_that_fits_the_adopted_application_is_used_and_kept(world: World, taker: Stack) -> None:
    """Somebody else's secret, with the names that everybody uses."""
    pair = keys.make()
    reply = httpx.post(
        f"{world.vonage.url}/v2/applications",
        json={"name": "theirs", "keys": {"public_key": pair.public_pem}},
        auth=world.vonage.credentials,
    )
    before = {**world.vonage.account.applications[reply.json()["id"]]}
    theirs = {"application_id": before["id"], "private_key": pair.private_pem, "password": "theirs"}
    world.aws.secret("taker-application", theirs)

    created = world.create_application(taker, AdoptApplicationId=before["id"])

    assert created.succeeded, created.reason
    assert works(world, taker)
    assert taker.delete("App").succeeded
    assert the_application(world)["keys"] == before["keys"]
    assert world.secret(taker)["private_key"] == theirs["private_key"]
    assert world.secret(taker)["password"] == "theirs"


def test_application_of_a_stack_that_was_forgotten_is_not_taken_without_consent(
    world: World, owner: Stack, taker: Stack
) -> None:
    world.aws.parameters.pop(f"/switchboard/test/resources/{owner.resources['App']['id']}")

    refused = world.create_application(taker, AdoptApplicationId=the_application(world)["id"])

    assert "is managed by owner.App." in refused.reason
