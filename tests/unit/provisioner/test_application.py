"""`Custom::VonageApplication`: Create, Update and Delete."""

from provisioner.world import keys
from tests.unit.provisioner.conftest import CREDENTIALS, World, application_properties


def test_create_makes_one_application_with_the_stored_key(world: World) -> None:
    stack = world.stack()

    created = world.create_application(stack)

    assert created.succeeded, created.reason
    [application] = world.applications
    secret = world.secret(stack)
    assert secret["application_id"] == application["id"] == created.data["ApplicationId"]
    assert keys.same(application["keys"]["public_key"], keys.pair(secret["private_key"]).public_pem)
    assert application["privacy"] == {"improve_ai": False}


def test_create_asks_vonage_once(world: World) -> None:
    world.create_application(world.stack())

    assert world.calls() == ["POST /v2/applications"]


def test_delete_leaves_nothing(world: World) -> None:
    stack = world.stack()
    world.create_application(stack)

    deleted = stack.delete("App")

    assert deleted.succeeded, deleted.reason
    assert world.applications == []
    assert world.secret(stack) == {}
    assert world.aws.records("resources") == world.aws.records("applications") == {}


def test_delete_leaves_a_key_under_no_label(world: World) -> None:
    stack = world.stack()
    world.create_application(stack)
    assert stack.update("App", application_properties(stack, KeyVersion="2")).succeeded

    assert stack.delete("App").succeeded

    secret = world.aws.secrets["shop-application"]
    assert [secret.values[version] for version in secret.labels.values()] == ["{}"]


def test_update_changes_what_the_stack_owns(world: World) -> None:
    stack = world.stack()
    world.create_application(stack)
    properties = application_properties(stack, Name="renamed")

    updated = stack.update("App", properties)

    assert updated.succeeded, updated.reason
    assert [application["name"] for application in world.applications] == ["renamed"]


def test_an_update_that_changes_nothing_puts_nothing(world: World) -> None:
    stack = world.stack()
    world.create_application(stack)

    updated = stack.update("App", application_properties(stack, ServiceTimeout=200))

    assert updated.succeeded, updated.reason
    assert world.calls("PUT") == []


def test_the_account_s_credentials_are_no_place_for_a_key(world: World) -> None:
    """Whoever may read the application's secret would read them."""
    stack = world.stack()
    before = world.aws.secrets[CREDENTIALS].current()

    refused = world.create_application(stack, ApplicationSecret=CREDENTIALS)

    assert "ApplicationSecret has api_secret already" in refused.reason
    assert world.aws.secrets[CREDENTIALS].current() == before
    assert world.applications == []
