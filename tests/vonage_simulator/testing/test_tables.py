"""The kit's DynamoDB, asked by boto3 as functions ask theirs."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError
from switchboard import InboundMessage, MessageRequest, inbound, reply_to

from vonage_simulator.account.account import Account
from vonage_simulator.testing.aws.services import Aws
from vonage_simulator.testing.handlers import Handler
from vonage_simulator.testing.simulation import calling
from vonage_simulator.testing.texting import Texting

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

KEYS = {"visits": ("number",), "notes": ("pk", "sk")}


@pytest.fixture
def in_process() -> Iterator[None]:
    with Aws(Account.seeded(), KEYS).running():
        yield


@pytest.fixture
def visits(in_process: None) -> "Table":  # noqa: ARG001 - which has to be there first
    return table("visits")


@pytest.fixture
def notes(in_process: None) -> "Table":  # noqa: ARG001 - the same
    return table("notes")


def table(name: str) -> "Table":
    return boto3.Session().resource("dynamodb").Table(name)


def code_of(refused: "pytest.ExceptionInfo[ClientError]") -> str:
    return str(refused.value.response["Error"]["Code"])


def test_item_is_found_until_it_is_deleted(visits: "Table") -> None:
    visits.put_item(Item={"number": "1", "times": 2})
    assert visits.get_item(Key={"number": "1"})["Item"] == {"number": "1", "times": 2}
    visits.delete_item(Key={"number": "1"})
    assert "Item" not in visits.get_item(Key={"number": "1"})


def test_counter_counts(visits: "Table") -> None:
    for _ in range(2):
        visits.update_item(
            Key={"number": "1"}, UpdateExpression="ADD times :one", ExpressionAttributeValues={":one": 1}
        )
    visits.update_item(
        Key={"number": "1"},
        UpdateExpression="SET #s = if_not_exists(#s, :zero) + :one, who = :who REMOVE nothing",
        ExpressionAttributeNames={"#s": "seen"},
        ExpressionAttributeValues={":zero": 0, ":one": 1, ":who": "Jo"},
    )
    expected = {"number": "1", "times": 2, "seen": 1, "who": "Jo"}
    assert visits.get_item(Key={"number": "1"})["Item"] == expected


def test_update_gives_what_was_written(visits: "Table") -> None:
    visits.put_item(Item={"number": "1", "t": 5, "other": 1})
    updated = visits.update_item(
        Key={"number": "1"},
        UpdateExpression="SET t = :t",
        ExpressionAttributeValues={":t": 5},
        ReturnValues="UPDATED_NEW",
    )
    assert updated["Attributes"] == {"t": 5}


def test_condition_that_does_not_hold_changes_nothing(visits: "Table") -> None:
    visits.put_item(Item={"number": "1", "times": 1})
    for condition in (
        Attr("number").not_exists(),
        Attr("times").gt(1),
        Attr("times").gte(1) & Attr("x").exists(),
    ):
        with pytest.raises(ClientError) as refused:
            visits.put_item(Item={"number": "1", "times": 9}, ConditionExpression=condition)
        assert code_of(refused) == "ConditionalCheckFailedException"
    visits.put_item(Item={"number": "1", "times": 3}, ConditionExpression=Attr("times").eq(1))
    assert visits.get_item(Key={"number": "1"})["Item"]["times"] == 3


def test_query_gives_a_partition_in_its_order(notes: "Table") -> None:
    for sk in ("b", "a2", "a1"):
        notes.put_item(Item={"pk": "jo", "sk": sk})
    notes.put_item(Item={"pk": "kim", "sk": "a1"})

    def found(condition: Any, **more: Any) -> list[Any]:  # noqa: ANN401
        return [item["sk"] for item in notes.query(KeyConditionExpression=condition, **more)["Items"]]

    jo = Key("pk").eq("jo")
    assert found(jo) == ["a1", "a2", "b"]
    assert found(jo & Key("sk").begins_with("a"), ScanIndexForward=False) == ["a2", "a1"]
    assert found(jo & Key("sk").lt("b"), Limit=1) == ["a1"]


def test_scan_finds_all_items(visits: "Table") -> None:
    for number in ("1", "2"):
        visits.put_item(Item={"number": number})

    assert [item["number"] for item in visits.scan()["Items"]] == ["1", "2"]


@pytest.mark.parametrize(
    "ask",
    [
        lambda visits: visits.scan(FilterExpression=Attr("number").exists()),
        lambda visits: visits.query(KeyConditionExpression=Key("number").between("1", "2")),
        lambda visits: visits.query(KeyConditionExpression=Key("number").eq("1"), IndexName="recent"),
        lambda visits: visits.put_item(Item={"number": "1"}, ConditionExpression=Attr("a").contains("b")),
        lambda visits: visits.put_item(Item={"number": "1"}, ConditionExpression=Attr("a.b").exists()),
        lambda visits: visits.put_item(
            Item={"number": "1"}, ConditionExpression=Attr("a").exists() | Attr("b").exists()
        ),
        lambda visits: visits.update_item(
            Key={"number": "1"},
            UpdateExpression="SET a = list_append(a, :b)",
            ExpressionAttributeValues={":b": ["b"]},
        ),
        lambda visits: visits.put_item(Item={"name": "no key"}),
        lambda visits: visits.put_item(Item={"number": ""}),
        lambda visits: visits.get_item(Key={"number": ""}),
        lambda visits: visits.put_item(
            Item={"number": "1"}, ConditionExpression="attribute_not_exists(Name)"
        ),
        lambda visits: visits.update_item(Key={"number": "1"}, UpdateExpression="REMOVE left"),
        lambda visits: visits.put_item(Item={"number": "1", "notes": ["x" * 200_000, {"y": "ü" * 110_000}]}),
    ],
)
def test_what_it_does_not_know_is_refused_not_guessed(visits: "Table", ask: Any) -> None:  # noqa: ANN401
    with pytest.raises(ClientError) as refused:
        ask(visits)
    assert code_of(refused) == "ValidationException"


@pytest.mark.usefixtures("in_process")
def test_table_that_was_not_named_says_where_to_name_it() -> None:
    with pytest.raises(ClientError, match="fixture `tables`") as refused:
        table("orders").get_item(Key={"id": "1"})
    assert code_of(refused) == "ResourceNotFoundException"


KEPT: list["Table"] = []


@inbound
def counts(message: InboundMessage) -> MessageRequest:
    """A flow with a client that it keeps, as functions do."""
    if not KEPT:
        KEPT.append(table("visits"))
    changed = KEPT[0].update_item(
        Key={"number": message["from"]},
        UpdateExpression="ADD times :one",
        ExpressionAttributeValues={":one": 1},
        ReturnValues="ALL_NEW",
    )
    return reply_to(message, f"Visit {changed['Attributes']['times']!s}.")


class TestFlow:
    @pytest.fixture
    def webhooks(self) -> dict[str, Handler]:
        return {"inbound": counts, "status": lambda _event, _context: {"statusCode": 204}}

    @pytest.fixture
    def tables(self) -> dict[str, tuple[str, ...]]:
        return {"visits": ("number",)}

    @pytest.mark.parametrize("_test", ["first", "second"])
    def test_flow_remembers_within_a_test_alone(self, sms: Texting, _test: str) -> None:
        sms.send("Hello")
        sms.send("Hello again")
        sms.receives("visit 1")
        sms.receives("visit 2")


def test_environment_is_left_as_it_was() -> None:
    before = dict(os.environ)
    with calling({}):
        assert os.environ["AWS_ENDPOINT_URL"]
    assert dict(os.environ) == before
