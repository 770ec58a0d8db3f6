"""Steps that fail: undone in reverse order, and said so that an operator can act."""

from collections.abc import Callable
from typing import Any

import pytest

from provisioner.errors import ProvisionerError
from tests.fakes.stores import Refusal
from tests.unit.provisioner.conftest import (
    CREDENTIALS,
    GB,
    US,
    World,
    application_properties,
    number_properties,
)

Fault = Callable[[str, dict[str, Any]], None]


def test_an_application_whose_id_cannot_be_stored_is_deleted_again(world: World) -> None:
    stack = world.stack()
    world.aws.fault = refuse_nth("PutSecretValue", 2)

    created = world.create_application(stack)

    assert not created.succeeded
    assert "write the secret" in created.reason
    assert world.applications == []


def test_an_application_that_cannot_be_recorded_is_deleted_again(world: World) -> None:
    stack = world.stack()
    world.aws.fault = refuse_records("before/applications")

    created = world.create_application(stack)

    assert not created.succeeded
    assert world.applications == []


def test_what_could_not_be_undone_is_named(world: World) -> None:
    stack = world.stack()
    world.aws.fault = refuse_nth("PutSecretValue", 2)
    world.vonage.faults.next("DELETE /v2/applications/*", status=403)

    created = world.create_application(stack)

    assert "Not undone: (create the application 'shop'" in created.reason
    world.aws.fault = None
    assert stack.delete("App").succeeded
    assert world.applications == []


def test_a_failed_create_is_deleted_without_credentials(world: World) -> None:
    stack = world.stack()
    world.aws.denies_missing = False
    created = world.create_application(stack, CredentialsSecret="mistyped")

    deleted = stack.delete("App")

    assert "There is no credentials secret 'mistyped'. Write it with `make credentials`" in created.reason
    assert deleted.succeeded, deleted.reason


def test_a_create_that_vonage_refused_is_deleted_with_wrong_credentials(world: World) -> None:
    stack = world.stack()
    world.aws.secret("wrong", {"api_key": "abcd1234", "api_secret": "no"})

    created = world.create_application(stack, CredentialsSecret="wrong")
    deleted = stack.delete("App")

    assert "Check api_key and api_secret" in created.reason
    assert deleted.succeeded, deleted.reason


def test_incomplete_credentials_name_what_is_missing(world: World) -> None:
    world.aws.secret("half", {"api_key": "abcd1234"})

    created = world.create_application(world.stack(), CredentialsSecret="half")

    assert "The credentials secret 'half' lacks api_secret." in created.reason


def test_a_secret_without_the_tag_says_which_tag(world: World) -> None:
    world.aws.refuse["secretsmanager.GetSecretValue shop-application"] = "AccessDeniedException"

    created = world.create_application(world.stack())

    assert "needs the tag switchboard=managed" in created.reason


def test_a_lost_reply_to_the_creation_makes_no_second_application(world: World) -> None:
    world.vonage.faults.next("POST /v2/applications", lost_reply=True)

    created = world.create_application(world.stack())

    assert created.succeeded, created.reason
    assert len(world.applications) == 1


@pytest.mark.parametrize(
    "fault",
    [{"status": 500}, {"status": 503}, {"status": 429, "retry_after": 1}, {"status": 429}, {"reset": True}],
    ids=lambda fault: "-".join(f"{name}-{value}" for name, value in fault.items()),
)
def test_what_passes_is_tried_again(world: World, fault: dict[str, object]) -> None:
    world.vonage.faults.next("POST /v2/applications", times=2, **fault)

    created = world.create_application(world.stack())

    assert created.succeeded, created.reason
    assert len(world.applications) == 1


def test_what_does_not_pass_is_given_up_and_leaves_nothing(world: World) -> None:
    stack = world.stack()
    world.vonage.faults.next("POST /v2/applications", times=99, status=503)

    created = world.create_application(stack)

    assert not created.succeeded
    assert "503" in created.reason
    assert "vonageapi.statuspage.io" in created.reason
    world.vonage.faults.clear()
    assert stack.delete("App").succeeded


def test_a_longer_wait_than_there_is_time_is_not_begun(world: World) -> None:
    world.vonage.faults.next("POST /v2/applications", times=9, status=429, retry_after=3600)

    created = world.create_application(world.stack())

    assert "Too many requests" in created.reason
    assert world.calls() == ["POST /v2/applications"]


def test_the_second_number_failing_puts_the_first_one_back(world: World) -> None:
    application_id = world.create_application(world.stack()).data["ApplicationId"]
    before = dict(world.vonage.account.numbers[GB])
    stack = world.stack("other")
    world.vonage.faults.next("POST /number/update", delay_ms=1)
    world.vonage.faults.next("POST /number/update", status=420, body={"error-code": "420"})

    linked = world.create_number(stack, application_id, Numbers=[GB, US])

    assert "moHttpUrl" in linked.reason
    assert world.vonage.account.numbers[GB] == before
    assert stack.delete("Link").succeeded


