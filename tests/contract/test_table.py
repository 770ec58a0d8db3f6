"""The table: conditional writes, what is given back when the condition fails, queries in order, limits."""

import pytest
from botocore.exceptions import ClientError
from switchboard.aws import table

from tests.contract.account import Account, by_the_emulators

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


def test_an_attribute_is_removed_and_the_others_stay() -> None:
    table.put(item(unpublished="x", name="voice.answered"))

    table.remove(item(), "unpublished")
    table.remove(item(), "unpublished")

    assert table.put(item(), ABSENT) == item(name="voice.answered")


@by_the_emulators
def test_a_reserved_word_is_no_attribute_to_remove() -> None:
    """Developer guide, "Reserved words": `name` among them; `unpublished` is not."""
    table.put(item(name="voice.answered"))

    with pytest.raises(ClientError, match="reserved keyword"):
        table.remove(item(), "name")


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
