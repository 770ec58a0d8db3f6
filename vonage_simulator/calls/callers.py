"""Who calls in: a telephone, a SIP endpoint, or a user of the Client SDK; and which application answers.

Source: Vonage Voice API webhooks reference, "Answer": `from_user` in place of `from` and `custom_data` when a
Client SDK user calls; a field `SipHeader_…` for each inbound SIP header that begins with `X-`, save
`X-Nexmo…`, and for `User-to-User`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from vonage_simulator.account.account import Account
from vonage_simulator.calls.legs import EndpointType
from vonage_simulator.types import Json

PLATFORMS_OWN = "x-nexmo"


class LeadsNowhereError(Exception):
    """A call that no application answers; says why."""


@dataclass(frozen=True)
class Caller:
    """Whoever calls in; `Caller("447700900123")` is a telephone.

    Attributes:
        address: the number, the SIP URI or the user's name.
        endpoint_type: as the answer webhook names it: `phone`, `sip` or `app`.
        sip_headers: of the SIP endpoint's INVITE.
        custom_data: what the Client SDK user sends along.
        application_id: which application the user is logged in to; needed only when several have voice.
    """

    address: str
    endpoint_type: EndpointType = "phone"
    sip_headers: Mapping[str, str] = field(default_factory=dict)
    custom_data: Json | None = None
    application_id: str | None = None

    @classmethod
    def user(cls, name: str, custom_data: Json | None = None, application_id: str | None = None) -> "Caller":
        """A user of the Client SDK."""
        return cls(name, "app", custom_data=custom_data, application_id=application_id)

    @classmethod
    def sip(cls, uri: str, headers: Mapping[str, str] | None = None) -> "Caller":
        """A SIP endpoint."""
        return cls(uri, "sip", sip_headers=headers or {})

    @classmethod
    def of(cls, request: Mapping[str, object]) -> "Caller":
        """The caller that a control request or a call script names.

        Args:
            request: `from`, a number or a `sip:` URI with its `sip_headers`; or `from_user` with its
                `custom_data` and `application_id`.

        Raises:
            ValueError: both, neither, or members that belong to another kind of caller.
        """
        if ("from" in request) == ("from_user" in request):
            raise ValueError("give from (a number or a sip: URI) or from_user (a Client SDK user)")
        is_sip = str(request.get("from", "")).startswith(("sip:", "sips:"))
        kind = "from_user" if "from_user" in request else "sip:" if is_sip else "from"
        strangers = [name for name, owner in BELONGS_TO.items() if name in request and owner != kind]
        if strangers:
            raise ValueError(f"{strangers[0]} goes with {WRITTEN[BELONGS_TO[strangers[0]]]}")
        known = {name: request[name] for name in BELONGS_TO if name in request}
        endpoint_type: EndpointType = "app" if kind == "from_user" else "sip" if is_sip else "phone"
        return cls(str(request.get("from_user", request.get("from"))), endpoint_type, **known)  # type: ignore[arg-type]

    def answer_fields(self) -> Json:
        """What an answer request says beyond the fields that every caller has."""
        fields: Json = {
            f"SipHeader_{name}": value for name, value in self.sip_headers.items() if _passes(name)
        }
        return fields if self.custom_data is None else {**fields, "custom_data": self.custom_data}


BELONGS_TO = {"sip_headers": "sip:", "custom_data": "from_user", "application_id": "from_user"}
WRITTEN = {"sip:": "a from that begins with sip:", "from_user": "from_user"}


def application_for(account: Account, caller: Caller, to: str) -> Json:
    """The application that answers this call.

    Raises:
        LeadsNowhereError: there is none.
    """
    if caller.endpoint_type == "app":
        return _logged_in_to(account, caller)
    if to not in account.numbers:
        owned = ", ".join(account.numbers)
        raise LeadsNowhereError(f"{to} is not a number of this account; it owns {owned}")
    number = account.numbers[to]
    if number.get("voiceCallbackType") in {"sip", "tel"}:
        target = f"{number['voiceCallbackType']} {number['voiceCallbackValue']}"
        raise LeadsNowhereError(
            f"{to} forwards calls to {target}; this setting of the number overrides its application"
        )
    application = account.application_of(to)
    if application is None:
        raise LeadsNowhereError(f"{to} is linked to no application")
    if "voice" not in application["capabilities"]:
        raise LeadsNowhereError(f"the application of {to} has no voice capability")
    return application


def _logged_in_to(account: Account, caller: Caller) -> Json:
    able = {key: app for key, app in account.applications.items() if "voice" in app["capabilities"]}
    if caller.application_id is None and len(able) == 1:
        return next(iter(able.values()))
    if caller.application_id not in able:
        known = ", ".join(able) or "none"
        raise LeadsNowhereError(f"application_id must name an application with voice; there is {known}")
    return able[caller.application_id]


def _passes(header: str) -> bool:
    name = header.lower()
    return name == "user-to-user" or (name.startswith("x-") and not name.startswith(PLATFORMS_OWN))
