"""Carry out commands: each once for its id, or say that it is uncertain.

Before Vonage is asked, the command's item in the table says `sending`; afterwards it holds the result. A
command that is found `sending` long after was cut off in the middle, and nobody can tell whether Vonage
acted: what must not happen twice is then reported as uncertain, the rest is done again. What was certainly
not accepted goes back to `waiting` and is tried later.
"""

import json
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from switchboard import telemetry
from switchboard.errors import (
    AwsError,
    BarredError,
    OptedOutError,
    RefusedError,
    ReplyLostError,
    SecretError,
    SettingError,
    UnreachableError,
)
from switchboard.outbound import allowance, asking, consent
from switchboard.outbound.claims import LaterError, claim, finish, put_back
from switchboard.reach import pace
from switchboard.reach.ledger import StillSendingError
from switchboard.reach.slots import TooFarError

if TYPE_CHECKING:
    from switchboard.wire.commands import Result

Json = Mapping[str, Any]

# Longer than the function may run: until then, whoever is sending may still be at it.
_STILL_SENDING_S = 60
# When to look again whether what was under way to somebody who opts out has ended.
_ALMOST_SENT_S = 2
# Vonage did not begin with these: too many requests, or out of service.
_NOT_ACCEPTED = {429, 503}


def carry_out(command: Json, *, redelivered: bool = False) -> "Result":
    """The result of a command, now or from when it was first carried out.

    Args:
        command: `id`, `name` and `detail`.
        redelivered: the queue has given the very message before. A rejection is then a result that could not
            be told, and stands.

    Raises:
        LaterError: it was not accepted yet.
    """
    from switchboard.wire.validate import command_problems

    # A code that was wrong would count as another attempt.
    is_final = redelivered or command["name"] == "verify.check"
    earlier = claim(command, {"waiting"}) if is_final else claim(command)
    if earlier and earlier["progress"]["S"] != "sending":
        found: Result = json.loads(earlier["result"]["S"])
        return found
    if wrong := command_problems(command):
        return finish(command, "rejected", reason="; ".join(wrong))
    if earlier is None:
        return _attempt(command)
    if time.time() - float(earlier["since"]["N"]) < _STILL_SENDING_S:
        raise LaterError("it is being sent", _STILL_SENDING_S)
    if _may_happen_twice(command):
        return _attempt(command)
    return finish(command, "uncertain", reason="The function was cut off while it asked Vonage.")


def give_up(command: Json, reason: str) -> "Result":
    """The result of a command that was tried often enough."""
    return finish(command, "rejected", reason=reason)


def _attempt(command: Json) -> "Result":
    if command["name"] in ("consent.stop", "consent.start"):
        return _change_consent(command)
    try:
        allowance.check(command)
        consent.look(command)
        _wait_for_its_turn(command)
        with consent.sending(command):
            reply = asking.ask(command)
    except OptedOutError as out:
        return finish(command, "rejected", reason=str(out), opted_out=True)
    except BarredError as barred:
        telemetry.outcome("Barred", "outbound", "ERROR", barred, id=command["id"], command=command["name"])
        return finish(command, "rejected", reason=str(barred))
    except (AwsError, UnreachableError, SecretError, SettingError) as failure:
        raise put_back(command, str(failure)) from failure
    except ReplyLostError as failure:
        return _lost(command, str(failure))
    except RefusedError as refusal:
        if refusal.status == 429:
            _slow_down(command, refusal)
        if refusal.status in _NOT_ACCEPTED:
            raise put_back(command, str(refusal), refusal.retry_after_s) from refusal
        if refusal.status >= 500:
            return _lost(command, str(refusal), refusal.status)
        known = {"status_code": refusal.status, **asking.verification(command)}
        return finish(command, "rejected", reason=refusal.reason, **known)
    return finish(command, "accepted", **asking.ids(reply))


def _change_consent(command: Json) -> "Result":
    try:
        known = consent.change(command)
    except StillSendingError as under_way:
        raise put_back(command, "Something is under way to the person.", _ALMOST_SENT_S) from under_way
    except (AwsError, SecretError, SettingError) as failure:
        raise put_back(command, str(failure)) from failure
    return finish(command, "accepted", **known)


def _wait_for_its_turn(command: Json) -> None:
    try:
        pace.wait(command)
    except TooFarError as full:
        raise put_back(command, "Its turn at the pace of the account or its sender is too far off.") from full


def _slow_down(command: Json, refusal: RefusedError) -> None:
    """Let everybody know that there were too many requests; failing that, others will."""
    with suppress(AwsError, SettingError):
        pace.refused(command, refusal.retry_after_s)


def _lost(command: Json, reason: str, status_code: int | None = None) -> "Result":
    if _may_happen_twice(command):
        raise put_back(command, reason)
    known = {} if status_code is None else {"status_code": status_code}
    return finish(command, "uncertain", reason=reason, **known)


def _may_happen_twice(command: Json) -> bool:
    """Whether doing it again changes nothing: a leg that was hung up stays so, but a text is spoken twice."""
    return command["name"] in ("messages.read", "verify.cancel", "consent.stop", "consent.start") or (
        command["name"] == "voice.update" and command["detail"]["action"] not in ("talk", "stream", "dtmf")
    )
