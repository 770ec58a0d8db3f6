"""Who is calling an API: HTTP Basic with the account's key and secret, or a JWT signed by an application.

Source: Vonage "Authentication": RS256, `application_id`, `iat` and a unique `jti` are required, `exp` is 15
minutes after `iat` unless given, at least 30 seconds and at most 24 hours.
"""

import base64
import binascii
import time

import jwt
from starlette.requests import Request

from vonage_simulator.account.account import Account
from vonage_simulator.api.problems import unauthorized
from vonage_simulator.types import Json

DEFAULT_LIFE_S = 15 * 60
SHORTEST_LIFE_S = 30
LONGEST_LIFE_S = 24 * 3600
CLOCK_SKEW_S = 30


def has_basic_credentials(request: Request, account: Account) -> bool:
    """Whether the request carries this account's key and one of its secrets."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        api_key, _, api_secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return False
    return account.accepts(api_key, api_secret)


def has_query_credentials(request: Request, account: Account) -> bool:
    """Whether the query carries them, as the Numbers API had it until 1.1.0 and some clients still do."""
    return account.accepts(
        request.query_params.get("api_key", ""), request.query_params.get("api_secret", "")
    )


class ApplicationTokens:
    """Checks application JWTs, and remembers their ids so that none is used for two different tokens."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._tokens_by_id: dict[str, str] = {}

    def application(self, request: Request) -> Json:
        """The application whose key signed the request's token.

        Raises:
            ProblemError: 401, for whatever is wrong with the token.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise unauthorized()
        try:
            stated = jwt.decode(token, options={"verify_signature": False})
            application = self._account.applications[stated["application_id"]]
            claims = jwt.decode(
                token,
                application["keys"]["public_key"],
                algorithms=["RS256"],
                leeway=CLOCK_SKEW_S,
                options={"require": ["iat", "jti"]},
            )
        except (jwt.PyJWTError, KeyError, TypeError) as error:
            raise unauthorized() from error
        self._check_life(claims)
        if self._tokens_by_id.setdefault(str(claims["jti"]), token) != token:
            raise unauthorized()
        return application

    def _check_life(self, claims: Json) -> None:
        ends = claims.get("exp", claims["iat"] + DEFAULT_LIFE_S)
        is_allowed = SHORTEST_LIFE_S <= ends - claims["iat"] <= LONGEST_LIFE_S
        if ends < time.time() - CLOCK_SKEW_S or not is_allowed:
            raise unauthorized()
