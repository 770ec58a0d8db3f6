"""Who calls in, a telephone, a SIP endpoint or a user of the Client SDK; whom; which application answers.

Source: Vonage Voice API webhooks reference, "Answer": `from_user` in place of `from` and `custom_data` when a
Client SDK user calls; a field `SipHeader_…` for each inbound SIP header that begins with `X-`, save
`X-Nexmo…`, and for `User-to-User`. Guide "Programmable SIP": a SIP domain such as `shop.sip-eu.vonage.com`
belongs to an application, which answers whatever is called there. Not confirmed: that `to` is what stands
before the `@`.
"""

import re
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
        withheld: a telephone that doesn't show its number; what it has for an address is a switch.
        address: the number, the SIP URI or the user's name.
        endpoint_type: as the answer webhook names it: `phone`, `sip` or `app`.
        sip_headers: of the SIP endpoint's INVITE.
        custom_data: what the Client SDK user sends along.
        application_id: which application the user is logged in to, or has the SIP domain; needed only when
            several have voice.
    """

    address: str
    endpoint_type: EndpointType = "phone"
    sip_headers: Mapping[str, str] = field(default_factory=dict)
    custom_data: Json | None = None
    application_id: str | None = None
    withheld: bool = False

    @classmethod
    def unknown(cls) -> "Caller":
        """A telephone that withholds its number."""
        return cls("", withheld=True)

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
                `custom_data`; or `withheld`. A user and a SIP endpoint may have an `application_id`.

        Raises:
            ValueError: none, several, or members that belong to another kind of caller.
        """
        named = [name for name in ("from", "from_user", "withheld") if request.get(name) not in {None, False}]
        if len(named) != 1:
            raise ValueError(ONE_OF)
        address = str(request.get("from_user", request.get("from", "")))
        kind = "sip:" if named == ["from"] and is_sip(address) else named[0]
        for name, owners in BELONGS_TO.items():
            if name in request and kind not in owners:
                raise ValueError(f"{name} goes with {' or '.join(map(WRITTEN.__getitem__, owners))}")
        known = {name: request[name] for name in BELONGS_TO if name in request}
        endpoint_type = ENDPOINT_TYPES.get(kind, "phone")
        return cls(address, endpoint_type, withheld=kind == "withheld", **known)  # type: ignore[arg-type]

    def answer_fields(self) -> Json:
        """What an answer request says beyond the fields that every caller has."""
        fields: Json = {
            f"SipHeader_{name}": value for name, value in self.sip_headers.items() if _passes(name)
        }
        return fields if self.custom_data is None else {**fields, "custom_data": self.custom_data}


ONE_OF = "give from (a number or a sip: URI) or from_user (a Client SDK user) or withheld (true)"
BELONGS_TO = {
    "sip_headers": ("sip:",),
    "custom_data": ("from_user",),
    "application_id": ("from_user", "sip:"),
}
WRITTEN = {"sip:": "a from that begins with sip:", "from_user": "from_user"}
ENDPOINT_TYPES: dict[str, EndpointType] = {"from_user": "app", "sip:": "sip"}
SIP_ADDRESS = re.compile(r"sips?:(?P<called>[^@;]+)@(?P<domain>[^@:;?]+).*", re.IGNORECASE)
VONAGE_DOMAIN = re.compile(r"[a-z0-9-]+\.sip(-[a-z]+)?\.(vonage|nexmo)\.com", re.IGNORECASE)


def is_sip(address: str) -> bool:
    """Whether an address is a SIP URI."""
    return address.lower().startswith(("sip:", "sips:"))


def called(caller: Caller, to: str) -> str:
    """Who is called, as webhooks say it: of the address at a SIP domain of Vonage's the part before the `@`.

    Raises:
        LeadsNowhereError: a SIP address that isn't Vonage's, or that a caller without SIP calls.
    """
    if not is_sip(to):
        return to
    address = SIP_ADDRESS.fullmatch(to)
    if address is None or not VONAGE_DOMAIN.fullmatch(address["domain"]):
        raise LeadsNowhereError(
            f"{to} isn't an address at a SIP domain, such as sip:sales@shop.sip-eu.vonage.com"
        )
    if caller.endpoint_type != "sip":
        raise LeadsNowhereError(f"{to} can be called by a SIP endpoint only: a from that begins with sip:")
    return address["called"]


def application_for(account: Account, caller: Caller, to: str) -> Json:
    """The application that answers this call.

    Raises:
        LeadsNowhereError: there is none.
    """
    at_domain = caller.endpoint_type == "sip" and to not in account.numbers
    if caller.endpoint_type == "app" or at_domain:
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
