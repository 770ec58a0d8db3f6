"""The rows of campaigns that are for somebody, for whoever wants them gone.

Before a row is overwritten its commands are cancelled, for good: so nobody carries one out who has it
already, such as a queue, and what was cut off in between is done by doing it again. The row's place in the
file stays, so that the campaign's result still has all of them.

Source: Amazon S3 API reference, PutObject (`If-Match`: 412, 409 where two are at it, 404 without one).
"""

import functools
import json
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
from botocore.exceptions import ClientError
from switchboard.aws import table
from switchboard.campaigns.steps import MOST_ATTEMPTS
from switchboard.outbound import claims
from switchboard.reach.campaign_ids import command_id, is_of_a_campaign
from switchboard.reach.campaigns import SORT_KEY
from switchboard.reach.people import normal

from operate.kept.numbers import whole
from operate.stack import Stack

Row = dict[str, Any]

BUCKET = "CampaignBucket"
_AT_ONCE = 10
_CHANGED = (404, 409, 412)


class _Files:
    """The files with the rows of campaigns in a stack's bucket."""

    def __init__(self, bucket: str) -> None:
        self._client = boto3.client("s3")
        self._bucket = bucket

    def keys(self) -> list[str]:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix="campaigns/"
        )
        keys = (each["Key"] for page in pages for each in page.get("Contents", []))
        return [key for key in keys if key.endswith(".jsonl")]

    def read(self, key: str) -> tuple[list[Row], str]:
        """The rows of a file, and its version; none if it has expired at this moment."""
        try:
            found = self._client.get_object(Bucket=self._bucket, Key=key)
        except self._client.exceptions.NoSuchKey:
            return [], ""
        return [json.loads(line) for line in found["Body"].read().decode().splitlines()], found["ETag"]

    def overwrite(self, key: str, rows: Iterable[Row], version: str) -> bool:
        """Write a file anew; False if it has another version by now."""
        body = "\n".join(map(json.dumps, rows)).encode()
        try:
            self._client.put_object(Bucket=self._bucket, Key=key, Body=body, IfMatch=version)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] not in _CHANGED:
                raise
            return False
        return True


def erase(stack: Stack, number: str, *, confirmed: bool) -> int:
    """Erase the rows that are for a number; how many those are. It reads all rows of all campaigns.

    Args:
        stack: The stack whose campaigns they are.
        number: In international format without `+`.
        confirmed: Whether to erase, or only to count.
    """
    if not stack.has(BUCKET):
        return 0
    files = _Files(stack.id_of(BUCKET))
    erase_in = functools.partial(_erase_in, files, number, confirmed=confirmed)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return sum(pool.map(erase_in, files.keys()))


def _erase_in(files: _Files, number: str, key: str, *, confirmed: bool) -> int:
    rows, version = files.read(key)
    theirs = [row for row in rows if _is_for(row, number)]
    if not theirs or not confirmed:
        return len(theirs)
    for row in theirs:
        _cancel(key.split("/")[1], row)
    left = (_erased(row) if row in theirs else row for row in rows)
    if files.overwrite(key, left, version):
        return len(theirs)
    return _erase_in(files, number, key, confirmed=True)  # somebody else was erased from it meanwhile


def _cancel(campaign: str, row: Row) -> None:
    """Cancel all that may be sent to a row's person, and forget what was refused and may be sent again."""
    for identity in _commands(campaign, row):
        item = claims.cancel(identity)
        if item["progress"]["S"] == "rejected":
            forget(table.keys(item))


def is_progress(item: Mapping[str, Any]) -> bool:
    """Whether an item of the table says how far a campaign is."""
    return str(item["sk"]["S"]) == SORT_KEY


def forget(key: table.Item) -> bool:
    """Empty the item of a campaign's command; False if a key isn't that of one.

    What is said of the command may quote a number, such as why Vonage refused it. Were the item gone, the
    campaign would reach the person when it's started again. What stands beside it may go.
    """
    command_id = key["pk"]["S"].removeprefix("COMMAND#")
    if not is_of_a_campaign(command_id) or key != _key(command_id):
        return False
    emptied = {**key, "progress": {"S": "cancelled"}, "since": {"N": str(time.time())}}
    table.put(emptied, "progress <> :sending", {":sending": {"S": "sending"}})
    return True


def _key(command_id: str) -> table.Item:
    pk, sk = claims.place(command_id)
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _is_for(row: Row, number: str) -> bool:
    """Whether a row is for a number; one that nothing is sent to may have it somewhere."""
    if normal(row["to"]) == number:
        return True
    return "reason" in row and bool(whole(number).search(f"{row['to']}\n{row['reason']}"))


def _commands(campaign: str, row: Row) -> Iterator[str]:
    """All that may be, or become, a try to reach a row's person."""
    steps = [row["command"], *row["then"]] if "command" in row else []
    for number, command in enumerate(steps):
        yield command["id"]
        if command["name"] == "voice.call" and "ladder" in command:
            again = ((number, attempt) for attempt in range(1, MOST_ATTEMPTS))
            yield from (command_id(campaign, normal(row["to"]), place) for place in again)


def _erased(row: Row) -> Row:
    return {"line": row["line"], "to": "", "erased": True}
