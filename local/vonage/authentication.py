"""Who is calling an API: HTTP Basic with the account's key and secret."""

import base64
import binascii

from starlette.requests import Request

from local.vonage.account import Account


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