def test_a_link_that_vonage_made_without_a_word_is_taken_back(world: World) -> None:
    application_id = world.create_application(world.stack()).data["ApplicationId"]
    before = dict(world.vonage.account.numbers[GB])
    world.vonage.faults.next("POST /number/update", lost_reply=True, times=5)

    linked = world.create_number(world.stack("other"), application_id)

    assert not linked.succeeded
    assert world.vonage.account.numbers[GB] == before


@pytest.mark.parametrize("uncertain", [True, False], ids=["a reply was lost", "an undo failed"])
def test_a_link_that_could_not_be_taken_back_is_taken_back_by_the_delete(
    world: World, *, uncertain: bool
) -> None:
    application_id = world.create_application(world.stack()).data["ApplicationId"]
    before = {msisdn: dict(number) for msisdn, number in world.vonage.account.numbers.items()}
    stack = world.stack("other")
    if uncertain:
        world.vonage.faults.next("POST /number/update", lost_reply=True, times=5)
    else:
        world.vonage.faults.next("POST /number/update", delay_ms=1)
    world.vonage.faults.next("POST /number/update", status=503, times=99)

    linked = world.create_number(stack, application_id, Numbers=[GB, US])

    assert not linked.succeeded
    assert world.vonage.account.numbers[GB]["app_id"] == application_id
    world.vonage.faults.clear()
    assert stack.delete("Link").succeeded
    assert world.vonage.account.numbers == before


def test_a_number_that_is_not_owned_stops_everything_before_anything_is_changed(world: World) -> None:
    application_id = world.create_application(world.stack()).data["ApplicationId"]

    linked = world.create_number(world.stack("other"), application_id, Numbers=[GB, "447700900998"])

    assert "does not own the number 447700900998" in linked.reason
    assert world.calls("POST /number") == []


def test_a_delete_that_fails_says_what_remains_and_how_to_remove_it(world: World) -> None:
    stack = world.stack()
    application_id = world.create_application(stack).data["ApplicationId"]
    world.vonage.faults.next("DELETE /v2/applications/*", times=9, status=500)

    deleted = stack.delete("App")

    assert not deleted.succeeded
    assert f"The application {application_id} may remain at Vonage" in deleted.reason
    assert f"`vonage apps delete {application_id}`" in deleted.reason
    world.vonage.faults.clear()
    assert stack.delete("App").succeeded


def test_a_number_that_cannot_be_put_back_says_how(world: World) -> None:
    stack = world.stack()
    application_id = world.create_application(stack).data["ApplicationId"]
    world.create_number(stack, application_id)
    world.vonage.faults.next("POST /number/update", times=9, status=503)

    deleted = stack.delete("Link")

    assert f"The numbers {GB} may remain linked" in deleted.reason
    assert f"`vonage apps numbers unlink {application_id} <number>`" in deleted.reason


def test_an_update_that_fails_puts_the_application_back(world: World) -> None:
    stack = world.stack()
    world.create_application(stack)
    before = world.applications
    world.vonage.faults.next("GET /v1/calls", times=99, status=401)

    update, rollback = stack.update_and_roll_back(
        "App", application_properties(stack, Name="x", KeyVersion="2")
    )

    assert "The old key was put back and stays in use" in update.reason
    assert rollback.succeeded, rollback.reason
    assert world.applications == before


def test_a_failed_answer_carries_the_id_that_a_delete_will_carry(world: World) -> None:
    stack = world.stack()
    failed = world.create_application(stack, CredentialsSecret="mistyped")
    first_id = failed.physical_id

    update = stack.update("App", application_properties(stack, KeyVersion=""))

    assert first_id
    assert update.physical_id == first_id


def test_unknown_resource_types_are_refused(world: World) -> None:
    created = world.stack().create("X", "Custom::VonageTrunk", {"CredentialsSecret": CREDENTIALS})

    assert "Custom::VonageTrunk is not known. Known: Custom::VonageApplication" in created.reason


def test_the_provisioner_has_its_own_environment_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    from provisioner.resources.tools import Tools

    monkeypatch.delenv("SWITCHBOARD_RECORDS_PREFIX", raising=False)

    with pytest.raises(ProvisionerError, match="SWITCHBOARD_RECORDS_PREFIX is not set"):
        Tools.from_environment(90)


def test_numbers_wrong_in_form_are_refused_with_an_example(world: World) -> None:
    stack = world.stack()

    linked = stack.create("Link", "Custom::VonageNumber", number_properties("x" * 36, Numbers="07700 900000"))

    assert "write it with the country code" in linked.reason


def refuse_nth(operation: str, nth: int) -> Fault:
    """AWS denies the nth call of an operation."""
    seen: list[str] = []

    def fault(called: str, _asked: dict[str, Any]) -> None:
        if called.endswith(operation):
            seen.append(called)
            if len(seen) == nth:
                raise Refusal("AccessDeniedException")

    return fault


def refuse_records(folder: str) -> Fault:
    """AWS denies writing the records of a folder."""

    def fault(called: str, asked: dict[str, Any]) -> None:
        if called.endswith("PutParameter") and folder in asked["Name"]:
            raise Refusal("AccessDeniedException")

    return fault
