"""An update fails, its rollback succeeds: for each resource, whatever is wrong with the world, and when."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from local.cloudformation import Outcome, Stack
from provisioner.cloudformation.deadline import Deadline
from provisioner.operator import actions
from provisioner.remembered.way_back import ROLLBACK_BEGINS_WITHIN_S
from provisioner.world import keys
from tests.fakes import stores
from tests.fakes.stores import Refusal
from tests.unit.provisioner.conftest import (
    CREDENTIALS,
    FUNCTION,
    GB,
    US,
    World,
    bus,
    codes,
    fresh_world,
)
from vonage_simulator.vonage import Vonage

Json = dict[str, Any]
Trouble = Callable[[World, int], None]
EXAMPLES = int(os.environ.get("SWITCHBOARD_TEST_EXAMPLES", "0"))  # that are drawn, beside those below
LINK, APP = "Link", "App"


def vonage_answers(**reply: object) -> Trouble:
    def trouble(world: World, after: int) -> None:
        if after:
            world.vonage.faults.next("* *", times=after, delay_ms=1)
        world.vonage.faults.next("* *", times=10_000, **reply)

    return trouble


def connection_fails(error: type[httpx.TransportError]) -> Trouble:
    def trouble(world: World, after: int) -> None:
        calls = count()

        def fail(request: httpx.Request) -> None:
            if next(calls) >= after:
                raise error("no luck", request=request)

        world.http.event_hooks = {**world.http.event_hooks, "request": [fail]}

    return trouble


def secret_is(code: str, name: str) -> Trouble:
    def trouble(world: World, after: int) -> None:
        calls = count()

        def fail(_operation: str, asked: Json) -> None:
            if asked.get("SecretId") == name and next(calls) >= after:
                raise Refusal(code)

        world.aws.fault = fail

    return trouble


TROUBLES: dict[str, Trouble] = {
    "401": vonage_answers(status=401),
    "420": vonage_answers(status=420, body={"error-code": "420", "error-code-label": "method failed"}),
    "429": vonage_answers(status=429),
    "500": vonage_answers(status=500),
    "503": vonage_answers(status=503),
    "lost": vonage_answers(lost_reply=True),
    "timeout": connection_fails(httpx.ReadTimeout),
    "dns": connection_fails(httpx.ConnectError),
    **{
        f"{name} {code}": secret_is(code, name)
        for name in (CREDENTIALS, "shop-application")
        for code in ("ResourceNotFoundException", "AccessDeniedException", "InvalidRequestException")
    },
}


def changes_the_application_and_falls_silent(world: World) -> None:
    """Vonage does what an update asks, says so to nobody, and answers nothing from then on."""
    world.vonage.faults.next("GET *", delay_ms=1)
    world.vonage.faults.next("PUT *", lost_reply=True, times=5)
    world.vonage.faults.next("* *", status=503, times=10_000)


def well_again(world: World) -> None:
    world.vonage.faults.clear()
    world.aws.fault = None
    world.http.event_hooks = {**world.http.event_hooks, "request": []}
    world.time.offset += 300  # leases of those who died end


@pytest.fixture
def stack(world: World) -> Stack:
    return world.linked_stack()


def state(world: World, stack: Stack) -> Json:
    """What callers depend on: the application, the number, and a key that works."""
    secret = world.secret(stack)
    [application] = world.applications
    return {
        "application": {name: value for name, value in application.items() if name != "keys"},
        "numbers": {msisdn: dict(number) for msisdn, number in world.vonage.account.numbers.items()},
        "secret": secret["application_id"],
        "key works": keys.same(
            application["keys"]["public_key"], keys.pair(secret["private_key"]).public_pem
        ),
    }


def changed(stack: Stack, logical_id: str, **changes: object) -> Json:
    before = stack.resources[logical_id]["properties"]
    return {**before, **changes}


def check(world: World, **event: object) -> Json:
    return actions.act({"action": "check", **event}, FUNCTION, world.tools())


def owes(world: World, logical_id: str) -> bool:
    [record] = [
        record for name, record in world.aws.records("resources").items() if f".{logical_id}." in name
    ]
    return "repair_since" in record


CAPABILITIES: Json = {"verify": {}, "rtc": {"webhooks": {"event_url": {"address": "https://new.example/"}}}}
Update = tuple[str, Json]
UPDATES: list[Update] = [
    (APP, {"Name": "Renamed"}),
    (APP, {"Name": "Renamed", "Capabilities": CAPABILITIES}),
    (APP, {"Name": "Renamed", "KeyVersion": "2"}),
    (LINK, {"Numbers": [GB, US]}),
    (LINK, {"Numbers": [US]}),
]
# An update and how many calls go well before the trouble: these with every trouble,
ALWAYS: list[tuple[Update, int]] = [
    ((APP, {"Name": "Renamed", "Capabilities": CAPABILITIES}), 1),
    ((LINK, {"Numbers": [US]}), 3),  # linked, then neither released nor taken back
]
# and of these another with each, as trying one takes a second. The first, the simplest, is with none.
IN_TURN = [(update, after) for after in (0, 2, 5) for update in UPDATES][1:]


@contextmanager
def new_world(servers: tuple[stores.Aws, Vonage]) -> Iterator[World]:
    world = fresh_world(servers)
    with world.cloudformation:
        yield world
    world.http.close()


@pytest.mark.parametrize("trouble", TROUBLES)
def test_whatever_fails_an_update_its_rollback_succeeds_and_is_made_good(
    servers: tuple[stores.Aws, Vonage], trouble: str
) -> None:
    def holds(update: Update, after: int) -> None:
        logical_id, changes = update
        with new_world(servers) as world:
            stack = world.linked_stack()
            before = state(world, stack)
            TROUBLES[trouble](world, after)

            _, back = stack.update_and_roll_back(logical_id, changed(stack, logical_id, **changes))

            assert back.succeeded, back.reason
            assert state(world, stack) == before or owes(world, logical_id)
            well_again(world)
            check(world)
            assert state(world, stack) == before
            assert check(world)["status"] == "ok"
            assert not owes(world, logical_id)

    place = list(TROUBLES).index(trouble)
    tried = given(update=st.sampled_from(UPDATES), after=st.integers(0, 6))(holds)
    for update, after in [*ALWAYS, IN_TURN[place % len(IN_TURN)]]:
        tried = example(update=update, after=after)(tried)
    settings(
        max_examples=EXAMPLES or 1,
        phases=[*Phase] if EXAMPLES else [Phase.explicit],
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )(tried)()


@pytest.mark.parametrize("logical_id", [APP, LINK])
def test_way_back_of_an_update_that_began_nothing_asks_nobody(
    world: World, stack: Stack, logical_id: str
) -> None:
    asked = world.vonage.journal.entries(kind="api")
    attributes = {APP: {"ApplicationId", "PublicKeyFingerprint", "Name", "SecretArn"}, LINK: {"Numbers"}}
    before = stack.resources[logical_id]["properties"]
    del world.aws.secrets[CREDENTIALS]
    update = stack.update(
        logical_id, changed(stack, logical_id, CredentialsSecret=CREDENTIALS, ServiceTimeout=1)
    )
    stack.resources[logical_id]["properties"] = update.event["ResourceProperties"]
    world.aws.calls.clear()

    back = stack.update(logical_id, before)

    assert (update.succeeded, back.succeeded) == (False, True)
    assert set(back.data) == attributes[logical_id]
    assert all(back.data.values())
    assert world.vonage.journal.entries(kind="api") == asked
    assert not [call for call in world.aws.calls if call.startswith("secretsmanager")]
    assert not owes(world, logical_id)


@pytest.mark.parametrize("logical_id", [APP, LINK])
def test_way_back_on_which_nothing_is_to_be_done_does_not_fail_when_nothing_can_be_recorded(
    world: World, stack: Stack, logical_id: str
) -> None:
    world.aws.refuse["AmazonSSM.PutParameter"] = "AccessDeniedException"

    update, back = stack.update_and_roll_back(
        logical_id, changed(stack, logical_id, CredentialsSecret="nowhere")
    )

    assert (update.succeeded, back.succeeded) == (False, True)


def test_what_a_rollback_could_not_undo_is_told(
    world: World, stack: Stack, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bus(world, monkeypatch)
    changes_the_application_and_falls_silent(world)

    _, back = stack.update_and_roll_back(APP, changed(stack, APP, Name="Renamed"))

    [event] = world.aws.events
    told = json.loads(event["Detail"])
    metric = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (event["DetailType"], told["status"]) == ("provisioner.drift", "owed")
    assert told["findings"][0]["code"] == "VONAGE_503"
    assert metric["ResourcesDrifted"] == [1.0]
    assert "`make drift`" in back.reason


def test_way_back_does_not_fail_when_nobody_can_be_told(
    world: World, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    bus(world, monkeypatch)
    world.aws.refuse["AWSEvents.PutEvents"] = "ThrottlingException"
    changes_the_application_and_falls_silent(world)

    assert stack.update_and_roll_back(APP, changed(stack, APP, Name="Renamed"))[1].succeeded


def test_repair_that_is_owed_is_told_until_it_is_made(world: World, stack: Stack) -> None:
    changes_the_application_and_falls_silent(world)
    stack.update_and_roll_back(APP, changed(stack, APP, Name="Renamed"))

    assert codes(check(world, resource=APP)) == ["REPAIR_OWED", "VONAGE_503"]
    assert "REPAIR_OWED" in codes(actions.act({"action": "doctor"}, FUNCTION, world.tools()))
    well_again(world)
    assert codes(check(world, repair=False)) == ["REPAIR_OWED", "APPLICATION_CHANGED"]
    assert world.applications[0]["name"] == "Renamed"

    assert [each["status"] for each in check(world)["resources"]] == ["repaired", "ok"]
    assert world.applications[0]["name"] == "shop"


def test_only_what_a_rollback_owes_is_repaired_unasked(world: World, stack: Stack) -> None:
    changes_the_application_and_falls_silent(world)
    stack.update_and_roll_back(APP, changed(stack, APP, Name="Renamed"))
    well_again(world)
    del world.vonage.account.numbers[GB]["app_id"]

    report = check(world)

    assert [each["status"] for each in report["resources"]] == ["repaired", "drift"]


def test_next_deployment_goes_on_from_what_a_rollback_owes(world: World, stack: Stack) -> None:
    changes_the_application_and_falls_silent(world)
    stack.update_and_roll_back(APP, changed(stack, APP, Name="Renamed", Capabilities=CAPABILITIES))
    well_again(world)

    assert stack.update(APP, changed(stack, APP, Name="Next")).succeeded

    [application] = world.applications
    assert (application["name"], "verify" in application["capabilities"]) == ("Next", False)
    assert check(world)["status"] == "ok"


@pytest.mark.parametrize("death", range(1, 9))
def test_way_back_that_dies_is_gone_again(world: World, stack: Stack, death: int) -> None:
    before = state(world, stack)
    known = stack.resources[APP]
    failed = changed(stack, APP, Name="Renamed", Capabilities=CAPABILITIES)
    world.vonage.faults.next("PUT /v2/applications/*", times=9, lost_reply=True)
    assert not stack.update(APP, failed).succeeded
    world.vonage.faults.clear()
    back = stack.request(
        "Update",
        APP,
        known["type"],
        PhysicalResourceId=known["id"],
        ResourceProperties=known["properties"],
        OldResourceProperties=failed,
    )

    world.deliver_and_kill(back, death)
    world.cloudformation.deliver(back)

    assert back.succeeded, back.reason
    assert state(world, stack) == before


@pytest.mark.parametrize("logical_id", [APP, LINK])
def test_two_deployments_there_and_back_are_ordinary_work(
    world: World, stack: Stack, logical_id: str
) -> None:
    changes: Json = {"Name": "Renamed"} if logical_id == APP else {"Numbers": [US]}
    before, first = state(world, stack), stack.resources[logical_id]["properties"]
    assert stack.update(logical_id, {**first, **changes}).succeeded
    assert state(world, stack) != before

    assert stack.update(logical_id, first).succeeded

    assert state(world, stack) == before
    assert stack.update(logical_id, {**first, **changes}).succeeded
    assert state(world, stack) != before


@pytest.mark.parametrize("logical_id", [APP, LINK])
def test_rollback_because_of_another_resource_does_not_fail(
    world: World, stack: Stack, logical_id: str
) -> None:
    changes: Json = {"Name": "Renamed"} if logical_id == APP else {"Numbers": [US]}
    before, first = state(world, stack), stack.resources[logical_id]["properties"]
    assert stack.update(logical_id, {**first, **changes}).succeeded
    TROUBLES["503"](world, 0)

    back = stack.update(logical_id, first)

    assert back.succeeded, back.reason
    assert owes(world, logical_id)
    well_again(world)
    check(world)
    assert state(world, stack) == before


@pytest.mark.parametrize("logical_id", [APP, LINK])
def test_deployment_of_what_was_there_long_ago_may_fail(world: World, stack: Stack, logical_id: str) -> None:
    changes: Json = {"Name": "Renamed"} if logical_id == APP else {"Numbers": [US]}
    first = stack.resources[logical_id]["properties"]
    assert stack.update(logical_id, {**first, **changes}).succeeded
    world.time.offset += ROLLBACK_BEGINS_WITHIN_S
    TROUBLES["503"](world, 0)

    assert not stack.update(logical_id, first).succeeded


def test_deployment_after_a_way_back_may_fail(world: World, stack: Stack) -> None:
    first = stack.resources[APP]["properties"]
    assert stack.update(APP, {**first, "Name": "Renamed"}).succeeded
    assert stack.update(APP, first).succeeded
    TROUBLES["503"](world, 0)

    assert not stack.update(APP, {**first, "Name": "Renamed"}).succeeded


def test_way_back_leaves_time_to_tell_of_it() -> None:
    deadline = Deadline.after(112.0, now=lambda: 0.0)

    deadline.halve()

    assert (deadline.work_until, deadline.undo_until) == (37.5, 50.0)


def test_way_back_from_another_account_leads_to_what_is_still_there(world: World, stack: Stack) -> None:
    from vonage_simulator.account.account import Account
    from vonage_simulator.server import running

    created, first = dict(stack.resources[APP]), stack.resources[APP]["properties"]
    with running(Account.seeded(seed=99)) as other:
        api_key, api_secret = other.credentials
        world.aws.secret("other", {"api_key": api_key, "api_secret": api_secret})
        world.aws.secret("second-application")
        world.redirect(other)
        there = {"CredentialsSecret": "other", "ApplicationSecret": "second-application"}
        moved = only_updated(stack, APP, changed(stack, APP, **there))
        assert moved.succeeded, moved.reason
        assert moved.physical_id != created["id"]
        world.aws.secrets.pop(CREDENTIALS)

        back = stack.update(APP, first)

    assert back.succeeded, back.reason
    assert back.physical_id == created["id"]
    assert back.data["ApplicationId"] == world.applications[0]["id"]


def test_repair_makes_nothing_in_another_account(world: World, stack: Stack) -> None:
    changes_the_application_and_falls_silent(world)
    stack.update_and_roll_back(APP, changed(stack, APP, Name="Renamed"))
    well_again(world)
    world.aws.secret(CREDENTIALS, {"api_key": "another1", "api_secret": "key"})
    asked = len(world.calls())

    report = check(world)

    assert "ACCOUNT_CHANGED" in codes(report)
    assert len(world.calls()) == asked


def only_updated(stack: Stack, logical_id: str, properties: Json) -> Outcome:
    """An update whose clean-up has not come: it waits for the rest of the stack."""
    known = stack.resources[logical_id]
    request = stack.request(
        "Update",
        logical_id,
        known["type"],
        PhysicalResourceId=known["id"],
        ResourceProperties=properties,
        OldResourceProperties=known["properties"],
    )
    stack.cloudformation.deliver(request)
    stack.resources[logical_id] = {**known, "id": request.physical_id, "properties": properties}
    return request
