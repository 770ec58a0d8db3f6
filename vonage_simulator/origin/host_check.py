"""Who may talk to the simulator: programs on this machine, not web pages that somebody happens to look at.

A page of another site could send requests to 127.0.0.1, or reach it under a name of its own. So the Host
has to be this machine's, and a browser's request has to come from the simulator's own pages.
"""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

OWN_NAMES = {"127.0.0.1", "localhost", "::1"}


def refusal(request: Request) -> Response | None:
    """The 403 for a request that comes from elsewhere than this machine's programs and own pages."""
    host, origin = request.headers.get("host", ""), request.headers.get("origin")
    if urlsplit(f"//{host}").hostname not in OWN_NAMES:
        return _refused(f"the Host {host!r} is not this machine; use http://127.0.0.1")
    if origin is not None and urlsplit(origin).netloc != host:
        return _refused(f"a page of {origin} may not use the simulator")
    return None


def _refused(reason: str) -> Response:
    return JSONResponse({"error": reason}, 403)
