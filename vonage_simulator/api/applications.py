"""The Application API v2: `/v2/applications`.

Source: Vonage Application API v2 reference. PUT replaces the whole document, so a capability is removed by
leaving it out; the private key is in the reply that made it and never again; `name` is not unique.
"""

import weakref
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from switchboard.wire.applications import Application
from switchboard.wire.violations import Violation, violations

from vonage_simulator.account.account import Account
from vonage_simulator.api.authentication import has_basic_credentials
from vonage_simulator.api.capabilities import with_defaults
from vonage_simulator.api.paging import page_links
from vonage_simulator.api.problems import InvalidParameter, invalid, not_found, unauthorized
from vonage_simulator.api.requests import check_media_types, json_object, whole_number
from vonage_simulator.api.wire import as_parameter
from vonage_simulator.types import Json

SECTION = "/application"
PATH = "/v2/applications"
READ_ONLY = ("id", "_links")


def routes(account: Account) -> list[Route]:
    """The API's routes on this account."""
    api = ApplicationApi(account)
    return [
        Route(PATH, api.list, methods=["GET"]),
        Route(PATH, api.create, methods=["POST"]),
        Route(f"{PATH}/{{application_id}}", api.read, methods=["GET"]),
        Route(f"{PATH}/{{application_id}}", api.replace, methods=["PUT"]),
        Route(f"{PATH}/{{application_id}}", api.delete, methods=["DELETE"]),
    ]


# Pairs of accounts that are gone: to make one takes longer than most tests that need one.
_SPARE: list[Json] = []


@dataclass(eq=False)
class ApplicationApi:
    """The five operations."""

    account: Account
    _made: list[Json] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Leave the pairs that are made here to others afterwards."""
        weakref.finalize(self, _SPARE.extend, self._made).atexit = False

    async def list(self, request: Request) -> Response:
        """`GET /v2/applications?page_size&page`."""
        self._admit(request)
        size, page = _paging(request)
        everything = list(self.account.applications.values())
        pages = max(1, -(-len(everything) // size))
        shown = everything[(page - 1) * size : page * size]
        return JSONResponse(
            {
                "page_size": size,
                "page": page,
                "total_items": len(everything),
                "total_pages": pages,
                "_embedded": {"applications": [_as_read(application) for application in shown]},
                "_links": page_links(request, size, "page", page, range(1, pages + 1)),
            }
        )

    async def create(self, request: Request) -> Response:
        """`POST /v2/applications`: 201, with the private key if the pair was made here."""
        self._admit(request)
        document = self._valid(await json_object(request))
        keys = document.get("keys") or self._key_pair()
        application = {"id": self.account.identifiers.uuid(), **document, "keys": keys}
        self._store(application)
        return JSONResponse({**_as_read(application), "keys": keys}, 201)

    async def read(self, request: Request) -> Response:
        """`GET /v2/applications/{id}`."""
        self._admit(request)
        return JSONResponse(_as_read(self._find(request)))

    async def replace(self, request: Request) -> Response:
        """`PUT /v2/applications/{id}`: the sent document takes the place of the old one, unless switched."""
        self._admit(request)
        old = self._find(request)
        sent = await json_object(request)
        merges = self.account.switches.application_put == "merge"
        document = self._valid(_merged(old, sent) if merges else sent)
        keys = document.get("keys")
        if keys is None:
            rotates = self.account.switches.put_without_keys == "rotate"
            keys = self._key_pair() if rotates else {"public_key": old["keys"]["public_key"]}
        application = {"id": old["id"], **document, "keys": keys}
        self._store(application)
        return JSONResponse({**_as_read(application), "keys": keys})

    async def delete(self, request: Request) -> Response:
        """`DELETE /v2/applications/{id}`: 204 and no way back."""
        self._admit(request)
        gone = self._find(request)["id"]
        self.account.applications = {k: v for k, v in self.account.applications.items() if k != gone}
        if self.account.switches.unlink_on_application_delete:
            self.account.unlink_numbers_of(gone)
        return Response(status_code=204)

    def _key_pair(self) -> Json:
        try:
            pair = _SPARE.pop()
        except IndexError:
            pair = new_key_pair()
        self._made.append(pair)
        return pair

    def _admit(self, request: Request) -> None:
        if not has_basic_credentials(request, self.account):
            raise unauthorized()
        check_media_types(request)

    def _find(self, request: Request) -> Json:
        application_id = request.path_params["application_id"]
        if application_id not in self.account.applications:
            raise not_found(application_id)
        return self.account.applications[application_id]

    def _store(self, application: Json) -> None:
        kept = {**application, "keys": {"public_key": application["keys"]["public_key"]}}
        self.account.applications = {**self.account.applications, application["id"]: kept}

    def _valid(self, body: Json) -> Json:
        sent = {name: value for name, value in body.items() if name not in READ_ONLY}
        found = [*violations(Application, sent, strict=True), *_key_violations(sent.get("keys"))]
        unknown = [violation.field for violation in found if violation.kind == "unknown"]
        treatment = self.account.switches.unknown_fields
        refused = [each for each in found if treatment == "refuse" or not _is_ignored(each)]
        if refused:
            raise invalid("payload-validation", list(map(as_parameter, refused)), section=SECTION)
        document = sent if treatment == "keep" else _without(sent, unknown)
        capabilities = with_defaults(document.get("capabilities", {}), self.account.switches.unset_fallback)
        privacy = {"improve_ai": True, **document.get("privacy", {})}
        keys = document.pop("keys", None) or {}
        given = {"keys": {"public_key": keys["public_key"]}} if "public_key" in keys else {}
        return {**document, "privacy": privacy, "capabilities": capabilities, **given}


def new_key_pair() -> Json:
    """A 2048-bit RSA pair as PEM: `{"public_key", "private_key"}`, the private one PKCS#8."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return {"public_key": public.decode(), "private_key": private.decode()}


