"""The table: conditional writes, what is given back when the condition fails, queries in order, limits."""

import threading

import pytest
from botocore.exceptions import ClientError
from switchboard.aws import table
from switchboard.errors import AwsError

from tests.contract.account import Account, by_the_atomic, by_the_emulators

pytestmark = pytest.mark.usefixtures("stack")

ABSENT = "attribute_not_exists(pk)"
RETRIED = "attribute_not_exists(pk) OR progress = :waiting OR progress = :rejected"
VALUES = {":waiting": {"S": "waiting"}, ":rejected": {"S": "rejected"}}


def item(pk: str = "CALL#1", sk: str = "1", **attributes: str) -> table.Item:
    return {name: {"S": text} for name, text in {"pk": pk, "sk": sk, **attributes}.items()}


def test_an_item_is_written_once_and_what_is_there_is_given_back() -> None:
    assert table.put(item(progress="sending"), ABSENT) is None

    assert table.put(item(progress="other"), ABSENT) == item(progress="sending")


def test_an_item_without_a_condition_replaces_what_is_there() -> None:
    table.put(item(progress="sending", since="1"))
    table.put(item(progress="accepted"))

    assert table.put(item(), ABSENT) == item(progress="accepted")


@pytest.mark.parametrize("progress", ["waiting", "rejected"])
def test_an_item_is_replaced_where_one_of_the_conditions_holds(progress: str) -> None:
    table.put(item(progress=progress))

    assert table.put(item(progress="sending"), RETRIED, VALUES) is None
    assert table.put(item(progress="sending"), RETRIED, VALUES) == item(progress="sending")


def test_many_items_are_written_over_what_is_there_and_read_at_once() -> None:
    table.put(item(sk="01", name="old", unpublished="x"))
    many = [item(sk=f"{number:02}", name="voice.answered") for number in range(25)]

    assert table.put_many(many) == [None] * 25

    found = table.get_many([table.keys(each) for each in many] + [item(sk="99")], "pk, sk, unpublished")
    assert sorted(each["sk"]["S"] for each in found) == [f"{number:02}" for number in range(25)]
    assert not any("unpublished" in each or "name" in each for each in found)


def test_an_item_that_the_table_never_takes_fails_alone() -> None:
    """API reference, BatchWriteItem: the entire operation is rejected for one item over 400 KB."""
    never = item(sk="2", payload="x" * 409_600)

    assert table.put_many([item(sk="1"), never, item(sk="3")]) == [None, "ValidationException", None]
    assert [each["sk"]["S"] for each in table.query("pk", "CALL#1")] == ["1", "3"]


@by_the_emulators
def test_two_items_of_one_place_are_refused_together() -> None:
    """API reference, BatchGetItem and BatchWriteItem: "Provided list of item keys contains duplicates"."""
    with pytest.raises(AwsError, match="ValidationException"):
        table.get_many([item(), item()], "pk, sk")


def test_a_partition_is_read_in_the_order_of_sk_or_newest_first() -> None:
    for sk in ("3", "1", "2"):
        table.put(item(sk=sk))
    table.put(item(pk="CALL#2", sk="0"))

    assert list(table.query("pk", "CALL#1")) == [item(sk=sk) for sk in "123"]
    assert list(table.query("pk", "CALL#1", newest_first=True)) == [item(sk=sk) for sk in "321"]
    assert list(table.query("pk", "CALL#3")) == []


def test_the_index_holds_what_has_a_day_newest_first() -> None:
    table.put(item("CALL#1", "1", day="2026-11-28"))
    table.put(item("CALL#2", "2", day="2026-11-28"))
    table.put(item("CALL#3", "3", day="2026-11-27"))
    table.put(item("CALL#4", "4"))

    found = table.query("day", "2026-11-28", "recent", newest_first=True)

    assert [each["pk"]["S"] for each in found] == ["CALL#2", "CALL#1"]


def test_the_index_holds_what_its_projection_names(stack: Account) -> None:
    """Our fake gives whole items: only what reads the index could tell."""
    table.put(item(day="2026-11-28", name="voice.started", at="now", payload="{}"))

    (found,) = table.query("day", "2026-11-28", "recent")

    assert sorted(found) == stack.expects(
        ["at", "day", "name", "pk", "sk"], fakes=["at", "day", "name", "payload", "pk", "sk"]
    )


def test_a_partition_of_several_megabytes_comes_whole() -> None:
    for number in range(15):
        table.put(item(sk=f"{number:02}", payload="x" * 200_000))

    assert [each["sk"]["S"] for each in table.query("pk", "CALL#1")] == [f"{n:02}" for n in range(15)]


@pytest.mark.parametrize(
    "too_large",
    [item(payload="x" * 409_600), item(pk="x" * 2049), item(sk="x" * 1025), item(pk=""), item(day="")],
    ids=["an item over 400 KB", "pk over 2,048 bytes", "sk over 1,024 bytes", "an empty key", "an empty day"],
)
def test_what_dynamodb_cannot_hold_is_refused(too_large: table.Item) -> None:
    """Developer guide, "Constraints": sizes of items and keys; an index's key must not be empty either."""
    with pytest.raises(ClientError, match="ValidationException"):
        table.put(too_large)


COUNTER = item("DAY#2026-11-28", "calls", expires_at="9")


def counted() -> str:
    (found,) = table.query("pk", "DAY#2026-11-28")
    assert found["expires_at"] == {"S": "9"}
    return str(found["counted"]["N"])


def mark(number: int) -> table.Item:
    return item(f"COMMAND#{number}", "counted")


def test_a_counter_is_added_to_until_its_limit_and_once_for_each_mark() -> None:
    assert [table.count(COUNTER, 2, 5, once=mark(each)) for each in (1, 1, 2, 1)] == [True] * 4
    assert counted() == "4"

    assert not table.count(COUNTER, 2, 5, once=mark(3))
    assert table.count(COUNTER, 1, 5, once=mark(3))
    assert not table.count(COUNTER, 1, 5, once=mark(4))
    assert table.count(COUNTER, 2, 5, once=mark(2))
    assert counted() == "5"


def test_what_is_more_than_a_whole_limit_is_never_begun() -> None:
    assert not table.count(COUNTER, 6, 5, once=mark(1))
    assert list(table.query("pk", "DAY#2026-11-28")) == []


@by_the_atomic
def test_many_that_count_at_the_same_moment_are_all_counted() -> None:
    table.client()  # made before there are threads
    start, found = threading.Barrier(8), []

    def count(number: int) -> None:
        start.wait(10)
        found.append(table.count(COUNTER, 1, 6, once=mark(number)))

    threads = [threading.Thread(target=count, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(found) == [False] * 2 + [True] * 6
    assert counted() == "6"
