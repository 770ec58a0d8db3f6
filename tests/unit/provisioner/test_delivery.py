"""Deliveries that are repeated, simultaneous, late, out of order, or overtaken by a Delete."""

from provisioner.errors import StillRunningError
from provisioner.world.records import Records
from tests.fakes.stores import Refusal
from tests.unit.provisioner.conftest import (
    APPLICATION,
    GB,
    NUMBER,
    World,
    application_properties,
    number_properties,
)


def test_a_create_delivered_twice_makes_one_application_and_gives_one_answer(world: World) -> None:
    stack = world.stack()

    created = stack.create("App", APPLICATION, application_properties(stack), deliveries=2)

    first, second = created.answers
    assert first == second
    assert len(world.applications) == 1
    assert world.calls("POST") == ["POST /v2/applications"]


def test_a_create_delivered_three_times_at_once_makes_one_application(world: World) -> None:
    stack = world.stack()

    created = stack.create("App", APPLICATION, application_properties(stack), deliveries=3, together=True)

    assert created.succeeded, created.reason
    assert len(world.applications) == 1
    assert all(answer == created.answers[0] for answer in created.answers)


def test_a_failed_create_delivered_again_fails_again(world: World) -> None:
    stack = world.stack()
    world.vonage.faults.next("POST /v2/applications", status=400, body={"title": "No", "type": "#x"})

    created = stack.create("App", APPLICATION, application_properties(stack), deliveries=2)

    assert [answer["Status"] for answer in created.answers] == ["FAILED", "FAILED"]
    assert world.applications == []


def test_an_answer_that_was_not_taken_is_sent_again_without_doing_the_work_again(world: World) -> None:
    stack = world.stack()
    world.cloudformation.refuse_answers = [403, 500, 503]

    created = stack.create("App", APPLICATION, application_properties(stack), deliveries=2)

    assert len(created.errors) == 1
    assert created.succeeded
    assert world.calls() == ["POST /v2/applications"]


def test_a_delivery_that_finds_another_at_work_stays_silent_and_is_delivered_again(world: World) -> None:
    stack = world.stack()
    request = stack.request("Create", "App", APPLICATION, ResourceProperties=application_properties(stack))
    world.deliver_and_kill(request, 2)
    world.time.offset = 0
    world.cloudformation.remaining_s = 12.5

    world.cloudformation.deliver(request)

    assert not request.answered
    assert isinstance(request.errors[0], StillRunningError)


def test_a_late_repeat_of_an_update_does_not_bring_the_old_properties_back(world: World) -> None:
    stack = world.stack()
    world.create_application(stack)
    first = stack.update("App", application_properties(stack, Name="first"))
    stack.update("App", application_properties(stack, Name="second"))

    world.cloudformation.deliver(first)

    assert world.applications[0]["name"] == "second"


def test_an_update_that_died_and_was_rolled_back_stays_rolled_back_when_it_comes_again(world: World) -> None:
    stack = world.stack()
    world.create_application(stack)
    names = {"PhysicalResourceId": stack.resources["App"]["id"]}
    after = application_properties(stack, Name="after")
    update = stack.request("Update", "App", APPLICATION, ResourceProperties=after, **names)
    world.deliver_and_kill(update, 4)
    assert stack.update("App", application_properties(stack)).succeeded

    world.cloudformation.deliver(update)

    assert not update.succeeded
    assert "overtaken" in update.reason
    assert [each["name"] for each in world.applications] == ["shop"]


def test_a_create_that_died_at_once_and_was_deleted_neither_comes_back_nor_blocks_the_next(
    world: World,
) -> None:
    stack = world.stack()
    properties = application_properties(stack)
    dead = stack.request("Create", "App", APPLICATION, ResourceProperties=properties)
    assert world.deliver_and_kill(dead, 1)
    stack.resources["App"] = {"type": APPLICATION, "id": "made-up", "properties": properties}
    assert stack.delete("App").succeeded

    world.time.offset += 1000
    world.cloudformation.deliver(dead)
    again = world.create_application(stack)

    assert not dead.succeeded
    assert again.succeeded, again.reason
    assert len(world.applications) == 1


