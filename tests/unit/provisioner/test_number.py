"""`Custom::VonageNumber`: link, keep the rest, put back."""

from tests.unit.provisioner.conftest import GB, World


def test_create_links_and_delete_unlinks(world: World) -> None:
    stack = world.stack()
    application_id = world.create_application(stack).data["ApplicationId"]

    linked = world.create_number(stack, application_id)

    assert linked.succeeded, linked.reason
    assert world.vonage.account.numbers[GB]["app_id"] == application_id
    assert stack.delete("Link").succeeded
    assert "app_id" not in world.vonage.account.numbers[GB]
