"""The provisioner's records in Parameter Store, and the leases that are made of them."""

import threading
import time

import pytest
from botocore.exceptions import ClientError

from provisioner.cloudformation.deadline import Deadline
from provisioner.errors import ProvisionerError, StillRunningError
from provisioner.remembered.lease import Leases
from provisioner.world.records import Records
from tests.contract.account import Account, by_the_atomic


@pytest.fixture
def records(account: Account) -> Records:
    return Records(account.parameters, f"/switchboard/{account.id}")


def test_a_document_is_kept_as_it_was(records: Records) -> None:
    document = {"text": "Grüße 👋 {{ssm:x}}", "none": None, "list": [1, 2.5, {"a": []}]}

    records.put("resources/r-1", document)

    assert records.get("resources/r-1") == document
    assert records.get("resources/r-2") is None


def test_a_document_is_replaced(records: Records) -> None:
    records.put("resources/r-1", {"a": 1})
    records.put("resources/r-1", {"b": 2})

    assert records.get("resources/r-1") == {"b": 2}


def test_a_document_is_created_once(records: Records) -> None:
    assert records.create("leases/r-1/1", {"holder": "a"})
    assert not records.create("leases/r-1/1", {"holder": "b"})
    assert records.get("leases/r-1/1") == {"holder": "a"}


@by_the_atomic
def test_of_many_at_the_same_moment_one_creates_a_document(records: Records) -> None:
    start, created = threading.Barrier(8), []

    def create() -> None:
        start.wait(10)
        created.append(records.create("leases/r-1/1", {}))

    threads = [threading.Thread(target=create) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(created) == [False] * 7 + [True]


def test_a_document_is_deleted_once_or_twice(records: Records) -> None:
    records.put("answers/r-1", {})

    records.delete("answers/r-1")
    records.delete("answers/r-1")

    assert records.get("answers/r-1") is None
    assert records.under("answers") == {}


def test_a_parameter_is_removed_once_or_twice(records: Records) -> None:
    records.put("answers/r-1", {})

    records.remove("answers/r-1")
    records.remove("answers/r-1")

    assert records.with_marks("answers") == {}


def test_a_folder_is_listed_over_several_pages_and_without_its_neighbours(records: Records) -> None:
    for number in range(23):
        records.put(f"answers/r-{number}", {"number": number})
    records.put("answers-of-others/r-1", {})
    records.put("answers/deep/er", {"number": -1})

    found = records.under("answers")

    assert found == {"deep/er": {"number": -1}} | {f"r-{n}": {"number": n} for n in range(23)}
    assert records.under("nothing") == {}


def test_a_document_of_eight_kilobytes_is_kept_and_a_larger_one_refused_before_aws_is_asked(
    records: Records,
) -> None:
    records.put("resources/r-1", {"a": "x" * 8184})

    with pytest.raises(ProvisionerError, match="8192 is the most"):
        records.put("resources/r-1", {"a": "x" * 8185})
    assert records.get("resources/r-1") == {"a": "x" * 8184}


@pytest.mark.parametrize("value", ["x" * 8193, "{{ssm:other}}", "{{}}"])
def test_what_parameter_store_refuses_the_emulators_take(account: Account, value: str) -> None:
    """API reference, PutParameter, Value: 8 KB at most (advanced), and nothing wrapped in `{{}}`."""
    try:
        account.parameters.put_parameter(Name=f"/{account.id}", Value=value, Type="String", Tier="Advanced")
        answer = "taken"
    except ClientError as refusal:
        answer = refusal.response["Error"]["Code"]

    assert answer == account.expects("ValidationException", moto="taken", ministack="taken")


def leases(records: Records, remaining_s: float = 60) -> Leases:
    return Leases(records, Deadline.after(remaining_s), time.time)


@by_the_atomic
def test_of_many_requests_for_the_same_things_one_works_at_a_time(records: Records) -> None:
    start, working, most, done = threading.Barrier(3), 0, 0, []

    def work(name: str) -> None:
        nonlocal working, most
        start.wait(10)
        with leases(records).held(["r-1", "numbers"]):
            working += 1
            most = max(most, working)
            threading.Event().wait(0.05)  # long enough for the others to be seen, if they were let in
            done.append(name)
            working -= 1

    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (sorted(done), most) == (["a", "b", "c"], 1)


def test_a_lease_that_is_held_is_not_waited_for_past_the_deadline(records: Records) -> None:
    with leases(records).held(["r-1"]), pytest.raises(StillRunningError):  # noqa: SIM117 - one after the other
        with leases(records, remaining_s=13).held(["r-1"]):
            pytest.fail("two hold it")


def test_the_lease_of_a_dead_holder_ends_with_its_time(records: Records) -> None:
    records.create("leases/r-1/1", {"holder": "dead", "until": time.time() - 1, "request": "q"})

    with leases(records).held(["r-1"]):
        (number,) = records.under("leases/r-1")
        assert number == "2"
