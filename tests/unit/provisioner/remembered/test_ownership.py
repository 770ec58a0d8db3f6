"""Renamed logical ids, numbers moved between stacks, adopted applications, successors, strangers' things."""

from itertools import count
from typing import Any

import pytest

from local.cloudformation import Stack
from provisioner.operator import actions
from provisioner.world import keys
from tests.unit.provisioner.conftest import (
    APPLICATION,
    FUNCTION,
    GB,
    NUMBER,
    US,
    World,
    application_properties,
    number_properties,
)

Json = dict[str, Any]


def adopted(world: World) -> dict[str, object]:
    """An application that somebody made by hand."""
    import httpx

    document = {
        "name": "by hand",
        "keys": {"public_key": keys.make().public_pem},
        "privacy": {"improve_ai": False},
        "capabilities": {
            "voice": {
                "webhooks": {"answer_url": {"address": "https://old.example.com/", "http_method": "GET"}}
            },
            "verify": {
                "webhooks": {"status_url": {"address": "https://v.example.com/", "http_method": "POST"}}
            },
        },
    }
    reply = httpx.post(f"{world.vonage.url}/v2/applications", json=document, auth=world.vonage.credentials)
    application: dict[str, object] = world.vonage.account.applications[reply.json()["id"]]
    return application


def test_an_adopted_application_is_changed_and_given_back_as_it_was(world: World) -> None:
    before = adopted(world)
    stack = world.stack()

    created = world.create_application(stack, AdoptApplicationId=before["id"])

    assert created.succeeded, created.reason
    [application] = world.applications
    assert application["name"] == "shop"
    assert application["capabilities"]["verify"] == before["capabilities"]["verify"]  # type: ignore[index]
    assert keys.same(
        application["keys"]["public_key"], keys.pair(world.secret(stack)["private_key"]).public_pem
    )
    assert stack.delete("App").succeeded
    assert world.applications == [before]
    assert world.secret(stack) == {}


def test_a_failed_adoption_gives_the_application_back(world: World) -> None:
    before = adopted(world)
    stack = world.stack()
    world.vonage.faults.next("PUT /v2/applications/*", times=9, status=400)

    created = world.create_application(stack, AdoptApplicationId=before["id"])

    assert not created.succeeded
    assert stack.delete("App").succeeded
    assert world.applications == [before]


def test_adopting_what_is_not_there_is_refused(world: World) -> None:
    stack = world.stack()

    created = world.create_application(stack, AdoptApplicationId="11111111-2222-3333-4444-555555555555")

    assert "There is no application 11111111-2222" in created.reason
    assert stack.delete("App").succeeded


def test_an_empty_adoption_is_none(world: World) -> None:
    assert world.create_application(world.stack(), AdoptApplicationId="").succeeded


def test_adopting_another_application_later_is_refused_and_rolls_back(world: World) -> None:
    other = adopted(world)
    stack = world.stack()
    world.create_application(stack)

    update, rollback = stack.update_and_roll_back(
        "App", application_properties(stack, AdoptApplicationId=other["id"])
    )

    assert "manages the application" in update.reason
    assert rollback.succeeded, rollback.reason
    assert other in world.applications


def test_an_application_with_the_same_name_is_not_ours(world: World) -> None:
    stranger = adopted(world)
    stack = world.stack()

    world.create_application(stack, Name="by hand")
    stack.delete("App")

    assert world.applications == [stranger]


def test_delete_leaves_an_application_that_no_longer_carries_our_key(world: World) -> None:
    stack = world.stack()
    world.create_application(stack)
    [application] = world.applications
    application["keys"] = {"public_key": keys.make().public_pem}

    deleted = stack.delete("App")

    assert deleted.succeeded
    assert "no longer has the stack's key" in deleted.reason
    assert world.applications == [application]


def test_delete_of_an_application_that_is_gone_succeeds(world: World) -> None:
    stack = world.stack()
    world.create_application(stack)
    world.vonage.account.applications = {}

    assert stack.delete("App").succeeded


