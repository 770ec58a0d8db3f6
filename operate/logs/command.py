"""The functions' log lines: of one call, of one function, or those that aren't a success."""

import argparse
import functools
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import boto3
from rich.text import Text

from operate.arguments import minutes
from operate.command_line import WELL, Command, Output, switch, takes_json, takes_stage
from operate.errors import OperatorError
from operate.logs.line import LogLine
from operate.refusals import asking_aws_to
from operate.stack import Stack
from operate.yours import beside

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

POLL_S = 2.0
# A crash or a failed import is a line of Lambda's runtime client, whose versions name its level differently.
# What was ended from outside, for its time or memory, only has Lambda's own report.
# Source: AWS, "Lambda Telemetry API Event schema reference" (`status`).
NOT_A_SUCCESS = (
    '{ $.level = "WARNING" || $.level = "ERROR" || $.level = "CRITICAL" || $.log_level = "ERROR"'
    ' || $.record.status = "failure" || $.record.status = "error" || $.record.status = "timeout" }'
)


def lines(
    stack: Stack, *, call: str = "", function: str = "", since_s: float = 3600, platform: bool = False
) -> list[LogLine]:
    """Lines of the last seconds, oldest first.

    Args:
        stack: The stack.
        call: An id in the line: of a call, a message, an event or a command.
        function: Its name, such as `Answer`; all functions when empty.
        since_s: How far back, in seconds.
        platform: Whether to have what Lambda says of every invocation, too, not only what is worth a look.

    Raises:
        OperatorError: There is no such function, or AWS refused.
    """
    everything = _groups(stack)
    groups = [each for each in everything if not function or each[0].lower() == function.lower()]
    if not groups:
        known = ", ".join(dict.fromkeys(name for name, _ in everything))
        raise OperatorError(f"{function!r} isn't a function.", f"Use one of: {known}.")
    pattern = f'"{call}"' if call else "" if function else NOT_A_SUCCESS
    begin = int((time.time() - since_s) * 1000)
    with asking_aws_to("read the logs"):
        client = boto3.client("logs")
        found = [line for name, group in groups for line in _of(client, name, group, pattern, begin)]
    if pattern == NOT_A_SUCCESS:  # which the embedded AWS takes for a pattern that every line matches
        found = [line for line in found if line.is_amiss]
    told = [line for line in found if platform or not line.says_nothing]
    return sorted(told, key=lambda line: line.at)


def follow(stack: Stack, *, call: str, function: str, since_s: float, platform: bool) -> Iterator[LogLine]:
    """The same, and what is written from now on, until somebody interrupts."""
    shown: set[LogLine] = set()
    while True:
        new = [
            line
            for line in lines(stack, call=call, function=function, since_s=since_s, platform=platform)
            if line not in shown
        ]
        yield from new
        shown.update(new)
        since_s = 60.0
        time.sleep(POLL_S)


@functools.cache
def _groups(stack: Stack) -> list[tuple[str, str]]:
    """The functions' names, with their log groups: those of the stack, and of the one beside it."""
    own = Stack(beside.stack_name(stack.name))
    if not (beside.template() and own.described()):
        return list(stack.log_groups())
    return [*stack.log_groups(), *own.log_groups(), *own.default_log_groups()]


def _of(client: "CloudWatchLogsClient", name: str, group: str, pattern: str, begin: int) -> Iterator[LogLine]:
    pages = client.get_paginator("filter_log_events").paginate(
        logGroupName=group, filterPattern=pattern, startTime=begin
    )
    with suppress(client.exceptions.ResourceNotFoundException):  # it has not logged anything yet
        for page in pages:
            for event in page["events"]:
                yield LogLine(event["timestamp"], name, event["message"].rstrip())


def _options(parser: argparse.ArgumentParser) -> None:
    takes_stage(parser)
    parser.add_argument("--call", metavar="ID", default="", help="a call, message, event or command")
    parser.add_argument("--function", metavar="NAME", default="", help="one function, such as Answer")
    since = "how far back (default: %(default)s)"
    parser.add_argument("--minutes", metavar="MINUTES", type=minutes, default=60, help=since)
    switch(parser, "--platform", "Lambda's own lines too: with LogLevel=DEBUG, of every invocation")
    switch(parser, "--follow", "go on until Ctrl-C with what comes")
    takes_json(parser)


def _show(out: Output, given: argparse.Namespace) -> int:
    read = follow if given.follow else lines
    found: Iterable[LogLine] = read(
        Stack.of_stage(given.env),
        call=given.call,
        function=given.function,
        since_s=given.minutes * 60.0,
        platform=given.platform,
    )
    shown = 0
    for line in found:
        at = datetime.fromtimestamp(line.at / 1000, UTC).isoformat(timespec="milliseconds")
        sentence = Text(line.words(datetime.now(UTC)), style="yellow" if line.is_amiss else "")
        out.tell(sentence, {"at": at, "function": line.function, "text": line.text})
        shown += 1
    if not shown:
        sought = "line" if given.call or given.function else "line that isn't a success"
        out.advise(f"No {sought} in the last {given.minutes} minutes. Further back: MINUTES=1440")
    return WELL


COMMAND = Command(
    "Show log lines that aren't a success, or all lines of a call or a function",
    _show,
    (
        "make logs CALL=CON-… FOLLOW=true",
        "python -m operate logs --function Answer --minutes 15 --json",
    ),
    _options,
)
