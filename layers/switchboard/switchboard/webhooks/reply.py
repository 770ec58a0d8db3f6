"""What a flow returned: an NCCO for the call, commands for Vonage, or nothing. Nothing of it is dropped."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from switchboard import telemetry
from switchboard.environment import given
from switchboard.errors import NccoError, ReturnedError
from switchboard.ncco import as_wire
from switchboard.wire.classify import WebhookName

if TYPE_CHECKING:
    from switchboard.webhooks.reception import Reception

Json = Mapping[str, Any]

# As `wire.commands` has them, whose types a caller need not wait for.
COMMANDS = (
    "messages.send", "messages.read", "voice.call", "voice.update",
    "verify.start", "verify.check", "verify.cancel", "verify.next_workflow", "consent.stop", "consent.start",
    "command.cancel",
)  # fmt: skip

_IN_CALL = ("answer", "event")

_ENCODER = json.JSONEncoder(allow_nan=False)


class FlowReply(NamedTuple):
    """`ncco` is JSON, `None` when there is no NCCO to answer with.

    A flow's commands have no ids yet. `facts` are for the log.
    """

    ncco: str | None
    commands: Sequence[Json]
    facts: Mapping[str, object] = {}


def read_reply(
    returned: Any,  # noqa: ANN401 - whatever the user's flow gave back
    webhook: WebhookName,
    received: "Reception | None" = None,
) -> FlowReply:
    """Tell actions, messages and commands apart in what a flow returned; one alone is a list of one.

    Args:
        returned: what it returned.
        webhook: where.
        received: the request that it is the reply to, whose caller later webhooks are to know.

    Raises:
        NccoError: SWITCHBOARD_VALIDATE is 1 and Vonage would refuse the NCCO.
        ReturnedError: something in it is none of them, has no call to go to, or cannot be written as JSON.
    """
    if returned is None and webhook != "answer":
        return FlowReply(None, [])
    listed = returned if isinstance(returned, (list, tuple)) else [returned]
    for item in listed:
        if not (isinstance(item, dict) or hasattr(item, "model_dump")):  # an action of the SDK's
            what = _a(type(item).__name__)
            found = what if item is returned else f"a list with {what} in it"
            raise ReturnedError(f"the flow returned {found}; it may return {_may_return(webhook)}", returned)
    items = as_wire(listed)
    actions = [item for item in items if "action" in item]
    commands = [_command(item, webhook) for item in items if "action" not in item]
    if actions and webhook not in _IN_CALL:
        raise ReturnedError(
            f"the flow returned an NCCO action, and there is no call; it may return {_may_return(webhook)}",
            returned,
        )
    if commands and not actions and webhook == "answer":
        raise ReturnedError(f"the flow returned no action; it has to return {_may_return(webhook)}", returned)
    if given("SWITCHBOARD_VALIDATE") == "1":
        _validate(actions)
    if received:
        actions = with_caller(actions, received)
    try:
        ncco = to_json(actions) if actions or (webhook in _IN_CALL and not commands) else None
        if commands:
            to_json(commands)  # before the queue finds it out
    except (TypeError, ValueError, RecursionError) as error:
        raise ReturnedError(f"what the flow returned can't be written as JSON: {error}", returned) from error
    return FlowReply(ncco, commands)


def foretell(webhook: WebhookName, commands: Sequence[Json]) -> None:
    """At a laptop, tell which commands will be rejected, and what is doubtful, such as a misspelt mark.

    The outbound function answers nobody who could.
    """
    from switchboard.wire.judge.judgement import judge_command

    for command in commands:
        if command["name"] not in COMMANDS:
            continue
        judged = judge_command(command)
        if judged.refused:
            _foretell("Rejected", webhook, "ERROR", command, judged.refused)
        elif judged.doubtful:
            _foretell("Doubtful", webhook, "WARNING", command, judged.doubtful)


def _foretell(
    name: str, webhook: str, severity: telemetry.Severity, command: Json, found: Sequence[object]
) -> None:
    reason = f"{command['name']}: {'; '.join(map(str, found))}"
    telemetry.outcome(name, webhook, severity, id=command["id"], reason=reason)


def with_caller(actions: list[Any], received: "Reception") -> list[Any]:
    """The actions; what is heard of one at an address of ours will say who calls."""
    if not any(_is_silent(action) for action in actions):
        return actions
    from switchboard.webhooks import callers  # most answers need not wait for it

    secrets = received.secrets.known(received.api_key, overlap_s=0)
    addresses = callers.Addresses(received.request.base_url, received.subject, received.who, secrets)
    return [addresses.told(action) if _is_silent(action) else action for action in actions]


def _is_silent(action: Json) -> bool:
    """Whether what is heard of an action, and may be answered by an NCCO, doesn't say who calls."""
    match action.get("action"):
        case "record":
            return True
        case "notify":
            return "eventUrl" in action  # which it needs
        case "conversation":
            return bool(action.get("record"))
        case "connect":
            return "eventType" in action or "advancedMachineDetection" in action
    return False


def to_json(ncco: Sequence[Json]) -> str:
    """An NCCO as Vonage reads it."""
    return _ENCODER.encode(ncco)


def _validate(actions: Sequence[Json]) -> None:
    from switchboard.wire.validate import ncco_problems  # pydantic: twice the cold start of a webhook

    if problems := ncco_problems(actions):
        raise NccoError("\n".join(problems))


def _command(item: Json, webhook: WebhookName) -> Json:
    if "name" in item and "detail" in item:
        if (
            item["name"] in COMMANDS
            and isinstance(item["detail"], Mapping)
            and isinstance(item.get("id", ""), str)
        ):
            return item
        raise ReturnedError(
            f"the flow returned a command whose `name` isn't one of {', '.join(COMMANDS)}, "
            "whose `detail` isn't a dict, or whose `id` isn't a text",
            item,
        )
    if "channel" in item:
        return {"name": "messages.send", "detail": item}
    raise ReturnedError(
        "the flow returned a dict without `action`, without `channel`, and without `name` and `detail`; "
        f"it may return {_may_return(webhook)}",
        item,
    )


def _may_return(webhook: WebhookName) -> str:
    match webhook:
        case "answer":
            return "an NCCO (a list of actions such as talk()), with messages and commands if need be"
        case "event":
            return "an NCCO (a list of actions such as talk()), messages and commands, or None"
    return "messages and commands, or None"


def _a(name: str) -> str:
    """A type's name with its article."""
    return "None" if name == "NoneType" else f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"