def test_delete_needs_no_property_that_an_older_version_wrote_otherwise(world: World) -> None:
    stack = world.stack()
    world.create_application(stack)
    kept = ("CredentialsSecret", "ApplicationSecret")
    before = stack.resources["App"]["properties"]
    stack.resources["App"]["properties"] = {name: before[name] for name in kept} | {"OldName": "x"}

    assert stack.delete("App").succeeded
    assert world.applications == []


def test_delete_survives_a_secret_that_went_before(world: World) -> None:
    stack = world.stack()
    world.create_application(stack)
    del world.aws.secrets["shop-application"]

    assert stack.delete("App").succeeded
    assert world.applications == []


def test_a_secret_of_another_stack_is_refused(world: World) -> None:
    world.create_application(world.stack("one"))
    other = world.stack("two")

    created = world.create_application(other, ApplicationSecret="one-application")

    assert "holds the key of the application" in created.reason
    assert other.delete("App").succeeded
    assert len(world.applications) == 1
    assert world.aws.secrets["one-application"].current()["application_id"] == world.applications[0]["id"]


def test_renaming_a_logical_id_keeps_application_number_and_key(world: World) -> None:
    stack = world.stack()
    created = world.create_application(stack, "Old")
    world.create_number(stack, created.data["ApplicationId"], "OldLink")
    key = world.secret(stack)["private_key"]

    renamed = world.create_application(stack, "New")
    relinked = world.create_number(stack, renamed.data["ApplicationId"], "NewLink")
    assert stack.delete("OldLink").succeeded
    assert stack.delete("Old").succeeded

    assert renamed.succeeded, renamed.reason
    assert relinked.succeeded, relinked.reason
    assert [each["id"] for each in world.applications] == [created.data["ApplicationId"]]
    assert world.vonage.account.numbers[GB]["app_id"] == created.data["ApplicationId"]
    assert world.secret(stack)["private_key"] == key
    assert stack.delete("NewLink").succeeded
    assert stack.delete("New").succeeded
    assert world.applications == []
    assert "app_id" not in world.vonage.account.numbers[GB]


def test_a_rename_that_is_rolled_back_leaves_the_old_resource_whole(world: World) -> None:
    stack = world.stack()
    created = world.create_application(stack, "Old")
    before = world.applications[0]
    secret = world.secret(stack)

    world.create_application(stack, "New", Name="renamed")
    assert stack.delete("New").succeeded

    assert world.applications == [before]
    assert world.secret(stack) == secret
    assert stack.update("Old", application_properties(stack)).data == created.data
    assert stack.delete("Old").succeeded
    assert world.applications == []


def test_a_number_moves_between_stacks_without_being_unlinked(world: World) -> None:
    one, two = world.stack("one"), world.stack("two")
    first = world.create_application(one).data["ApplicationId"]
    second = world.create_application(two).data["ApplicationId"]
    before = dict(world.vonage.account.numbers[GB])
    world.create_number(one, first)

    refused = world.create_number(two, second)
    two.delete("Link")
    moved = world.create_number(two, second, AllowTakeover=True)

    assert f"The number {GB} is linked to the application {first}" in refused.reason
    assert "AllowTakeover" in refused.reason
    assert moved.succeeded, moved.reason
    assert one.delete("Link").succeeded
    assert one.delete("App").succeeded
    assert world.vonage.account.numbers[GB]["app_id"] == second
    assert two.delete("Link").succeeded
    assert world.vonage.account.numbers[GB] == before


def test_a_number_taken_back_is_given_back_by_the_last_one_that_took_it(world: World) -> None:
    one, two = world.stack("one"), world.stack("two")
    first = world.create_application(one).data["ApplicationId"]
    second = world.create_application(two).data["ApplicationId"]
    before = dict(world.vonage.account.numbers[GB])
    world.create_number(one, first)
    world.create_number(two, second, AllowTakeover=True)

    back = one.update("Link", number_properties(first, AllowTakeover=True))

    assert back.succeeded, back.reason
    assert world.vonage.account.numbers[GB]["app_id"] == first
    assert two.delete("Link").succeeded
    assert world.vonage.account.numbers[GB]["app_id"] == first
    assert one.delete("Link").succeeded
    assert world.vonage.account.numbers[GB] == before


