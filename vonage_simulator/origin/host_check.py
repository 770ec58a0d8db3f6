"""Who may talk to a server on loopback: programs on this machine, not web pages that somebody looks at.

A page of another site could send requests to 127.0.0.1, or reach it under a name of its own. So the Host
has to be this machine's, and a browser's request has to come from the server's own pages.
"""

import re

_THIS_MACHINE = re.compile(r"(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]+)?", re.ASCII | re.IGNORECASE)
# What a browser says of a request that its own page or the person at the keyboard made.
# Source: W3C, "Fetch Metadata Request Headers", Sec-Fetch-Site.
_OWN_SITES = (None, "same-origin", "none")


def is_this_machine(host: str) -> bool:
    """Whether a Host header names this machine and nothing else."""
    return _THIS_MACHINE.fullmatch(host) is not None


def refusal(host: str | None, origin: str | None, fetch_site: str | None = None) -> str | None:
    """Why a request may not be heard, in a sentence; None when it may.

    Args:
        host: Its header Host.
        origin: Its header Origin, which browsers add to what a page sends.
        fetch_site: Its header Sec-Fetch-Site, which they add to everything.
    """
    if host is None or not is_this_machine(host):
        return f"the Host {host!r} is not this machine; use http://127.0.0.1"
    if origin is not None and origin.partition("://")[2] != host:
        return f"a page of {origin} may not talk to this server"
    if fetch_site not in _OWN_SITES:
        return "a page of another site may not talk to this server"
    return None
