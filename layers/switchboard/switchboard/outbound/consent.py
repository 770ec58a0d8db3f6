"""Consent where it counts: at the moment at which a command is carried out.

Messages and calls go to nobody who has opted out, unless they are marked as transactional. An opt-out is
a command like any other, from a word that somebody sent, a status of Vonage's, another stack or an operator;
it is done when nothing is under way any more, and confirmed by a message after that.
"""

import functools
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from switchboard import telemetry
from switchboard.aws import queues
from switchboard.errors import AwsError, BarredError, OptedOutError, ReplyLostError
from switchboard.reach import replies
from switchboard.reach.ledger import Ledger
from switchboard.reach.people import normal, person_id
from switchboard.reach.person_table import PersonTable
from switchboard.wire.reach.marks import BULK_FAILOVER

Json = Mapping[str, Any]

# A send takes less than that, as a rule; what takes longer is looked for again, and others go on meanwhile.
_LONGEST_WAIT_S = 2


def look(command: Json) -> None:
    """Spare bulk that will not be sent its turn; `sending` decides.

    Raises:
        OptedOutError: somebody whom it is for has opted out.
        BarredError: bulk with failovers, which Vonage sends later on, whatever was said meanwhile.
    """
    if command.get("pace") != "bulk":
        return
    if command["detail"].get("failover"):
        raise BarredError(BULK_FAILOVER)
    for person, senders in _parties(command):
        if _ledger().has_stopped(person, senders):
            raise OptedOutError


@contextmanager
def sending(command: Json) -> Iterator[None]:
    """Send to people as long as none of them has opted out; who opts out meanwhile waits until it is over.

    Raises:
        OptedOutError: somebody whom it is for has opted out; nothing was sent.
    """
    leases: list[tuple[str, str]] = []
    try:
        for person, senders in _parties(command):
            lease = _ledger().begin(person, senders, command["id"])
            if not lease:
                raise OptedOutError
            leases.append((person, lease))
        yield
    except ReplyLostError:
        leases.clear()  # it may be on its way, and ends with its time
        raise
    finally:
        for person, lease in leases:
            with suppress(AwsError):  # it ends with its time; what was sent must not seem to have failed
                _ledger().end(person, lease)


def change(command: Json) -> dict[str, str]:
    """Opt somebody out or in again, and confirm it if a word of theirs asked for it.

    Returns:
        Who it was, and of which sender, for the result.

    Raises:
        StillSendingError: something is under way to them; nothing is confirmed yet.
        AwsError: it isn't certain, and is to be done again.
        SecretError: the key of people's pseudonyms can't be read.
    """
    detail, cause = command["detail"], command["id"]
    person, sender = person_id(detail["person"]), normal(detail.get("sender", ""))
    said_at = min(detail.get("heard", {}).get("at", 0), time.time())  # whoever sent it
    if command["name"] == "consent.stop":
        waits = _ledger().stop(person, sender, cause, until=time.time() + _LONGEST_WAIT_S, said_at=said_at)
        try:
            while True:
                time.sleep(next(waits))
        except StopIteration as ended:
            is_new = bool(ended.value)
        if is_new:
            telemetry.outcome("Stopped", "outbound", "INFO", id=cause)
    else:
        is_new = _ledger().start(person, sender, cause, said_at=said_at)
    if is_new and "heard" in detail:
        _confirm(command)
    return {name: detail[name] for name in ("person", "sender") if name in detail}


def _confirm(command: Json) -> None:
    """Answer in the language of the word, by where it came from; once, however often this is done."""
    heard, wish = command["detail"]["heard"], command["name"].removeprefix("consent.")
    if replies.is_answered(wish, heard["channel"]):
        answer = replies.command(command["id"], wish, heard, command["detail"]["person"])
        queues.put_commands([answer], command["id"])


def _parties(command: Json) -> list[tuple[str, set[str]]]:
    """The people whom a command is for, by their pseudonyms, and whom it's from; none if all may have it.

    Somebody who has opted out of the sender of one try isn't reached by the next one either.
    """
    if command.get("purpose") == "transactional" or not os.environ.get("SWITCHBOARD_PEOPLE_TABLE_NAME"):
        return []
    people: dict[str, set[str]] = {}
    for to, sender in _addresses(command["name"], command["detail"]):
        people.setdefault(normal(to), set()).add(sender)
    others = {str(each) for each in command.get("ladder", ())}
    return [(person_id(to), _senders(those | others)) for to, those in sorted(people.items())]


def _senders(names: set[str]) -> set[str]:
    """Whom something is from; where Vonage takes a number at random, any of the stack's."""
    own = os.environ.get("SWITCHBOARD_NUMBERS", "").split(",") if "" in names else []
    return {normal(each) for each in {*names, *own}}


def _addresses(name: str, detail: Json) -> Iterator[tuple[str, str]]:
    if name == "messages.send":
        sender = str(detail["from"])
        yield str(detail["to"]), sender
        if detail["channel"] == "email":  # "cc": [{"address": "ann@example.com"}]
            copies = (each for kind in ("cc", "bcc") for each in detail["email"].get(kind) or [])
            yield from ((str(each["address"]), sender) for each in copies)
        for other in detail.get("failover") or []:
            yield from _addresses(name, other)
    elif name == "voice.call":
        sender = str((detail.get("from") or {}).get("number", ""))
        for callee in detail["to"]:
            if "number" in callee:
                yield str(callee["number"]), sender


@functools.cache
def _ledger() -> Ledger:
    return Ledger(PersonTable(), time.time)
