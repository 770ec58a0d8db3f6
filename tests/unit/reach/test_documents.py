"""What is remembered of a person: writers at the same time, room, lifetime, and what AWS may say."""

import json
import time
from collections.abc import Iterator

import pytest
from switchboard.errors import AwsError, DialogError
from switchboard.reach import documents

from vonage_simulator.account.account import Account
from vonage_simulator.testing.aws.services import PEOPLE, Aws
from vonage_simulator.types import Json

DAY_S = 86_400


class Table(Aws):
    """The test kit's own, in which somebody else may be faster."""

    def __init__(self) -> None:
        super().__init__(Account("key", "secret"))
        self.others: list[Json] = []

    @property
    def item(self) -> Json:
        (item,) = self._tables.items[PEOPLE].values()
        return item

    def _table(self, action: str, asked: Json) -> object:  # type: ignore[override]
        if action == "UpdateItem" and self.others:
            before = super()._table("GetItem", {"TableName": PEOPLE, "Key": asked["Key"]})
            found = json.loads(before.body).get("Item")
            version = int(found["version"]["N"]) if found else 0
            content = json.loads(found["document"]["S"]) if found else {}
            other = documents.Document({**content, **self.others.pop(0)}, version + 1, int(time.time()) + 99)
            self._tables.answer("PutItem", {"TableName": PEOPLE, "Item": item_of("p", other)})
        return super()._table(action, asked)


def item_of(person: str, document: documents.Document) -> Json:
    return {
        **documents.key_of(person),
        "document": {"S": json.dumps(document.content)},
        "version": {"N": str(document.version)},
        "expires_at": {"N": str(document.expires_at)},
    }


@pytest.fixture
def table() -> Iterator[Table]:
    with Table().running() as table:
        yield table
    documents._dynamodb().close()


@pytest.mark.usefixtures("table")
def test_of_a_stranger_nothing_is_remembered() -> None:
    assert documents.read("p") == ({}, 0, 0)


def test_a_change_leaves_the_rest_and_none_forgets(table: Table) -> None:
    documents.change("p", {"name": "Ada", "language": "en-GB"})
    changed = documents.change("p", {"language": "de-DE", "name": None, "visits": 2})

    assert changed.content == {"language": "de-DE", "visits": 2}
    assert documents.read("p") == changed
    assert (table.item["pk"], changed.version) == ({"S": "document#p"}, 2)
    assert documents.read("another").content == {}


def test_who_is_overtaken_loses_nothing_of_the_other(table: Table) -> None:
    documents.change("p", {"name": "Ada"})
    table.others = [{"language": "de-DE"}, {"visits": 1}]

    changed = documents.change("p", {"city": "London"})

    assert changed.content == {"name": "Ada", "language": "de-DE", "visits": 1, "city": "London"}
    assert changed.version == 4


def test_who_is_overtaken_at_the_first_write_loses_nothing_either(table: Table) -> None:
    table.others = [{"language": "de-DE"}]

    assert documents.change("p", {"city": "London"}).content == {"language": "de-DE", "city": "London"}


def test_who_is_overtaken_always_says_so(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "_LONGEST_PAUSE_S", 0)
    table.others = [{"visits": number} for number in range(20)]

    with pytest.raises(AwsError, match="ConditionalCheckFailedException"):
        documents.change("p", {"city": "London"})


@pytest.mark.usefixtures("table")
def test_there_is_room_for_so_much_and_no_more() -> None:
    documents.change("p", {"note": "x" * (documents.LARGEST - 20)})

    with pytest.raises(DialogError, match=r"16,\d+ characters .* room for 16,000"):
        documents.change("p", {"name": "Ada Lovelace"})
    assert list(documents.read("p").content) == ["note"]


def test_each_write_keeps_it_for_so_many_days(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    documents.change("p", {"name": "Ada"})
    assert int(table.item["expires_at"]["N"]) == pytest.approx(time.time() + 180 * DAY_S, abs=60)

    monkeypatch.setenv("SWITCHBOARD_PERSON_DAYS", "2")
    documents.change("p", {"name": "Ada"})
    assert int(table.item["expires_at"]["N"]) == pytest.approx(time.time() + 2 * DAY_S, abs=60)


def test_what_is_over_and_not_yet_deleted_is_not_remembered(table: Table) -> None:
    over = documents.Document({"name": "Ada"}, 7, int(time.time()) - 1)
    table._tables.answer("PutItem", {"TableName": PEOPLE, "Item": item_of("p", over)})

    assert documents.read("p").content == {}
    assert documents.change("p", {"city": "London"}) == documents.read("p")
    assert (documents.read("p").content, documents.read("p").version) == ({"city": "London"}, 8)


@pytest.mark.usefixtures("table")
def test_a_table_that_refuses_is_said() -> None:
    with pytest.MonkeyPatch.context() as variables:  # undone before the kit's own
        variables.setenv("SWITCHBOARD_PEOPLE_TABLE_NAME", "none")

        with pytest.raises(AwsError, match="ResourceNotFoundException"):
            documents.change("p", {"name": "Ada"})
