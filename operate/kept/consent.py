"""Who has opted out of what: looked up, changed, exported and imported by an operator.

The table has no numbers, only pseudonyms: a number has to be given to be looked up, and an export is of use
with the same key alone.
"""

import argparse
import csv
import os
import re
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import boto3
from switchboard.errors import AwsError
from switchboard.reach.ledger import EVERYTHING, LEASE_S, Ledger
from switchboard.reach.people import normal, pseudonym
from switchboard.reach.person_table import PersonTable

from operate.command_line import WELL, Command, Output, UsageError, takes_json, takes_stage
from operate.errors import OperatorError
from operate.kept.people import TABLE, key_of_pseudonyms
from operate.refusals import asking_aws_to
from operate.stack import Stack

_COLUMNS = ("person", "sender", "changed_at")
_MOST_FAULTS_TOLD = 20
_NUMBER, _SHORTEST = re.compile("[1-9][0-9]{6,14}"), 7


class OptOut(NamedTuple):
    """A line of a file: whose pseudonym it is, or which number, and of which sender they have opted out."""

    person: str
    number: str
    sender: str


def look(stack: Stack, number: str) -> list[str]:
    """The senders that a number has opted out of, `*` for all.

    Raises:
        OperatorError: AWS refused.
    """
    with _asked(stack, "look up the person") as key:
        return sorted(PersonTable().stopped(pseudonym(number, key)))


def change(stack: Stack, number: str, wish: str, sender: str) -> None:
    """Opt a number out, once nothing is under way to it any more, or in again.

    Args:
        stack: The stack whose table it is.
        number: In international format.
        wish: `stop` or `start`.
        sender: Of which; all of them if it is empty.

    Raises:
        OperatorError: AWS refused.
    """
    with _asked(stack, "change what the person has opted out of") as key:
        _change(pseudonym(number, key), wish, normal(sender))


def export(stack: Stack, path: Path) -> int:
    """Write all opt-outs to a CSV file; how many those are.

    Raises:
        OperatorError: AWS refused, or the file can't be written.
    """
    with _asked(stack, "read who has opted out"):
        rows = list(_rows(stack.id_of(TABLE)))
    try:
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([_COLUMNS, *rows])
    except OSError as error:
        raise OperatorError(f"{path} can't be written: {error.strerror}.", "Give another path.") from error
    return len(rows)


def import_(stack: Stack, path: Path) -> int:
    """Opt out whoever is in a CSV file, by `number` or by the `person` of an export; how many lines it had.

    Raises:
        OperatorError: The file or a line of it can't be read, and nothing is written; or AWS refused.
    """
    found = read(path)
    with _asked(stack, "write who has opted out") as key:
        for each in found:
            person = each.person or pseudonym(each.number, key)
            _change(person, "stop", normal(each.sender) if each.sender != EVERYTHING else "")
    return len(found)


def read(path: Path) -> list[OptOut]:
    """The lines of a file.

    Raises:
        OperatorError: It can't be read, or names each line that is wrong.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            lines = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise OperatorError(f"{path} can't be read: {error}.", "Give a CSV file in UTF-8.") from error
    faults = [f"line {number}: {fault}" for number, each in enumerate(lines, 2) if (fault := _fault(each))]
    if faults:
        told = "; ".join(faults[:_MOST_FAULTS_TOLD])
        raise OperatorError(f"{path}: {told}.", "Correct the file; nothing was written.")
    return [OptOut(*(each.get(name) or "" for name in OptOut._fields)) for each in lines]


def _fault(line: dict[str, Any]) -> str:
    person, number = line.get("person"), normal(line.get("number") or "")
    if person:
        is_pseudonym = len(person) == 64 and all(each in "0123456789abcdef" for each in person)
        return "" if is_pseudonym else f"person is {person!r}, which no export has"
    if _NUMBER.fullmatch(number):
        return ""
    return f"number is {line.get('number') or ''!r}; it must be 7 to 15 digits with the country code"


def _change(person: str, wish: str, sender: str) -> None:
    ledger, cause = Ledger(PersonTable(), time.time), f"operator-{uuid.uuid4()}"
    if wish == "start":
        ledger.start(person, sender, cause)
        return
    for seconds in ledger.stop(person, sender, cause, until=time.time() + 2 * LEASE_S):
        time.sleep(seconds)


def _rows(table: str) -> Iterator[tuple[str, str, str]]:
    for page in boto3.client("dynamodb").get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        for item in page["Items"]:
            changed = datetime.fromtimestamp(float(item.get("changed_at", {"N": "0"})["N"]), UTC)
            for sender in sorted(item.get("stopped", {"SS": []})["SS"]):
                yield item["pk"]["S"], sender, changed.isoformat(timespec="seconds")


@contextmanager
def _asked(stack: Stack, what: str) -> Iterator[bytes]:
    """Gives the key of people's pseudonyms."""
    if not stack.has(TABLE):
        raise OperatorError(
            "This stack remembers nobody who opts out: it is of an older release.", "Deploy this one."
        )
    os.environ["SWITCHBOARD_PEOPLE_TABLE_NAME"] = stack.id_of(TABLE)
    with asking_aws_to(what):
        try:
            yield key_of_pseudonyms(stack)
        except AwsError as error:
            raise OperatorError(f"AWS did not let us {what}: {error}", "Try again.") from error


def _person(text: str) -> str:
    """A number, an e-mail address or another name, be it of digits; but no number that nobody has."""
    number = normal(text)
    if number.isdecimal() and (number.startswith("0") or len(number) < _SHORTEST):
        raise argparse.ArgumentTypeError(f"{text!r} has no country code; give it as in 447700900111")
    return text


def _options(parser: argparse.ArgumentParser) -> None:
    takes_stage(parser)
    parser.add_argument("--number", type=_person, help="whose consent it is")
    parser.add_argument("--set", choices=["stop", "start"], help="opt them out, or in again")
    parser.add_argument("--sender", default="", help="of one sender; else of all")
    parser.add_argument("--export", type=Path, help="the CSV file to write all opt-outs to")
    parser.add_argument("--import", type=Path, dest="import_", help="the CSV file with people to opt out")
    takes_json(parser)


def _consent(out: Output, given: argparse.Namespace) -> int:
    if sum(map(bool, (given.number, given.export, given.import_))) != 1:
        raise UsageError("Give one of NUMBER=…, EXPORT=… and IMPORT=….")
    stack = Stack.of_stage(given.env)
    if given.export:
        number = export(stack, given.export)
        out.tell(f"Opt-outs in {given.export}: {number}.", {"exported": number})
        return WELL
    if given.import_:
        number = import_(stack, given.import_)
        out.tell(f"Lines of {given.import_} that are opted out now: {number}.", {"imported": number})
        return WELL
    if given.set:
        change(stack, given.number, given.set, given.sender)
    stopped = look(stack, given.number)
    senders = "everything" if EVERYTHING in stopped else ", ".join(stopped)
    sentence = f"Has opted out of: {senders}." if stopped else "Has not opted out."
    out.tell(sentence, {"stopped": stopped})
    return WELL


COMMAND = Command(
    "Who has opted out: look a number up, change it, export and import all",
    _consent,
    (
        "make consent NUMBER=447700900111",
        "make consent NUMBER=447700900111 SET=stop",
        "python -m operate consent --import opted-out.csv --env prod",
    ),
    _options,
)
