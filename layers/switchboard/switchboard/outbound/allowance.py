"""What commands may cost: which countries they reach, and how many calls and messages a day.

Whoever can make a stack send commands can spend its owner's money, at numbers that pay the caller for it. So
that is bounded here, before Vonage is asked, whoever put the command in its queue.

A day is one of UTC. Its counter is an item of the table, `DAY#2026-01-31` and `calls` or `messages`; a mark
beside the command's own item, written in the same transaction, has each command counted once, however often
it is tried.
"""

import os
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from switchboard.aws import table
from switchboard.envelope import short
from switchboard.environment import whole_number
from switchboard.errors import BarredError
from switchboard.outbound.countries import is_allowed
from switchboard.outbound.reach import Reached, reached

Kind = Literal["messages", "calls"]

# Longer than a command is remembered.
_REMEMBER_S = 31 * 86400
_MOST_A_DAY = 1_000_000_000


def check(command: Mapping[str, Any]) -> None:
    """Let a valid command pass that is within what the stack allows, and count what it may become.

    Raises:
        BarredError: it reaches a country that isn't allowed, the day's calls or messages are used up, or
            verifications aren't switched on.
        AwsError: DynamoDB could not count it.
        SettingError: an environment variable has a value that can't be used.
    """
    is_verification = command["name"].startswith("verify.")
    if is_verification and os.environ.get("SWITCHBOARD_VERIFY") != "true":
        raise BarredError("This stack verifies nobody. Set its parameter Verify to true, and deploy again.")
    found = reached(command)
    _check_countries(found)
    kind: Kind = "messages" if is_verification or command["name"] == "messages.send" else "calls"
    limit = a_day(kind)
    if limit and found:
        _count(command, kind, len(found), limit)


def a_day(kind: Kind) -> int:
    """How many messages or calls commands may make a day (UTC), 0 for any number.

    Raises:
        SettingError: the environment variable has a value that can't be used.
    """
    return whole_number(f"SWITCHBOARD_DAILY_{kind.upper()}", 0, low=0, high=_MOST_A_DAY)


def _check_countries(found: list[Reached]) -> None:
    allowed = os.environ.get("SWITCHBOARD_ALLOWED_COUNTRIES", "")
    own = os.environ.get("SWITCHBOARD_NUMBERS", "")
    for field, number in found:
        if number is not None and not is_allowed(number, allowed, own):
            raise BarredError(
                f"{field} is {number[:20]!r}, in no country that commands of this stack may reach. Add its "
                "calling code to the stack's parameter AllowedCountries, or set that to *, and deploy again."
            )


def _count(command: Mapping[str, Any], kind: Kind, number: int, limit: int) -> None:
    day = datetime.now(UTC).date().isoformat()
    expires = {"expires_at": {"N": str(int(time.time()) + _REMEMBER_S)}}
    mark = {"pk": {"S": f"COMMAND#{short(command['id'])}"}, "sk": {"S": "counted"}, **expires}
    counter = {"pk": {"S": f"DAY#{day}"}, "sk": {"S": kind}, **expires}
    if not table.count(counter, number, limit, once=mark):
        parameter = f"Daily{kind.capitalize()}"
        raise BarredError(
            f"It would be more than the {limit} {kind} that commands may make on {day} (UTC). Send it again "
            f"tomorrow, or raise the stack's parameter {parameter} and deploy again."
        )
