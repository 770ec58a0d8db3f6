"""`Custom::VonageNumber`: link, keep the rest, put back; never buy, cancel or steal.

All of it whether the older callback of an application follows `app_id` or links of itself.
"""

from pathlib import Path
from urllib.parse import parse_qs

import pytest

from tests.unit.provisioner.conftest import GB, US, World, number_properties
from vonage_simulator.switches import changed

SETTINGS = {
    "moHttpUrl": "https://sms.example.com/inbound",
    "voiceStatusCallback": "https://voice.example.com/status",
    "messagesCallbackType": "app",
    "messagesCallbackValue": "11111111-2222-3333-4444-555555555555",
}


@pytest.fixture(autouse=True, params=["follows", "links"])
def _app_callback(world: World, request: pytest.FixtureRequest) -> None:
    account = world.vonage.account
    account.switches = changed(account.switches, {"app_callback": request.param})


def application(world: World, name: str = "shop") -> str:
    return world.create_application(world.stack(name)).data["ApplicationId"]


def test_create_links_and_delete_unlinks(world: World) -> None:
    stack = world.stack()
    application_id = world.create_application(stack).data["ApplicationId"]

    linked = world.create_number(stack, application_id)

    assert linked.succeeded, linked.reason
    assert linked.data == {"Numbers": GB}
    assert world.vonage.account.numbers[GB]["app_id"] == application_id
    assert stack.delete("Link").succeeded
    assert "app_id" not in world.vonage.account.numbers[GB]


def test_an_application_and_a_number_take_at_most_six_calls(world: World) -> None:
    stack = world.stack()

    world.create_number(stack, world.create_application(stack).data["ApplicationId"])

    assert world.calls() == ["POST /v2/applications", "GET /account/numbers", "POST /number/update"]


@pytest.mark.parametrize(
    "written",
    [
        [GB],
        GB,
        "+44 7700 900000",
        "0044 (7700) 900-000",
        "+44 (0)7700 900000",
        [f"+{GB}", GB],
        f'"{GB}"',
        f"\u202a+{GB}\u202c",
        f",{GB}",
        f"{GB},",
        ["", GB],
    ],
    ids=[
        "list",
        "text",
        "spaces",
        "zeros",
        "trunk zero",
        "twice",
        "quotes",
        "invisible",
        "comma before",
        "comma after",
        "empty",
    ],
)
def test_numbers_are_read_as_people_write_them(world: World, written: object) -> None:
    linked = world.create_number(world.stack("numbers"), application(world), Numbers=written)

    assert linked.data == {"Numbers": GB}, linked.reason


def test_several_numbers_are_one_resource(world: World) -> None:
    application_id = application(world)

    linked = world.create_number(world.stack("numbers"), application_id, Numbers=f"{GB}, {US}")

    assert linked.data == {"Numbers": f"{GB},{US}"}
    assert {number["app_id"] for number in world.vonage.account.numbers.values()} == {application_id}


def test_linking_keeps_every_other_setting(world: World) -> None:
    world.vonage.account.numbers[GB] |= SETTINGS

    world.create_number(world.stack("numbers"), application(world))

    [update] = world.vonage.journal.entries(kind="api")[-1:]
    sent = {name: values[0] for name, values in parse_qs(update["request"]["body"]).items()}
    assert SETTINGS.items() <= sent.items()
    assert SETTINGS.items() <= world.vonage.account.numbers[GB].items()


def test_delete_puts_every_setting_back(world: World) -> None:
    world.vonage.account.numbers[GB] |= {
        **SETTINGS,
        "voiceCallbackType": "sip",
        "voiceCallbackValue": "sip:a@b.c",
    }
    before = dict(world.vonage.account.numbers[GB])
    stack = world.stack("numbers")
    world.create_number(stack, application(world), AllowTakeover=True)

    assert world.vonage.account.numbers[GB].get("voiceCallbackType") != "sip"
    assert stack.delete("Link").succeeded

    assert world.vonage.account.numbers[GB] == before


@pytest.mark.parametrize("kind", ["sip", "tel"])
def test_a_callback_that_overrides_the_application_is_refused(world: World, kind: str) -> None:
    world.vonage.account.numbers[GB] |= {"voiceCallbackType": kind, "voiceCallbackValue": "14155550199"}

    linked = world.create_number(world.stack("numbers"), application(world))

    assert f"Calls to the number {GB} go to {kind} 14155550199" in linked.reason
    assert "AllowTakeover" in linked.reason


def test_a_number_linked_the_old_way_counts_as_linked(world: World) -> None:
    other = application(world, "other")
    world.vonage.account.numbers[GB] |= {"voiceCallbackType": "app", "voiceCallbackValue": other}

    linked = world.create_number(world.stack("numbers"), application(world))

    assert f"is linked to the application {other}" in linked.reason


def test_a_number_taken_over_from_the_old_way_is_given_back_to_its_application(world: World) -> None:
    other = application(world, "other")
    world.vonage.account.numbers[GB] |= {"voiceCallbackType": "app", "voiceCallbackValue": other}
    stack = world.stack("numbers")

    linked = world.create_number(stack, application(world), AllowTakeover=True)

    assert linked.succeeded, linked.reason
    assert world.vonage.account.numbers[GB]["app_id"] != other
    assert stack.delete("Link").succeeded
    assert world.vonage.account.numbers[GB]["app_id"] == other


def test_all_numbers_that_cannot_be_had_are_named_at_once(world: World) -> None:
    world.vonage.account.numbers[GB]["app_id"] = application(world, "other")

    linked = world.create_number(world.stack("numbers"), application(world), Numbers=[GB, "447700900998"])

    assert f"The number {GB} is linked" in linked.reason
    assert "does not own the number 447700900998" in linked.reason