def _merged(old: Json, sent: Json) -> Json:
    """The old document with the members that were sent in place of its own, capability by capability."""
    kept = {name: old[name] for name in ("name", "privacy", "capabilities")}
    capabilities = sent.get("capabilities", {})
    if isinstance(capabilities, dict):
        capabilities = {**old["capabilities"], **capabilities}
    return {**kept, **sent, "capabilities": capabilities}


def _as_read(application: Json) -> Json:
    return {**application, "_links": {"self": {"href": f"{PATH}/{application['id']}"}}}


def _paging(request: Request) -> tuple[int, int]:
    found, values = [], []
    for name, default, highest in (("page_size", 10, 100), ("page", 1, None)):
        sent = request.query_params.get(name, str(default))
        value = whole_number(sent)
        if value < 1 or (highest and value > highest):
            reason = f"must be between 1 and {highest}" if highest else "must be greater than 0"
            found.append(InvalidParameter(name, reason))
        values.append(value)
    if found:
        raise invalid("list-validation", found, section=SECTION)
    return values[0], values[1]


def _is_ignored(violation: Violation) -> bool:
    """Whether it is merely an unknown field. Rtc refuses webhooks it hasn't: Nexmo/nexmo-developer#1612."""
    return violation.kind == "unknown" and violation.field.rpartition(".")[0] != "capabilities.rtc.webhooks"


def _key_violations(keys: object) -> Iterator[Violation]:
    sent = keys.get("public_key") if isinstance(keys, dict) else None
    try:
        key = serialization.load_pem_public_key(sent.encode()) if isinstance(sent, str) else None
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if isinstance(sent, str) and not isinstance(key, rsa.RSAPublicKey):
        yield Violation("wrong", "keys.public_key", sent, "a valid RSA public key in PEM format")


def _without(members: Json, paths: Collection[str], path: str = "") -> Json:
    """An object without the members at these dotted paths."""
    kept = {name: member for name, member in members.items() if path + name not in paths}
    return {
        name: _without(member, paths, f"{path}{name}.") if isinstance(member, dict) else member
        for name, member in kept.items()
    }
