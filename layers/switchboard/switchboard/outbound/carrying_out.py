"""Carry out commands: each once for its id, or say that it is uncertain.

Before Vonage is asked, the command's item in the table says `sending`; afterwards it holds the result. A
command that is found `sending` long after was cut off in the middle, and nobody can tell whether Vonage
acted: what must not happen twice is then reported as uncertain, the rest is done again. What was certainly
not accepted goes back to `waiting` and is tried later.
"""

import functools
import json
import re
import time
from collections.abc import Mapping, Set
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from switchboard import telemetry
from switchboard.aws import table
from switchboard.envelope import short
from switchboard.errors import (
    AwsError,
    BarredError,
    OptedOutError,
    RefusedError,
    ReplyLostError,
    SecretError,
    SettingError,
    SwitchboardError,
    UnreachableError,
)
from switchboard.outbound import allowance, consent
from switchboard.outbound.vonage import Vonage
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
# Ids are remembered for longer than Vonage repeats a webhook, whose flow would send the same command again.
_REMEMBER_S = 30 * 86400
# An error page of a proxy's may have any length, an item of the table 400 KB.
_LONGEST_REASON = 2000
_ID = re.compile(r"[\x20-\x7e]{1,256}")
_NAMES = ("message_uuid", "workflow_id", "uuid", "conversation_uuid", "request_id", "check_url")
# What a result tells of a command that is odd from end to end.
_MOST_WARNINGS, _LONGEST_WARNING = 20, 300
# Vonage did not begin with these: too many requests, or out of service.
_NOT_ACCEPTED = {429, 503}


class LaterError(SwitchboardError):
    """The command was certainly not accepted; it can be tried again, after `after_s` if Vonage said so."""

    def __init__(self, reason: str, after_s: int | None = None) -> None:
        super().__init__(reason)
        self.after_s = after_s


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
    earlier = _claim(command, {"waiting"}) if is_final else _claim(command)
    if earlier and earlier["progress"]["S"] != "sending":
        found: Result = json.loads(earlier["result"]["S"])
        return found
    if wrong := command_problems(command):
        return _finish(command, "rejected", reason="; ".join(wrong))
    if earlier is None:
        return _attempt(command)
    if time.time() - float(earlier["since"]["N"]) < _STILL_SENDING_S:
        raise LaterError("it is being sent", _STILL_SENDING_S)
    if _may_happen_twice(command):
        return _attempt(command)
    return _finish(command, "uncertain", reason="The function was cut off while it asked Vonage.")


def give_up(command: Json, reason: str) -> "Result":
    """The result of a command that was tried often enough."""
    return _finish(command, "rejected", reason=reason)


def _attempt(command: Json) -> "Result":
    if command["name"] in ("consent.stop", "consent.start"):
        return _change_consent(command)
    try:
        allowance.check(command)
        consent.look(command)
        _wait_for_its_turn(command)
        with consent.sending(command):
            reply = _ask(command)
    except OptedOutError as out:
        return _finish(command, "rejected", reason=str(out), opted_out=True)
    except BarredError as barred:
        telemetry.outcome("Barred", "outbound", "ERROR", barred, id=command["id"], command=command["name"])
        return _finish(command, "rejected", reason=str(barred))
    except (AwsError, UnreachableError, SecretError, SettingError) as failure:
        raise _wait(command, str(failure)) from failure
    except ReplyLostError as failure:
        return _lost(command, str(failure))
    except RefusedError as refusal:
        if refusal.status == 429:
            _slow_down(command, refusal)
        if refusal.status in _NOT_ACCEPTED:
            raise _wait(command, str(refusal), refusal.retry_after_s) from refusal
        if refusal.status >= 500:
            return _lost(command, str(refusal), refusal.status)
        known = {"status_code": refusal.status, **_verification(command)}
        return _finish(command, "rejected", reason=refusal.reason, **known)
    return _finish(command, "accepted", **_ids(reply))


def _change_consent(command: Json) -> "Result":
    try:
        known = consent.change(command)
    except StillSendingError as under_way:
        raise _wait(command, "Something is under way to the person.", _ALMOST_SENT_S) from under_way
    except (AwsError, SecretError, SettingError) as failure:
        raise _wait(command, str(failure)) from failure
    return _finish(command, "accepted", **known)


def _wait_for_its_turn(command: Json) -> None:
    try:
        pace.wait(command)
    except TooFarError as full:
        raise _wait(command, "Its turn at the pace of the account or its sender is too far off.") from full


def _slow_down(command: Json, refusal: RefusedError) -> None:
    """Let everybody know that there were too many requests; failing that, others will."""
    with suppress(AwsError, SettingError):
        pace.refused(command, refusal.retry_after_s)


def _ids(reply: Json) -> dict[str, str]:
    """What Vonage calls it, as far as that can be somebody's name."""
    found = {name: reply.get(name) for name in _NAMES}
    return {name: each for name, each in found.items() if isinstance(each, str) and _ID.fullmatch(each)}