def test_a_number_taken_over_and_given_back_goes_to_its_first_stack(world: World) -> None:
    one, two = world.stack("one"), world.stack("two")
    first = world.create_application(one).data["ApplicationId"]
    second = world.create_application(two).data["ApplicationId"]
    world.create_number(one, first)
    world.create_number(two, second, AllowTakeover=True)

    assert two.delete("Link").succeeded

    assert world.vonage.account.numbers[GB]["app_id"] == first


def test_a_number_is_not_given_back_to_an_application_that_is_gone(world: World) -> None:
    one, two = world.stack("one"), world.stack("two")
    first = world.create_application(one).data["ApplicationId"]
    second = world.create_application(two).data["ApplicationId"]
    world.vonage.account.numbers[GB]["app_id"] = first
    world.create_number(two, second, AllowTakeover=True)
    assert one.delete("App").succeeded

    deleted = two.delete("Link")

    assert deleted.succeeded, deleted.reason
    assert "app_id" not in world.vonage.account.numbers[GB]


def test_replacing_the_application_relinks_the_number_before_the_old_one_goes(world: World) -> None:
    stack = world.stack()
    world.aws.secret("second-application")
    first = world.create_application(stack, "Old").data["ApplicationId"]
    world.create_number(stack, first)

    second = world.create_application(stack, "New", ApplicationSecret="second-application").data[
        "ApplicationId"
    ]
    relinked = stack.update("Link", number_properties(second))
    assert stack.delete("Old").succeeded

    assert relinked.succeeded, relinked.reason
    assert second != first
    assert world.vonage.account.numbers[GB]["app_id"] == second


def test_a_second_stack_lives_and_dies_without_disturbing_the_first(world: World) -> None:
    one, two = world.stack("one"), world.stack("two")
    first = world.create_application(one)
    world.create_number(one, first.data["ApplicationId"])

    second = world.create_application(two)
    assert second.succeeded
    assert two.delete("App").succeeded

    assert [each["id"] for each in world.applications] == [first.data["ApplicationId"]]
    assert world.vonage.account.numbers[GB]["app_id"] == first.data["ApplicationId"]


def test_another_vonage_account_gets_an_application_of_its_own(world: World) -> None:
    from vonage_simulator.account.account import Account
    from vonage_simulator.server import running

    stack = world.stack()
    created = world.create_application(stack)
    with running(Account.seeded(seed=99)) as other:
        api_key, api_secret = other.credentials
        world.aws.secret("other-account", {"api_key": api_key, "api_secret": api_secret})
        world.redirect(other)

        moved = stack.update("App", application_properties(stack, CredentialsSecret="other-account"))

        assert moved.succeeded, moved.reason
        assert moved.physical_id != created.physical_id
        assert world.applications == []
        [application] = other.account.applications.values()
        assert world.secret(stack)["application_id"] == application["id"]
        back = stack.update("App", application_properties(stack))
        assert back.succeeded, back.reason
        assert other.account.applications == {}
        assert [each["id"] for each in world.applications] == [world.secret(stack)["application_id"]]
        assert stack.delete("App").succeeded
        assert world.applications == []


def test_the_types_are_told_apart(world: World) -> None:
    stack = world.stack()

    assert stack.create("A", APPLICATION, number_properties("x")).reason.startswith("Invalid properties")
    assert stack.create("B", NUMBER, application_properties(stack)).reason.startswith("Invalid properties")


@pytest.fixture
def stack(world: World) -> Stack:
    return world.linked_stack()