def test_a_late_repeat_of_a_create_does_not_bring_back_what_was_deleted(world: World) -> None:
    stack = world.stack()
    created = world.create_application(stack)
    stack.delete("App")

    world.cloudformation.deliver(created)

    assert world.applications == []


def test_a_late_repeat_of_a_delete_does_not_delete_what_was_created_since(world: World) -> None:
    stack = world.stack()
    world.create_application(stack)
    deleted = stack.delete("App")
    again = world.create_application(stack)

    world.cloudformation.deliver(deleted)
    world.cloudformation.deliver(again)

    assert len(world.applications) == 1
    assert [answer["Status"] for answer in again.answers] == ["SUCCESS", "SUCCESS"]


def test_a_resource_may_be_created_again_after_it_was_deleted(world: World) -> None:
    stack = world.stack()
    world.create_application(stack)
    stack.delete("App")

    again = world.create_application(stack)

    assert again.succeeded, again.reason
    assert world.secret(stack)["application_id"] == world.applications[0]["id"]


def test_a_delete_that_overtakes_its_create_leaves_nothing(world: World) -> None:
    stack = world.stack()
    properties = application_properties(stack)
    create = stack.request("Create", "App", APPLICATION, ResourceProperties=properties)
    stack.resources["App"] = {
        "type": APPLICATION,
        "id": "made-up-by-cloudformation",
        "properties": properties,
    }

    deleted = stack.delete("App")
    world.cloudformation.deliver(create)

    assert deleted.succeeded
    assert not create.succeeded
    assert "deleted this resource" in create.reason
    assert world.applications == []


def test_a_delete_while_the_create_runs_leaves_nothing(world: World) -> None:
    for _ in range(5):
        stack = world.stack()
        properties = application_properties(stack)
        create = stack.request("Create", "App", APPLICATION, ResourceProperties=properties)
        delete = stack.request(
            "Delete", "App", APPLICATION, PhysicalResourceId="made-up", ResourceProperties=properties
        )

        world.cloudformation.deliver_together(create, delete)

        assert delete.succeeded, (delete.reason, delete.errors)
        assert delete.physical_id == "made-up"
        assert world.applications == []
        assert world.aws.records("resources") == world.aws.records("applications") == {}


def test_a_delete_of_something_never_seen_succeeds_without_asking_anybody(world: World) -> None:
    stack = world.stack()
    properties = application_properties(stack, CredentialsSecret="gone")
    stack.resources["App"] = {"type": APPLICATION, "id": "some-id", "properties": properties}

    deleted = stack.delete("App")

    assert deleted.succeeded
    assert world.calls() == []


def test_the_same_number_linked_by_two_requests_at_once_is_linked_once(world: World) -> None:
    application_id = world.create_application(world.stack()).data["ApplicationId"]
    stack = world.stack("other")

    linked = stack.create("Link", NUMBER, number_properties(application_id), deliveries=2, together=True)

    assert linked.succeeded, linked.reason
    assert world.calls("POST /number") == ["POST /number/update"]
    assert world.vonage.account.numbers[GB]["app_id"] == application_id


def test_a_lease_that_cannot_be_given_back_does_not_undo_a_success(world: World) -> None:
    def fault(called: str, asked: dict[str, str]) -> None:
        if called.endswith("PutParameter") and "/leases/" in asked["Name"] and "gone_at" in asked["Value"]:
            raise Refusal("AccessDeniedException")

    world.aws.fault = fault

    assert world.create_application(world.stack()).succeeded


def test_no_lease_is_left_behind(world: World) -> None:
    stack = world.stack()
    application_id = world.create_application(stack).data["ApplicationId"]
    world.create_number(stack, application_id)

    assert Records(world.parameter_store, "/switchboard/test").under("leases") == {}