def _ask(command: Json) -> Json:
    """Ask Vonage; when it does not know the key, once more with what the secret holds by now.

    While a key is rotated Vonage knows the pending one a moment before it becomes the current one.
    """
    try:
        return _request(_vonage(), command)
    except RefusedError as refusal:
        if refusal.status != 401:
            raise
    try:
        return _ask_with_pending_key(command)
    except SecretError:
        pass  # no rotation is under way
    except RefusedError as refusal:
        if refusal.status != 401:
            raise
    _vonage().close()
    _vonage.cache_clear()
    return _request(_vonage(), command)


def _ask_with_pending_key(command: Json) -> Json:
    vonage = Vonage.of_stack("AWSPENDING")
    try:
        return _request(vonage, command)
    finally:
        vonage.close()


def _request(vonage: Vonage, command: Json) -> Json:
    detail = dict(command["detail"])
    match command["name"]:
        case "messages.send":
            # Statuses carry the reference back, also when the reply to this request is lost.
            return vonage.send_message({"client_ref": command["id"], **detail})
        case "messages.read":
            return vonage.update_message(detail.pop("message_uuid"), detail, detail.pop("href", None))
        case "voice.call":
            return vonage.place_call(detail, detail.pop("region_url", None))
        case "verify.start":
            return vonage.start_verification(detail)
        case "verify.check" | "verify.cancel" | "verify.next_workflow":
            return _about_verification(vonage, command["name"], detail)
        case _:
            return vonage.update_call(detail.pop("uuid"), detail, detail.pop("region_url", None))


def _verification(command: Json) -> dict[str, str]:
    """Which verification a command is about, so that what became of it is in its timeline."""
    about, name = command["detail"], command["name"]
    if name not in ("verify.check", "verify.cancel", "verify.next_workflow"):
        return {}
    with suppress(RefusedError, UnreachableError):
        return {"request_id": about.get("request_id") or _started_by(about["start"])}
    return {}


def _about_verification(vonage: Vonage, name: str, detail: dict[str, Any]) -> Json:
    request_id = detail.pop("request_id", None) or _started_by(detail.pop("start"))
    match name:
        case "verify.check":
            reply = vonage.check_code(request_id, detail)
        case "verify.cancel":
            reply = vonage.cancel_verification(request_id)
        case _:
            reply = vonage.next_workflow(request_id)
    return {**reply, "request_id": request_id}


def _started_by(command_id: str) -> str:
    """The verification that a command started."""
    item = table.get(f"COMMAND#{short(command_id)}", "progress") or {}
    result = json.loads(item["result"]["S"]) if "result" in item else {}
    if "request_id" in result:
        return str(result["request_id"])
    if "result" in item or not item:
        raise RefusedError(404, "The command that `start` names has started no verification.")
    raise UnreachableError("The verification hasn't been started yet.")


def _lost(command: Json, reason: str, status_code: int | None = None) -> "Result":
    if _may_happen_twice(command):
        raise _wait(command, reason)
    known = {} if status_code is None else {"status_code": status_code}
    return _finish(command, "uncertain", reason=reason, **known)


def _may_happen_twice(command: Json) -> bool:
    """Whether doing it again changes nothing: a leg that was hung up stays so, but a text is spoken twice."""
    return command["name"] in ("messages.read", "verify.cancel", "consent.stop", "consent.start") or (
        command["name"] == "voice.update" and command["detail"]["action"] not in ("talk", "stream", "dtmf")
    )


def _claim(command: Json, free: Set[str] = frozenset({"waiting", "rejected"})) -> table.Item | None:
    """Mark the command as being sent; where it may have been carried out before, what was written then.

    What was rejected may be tried again: that is what sending it back from the dead-letter queue is for.
    """
    condition = " OR ".join(["attribute_not_exists(pk)", *(f"progress = :{each}" for each in free)])
    values = {f":{each}": {"S": each} for each in free}
    return table.put(_item(command, "sending"), condition, values)


def _wait(command: Json, reason: str, after_s: int | None = None) -> LaterError:
    table.put(_item(command, "waiting"))
    return LaterError(reason, after_s)


def _finish(command: Json, outcome: str, *, reason: str = "", **known: object) -> "Result":
    if reason:
        known["reason"] = reason[:_LONGEST_REASON]
    if warnings := _warnings(command):
        known["warnings"] = warnings
    result = {
        "id": command["id"],
        "command": command["name"],
        "outcome": outcome,
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        **known,
    }
    table.put({**_item(command, outcome), "result": {"S": json.dumps(result)}})
    return cast("Result", result)


def _warnings(command: Json) -> list[str]:
    """What Vonage may have ignored or taken otherwise: it was asked with the command as it came."""
    from switchboard.wire.judge.judgement import judge_command

    doubtful = judge_command(command).doubtful[:_MOST_WARNINGS]
    return [str(violation)[:_LONGEST_WARNING] for violation in doubtful]


def _item(command: Json, progress: str) -> table.Item:
    return {
        "pk": {"S": f"COMMAND#{short(command['id'])}"},
        "sk": {"S": "progress"},
        "progress": {"S": progress},
        "since": {"N": str(time.time())},
        "expires_at": {"N": str(int(time.time()) + _REMEMBER_S)},
    }


@functools.cache
def _vonage() -> Vonage:
    return Vonage.of_stack()
