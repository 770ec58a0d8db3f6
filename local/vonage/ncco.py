"""What Vonage would reject in an NCCO, and why: action, field, value, rule.

Each action is checked against the layer's own types, then the rules that hold between fields and between
actions.
Source: Vonage NCCO reference.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError
from switchboard.actions import Action

from local.vonage.account import Json, JsonValue

_ACTION: TypeAdapter[Any] = TypeAdapter(Action, config=ConfigDict(strict=True, extra="forbid"))
SHOWN_CHARACTERS = 80


@dataclass(frozen=True)
class NccoProblem:
    """One thing wrong with an NCCO.

    Attributes:
        action: index of the action; None when the whole is no NCCO.
        name: the action's own name, such as `talk`.
        field: dotted path inside the action.
        value: what was there, shortened.
        rule: what it breaks.
        rejected: False for what Vonage is taken to tolerate, such as a field it does not know.
    """

    action: int | None
    name: str | None
    field: str
    value: str
    rule: str
    rejected: bool = True

    def as_json(self) -> Json:
        """The problem as the journal shows it."""
        return {key: value for key, value in vars(self).items() if value not in (None, "")}

    def __str__(self) -> str:
        where = f"action {self.action} ({self.name})" if self.action is not None else "NCCO"
        field = f", {self.field}" if self.field else ""
        return f"{where}{field}: {self.rule}; got {self.value}"


def problems_of(ncco: JsonValue) -> list[NccoProblem]:
    """Everything wrong with an NCCO; empty when Vonage would run it as it stands."""
    if not isinstance(ncco, list):
        return [NccoProblem(None, None, "", _shown(ncco), "an NCCO is a JSON array of actions")]
    return [problem for index in range(len(ncco)) for problem in _action_problems(ncco, index)]


def _action_problems(ncco: list[JsonValue], index: int) -> Iterator[NccoProblem]:
    action = ncco[index]
    if not isinstance(action, dict):
        yield NccoProblem(index, None, "", _shown(action), "an action is a JSON object")
        return
    name = str(action.get("action"))
    try:
        _ACTION.validate_python(_clamped(action))
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            yield _as_problem(index, name, detail)
    for field, rule in _relations(ncco, index, action):
        yield NccoProblem(index, name, field, _shown(action.get(field)), rule)


def _clamped(action: Json) -> Json:
    if action.get("action") == "wait" and isinstance(action.get("timeout"), int | float):
        return {**action, "timeout": min(max(action["timeout"], 0.1), 7200)}
    return action


def _as_problem(index: int, name: str, detail: Any) -> NccoProblem:  # noqa: ANN401 - pydantic's ErrorDetails
    path = [str(part) for part in detail["loc"] if part != name]
    missing, unknown = detail["type"] == "missing", detail["type"] == "extra_forbidden"
    value = "nothing" if missing else _shown(detail["input"])
    rule = "is required" if missing else "is not a field of this action" if unknown else _rule(detail)
    return NccoProblem(index, name, ".".join(path), value, rule, rejected=not unknown)


def _rule(detail: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    if detail["type"] == "union_tag_invalid":
        return f"must be one of {detail['ctx']['expected_tags']}"
    message: str = detail["msg"]
    return message.replace("Input should be", "must be")


def _relations(ncco: list[JsonValue], index: int, action: Json) -> Iterator[tuple[str, str]]:
    match action.get("action"):
        case "talk" | "stream" if action.get("bargeIn") is True and not _input_follows(ncco, index):
            yield "bargeIn", "the next action that is no talk or stream must be input"
        case "connect" if "from" in action and action.get("randomFromNumber"):
            yield "from", "give from or randomFromNumber, not both"
        case "record" if "channels" in action and action.get("split") != "conversation":
            yield "channels", "needs split: conversation"
        case "conversation" if action.get("mute") and "canSpeak" in action:
            yield "mute", "cannot be combined with canSpeak"
        case "input" if action.get("mode") == "asynchronous" and (
            "dtmf" in action or action.get("type") != ["dtmf"]
        ):
            yield "mode", "asynchronous takes type [dtmf] and no dtmf settings"


def _input_follows(ncco: list[JsonValue], index: int) -> bool:
    names = [action.get("action") for action in ncco[index + 1 :] if isinstance(action, dict)]
    following = [name for name in names if name not in {"talk", "stream"}]
    return bool(following) and following[0] == "input"


def _shown(value: JsonValue) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"
