"""Two stacks and applications that either may have: whoever has one last has it with its key and webhooks."""

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from provisioner.operator.actions import act
from provisioner.world import keys
from tests.fakes import stores
from tests.unit.provisioner.conftest import (
    APPLICATION,
    FUNCTION,
    application_properties,
    fresh_world,
)
from vonage_simulator.vonage import Vonage

EXAMPLES = int(os.environ.get("SWITCHBOARD_TEST_EXAMPLES", "8"))
STEPS = 9
STACKS = st.sampled_from(["one", "two"])
OTHER = {"one": "two", "two": "one"}
NAMES = st.sampled_from("abc")
DEATHS = st.one_of(st.none(), st.integers(1, 12))
BY_HAND = "by hand"


class Takeovers(RuleBasedStateMachine):
    """What each application's owners are, in order, is kept here in the test's own words."""

    def __init__(self, servers: tuple[stores.Aws, Vonage]) -> None:
        super().__init__()
        self.world = fresh_world(servers)
        self.world.cloudformation.__enter__()
        self.stacks = {name: self.world.stack(name) for name in OTHER}
        self.owners: dict[str, list[str]] = {}
        self.versions = 1

    def teardown(self) -> None:
        self.world.cloudformation.__exit__()
        self.world.http.close()

    @rule(stack=STACKS, name=NAMES, fails=st.booleans(), death=DEATHS)
    def create(self, stack: str, name: str, fails: bool, death: int | None) -> None:  # noqa: FBT001 - drawn
        """An application of its own."""
        if not self._of(stack) and self._created(stack, {"Name": name}, fails=fails, death=death):
            self.owners[self._secret(stack)["application_id"]] = [stack]

    @rule(stack=STACKS, name=NAMES, consents=st.booleans(), fails=st.booleans(), death=DEATHS)
    def adopt(
        self,
        stack: str,
        name: str,
        consents: bool,  # noqa: FBT001
        fails: bool,  # noqa: FBT001
        death: int | None,
    ) -> None:
        """The application that the other stack manages."""
        application_id = self._of(OTHER[stack])
        if not application_id or self._of(stack):
            return
        wants = {"Name": name, "AdoptApplicationId": application_id, "AllowTakeover": consents}
        if self._created(stack, wants, fails=fails or not consents, death=death):
            self.owners[application_id].append(stack)

    @precondition(lambda self: self.owners)
    @rule(stack=STACKS, name=NAMES, consents=st.booleans(), rotates=st.booleans(), fails=st.booleans())
    def update(self, stack: str, name: str, consents: bool, rotates: bool, fails: bool) -> None:  # noqa: FBT001 - drawn
        """An ordinary deployment, one that takes it back, or one that is rolled back."""
        application_id = self._of(stack)
        if not application_id:
            return
        self.versions += rotates
        before = self.stacks[stack].resources["App"]["properties"]
        version = str(self.versions) if rotates else before["KeyVersion"]
        wants = {**before, "Name": name, "AllowTakeover": consents, "KeyVersion": version}
        if wants == before:
            return  # CloudFormation sends nothing
        may = consents or self.owners[application_id][-1] == stack
        if fails or not may:
            self._fail_at_vonage(fails)
            _, rollback = self.stacks[stack].update_and_roll_back("App", wants)
            assert rollback.succeeded, rollback.reason
            self.world.vonage.faults.clear()
            return
        updated = self.stacks[stack].update("App", wants)
        assert updated.succeeded, updated.reason
        self.owners[application_id].remove(stack)
        self.owners[application_id].append(stack)

    @precondition(lambda self: self.owners)
    @rule(repair=st.booleans())
    def operate(self, repair: bool) -> None:  # noqa: FBT001 - drawn
        """The daily check finds nothing amiss; a rotation disturbs nobody."""
        event = {"action": "check", "repair": True} if repair else {"action": "rotate"}
        assert act(event, FUNCTION, self.world.tools())["status"] == "ok"

    @rule(stack=STACKS)
    def delete(self, stack: str) -> None:
        application_id = self._of(stack)
        if not application_id:
            return
        deleted = self.stacks[stack].delete("App")
        assert deleted.succeeded, deleted.reason
        self.owners[application_id].remove(stack)
        if not self.owners[application_id]:
            del self.owners[application_id]

    @invariant()
    def whoever_has_an_application_last_has_it_working(self) -> None:
        live = self.world.vonage.account.applications
        assert set(live) == set(self.owners)
        for application_id, owners in self.owners.items():
            wants = self.stacks[owners[-1]].resources["App"]["properties"]
            secret, application = self._secret(owners[-1]), live[application_id]
            webhooks = application["capabilities"]["voice"]["webhooks"]
            assert secret["application_id"] == application_id
            assert keys.same(application["keys"]["public_key"], keys.pair(secret["private_key"]).public_pem)
            assert application["name"] == wants["Name"]
            assert webhooks["answer_url"]["address"].startswith(f"https://{owners[-1]}.example.com/")

    def _created(self, stack: str, wants: dict[str, object], *, fails: bool, death: int | None) -> bool:
        """Whether a Create went well; one that did not is deleted, as a rollback does."""
        of = self.stacks[stack]
        properties = application_properties(of, **wants)
        request = of.request("Create", "App", APPLICATION, ResourceProperties=properties)
        if fails:
            self._fail_at_vonage(fails)
        died = death is not None and self.world.deliver_and_kill(request, death)
        if not died:
            self.world.cloudformation.deliver(request)
        self.world.vonage.faults.clear()
        physical_id = request.physical_id or "made-up"
        of.resources["App"] = {"type": APPLICATION, "id": physical_id, "properties": properties}
        if request.succeeded:
            return True
        assert fails or died, request.reason
        deleted = of.delete("App")
        assert deleted.succeeded, deleted.reason
        return False

    def _fail_at_vonage(self, fails: bool) -> None:  # noqa: FBT001 - drawn
        for call in ("PUT /v2/applications/*", "POST /v2/applications") if fails else ():
            self.world.vonage.faults.next(call, times=1, status=400)

    def _of(self, stack: str) -> str | None:
        """The application that a stack manages, last or not."""
        return next((each for each, owners in self.owners.items() if stack in owners), None)

    def _secret(self, stack: str) -> dict[str, str]:
        return self.world.secret(self.stacks[stack])


def test_whoever_has_an_application_last_has_it_working(servers: tuple[stores.Aws, Vonage]) -> None:
    run_state_machine_as_test(
        lambda: Takeovers(servers),  # type: ignore[arg-type]
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize="SWITCHBOARD_TEST_EXAMPLES" not in os.environ,
            suppress_health_check=list(HealthCheck),
        ),
    )
