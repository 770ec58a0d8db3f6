"""Any sequence of deployments, deaths and repeats ends with what the surviving stacks want, nothing else."""

import os
from dataclasses import dataclass, field

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from local.cloudformation import Outcome, Stack
from provisioner.operator.actions import act
from provisioner.world import keys
from tests.fakes import stores
from tests.unit.provisioner.conftest import (
    APPLICATION,
    FUNCTION,
    GB,
    NUMBER,
    application_properties,
    fresh_world,
    number_properties,
)
from vonage_simulator.vonage import Vonage

EXAMPLES = int(os.environ.get("SWITCHBOARD_TEST_EXAMPLES", "12"))
STEPS = 10
STACKS = st.sampled_from(["one", "two"])
VERIFY = {"webhooks": {"status_url": {"address": "https://example.com/verify", "http_method": "POST"}}}
DEATHS = st.one_of(st.none(), st.integers(1, 14))


@dataclass
class Wish:
    """What one stack wants, in the test's own words."""

    stack: Stack
    name: str = ""
    verifies: bool = False
    key_version: str = "1"
    sent: list[Outcome] = field(default_factory=list)


class Deployments(RuleBasedStateMachine):
    """Two stacks, one account, one number that both may want."""

    def __init__(self, servers: tuple[stores.Aws, Vonage]) -> None:
        super().__init__()
        self.world = fresh_world(servers)
        self.world.cloudformation.__enter__()
        self.wishes = {name: Wish(self.world.stack(name)) for name in ("one", "two")}
        self.linked: list[str] = []
        self.versions = 1

    def teardown(self) -> None:
        self.world.cloudformation.__exit__()
        self.world.http.close()

    @rule(
        stack=STACKS,
        name=st.sampled_from("abc"),
        verifies=st.booleans(),
        death=DEATHS,
        gives_up=st.booleans(),
    )
    def deploy(self, stack: str, name: str, verifies: bool, death: int | None, gives_up: bool) -> None:  # noqa: FBT001 - drawn
        """Create or update; the function may die, and CloudFormation may then wait or give up."""
        wish = self.wishes[stack]
        properties = application_properties(wish.stack, Name=name, KeyVersion=wish.key_version)
        if verifies:
            properties["Capabilities"]["verify"] = VERIFY
        request = self._application_request(wish, properties)
        died = self._deliver(request, death)
        if died and gives_up:
            self._roll_back(wish, properties)
        else:
            self.world.cloudformation.deliver(request)
            assert request.succeeded, (request.reason, request.errors)
            wish.stack.resources["App"] = known(APPLICATION, request, properties)
            wish.name, wish.verifies = name, verifies

    @precondition(lambda self: self._deployed())
    @rule(stack=STACKS, death=DEATHS)
    def rotate_by_template(self, stack: str, death: int | None) -> None:
        """A new `KeyVersion`."""
        wish = self.wishes[stack]
        if wish.name:
            self.versions += 1
            wish.key_version = str(self.versions)
            self.deploy(stack, wish.name, wish.verifies, death, gives_up=False)

    @precondition(lambda self: self._deployed())
    @rule(death=DEATHS)
    def rotate_by_hand(self, death: int | None) -> None:
        """`{"action": "rotate"}`, which may die, and is put right by the next check."""
        rotation = {"action": "rotate"}
        if death and self.world.death.of(lambda: act(rotation, FUNCTION, self.world.tools()), death):
            self.world.time.offset += 200
            act({"action": "check", "repair": True}, FUNCTION, self.world.tools())
        elif not death:
            assert act(rotation, FUNCTION, self.world.tools())["status"] == "ok"

    @rule(stack=STACKS, death=DEATHS)
    def link(self, stack: str, death: int | None) -> None:
        """Take the number, from the other stack if need be."""
        wish = self.wishes[stack]
        if not wish.name or stack in self.linked:
            return
        properties = number_properties(self._application_id(wish), AllowTakeover=True)
        request = wish.stack.request("Create", "Link", NUMBER, ResourceProperties=properties)
        self._deliver(request, death)
        self.world.cloudformation.deliver(request)
        assert request.succeeded, (request.reason, request.errors)
        wish.stack.resources["Link"] = known(NUMBER, request, properties)
        self.linked.append(stack)

    @rule(stack=STACKS, death=DEATHS)
    def unlink(self, stack: str, death: int | None) -> None:
        """Delete the link."""
        if stack in self.linked:
            self._delete(self.wishes[stack], "Link", death)
            self.linked.remove(stack)

    @rule(stack=STACKS, death=DEATHS)
    def delete(self, stack: str, death: int | None) -> None:
        """Delete the application; the template makes sure that its link went before."""
        wish = self.wishes[stack]
        if wish.name and stack not in self.linked:
            self._delete(wish, "App", death)
            wish.name = ""

    @rule(stack=STACKS, which=st.integers(0, 20))
    def repeat(self, stack: str, which: int) -> None:
        """A request of long ago comes once more."""
        sent = self.wishes[stack].sent
        if sent:
            self.world.cloudformation.deliver(sent[which % len(sent)])

    @invariant()
    def the_account_holds_what_the_stacks_want(self) -> None:
        wanted = {wish.name: wish for wish in self.wishes.values() if wish.name}
        assert sorted(each["name"] for each in self.world.applications) == sorted(
            wish.name for wish in self.wishes.values() if wish.name
        )
        for wish in wanted.values():
            secret = self.world.secret(wish.stack)
            application = self.world.vonage.account.applications[secret["application_id"]]
            pair = keys.pair(secret["private_key"])
            assert keys.same(application["keys"]["public_key"], pair.public_pem)
            assert secret["key_version"] == wish.key_version
            verify = VERIFY if wish.verifies else None
            assert application["capabilities"].get("verify") == verify
            assert {"voice", "messages"} <= application["capabilities"].keys()
        owner = self._application_id(self.wishes[self.linked[-1]]) if self.linked else None
        assert self.world.vonage.account.numbers[GB].get("app_id") == owner

    def _deployed(self) -> bool:
        return any(wish.name for wish in self.wishes.values())

    def _application_id(self, wish: Wish) -> str:
        return str(self.world.secret(wish.stack)["application_id"])

    def _application_request(self, wish: Wish, properties: dict[str, object]) -> Outcome:
        if not wish.name:
            return wish.stack.request("Create", "App", APPLICATION, ResourceProperties=properties)
        before = wish.stack.resources["App"]
        return wish.stack.request(
            "Update",
            "App",
            APPLICATION,
            PhysicalResourceId=before["id"],
            ResourceProperties=properties,
            OldResourceProperties=before["properties"],
        )

    def _deliver(self, request: Outcome, death: int | None) -> bool:
        wish = next(each for each in self.wishes.values() if each.stack.id == request.event["StackId"])
        wish.sent.append(request)
        if death is None:
            self.world.cloudformation.deliver(request)
            return False
        return self.world.deliver_and_kill(request, death)

    def _roll_back(self, wish: Wish, properties: dict[str, object]) -> None:
        """CloudFormation gave up: a made-up id is deleted, an update is taken back."""
        if wish.name:
            before = wish.stack.resources["App"]
            back = wish.stack.update("App", before["properties"])
            assert back.succeeded, (back.reason, back.errors)
            wish.key_version = before["properties"]["KeyVersion"]
        else:
            wish.stack.resources["App"] = {"type": APPLICATION, "id": "made-up", "properties": properties}
            assert wish.stack.delete("App").succeeded

    def _delete(self, wish: Wish, logical_id: str, death: int | None) -> None:
        before = wish.stack.resources[logical_id]
        request = wish.stack.request(
            "Delete",
            logical_id,
            before["type"],
            PhysicalResourceId=before["id"],
            ResourceProperties=before["properties"],
        )
        self._deliver(request, death)
        self.world.cloudformation.deliver(request)
        assert request.succeeded, (request.reason, request.errors)
        del wish.stack.resources[logical_id]


def known(resource_type: str, request: Outcome, properties: dict[str, object]) -> dict[str, object]:
    """A resource as CloudFormation keeps it."""
    return {"type": resource_type, "id": request.physical_id, "properties": properties}


def test_any_sequence_ends_with_what_the_surviving_stacks_want(servers: tuple[stores.Aws, Vonage]) -> None:
    run_state_machine_as_test(
        lambda: Deployments(servers),  # type: ignore[arg-type]
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize="SWITCHBOARD_TEST_EXAMPLES" not in os.environ,
            suppress_health_check=list(HealthCheck),
        ),
    )
