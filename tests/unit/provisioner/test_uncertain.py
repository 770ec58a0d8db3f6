"""Whatever Vonage really does where its sources are silent, what a stack made is gone with the stack.

One assumption is left: an update of a number replaces its settings, on which the official CLI's own `unlink`
relies, too.
"""

import pytest

from tests.unit.provisioner.conftest import GB, World
from vonage_simulator.switches import changed


@pytest.mark.parametrize(
    "position",
    [
        {"application_put": "merge"},
        {"put_without_keys": "rotate"},
        {"unknown_fields": "keep"},
        {"unknown_fields": "refuse"},
        {"unset_fallback": "empty"},
        {"unlink_on_application_delete": False},
        {"empty_app_id": "fail"},
        {"app_callback": "links"},
        {"no_numbers": "empty_list"},
    ],
    ids=lambda position: "-".join(map(str, *position.items())),
)
def test_stack_comes_changes_and_goes(world: World, position: dict[str, object]) -> None:
    account = world.vonage.account
    before = dict(account.numbers[GB])
    account.switches = changed(account.switches, position)
    stack = world.stack()

    application_id = world.create_application(stack).data["ApplicationId"]
    linked = world.create_number(stack, application_id)
    updated = stack.update("App", {**stack.resources["App"]["properties"], "Name": "renamed"})

    assert linked.succeeded, linked.reason
    assert updated.succeeded, updated.reason
    assert account.numbers[GB]["app_id"] == application_id
    assert [application["name"] for application in world.applications] == ["renamed"]
    assert stack.delete("Link").succeeded
    assert stack.delete("App").succeeded
    assert world.applications == []
    assert account.numbers[GB] == before