def test_an_update_links_the_new_and_releases_the_old(world: World) -> None:
    stack, application_id = world.stack("numbers"), application(world)
    before = dict(world.vonage.account.numbers[GB])
    world.create_number(stack, application_id)

    updated = stack.update("Link", number_properties(application_id, Numbers=[US]))

    assert updated.succeeded, updated.reason
    assert world.vonage.account.numbers[US]["app_id"] == application_id
    assert world.vonage.account.numbers[GB] == before


def test_an_update_that_is_rolled_back_links_the_old_again(world: World) -> None:
    stack, application_id = world.stack("numbers"), application(world)
    world.create_number(stack, application_id)
    free = dict(world.vonage.account.numbers[US])

    _, back = stack.update_and_roll_back("Link", number_properties(application_id, Numbers=[US]))

    assert back.succeeded, back.reason
    assert world.vonage.account.numbers[GB]["app_id"] == application_id
    assert world.vonage.account.numbers[US] == free


def test_an_update_that_changes_nothing_writes_nothing(world: World) -> None:
    stack, application_id = world.stack("numbers"), application(world)
    world.create_number(stack, application_id)
    before = len(world.calls("POST /number"))

    stack.update("Link", number_properties(application_id, ServiceTimeout=200))

    assert len(world.calls("POST /number")) == before


def test_a_rollback_does_not_fail_on_a_number_that_somebody_took(world: World) -> None:
    stack, application_id = world.stack("numbers"), application(world)
    world.create_number(stack, application_id)
    taken_by = application(world, "other")
    world.vonage.faults.next("POST /number/update", times=9, status=503)
    update = stack.update("Link", number_properties(application_id, Numbers=[GB, US]))
    world.vonage.faults.clear()
    world.vonage.account.numbers[GB]["app_id"] = taken_by
    stack.resources["Link"]["properties"] = update.event["ResourceProperties"]

    back = stack.update("Link", number_properties(application_id))

    assert not update.succeeded
    assert back.succeeded, back.reason
    assert f"is linked to the application {taken_by}" in back.reason
    assert world.vonage.account.numbers[GB]["app_id"] == taken_by


def test_a_rollback_that_has_nothing_to_undo_leaves_a_number_that_somebody_took(world: World) -> None:
    stack, application_id = world.stack("numbers"), application(world)
    world.create_number(stack, application_id)
    taken_by = application(world, "other")
    world.vonage.account.numbers[GB]["app_id"] = taken_by

    update, back = stack.update_and_roll_back(
        "Link", number_properties(application_id, Numbers=[GB, "447700900998"])
    )

    assert (update.succeeded, back.succeeded) == (False, True)
    assert world.vonage.account.numbers[GB]["app_id"] == taken_by


def test_delete_leaves_a_number_that_is_not_ours_any_more(world: World) -> None:
    stack = world.stack("numbers")
    world.create_number(stack, application(world))
    taken_by = application(world, "other")
    world.vonage.account.numbers[GB]["app_id"] = taken_by

    assert stack.delete("Link").succeeded

    assert world.vonage.account.numbers[GB]["app_id"] == taken_by


def test_delete_leaves_a_number_that_the_account_gave_up(world: World) -> None:
    stack = world.stack("numbers")
    world.create_number(stack, application(world))
    del world.vonage.account.numbers[GB]

    assert stack.delete("Link").succeeded
    assert world.aws.records("numbers") == {}


def listed(world: World) -> int:
    return len(world.calls("GET /account/numbers"))


def test_the_owned_list_is_asked_once_a_second(world: World) -> None:
    application_id, last = application(world), world.own(150)[-1]

    world.create_number(world.stack("numbers"), application_id, Numbers=[GB, US, last])

    assert listed(world) == 2
    assert [wait for wait in world.time.waits if wait > 0.9]


def test_all_numbers_of_an_account_are_found_with_one_page(world: World) -> None:
    application_id, numbers = application(world), world.own(100)

    linked = world.create_number(world.stack("numbers"), application_id, Numbers=numbers[:40])

    assert linked.succeeded, linked.reason
    assert listed(world) == 1


def test_a_number_of_a_large_account_is_found_without_listing_the_account(world: World) -> None:
    application_id, last = application(world), world.own(1000)[-1]

    linked = world.create_number(world.stack("numbers"), application_id, Numbers=[last])

    assert linked.succeeded, linked.reason
    assert listed(world) == 2


def test_many_numbers_of_a_large_account_are_found_for_twice_its_pages_at_most(world: World) -> None:
    numbers = world.own(1000)
    vonage = world.tools().vonage("vonage-credentials")

    found = [vonage.number(msisdn) for msisdn in [*numbers[-100:], "447700900998"]]

    assert [number["msisdn"] for number in found[:100] if number] == numbers[-100:]
    assert found[100] is None
    assert listed(world) <= 2 * 10


def test_a_number_is_asked_for_again_after_it_was_changed(world: World) -> None:
    vonage = world.tools().vonage("vonage-credentials")
    vonage.number(GB)

    vonage.update_number({"country": "GB", "msisdn": GB, "voiceStatusCallback": "https://example.com"})

    assert (vonage.number(GB) or {})["voiceStatusCallback"] == "https://example.com"


def test_no_code_can_buy_or_cancel_a_number() -> None:
    source = "".join(path.read_text() for path in Path("provisioner").rglob("*.py"))

    assert "number/buy" not in source
    assert "number/cancel" not in source