def delete_by_hand(world: World) -> str:
    """Delete the only application, as on the dashboard: its numbers fall free."""
    [application] = world.applications
    world.vonage.account.applications = {}
    for number in world.vonage.account.numbers.values():
        number.pop("app_id", None)
    return str(application["id"])


def repair(world: World) -> Json:
    return actions.act({"action": "check", "repair": True}, FUNCTION, world.tools())


def link(world: World, msisdn: str = GB) -> str | None:
    return world.vonage.account.numbers[msisdn].get("app_id")


def the_application(world: World) -> str:
    [application] = world.applications
    return str(application["id"])


@pytest.mark.parametrize("links", ["Link", "A"], ids=["after", "before"])
def test_numbers_follow_an_application_that_was_made_anew(world: World, links: str) -> None:
    """Whether their resource comes after the application's in the alphabet or before it."""
    stack = world.stack()
    world.create_number(stack, world.create_application(stack).data["ApplicationId"], links)
    delete_by_hand(world)

    report = repair(world)

    assert [each["status"] for each in report["resources"]] == ["repaired", "repaired"]
    assert link(world) == the_application(world)
    assert repair(world)["status"] == "ok"


def test_repair_names_the_deployment_that_brings_the_outputs_up_to_date(world: World, stack: Stack) -> None:
    gone = delete_by_hand(world)

    [application, _] = repair(world)["resources"]

    told = application["findings"][-1]
    assert told["code"] == "APPLICATION_SUCCEEDED"
    assert gone in told["message"]
    assert the_application(world) in told["message"]
    assert "make deploy PARAMETERS=KeyVersion=" in told["next_step"]
    updated = stack.update("App", application_properties(stack, KeyVersion="2"))
    assert updated.data["ApplicationId"] == the_application(world)


def test_redeployment_with_the_old_id_links_to_the_successor(world: World, stack: Stack) -> None:
    delete_by_hand(world)
    actions.act({"action": "check", "repair": True, "resource": "App"}, FUNCTION, world.tools())
    stale = stack.resources["Link"]["properties"]

    updated = stack.update("Link", {**stale, "Numbers": [GB, US]})

    assert updated.succeeded, updated.reason
    assert {link(world, GB), link(world, US)} == {the_application(world)}


def test_successor_that_is_deleted_has_a_successor(world: World, stack: Stack) -> None:
    for _ in range(3):
        delete_by_hand(world)
        repair(world)

        assert link(world) == the_application(world)

    assert stack.delete("Link").succeeded
    assert link(world) is None
    assert stack.delete("App").succeeded
    assert world.applications == []
    assert world.aws.records("successors") == {}


def test_deployment_that_makes_the_application_again_takes_its_numbers_along(
    world: World, stack: Stack
) -> None:
    """CloudFormation gives the new id to the numbers; the check of numbers that it forgot finds it."""
    delete_by_hand(world)

    assert stack.update("App", application_properties(stack, Name="again")).succeeded

    assert repair(world)["resources"][1]["status"] == "repaired"
    assert link(world) == the_application(world)


def test_repair_that_dies_is_ended_by_the_next(world: World) -> None:
    for calls in count(1):
        stack = world.stack(f"stack{calls}")
        world.create_number(stack, world.create_application(stack).data["ApplicationId"])
        delete_by_hand(world)

        died = world.death.of(lambda: repair(world), calls)
        world.time.offset += 200
        report = repair(world)

        where = f"killed after call {calls}, {world.death.last_call}: {report}"
        assert link(world) == the_application(world), where
        assert stack.delete("Link").succeeded, where
        assert stack.delete("App").succeeded, where
        assert world.aws.records("successors") == {}, where
        if not died:
            break
    assert calls > 8


def test_link_to_an_application_that_is_gone_says_so(world: World, stack: Stack) -> None:
    gone = delete_by_hand(world)
    stale = stack.resources["Link"]["properties"]

    updated = stack.update("Link", {**stale, "Numbers": [GB, US]})

    assert f"There is no application {gone} in the account." in updated.reason
    assert "`make drift REPAIR=true` makes it again" in updated.reason
