"""Killed after any step and delivered again: one application, and its key works."""

from itertools import count

from provisioner.world import keys
from tests.unit.provisioner.conftest import (
    APPLICATION,
    GB,
    NUMBER,
    World,
    application_properties,
    number_properties,
)


def works(world: World, secret: dict[str, str]) -> bool:
    """Whether the key in a secret is the one its application has."""
    application = world.vonage.account.applications[secret["application_id"]]
    return keys.same(application["keys"]["public_key"], keys.pair(secret["private_key"]).public_pem)


def test_create_survives_death_after_every_call(world: World) -> None:
    for calls in count(1):
        stack = world.stack(f"stack{calls}")
        request = stack.request(
            "Create", "App", APPLICATION, ResourceProperties=application_properties(stack)
        )
        died = world.deliver_and_kill(request, calls)
        world.cloudformation.deliver(request)

        where = f"killed after call {calls}, {world.death.last_call}"
        assert request.succeeded, (where, request.reason, request.errors)
        [application] = [each for each in world.applications if each["name"] == stack.name]
        assert world.secret(stack)["application_id"] == application["id"], where
        assert works(world, world.secret(stack)), where
        if not died:
            break
    assert calls > 8


def test_delete_after_a_create_that_died_leaves_nothing(world: World) -> None:
    for calls in count(1):
        stack = world.stack(f"stack{calls}")
        request = stack.request(
            "Create", "App", APPLICATION, ResourceProperties=application_properties(stack)
        )
        died = world.deliver_and_kill(request, calls)
        stack.resources["App"] = {"type": APPLICATION, "id": "made-up-by-cloudformation", **as_known(stack)}

        deleted = stack.delete("App")

        where = f"killed after call {calls}, {world.death.last_call}"
        assert deleted.succeeded, (where, deleted.reason, deleted.errors)
        assert deleted.physical_id == "made-up-by-cloudformation"
        assert world.applications == [], where
        if not died:
            break


def test_update_with_rotation_survives_death_after_every_call(world: World) -> None:
    stack = world.stack()
    world.create_application(stack)
    for calls in count(1):
        version = str(calls + 1)
        properties = application_properties(stack, Name=f"name {calls}", KeyVersion=version)
        request = stack.request(
            "Update",
            "App",
            APPLICATION,
            PhysicalResourceId=stack.resources["App"]["id"],
            ResourceProperties=properties,
            OldResourceProperties=stack.resources["App"]["properties"],
        )
        died = world.deliver_and_kill(request, calls)
        world.cloudformation.deliver(request)

        where = f"killed after call {calls}, {world.death.last_call}"
        assert request.succeeded, (where, request.reason, request.errors)
        [application] = world.applications
        assert application["name"] == f"name {calls}", where
        assert works(world, world.secret(stack)), where
        assert world.secret(stack)["key_version"] == version, where
        if not died:
            break


def test_a_dead_update_that_is_rolled_back_leaves_a_working_key(world: World) -> None:
    stack = world.stack()
    world.create_application(stack)
    before = application_properties(stack)
    for calls in count(1):
        after = application_properties(stack, Name="after", KeyVersion="2", Capabilities={})
        names = {"PhysicalResourceId": stack.resources["App"]["id"]}
        request = stack.request("Update", "App", APPLICATION, ResourceProperties=after, **names)
        died = world.deliver_and_kill(request, calls)
        back = stack.request("Update", "App", APPLICATION, ResourceProperties=before, **names)
        world.cloudformation.deliver(back)

        where = f"killed after call {calls}, {world.death.last_call}"
        assert back.succeeded, (where, back.reason, back.errors)
        [application] = world.applications
        assert application["name"] == "shop", where
        assert set(application["capabilities"]) == {"voice", "messages", "rtc"}, where
        assert works(world, world.secret(stack)), where
        if not died:
            break


def test_delete_survives_death_after_every_call(world: World) -> None:
    for calls in count(1):
        stack = world.stack(f"stack{calls}")
        world.create_application(stack)
        request = stack.request("Delete", "App", APPLICATION, **deletion(stack))
        died = world.deliver_and_kill(request, calls)
        world.cloudformation.deliver(request)

        where = f"killed after call {calls}, {world.death.last_call}"
        assert request.succeeded, (where, request.reason, request.errors)
        assert world.applications == [], where
        assert world.aws.records("resources") == world.aws.records("applications") == {}, where
        if not died:
            break


def test_linking_survives_death_after_every_call(world: World) -> None:
    application_id = world.create_application(world.stack()).data["ApplicationId"]
    settings = {"moHttpUrl": "https://sms.example.com/", "voiceStatusCallback": "https://status.example.com/"}
    before = {**world.vonage.account.numbers[GB], **settings}
    for calls in count(1):
        world.vonage.account.numbers[GB] = dict(before)
        stack = world.stack(f"stack{calls}")
        request = stack.request(
            "Create", "Link", NUMBER, ResourceProperties=number_properties(application_id)
        )
        died = world.deliver_and_kill(request, calls)
        world.cloudformation.deliver(request)

        where = f"killed after call {calls}, {world.death.last_call}"
        assert request.succeeded, (where, request.reason, request.errors)
        assert world.vonage.account.numbers[GB]["app_id"] == application_id, where
        stack.resources["Link"] = {
            "type": NUMBER,
            "id": request.physical_id,
            "properties": number_properties(application_id),
        }
        assert stack.delete("Link").succeeded, where
        assert world.vonage.account.numbers[GB] == before, where
        if not died:
            break


def as_known(stack: object) -> dict[str, object]:
    """A resource as CloudFormation keeps it."""
    return {"properties": application_properties(stack)}  # type: ignore[arg-type]


def deletion(stack: object) -> dict[str, object]:
    """What a Delete of the application carries."""
    known = stack.resources["App"]  # type: ignore[attr-defined]
    return {"PhysicalResourceId": known["id"], "ResourceProperties": known["properties"]}
