"""Queues, the timeline's table and the bus, added to the fake AWS of `stores`.

Source: AWS API references of SQS (SendMessage, GetQueueAttributes), DynamoDB (PutItem, GetItem, BatchGetItem,
BatchWriteItem, TransactWriteItems, Query) and EventBridge (PutEvents, which reports failures in a reply of
status 200).
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from switchboard.aws import bus, queues, table

from tests.fakes import expressions, limits
from tests.fakes.stores import OPERATIONS, Aws, Json, Refusal

QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/events.fifo"
DEAD = "https://sqs.eu-west-1.amazonaws.com/123456789012/dead.fifo"
COMMANDS = "https://sqs.eu-west-1.amazonaws.com/123456789012/commands.fifo"
REJECTED = "https://sqs.eu-west-1.amazonaws.com/123456789012/rejected.fifo"
BUS_COMMANDS = "https://sqs.eu-west-1.amazonaws.com/123456789012/bus-commands"
BUS_REJECTED = "https://sqs.eu-west-1.amazonaws.com/123456789012/bus-rejected"
BULK = "https://sqs.eu-west-1.amazonaws.com/123456789012/bulk"

# Items of a batch that a table does; AWS's does what it has capacity for.
_AT_ONCE = 9


@contextmanager
def added_to(aws: Aws, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put a stack's queues, table and bus in an account, and their names in the environment."""
    aws.queues |= {QUEUE: [], COMMANDS: [], DEAD: []}
    aws.tables["timeline"] = {}
    for name, value in {
        "SWITCHBOARD_QUEUE_URL": QUEUE,
        "SWITCHBOARD_COMMANDS_QUEUE_URL": COMMANDS,
        "SWITCHBOARD_EVENTS_DLQ_URL": DEAD,
        "SWITCHBOARD_TABLE_NAME": "timeline",
        "SWITCHBOARD_BUS_NAME": "bus",
        "AWS_MAX_ATTEMPTS": "1",
    }.items():
        patch.setenv(name, value)
    try:
        yield
    finally:
        queues._sqs.close()
        for client in (table.client, bus.client):
            if client.cache_info().currsize:
                client().close()
            client.cache_clear()


def send_message(aws: Aws, asked: Json) -> Json:
    """Queue a message, unless a FIFO queue was sent one with its deduplication id lately in its group."""
    url = asked["QueueUrl"]
    if url not in aws.queues:
        raise Refusal("com.amazonaws.sqs#QueueDoesNotExist")
    if code := limits.message(asked):
        raise Refusal(f"com.amazonaws.sqs#{code}")
    if not url.endswith(".fifo"):
        aws.queues[url].append(asked)
        return {"MessageId": str(len(aws.queues[url]))}
    group, identity = asked["MessageGroupId"], asked["MessageDeduplicationId"]
    if (url, group, identity) not in aws.sent:
        aws.sent.add((url, group, identity))
        aws.queues[url].append(asked)
    return {"MessageId": identity}


def get_queue_attributes(aws: Aws, asked: Json) -> Json:
    """All that are in it are visible."""
    number = {"ApproximateNumberOfMessages": str(len(aws.queues[asked["QueueUrl"]]))}
    return {"Attributes": {name: number.get(name, "0") for name in asked["AttributeNames"]}}


def change_message_visibility(aws: Aws, asked: Json) -> Json:
    if asked["QueueUrl"] not in aws.queues:
        raise Refusal("com.amazonaws.sqs#QueueDoesNotExist")
    aws.delays.append(asked["VisibilityTimeout"])
    return {}


def put_item(aws: Aws, asked: Json) -> Json:
    if code := limits.item(asked["Item"]):
        raise Refusal(f"com.amazon.coral.validate#{code}")
    table = aws.tables[asked["TableName"]]
    key = (asked["Item"]["pk"]["S"], asked["Item"]["sk"]["S"])
    condition, values = asked.get("ConditionExpression"), asked.get("ExpressionAttributeValues", {})
    if condition and not expressions.holds(condition, values, table.get(key, {})):
        raise Refusal("com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", Item=table[key])
    table[key] = asked["Item"]
    return {}


def get_item(aws: Aws, asked: Json) -> Json:
    item = aws.tables[asked["TableName"]].get((asked["Key"]["pk"]["S"], asked["Key"]["sk"]["S"]))
    return {"Item": item} if item else {}


def update_item(aws: Aws, asked: Json) -> Json:
    """Understands what `expressions` does; gives the new item, or with a failed condition the old one."""
    table, key = aws.tables[asked["TableName"]], (asked["Key"]["pk"]["S"], asked["Key"]["sk"]["S"])
    found, values = table.get(key), asked.get("ExpressionAttributeValues", {})
    condition = asked.get("ConditionExpression")
    if condition and not expressions.holds(condition, values, found or {}):
        old: Json = {"Item": found} if found else {}
        raise Refusal("com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", **old)
    table[key] = expressions.updated(asked["UpdateExpression"], values, found or asked["Key"])
    return {"Attributes": table[key]}


