"""What came through CloudFront, and what went round it: CloudFront sends a secret along that nobody else has.

It asks the API by the API's own name, so addresses that a flow gives to Vonage have to be made of the
domain's.

Source: CloudFront Developer Guide, "Add custom headers to origin requests".
"""

import hmac
import os

from switchboard.environment import required
from switchboard.errors import BypassedError
from switchboard.request import Request

HEADER = "x-switchboard-origin"


def arrived(request: Request, secrets: str) -> Request:
    """The request as it was sent to the domain, if CloudFront brought it; else as it is.

    Args:
        request: the request.
        secrets: those that CloudFront may send, with blanks between them: two, so that one can be renewed.

    Raises:
        BypassedError: it came by another way, and the domain is the only one.
    """
    given = request.headers.get(HEADER, "").encode()
    if any(hmac.compare_digest(given, secret.encode()) for secret in secrets.split()):
        return request._replace(base_url=f"https://{required('SWITCHBOARD_DOMAIN')}")
    if os.environ.get("SWITCHBOARD_DOMAIN_ONLY") == "true":
        raise BypassedError
    return request
