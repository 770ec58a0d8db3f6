"""Try to carry out a command that nobody else does: what Vonage answers decides what becomes of it."""

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
from switchboard.outbound import allowance, asking, cancelling, consent
from switchboard.outbound.claims import finish, put_back
from switchboard.reach import pace
from switchboard.reach.ledger import StillSendingError
from switchboard.reach.slots import TooFarError

if TYPE_CHECKING:
    from switchboard.wire.commands import Result

Json = Mapping[str, Any]

# When to look again whether what was under way to somebody who opts out has ended.
_ALMOST_SENT_S = 2
_REPEATABLE = ("messages.read", "verify.cancel", "consent.stop", "consent.start", "command.cancel")
# Vonage did not begin with these: too many requests, or out of service.
_NOT_ACCEPTED = {429, 503}


def attempt(command: Json) -> "Result":
    """The result of a valid command that is claimed.

    Raises:
        LaterError: it was not accepted yet, and is given free again.
    """
    ours = {"command.cancel": _cancel, "consent.stop": _change_consent, "consent.start": _change_consent}
    return ours.get(command["name"], _ask)(command)


def _ask(command: Json) -> "Result":
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
        return finish(command, "rejected", reason=str(barred), barred=True)
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


def _cancel(command: Json) -> "Result":
    try:
        found = cancelling.cancel(command["detail"]["id"])
    except StillSendingError as under_way:
        raise put_back(command, "The command is just being sent.", _ALMOST_SENT_S) from under_way
    except (AwsError, SettingError) as failure:
        raise put_back(command, str(failure)) from failure
    if found in ("waiting", "unknown"):
        return finish(command, "accepted", found=found)
    return finish(command, "rejected", reason=f"It was already carried out: {found}.", found=found)


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
    if may_happen_twice(command):
        raise put_back(command, reason)
    known = {} if status_code is None else {"status_code": status_code}
    return finish(command, "uncertain", reason=reason, **known)


def may_happen_twice(command: Json) -> bool:
    """Whether doing it again changes nothing: a leg that was hung up stays so, but a text is spoken twice."""
    return command["name"] in _REPEATABLE or (
        command["name"] == "voice.update" and command["detail"]["action"] not in ("talk", "stream", "dtmf")
    )
