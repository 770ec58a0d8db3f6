"""The webhooks' functions read in the provisioner's records which application is theirs: it is there in time.

Whatever the provisioner does, an application is written down before Vonage hears that it calls this stack, or
a number leads to it. Otherwise the functions would refuse what is their own.
"""

import hashlib
import json
from collections.abc import Callable
from urllib.parse import parse_qs

import httpx
import pytest
from switchboard.webhooks.applications import recorded, resource_id

from local.cloudformation import Stack
from provisioner.operator import actions
from tests.unit.provisioner.conftest import FUNCTION, GB, World, application_properties

OURS = "VonageApplication"
# The path's end where an application is made, which has no id yet and no number.
CREATES = "applications"


@pytest.fixture
def known(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[[Stack], list[str]]:
    """What the functions of a stack find written down, by their own reading; the records are a test's."""
    environment = {
        "AWS_ENDPOINT_URL": world.aws.url,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "example",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def read(stack: Stack) -> list[str]:
        monkeypatch.setenv("SWITCHBOARD_STACK_ID", stack.id)
        written = {
            name.replace("/test/", "/"): value
            for name, value in world.aws.parameters.items()
            if "/test/resources/" in name
        }
        world.aws.parameters |= written
        try:
            return list(recorded(world.vonage.credentials[0]))
        finally:
            for name in written:
                del world.aws.parameters[name]

    return read


@pytest.fixture
def early(world: World, known: Callable[[Stack], list[str]]) -> Callable[[Stack], list[str]]:
    """Applications that Vonage heard of, as this stack's, before they were written down."""
    stacks: list[Stack] = []
    found: list[str] = []

    def look(request: httpx.Request) -> None:
        body, calls = request.content.decode(), f"https://{stacks[0].name}.example.com"
        application = request.url.path.rpartition("/")[2]
        if request.url.path == "/number/update":
            application = parse_qs(body).get("app_id", [""])[0]
            body = json.dumps(world.vonage.account.applications.get(application))
        if request.method != "GET" and calls in body and application not in (CREATES, *known(stacks[0])):
            found.append(application)

    def watch(stack: Stack) -> list[str]:
        stacks.append(stack)
        world.http.event_hooks = {**world.http.event_hooks, "request": [look]}
        return found

    return watch


def create(world: World, stack: Stack, **changes: object) -> str:
    created = world.create_application(stack, OURS, **changes)
    assert created.succeeded, created.reason
    assert world.create_number(stack, created.data["ApplicationId"], AllowTakeover=True).succeeded
    return created.data["ApplicationId"]


def update(world: World, stack: Stack) -> str:
    before = create(world, stack)
    assert stack.update(OURS, application_properties(stack, Name="Another", KeyVersion="2")).succeeded
    return before


def made_again(world: World, stack: Stack) -> str:
    create(world, stack)
    world.vonage.account.applications = {}
    actions.act({"action": "check", "repair": True}, FUNCTION, world.tools())
    return str(world.vonage.account.numbers[GB]["app_id"])


def adopt(world: World, stack: Stack) -> str:
    other = world.stack("other")
    theirs = create(world, other)
    return create(world, stack, AdoptApplicationId=theirs, AllowTakeover=True)


def roll_back(world: World, stack: Stack) -> str:
    before = create(world, stack)
    stack.update_and_roll_back(OURS, application_properties(stack, ApplicationSecret="nowhere"))
    return before


@pytest.mark.parametrize("happens", [create, update, made_again, adopt, roll_back])
def test_whatever_happens_to_an_application_it_is_known_before_it_can_call(
    world: World,
    known: Callable[[Stack], list[str]],
    early: Callable[[Stack], list[str]],
    happens: Callable[[World, Stack], str],
) -> None:
    stack = world.stack()
    found = early(stack)

    assert happens(world, stack) in known(stack)
    assert found == []


def test_an_application_that_was_made_again_is_known_beside_the_one_before(
    world: World, known: Callable[[Stack], list[str]]
) -> None:
    stack = world.stack()
    create(world, stack)
    first = world.applications[0]["id"]
    world.vonage.account.applications = {}

    actions.act({"action": "check", "repair": True}, FUNCTION, world.tools())

    assert known(stack) == [world.applications[0]["id"], first]


def test_a_stack_in_another_account_has_its_record_where_that_account_s_key_leads(
    world: World, known: Callable[[Stack], list[str]]
) -> None:
    stack = world.stack()
    application = create(world, stack)
    own = f"/switchboard/test/resources/{resource_id(stack.id, OURS)}"
    digest = hashlib.sha256(world.vonage.credentials[0].encode()).hexdigest()[:12]
    record = world.aws.parameters.pop(own)
    assert json.loads(record)["account"] == digest

    world.aws.parameters[f"{own}.{digest}"] = record

    assert known(stack) == [application]


def test_of_a_stack_that_is_gone_nothing_is_known(world: World, known: Callable[[Stack], list[str]]) -> None:
    stack = world.stack()
    create(world, stack)
    assert stack.delete("Link").succeeded
    assert stack.delete(OURS).succeeded

    assert known(stack) == []