def batch_get_item(aws: Aws, asked: Json) -> Json:
    """Leaves some unread, as AWS may."""
    ((name, wanted),) = asked["RequestItems"].items()
    places = [(key["pk"]["S"], key["sk"]["S"]) for key in wanted["Keys"]]
    if not 0 < len(places) <= 100 or len({*places}) < len(places):
        raise Refusal("com.amazon.coral.validate#ValidationException")
    given = wanted["Keys"][:_AT_ONCE]
    found = [aws.tables[name].get(place, {}) for place in places[: len(given)]]
    names = wanted.get("ProjectionExpression", "").split(", ")
    items = [{each: item[each] for each in item if each in names or names == [""]} for item in found if item]
    rest = wanted["Keys"][len(given) :]
    return {"Responses": {name: items}, "UnprocessedKeys": {name: {**wanted, "Keys": rest}} if rest else {}}


def batch_write_item(aws: Aws, asked: Json) -> Json:
    """Refuses all for one that is wrong; leaves some undone, as AWS may."""
    ((name, requests),) = asked["RequestItems"].items()
    items = [request["PutRequest"]["Item"] for request in requests]
    places = [(item["pk"]["S"], item["sk"]["S"]) for item in items]
    codes = {limits.item(item) for item in items} - {None}
    if not 0 < len(places) <= 25 or len({*places}) < len(places) or codes:
        raise Refusal("com.amazon.coral.validate#ValidationException")
    aws.tables[name].update(zip(places[:_AT_ONCE], items[:_AT_ONCE], strict=True))
    return {"UnprocessedItems": {name: requests[_AT_ONCE:]} if requests[_AT_ONCE:] else {}}


def transact_write_items(aws: Aws, asked: Json) -> Json:
    """Understands a Put of what isn't there, and an Update that adds to `counted` while that has room."""
    put, update = (next(iter(action.values())) for action in asked["TransactItems"])
    table, key = aws.tables[put["TableName"]], tuple(update["Key"][name]["S"] for name in ("pk", "sk"))
    values, found = update["ExpressionAttributeValues"], table.get(key, {})
    counted = int(found.get("counted", {"N": "0"})["N"])
    is_there = (put["Item"]["pk"]["S"], put["Item"]["sk"]["S"]) in table
    is_full = "counted" in found and counted > int(values[":room"]["N"])
    if is_there or is_full:
        codes = ["ConditionalCheckFailed" if each else "None" for each in (is_there, is_full)]
        reasons = [{"Code": code} for code in codes]
        raise Refusal(
            "com.amazonaws.dynamodb.v20120810#TransactionCanceledException", CancellationReasons=reasons
        )
    put_item(aws, {"TableName": put["TableName"], "Item": put["Item"]})
    others = {name[1:]: value for name, value in values.items() if name not in (":number", ":room")}
    total = {"N": str(counted + int(values[":number"]["N"]))}
    table[key] = {**update["Key"], **found, **others, "counted": total}
    return {}


def query(aws: Aws, asked: Json) -> Json:
    """Understands equality with a key of the table or of the index `recent`; gives three items a page."""
    name, _, value = asked["KeyConditionExpression"].partition(" = ")
    name = asked.get("ExpressionAttributeNames", {}).get(name, name)
    wanted = asked["ExpressionAttributeValues"][value]
    items = [item for item in aws.tables[asked["TableName"]].values() if item.get(name) == wanted]
    items.sort(key=lambda item: item["sk"]["S"], reverse=not asked.get("ScanIndexForward", True))
    start = int(asked.get("ExclusiveStartKey", {}).get("start", {}).get("N", 0))
    page: Json = {"Items": items[start : start + 3], "Count": len(items[start : start + 3])}
    if start + 3 < len(items):
        page["LastEvaluatedKey"] = {"start": {"N": str(start + 3)}}
    return page


def scan(aws: Aws, asked: Json) -> Json:
    items = list(aws.tables[asked["TableName"]].values())
    return {"Items": items, "Count": len(items)}


def delete_item(aws: Aws, asked: Json) -> Json:
    aws.tables[asked["TableName"]].pop((asked["Key"]["pk"]["S"], asked["Key"]["sk"]["S"]), None)
    return {}


OPERATIONS.update(
    {
        "DynamoDB_20120810.DeleteItem": delete_item,
        "DynamoDB_20120810.Scan": scan,
        "AmazonSQS.SendMessage": send_message,
        "AmazonSQS.GetQueueAttributes": get_queue_attributes,
        "AmazonSQS.ChangeMessageVisibility": change_message_visibility,
        "DynamoDB_20120810.PutItem": put_item,
        "DynamoDB_20120810.GetItem": get_item,
        "DynamoDB_20120810.UpdateItem": update_item,
        "DynamoDB_20120810.BatchGetItem": batch_get_item,
        "DynamoDB_20120810.BatchWriteItem": batch_write_item,
        "DynamoDB_20120810.TransactWriteItems": transact_write_items,
        "DynamoDB_20120810.Query": query,
    }
)
