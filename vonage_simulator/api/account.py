"""The account itself: its API secrets, and its balance.

Source: Vonage Account API reference: at most two secrets, never the last one deleted, values never returned;
8 to 25 characters with a lower-case and an upper-case letter and a digit.
"""

import re
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from vonage_simulator.account.account import Account
from vonage_simulator.api.authentication import has_basic_credentials, has_query_credentials
from vonage_simulator.api.problems import ErrorCodeError, InvalidParameter, ProblemError, unauthorized
from vonage_simulator.api.requests import check_media_types, json_object
from vonage_simulator.clock.clock import Clock
from vonage_simulator.types import Json

PATH = "/accounts/{api_key}/secrets"
SECTION = "/account/secret-management"
MOST_SECRETS = 2
TOO_WEAK = "Does not meet complexity requirements"
RULES = (r"[a-z]", r"[A-Z]", r"[0-9]", r"^.{8,25}$")


@dataclass
class AccountApi:
    """Its operations."""

    account: Account
    clock: Clock

    def routes(self) -> list[Route]:
        """The API's routes."""
        return [
            Route(PATH, self.list, methods=["GET"]),
            Route(PATH, self.create, methods=["POST"]),
            Route(PATH + "/{secret_id}", self.read, methods=["GET"]),
            Route(PATH + "/{secret_id}", self.revoke, methods=["DELETE"]),
            Route("/account/get-balance", self.balance, methods=["GET"]),
        ]

    async def list(self, request: Request) -> Response:
        """The secrets that work, without their values."""
        self._admit(request)
        shown = [self._shown(secret) for secret in self.account.api_secrets.values()]
        links = {"self": {"href": f"/accounts/{self.account.api_key}/secrets"}}
        return JSONResponse({"_links": links, "_embedded": {"secrets": shown}})

    async def create(self, request: Request) -> Response:
        """One more secret; the old one goes on working."""
        self._admit(request)
        value = (await json_object(request)).get("secret")
        if not isinstance(value, str) or not all(re.search(rule, value) for rule in RULES):
            raise _bad_secret("validation", InvalidParameter("secret", TOO_WEAK))
        if len(self.account.api_secrets) >= MOST_SECRETS:
            raise ProblemError(
                403, "add-excess-secret", "Secret Addition Forbidden",
                "Account reached maximum number [2] of allowed secrets", section=SECTION,
            )  # fmt: skip
        created_at = self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        return JSONResponse(self._shown(self.account.add_secret(value, created_at=created_at)), 201)

    async def read(self, request: Request) -> Response:
        """One secret, without its value."""
        self._admit(request)
        return JSONResponse(self._shown(self._find(request)))

    async def revoke(self, request: Request) -> Response:
        """From now on this secret does not work."""
        self._admit(request)
        gone = self._find(request)["id"]
        if len(self.account.api_secrets) == 1:
            raise ProblemError(
                403, "delete-last-secret", "Secret Deletion Forbidden",
                "An account must have at least one active secret",
                section=SECTION,
            )  # fmt: skip
        kept = {key: secret for key, secret in self.account.api_secrets.items() if key != gone}
        self.account.api_secrets = kept
        return Response(status_code=204)

    async def balance(self, request: Request) -> Response:
        """What is left on the account, in EUR."""
        if not (has_basic_credentials(request, self.account) or has_query_credentials(request, self.account)):
            raise ErrorCodeError(401, "authentication failed")
        return JSONResponse({"value": 10.0, "autoReload": False})

    def _admit(self, request: Request) -> None:
        if not has_basic_credentials(request, self.account):
            raise unauthorized()
        check_media_types(request)
        api_key = request.path_params["api_key"]
        if api_key != self.account.api_key:
            raise _unknown(f"API key '{api_key}' does not exist, or you do not have access")

    def _find(self, request: Request) -> Json:
        secret_id = request.path_params["secret_id"]
        if secret_id not in self.account.api_secrets:
            raise _unknown(f"Secret '{secret_id}' does not exist, or you do not have access")
        return self.account.api_secrets[secret_id]

    def _shown(self, secret: Json) -> Json:
        link = f"/accounts/{self.account.api_key}/secrets/{secret['id']}"
        shown = {"id": secret["id"], "created_at": secret["created_at"]}
        return {"_links": {"self": {"href": link}}, **shown}


def _bad_secret(fragment: str, parameter: InvalidParameter) -> ProblemError:
    extra = {"invalid_parameters": [parameter.as_json()]}
    detail = "The request failed due to secret validation errors"
    return ProblemError(400, fragment, "Bad Request", detail, section=SECTION, extra=extra)


def _unknown(detail: str) -> ProblemError:
    return ProblemError(404, "invalid-api-key", "Invalid API Key", detail, section="")
