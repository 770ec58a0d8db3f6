"""The pace of commands: which budgets one takes a slot of, and waiting for it.

Vonage's limits are for requests: 30 a second to the Messages API for each API key, 3 a second for new calls,
and less for some senders. Whoever else uses the account's key uses its limits, too.

Source: Vonage help centre, "What is the Throughput Limit for Outbound SMS" and "How many calls can I create
per second"; Voice API, "Troubleshooting", capacity.
"""

import functools
import os
import time
from collections.abc import Mapping, Sequence
from typing import Any

from switchboard import telemetry
from switchboard.errors import SettingError
from switchboard.reach.people import normal
from switchboard.reach.slot_table import SlotTable
from switchboard.reach.slots import MARGIN, Budget, Pace

# Of the 30 s of the outbound function, what a request to Vonage leaves: 5 to connect, 15 to reply.
_LONGEST_WAIT_S = 8
_MOST_PER_SECOND = 10_000
# Vonage counts in seconds, so another one has begun then.
_RETRY_AFTER_S = 1


def wait(command: Mapping[str, Any]) -> None:
    """Sleep until a valid command may be asked of Vonage.

    Of bulk it is counted whether it is the pace that holds it up. Where that is not, or where Vonage has had
    us slow down, somebody should know: how many have to wait for a slot is how much of the pace is used.

    Raises:
        TooFarError: it can't be in the time that there is.
        AwsError: DynamoDB could not tell.
        SettingError: an environment variable has a value that can't be used.
    """
    budgets, is_bulk = _budgets(command), command.get("pace") == "bulk"
    is_held_up = not budgets  # what has no pace can't miss it
    if budgets:
        until = time.time() + _LONGEST_WAIT_S
        for seconds in _pace().waits(budgets, until=until, is_bulk=is_bulk):
            is_held_up = not _pace().is_slowed(budgets)
            time.sleep(seconds)
    if is_bulk:
        telemetry.outcome("Paced" if is_held_up else "NotPaced", "outbound", "DEBUG")


def refused(command: Mapping[str, Any], retry_after_s: int | None) -> None:
    """Vonage answered that there were too many requests.

    Raises:
        AwsError: DynamoDB could not take note.
        SettingError: an environment variable has a value that can't be used.
    """
    if budgets := _budgets(command):
        # The narrowest: an account's other senders need not go slower for one.
        _pace().refused(budgets[0], retry_after_s or _RETRY_AFTER_S)


def most_per_second(command: Mapping[str, Any]) -> float:
    """How many commands such as this one go out in a second in the long run; 0 without limit.

    Raises:
        SettingError: an environment variable has a value that can't be used.
    """
    return min((budget.per_second for budget in _budgets(command)), default=0) * (1 - MARGIN)


def _budgets(command: Mapping[str, Any]) -> Sequence[Budget]:
    match command["name"]:
        case "messages.send":
            sender = normal(str(command["detail"].get("from", "")))
            per_second = _of_sender(sender)
            return [
                *([Budget(f"sender {sender}", per_second)] if per_second else []),
                *_account("messages"),
            ]
        case "messages.read":
            return _account("messages")
        case "voice.call":
            return _account("calls")
    return []


def _account(kind: str) -> list[Budget]:
    name = f"SWITCHBOARD_{kind.upper()}_PER_SECOND"
    per_second = _rate(name, os.environ.get(name) or "0")
    return [Budget(kind, per_second)] if per_second else []


def _of_sender(sender: str) -> float:
    """What a sender may send in a second, by its name or else its longest beginning; 0 without limit."""
    name = "SWITCHBOARD_SENDERS_PER_SECOND"
    rates = dict(_pair(name, each) for each in os.environ.get(name, "").split(",") if each.strip())
    if sender in rates:
        return rates[sender]
    beginnings = [each for each in rates if each.endswith("*") and sender.startswith(each[:-1])]
    return rates[max(beginnings, key=len)] if beginnings else 0.0


def _pair(name: str, text: str) -> tuple[str, float]:
    sender, _, rate = text.rpartition("=")
    written = sender.strip()
    whole = written.removesuffix("*")
    return normal(whole) + written[len(whole) :], _rate(name, rate.strip())


def _rate(name: str, text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = -1
    if not 0 <= rate <= _MOST_PER_SECOND:
        raise SettingError(f"{name} has {text!r}. It must be requests per second, 0 for no limit.")
    return rate


@functools.cache
def _pace() -> Pace:
    return Pace(SlotTable(), time.time)
