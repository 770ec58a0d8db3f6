"""What a template may say about a `Custom::VonageApplication` or `Custom::VonageNumber`.

CloudFormation turns every scalar into a string, so "true" and "30" are read as what they mean and
everything else is refused with its path and what is allowed. Names and ranges are Vonage's own.
Source: Vonage Application API v2 reference; Vonage Support, "How to configure the custom webhook timeout".
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from provisioner import property_errors
from provisioner.errors import InvalidPropertiesError
from provisioner.msisdn import read_numbers


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
Hours = Annotated[int, Field(ge=1, le=9000), BeforeValidator(_whole)]
Days = Annotated[int, Field(ge=1, le=31), BeforeValidator(_whole)]
ConnectTimeout = Annotated[int, Field(ge=300, le=1000), BeforeValidator(_whole)]
AnswerTimeout = Annotated[int, Field(ge=1000, le=5000), BeforeValidator(_whole)]
EventTimeout = Annotated[int, Field(ge=1000, le=10000), BeforeValidator(_whole)]
Address = Annotated[str, Field(pattern=r"^https?://[^\s/]+\S*$", max_length=2000)]
Text = Annotated[str, Field(min_length=1, max_length=512, pattern=r"^\S(.*\S)?$")]
Method = Annotated[Literal["GET", "POST"], BeforeValidator(_upper)]
Post = Annotated[Literal["POST"], BeforeValidator(_upper)]
Uuid = Annotated[
    str, Field(pattern=r"^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$"), BeforeValidator(_lower)
]
Version = Annotated[Literal["1"], BeforeValidator(str)]
PassedThrough = Annotated[dict[str, Any], BeforeValidator(_plain)]


class Shape(BaseModel):
    """A mapping with exactly the declared keys."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Webhook(Shape):
    """A webhook whose timeouts cannot be set."""

    address: Address
    http_method: Method = "POST"


class PostWebhook(Shape):
    """A webhook that Vonage only ever POSTs to."""

    address: Address
    http_method: Post = "POST"


class AnswerWebhook(Webhook):
    """`answer_url` or `fallback_answer_url`; timeouts in milliseconds."""

    connect_timeout: ConnectTimeout | None = None
    socket_timeout: AnswerTimeout | None = None


class EventWebhook(Webhook):
    """The voice `event_url`; timeouts in milliseconds."""

    connect_timeout: ConnectTimeout | None = None
    socket_timeout: EventTimeout | None = None


class VoiceWebhooks(Shape):
    """The three webhooks of a call."""

    answer_url: AnswerWebhook | None = None
    fallback_answer_url: AnswerWebhook | None = None
    event_url: EventWebhook | None = None


class Voice(Shape):
    """The voice capability."""

    webhooks: VoiceWebhooks | None = None
    signed_callbacks: Flag = True
    conversations_ttl: Hours | None = None
    leg_persistence_time: Days | None = None
    region: Literal["na-east", "na-west", "eu-east", "eu-west", "apac-sng", "apac-australia"] | None = None


class MessagesWebhooks(Shape):
    """Both webhooks of messages: Vonage's own tools require them together."""

    inbound_url: PostWebhook
    status_url: PostWebhook


class Messages(Shape):
    """The messages capability."""

    webhooks: MessagesWebhooks
    version: Literal["v1", "v0.1"] = "v1"
    authenticate_inbound_media: Flag | None = None


class RtcWebhooks(Shape):
    """The webhook of the Conversation API."""

    event_url: Webhook


class Rtc(Shape):
    """The rtc capability."""

    webhooks: RtcWebhooks
    signed_callbacks: Flag = True


class VerifyWebhooks(Shape):
    """The webhook of the Verify API."""

    status_url: PostWebhook


class Verify(Shape):
    """The verify capability; its version is read-only."""

    webhooks: VerifyWebhooks | None = None


class Empty(Shape):
    """A capability without settings: `{}`."""


class Capabilities(Shape):
    """What the application can do, in Vonage's spelling; `video` and `network_apis` pass through."""

    voice: Voice | None = None
    messages: Messages | None = None
    rtc: Rtc | None = None
    vbc: Empty | None = None
    verify: Verify | None = None
    video: PassedThrough | None = None
    network_apis: PassedThrough | None = None


class ResourceProperties(Shape):
    """What both types have in common; the token and timeout are CloudFormation's own."""

    ServiceToken: str = ""
    ServiceTimeout: Annotated[int | None, BeforeValidator(_whole)] = None
    PropertiesVersion: Version = "1"
    CredentialsSecret: Text


class Application(ResourceProperties):
    """`Custom::VonageApplication`."""

    Name: Text
    ApplicationSecret: Text
    Capabilities: Capabilities
    ImproveAi: Flag = False
    KeyVersion: Annotated[Text, BeforeValidator(str)] = "1"
    AdoptApplicationId: Uuid | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_empty_adoption(cls, value: object) -> object:
        """A parameter left empty arrives as an empty string: nothing to adopt."""
        if isinstance(value, Mapping) and value.get("AdoptApplicationId") == "":
            return {key: item for key, item in value.items() if key != "AdoptApplicationId"}
        return value


class Number(ResourceProperties):
    """`Custom::VonageNumber`."""

    ApplicationId: Uuid
    Numbers: Annotated[list[str], BeforeValidator(read_numbers), Field(min_length=1, max_length=100)]
    AllowTakeover: Flag = False


Kind = TypeVar("Kind", bound=Shape)


def application(properties: Mapping[str, Any]) -> Application:
    """The properties of an application.

    Raises:
        InvalidPropertiesError: one or more properties are wrong; all of them are named, with what is allowed.
    """
    return _read(Application, properties)


def number(properties: Mapping[str, Any]) -> Number:
    """The properties of a number link.

    Raises:
        InvalidPropertiesError: one or more properties are wrong; all of them are named, with what is allowed.
    """
    return _read(Number, properties)


def _read(kind: type[Kind], properties: Mapping[str, Any]) -> Kind:
    try:
        return kind.model_validate(dict(properties))
    except ValidationError as error:
        raise InvalidPropertiesError(
            property_errors.explain(error, kind), code="PROPERTIES_INVALID"
        ) from None
