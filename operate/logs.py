"""The functions' log lines: of one call, of one function, or those that are no success."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import boto3

from operate.errors import OperatorError
from operate.refusals import asking_aws_to
from operate.stack import Stack

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

POLL_S = 2.0
NO_SUCCESS = '{ $.level = "ERROR" || $.level = "WARNING" || $.level = "CRITICAL" }'


class Line(NamedTuple):
    """A log line of a function; `at` is Unix time in milliseconds."""

    at: int
    function: str
    text: str


def lines(stack: Stack, *, call: str = "", function: str = "", since_s: float = 3600) -> list[Line]:
    """Lines of the last seconds, oldest first.

    Args:
        stack: The stack.
        call: An id in the line: of a call, a message, an event or a command.
        function: Its name, such as `Answer`; all functions when empty.
        since_s: How far back, in seconds.

    Raises:
        OperatorError: There is no such function, or AWS refused.
    """
    groups = {
        name: group
        for name, group in stack.log_groups()
        if name.lower() in ("", function.lower() or name.lower())
    }
    if not groups:
        known = ", ".join(name for name, _ in stack.log_groups())
        raise OperatorError(f"{function!r} is not a function.", f"Use one of: {known}.")
    pattern = f'"{call}"' if call else "" if function else NO_SUCCESS
    begin = int((time.time() - since_s) * 1000)
    with asking_aws_to("read the logs"):
        client = boto3.client("logs")
        found = [line for name, group in groups.items() for line in _of(client, name, group, pattern, begin)]
    return sorted(found, key=lambda line: line.at)


def follow(stack: Stack, *, call: str, function: str, since_s: float) -> Iterator[Line]:
    """The same, and what is written from now on, until somebody interrupts."""
    shown: set[Line] = set()
    while True:
        new = [
            line for line in lines(stack, call=call, function=function, since_s=since_s) if line not in shown
        ]
        yield from new
        shown.update(new)
        since_s = 60.0
        time.sleep(POLL_S)


def _of(client: "CloudWatchLogsClient", name: str, group: str, pattern: str, begin: int) -> Iterator[Line]:
    pages = client.get_paginator("filter_log_events").paginate(
        logGroupName=group, filterPattern=pattern, startTime=begin
    )
    for page in pages:
        for event in page["events"]:
            yield Line(event["timestamp"], name, event["message"].rstrip())
