"""Ask Vonage what a command asks for, with whichever key it knows."""

import functools
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from switchboard.aws import table
from switchboard.errors import RefusedError, SecretError, UnreachableError
from switchboard.outbound.claims import place
from switchboard.outbound.vonage import Vonage

Json = Mapping[str, Any]

_ID = re.compile(r"[\x20-\x7e]{1,256}")
_NAMES = ("message_uuid", "workflow_id", "uuid", "conversation_uuid", "request_id", "check_url")


def ids(reply: Json) -> dict[str, str]:
    """What Vonage calls it, as far as that can be somebody's name."""
    found = {name: reply.get(name) for name in _NAMES}
    return {name: each for name, each in found.items() if isinstance(each, str) and _ID.fullmatch(each)}


def ask(command: Json) -> Json:
    """Ask Vonage; when it does not know the key, once more with what the secret holds by now.

    While a key is rotated Vonage knows the pending one a moment before it becomes the current one.
    """
    try:
        return _request(vonage(), command)
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
    vonage().close()
    vonage.cache_clear()
    return _request(vonage(), command)


def _ask_with_pending_key(command: Json) -> Json:
    pending = Vonage.of_stack("AWSPENDING")
    try:
        return _request(pending, command)
    finally:
        pending.close()


def _request(api: Vonage, command: Json) -> Json:
    detail = dict(command["detail"])
    match command["name"]:
        case "messages.send":
            # Statuses carry the reference back, also when the reply to this request is lost.
            return api.send_message({"client_ref": command["id"], **detail})
        case "messages.read":
            return api.update_message(detail.pop("message_uuid"), detail, detail.pop("href", None))
        case "voice.call":
            return api.place_call(detail, detail.pop("region_url", None))
        case "verify.start":
            return api.start_verification(detail)
        case "verify.check" | "verify.cancel" | "verify.next_workflow":
            return _about_verification(api, command["name"], detail)
        case _:
            return api.update_call(detail.pop("uuid"), detail, detail.pop("region_url", None))


def verification(command: Json) -> dict[str, str]:
    """Which verification a command is about, so that what became of it is in its timeline."""
    about, name = command["detail"], command["name"]
    if name not in ("verify.check", "verify.cancel", "verify.next_workflow"):
        return {}
    with suppress(RefusedError, UnreachableError):
        return {"request_id": about.get("request_id") or _started_by(about["start"])}
    return {}


def _about_verification(api: Vonage, name: str, detail: dict[str, Any]) -> Json:
    request_id = detail.pop("request_id", None) or _started_by(detail.pop("start"))
    match name:
        case "verify.check":
            reply = api.check_code(request_id, detail)
        case "verify.cancel":
            reply = api.cancel_verification(request_id)
        case _:
            reply = api.next_workflow(request_id)
    return {**reply, "request_id": request_id}


def _started_by(command_id: str) -> str:
    """The verification that a command started."""
    item = table.get(*place(command_id)) or {}
    result = json.loads(item["result"]["S"]) if "result" in item else {}
    if "request_id" in result:
        return str(result["request_id"])
    if "result" in item or not item:
        raise RefusedError(404, "The command that `start` names has started no verification.")
    raise UnreachableError("The verification hasn't been started yet.")


@functools.cache
def vonage() -> Vonage:
    """The stack's application at Vonage, made when first needed and kept."""
    return Vonage.of_stack()
