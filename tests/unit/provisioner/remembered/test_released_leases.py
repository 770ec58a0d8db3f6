"""Stacks of 0.1.1 and of this version share an account's records: their own code, against each other."""

import importlib
import re
import sys
import threading
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from provisioner.remembered import lease, ownership
from tests.e2e import releases
from tests.unit.provisioner.conftest import GB, World

MODULES = ("aws", "deadline", "errors", "lease", "ownership", "records")
BEFORE = {"msisdn": GB, "app_id": "before"}


class Version:
    """Leases and ownership of one version, in the records of the account."""

    def __init__(self, world: World, modules: Any) -> None:  # noqa: ANN401 - modules of another version
        self._world, self._modules = world, modules
        self.records = modules["records"].Records(world.parameter_store, "/switchboard/test")

    def held(self, remaining_s: float = 60) -> Any:  # noqa: ANN401
        deadline = self._modules["deadline"].Deadline.after(
            remaining_s, self._world.time.now, self._world.time.sleep
        )
        return self._modules["lease"].Leases(self.records, deadline, self._world.time.clock).held(["numbers"])

    def is_let_in(self) -> bool:
        try:
            with self.held(remaining_s=13):
                return True
        except self._modules["errors"].StillRunningError:
            return False

    @property
    def ownership(self) -> Any:  # noqa: ANN401
        return self._modules["ownership"].Ownership(self.records, "numbers")

    def claim(self, owner: str, before: dict[str, str]) -> None:
        made = self._modules["ownership"].Claim(owner, before, {"application_id": f"of {owner}"})
        self.ownership.claim(GB, made)


@pytest.fixture(scope="module")
def modules_of_the_release(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, ModuleType]]:
    """The code of 0.1.1, in a package of its own beside today's."""
    commit = releases.commit("0.1.1")
    if commit is None:
        pytest.skip("git does not know 0.1.1, or it is checked out, so its code was not run")
    written = releases.unpack(commit, tmp_path_factory.mktemp("release")).parent / "provisioner"
    package = tmp_path_factory.mktemp("renamed") / "provisioner_0_1_1"
    package.mkdir()
    for module in MODULES:
        source = (written / f"{module}.py").read_text()
        renamed = re.sub(r"^from provisioner\b", f"from {package.name}", source, flags=re.MULTILINE)
        (package / f"{module}.py").write_text(renamed)
    (package / "__init__.py").touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(package.parent)
        yield {module: importlib.import_module(f"{package.name}.{module}") for module in MODULES}
    for name in [name for name in sys.modules if name.partition(".")[0] == package.name]:
        del sys.modules[name]


@pytest.fixture
def released(world: World, modules_of_the_release: dict[str, ModuleType]) -> Version:
    return Version(world, modules_of_the_release)


@pytest.fixture
def today(world: World) -> Version:
    from provisioner import errors
    from provisioner.cloudformation import deadline
    from provisioner.world import records

    modules = {"deadline": deadline, "errors": errors, "lease": lease, "ownership": ownership}
    return Version(world, {**modules, "records": records})


@pytest.fixture(params=["released first", "today first"])
def versions(
    request: pytest.FixtureRequest, world: World, released: Version, today: Version
) -> tuple[Version, Version]:
    world.aws.rest_s = 0  # 0.1.1 uses deleted names again
    return (released, today) if request.param == "released first" else (today, released)


def test_while_one_version_holds_a_lease_the_other_waits(versions: tuple[Version, Version]) -> None:
    first, second = versions

    with first.held():
        assert not second.is_let_in()
    assert second.is_let_in()


def test_a_lease_goes_to_and_fro_between_the_versions(versions: tuple[Version, Version]) -> None:
    for version in versions * 3:
        assert version.is_let_in()


def test_the_lease_of_a_dead_holder_is_taken_over_by_the_other_version(
    world: World, versions: tuple[Version, Version]
) -> None:
    first, second = versions
    held = first.held()
    held.__enter__()
    assert not second.is_let_in()

    world.time.offset += 900

    with second.held():
        assert not first.is_let_in()


def test_of_many_requests_of_both_versions_one_works_at_a_time(
    versions: tuple[Version, Version],
) -> None:
    start, working, most, done = threading.Barrier(6), 0, 0, 0

    def work(version: Version) -> None:
        nonlocal working, most, done
        start.wait(10)
        with version.held(remaining_s=600):
            working += 1
            most = max(most, working)
            threading.Event().wait(0.05)  # long enough for the others to be seen, if they were let in
            working -= 1
            done += 1

    threads = [threading.Thread(target=work, args=(version,)) for version in versions * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (done, most) == (6, 1)


def test_owners_are_in_one_order_for_both_versions(versions: tuple[Version, Version]) -> None:
    first, second = versions
    first.claim("one", BEFORE)
    second.claim("two", {"msisdn": GB, "app_id": "of one"})

    for version in versions:
        assert [claim.owner for claim in version.ownership.of(GB)] == ["one", "two"]
        assert version.ownership.things_of("one") == version.ownership.things_of("two") == [GB]


def test_the_owner_of_the_other_version_inherits_what_was_found(versions: tuple[Version, Version]) -> None:
    first, second = versions
    first.claim("one", BEFORE)
    second.claim("two", {"msisdn": GB, "app_id": "of one"})

    first.ownership.release(GB, "one")

    [heir] = second.ownership.of(GB)
    assert (heir.owner, heir.before) == ("two", BEFORE)
    second.ownership.release(GB, "two")
    assert first.ownership.of(GB) == second.ownership.of(GB) == []
    assert first.ownership.things_of("one") == first.ownership.things_of("two") == []


def test_what_one_version_gave_back_the_other_claims_anew(versions: tuple[Version, Version]) -> None:
    first, second = versions
    first.claim("one", {"msisdn": GB, "app_id": "long ago"})
    first.ownership.release(GB, "one")

    second.claim("two", BEFORE)
    first.claim("one", {"msisdn": GB, "app_id": "of two"})

    found = [(claim.owner, claim.before["app_id"]) for claim in first.ownership.of(GB)]
    assert found == [("two", "before"), ("one", "of two")]
