"""What is sent to the Verify API, in Vonage's own shape and words.

A workflow has one to three channels. A code goes out by the first one; when it isn't given back in
`channel_timeout` seconds, the next one has its turn.

Source: Vonage Verify API v2 OpenAPI file (1.0.1, archived in October 2026). `whatsapp_interactive` is in the
official SDKs alone; the Python SDK (vonage-verify 2.2) has `brand` up to 16 characters, the file up to 18.
"""

from typing import Annotated, Literal, Required

from switchboard.wire.endpoints import Id, Url
from switchboard.wire.typed import Between, Characters, Fits, Items, Matches, Tagged, TypedDict, Usual

_From = TypedDict("_From", {"from": str}, total=False)
_Sender = TypedDict("_Sender", {"from": Required[Annotated[str, Characters(1, 50)]]}, total=False)

EmailAddress = Annotated[str, Matches(r"[^@\s]+@[^@\s]+", "an e-mail address")]


def _has_no_marks(text: str) -> bool:
    return not set(text) & set(r"\/{}:$")


class SilentAuth(TypedDict, total=False):
    """No code: the mobile network knows its own phone. Only the first channel, and only with mobile data."""

    channel: Required[Literal["silent_auth"]]
    to: Required[Annotated[str, Characters(1, 50)]]
    redirect_url: Url
    coverage_check: bool
    mode: Literal["standard", "advanced"]


class _Code(TypedDict, total=False):
    to: Required[Annotated[str, Characters(1, 50)]]
    reuse_code: bool


class BySms(_Code, _From, total=False):
    """A code by SMS; without `from` it comes from the brand."""

    channel: Required[Literal["sms"]]
    app_hash: Annotated[str, Characters(11, 11)]
    entity_id: Annotated[str, Characters(1, 20)]
    content_id: Annotated[str, Characters(1, 20)]


class ByVoice(_Code, total=False):
    """A code that a voice reads out."""

    channel: Required[Literal["voice"]]


class ByWhatsapp(_Code, _Sender, total=False):
    """A code by WhatsApp; with `zero_tap` an Android app reads it by itself."""

    channel: Required[Literal["whatsapp", "whatsapp_interactive"]]
    mode: Literal["zero_tap", "otp_code"]


class ByRcs(_Code, _Sender, total=False):
    """A code by RCS."""

    channel: Required[Literal["rcs"]]


class ByEmail(_From, total=False):
    """A code by e-mail."""

    channel: Required[Literal["email"]]
    to: Required[EmailAddress]
    reuse_code: bool


Channel = Annotated[SilentAuth | BySms | ByVoice | ByWhatsapp | ByRcs | ByEmail, Tagged("channel")]


class VerificationRequest(TypedDict, total=False):
    """Have somebody prove that a phone or an e-mail address is theirs.

    `code` is one of yours, where your price model lets you. `client_ref` comes back in every webhook.
    """

    brand: Required[
        Annotated[str, Characters(1, 18), Fits(_has_no_marks, r"a text without any of \ / { } : $")]
    ]
    workflow: Required[Annotated[list[Channel], Items(1, 3)]]
    locale: str
    channel_timeout: Annotated[int, Between(15, 900)]
    code_length: Annotated[int, Between(4, 10)]
    code: Annotated[str, Matches(r"[a-zA-Z0-9]{4,10}", "4 to 10 letters and digits")]
    client_ref: Annotated[
        str, Characters(1, 40), Usual(Matches(r"[a-zA-Z0-9]+", "letters and digits"), "spelling")
    ]
    template_id: str
    fraud_check: bool


class Verification(TypedDict, total=False):
    """Which verification: by Vonage's `request_id`, or by `start`, the id of the command that started it."""

    request_id: Id
    start: Annotated[str, Characters(1, 100)]


class CodeToCheck(Verification, total=False):
    """A code that somebody gave, of 4 to 10 characters.

    In its place `token` ends a silent authentication of mode `advanced`.
    """

    code: str
    token: str
