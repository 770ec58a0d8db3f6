"""The values of properties: CloudFormation's strings read as what they mean, within Vonage's ranges."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from switchboard.wire import applications
from switchboard.wire.actions import HttpMethod
from switchboard.wire.typed import Matches


def _flag(value: object) -> object:
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def _whole(value: object) -> object:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value


def _plain(value: object) -> object:
    """Vonage's booleans back from CloudFormation's strings, at any depth of a passed-through capability."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return _flag(value)


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


Flag = Annotated[bool, BeforeValidator(_flag)]
Anything = Annotated[object, BeforeValidator(_whole)]
Hours = Annotated[applications.ConversationHours, BeforeValidator(_whole)]
Days = Annotated[applications.LegDays, BeforeValidator(_whole)]
ConnectTimeout = Annotated[applications.ConnectTimeout, BeforeValidator(_whole)]
AnswerTimeout = Annotated[applications.AnswerTimeout, BeforeValidator(_whole)]
EventTimeout = Annotated[applications.EventTimeout, BeforeValidator(_whole)]
Address = Annotated[
    str,
    Field(max_length=2000),
    Matches(r"https?://[^\s/]+\S*", "a URL that starts with https:// or http://"),
]
Text = Annotated[
    str, Field(min_length=1, max_length=512), Matches(r"\S(.*\S)?", "text without spaces at its ends")
]
Method = Annotated[HttpMethod, BeforeValidator(_upper)]
Post = Annotated[Literal["POST"], BeforeValidator(_upper)]
Uuid = Annotated[
    str,
    Matches(r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", "an application's id, a UUID"),
    BeforeValidator(_lower),
]
Version = Annotated[Literal["1"], BeforeValidator(str)]
PassedThrough = Annotated[dict[str, Any], BeforeValidator(_plain)]


class Shape(BaseModel):
    """A mapping with exactly the declared keys."""

    model_config = ConfigDict(extra="forbid", strict=True)
