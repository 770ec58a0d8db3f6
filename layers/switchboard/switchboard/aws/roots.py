"""Whom AWS's certificates are from: Amazon's own roots first, all of the system's where these aren't enough.

The system has 140, and to read them takes two fifths of a bare handler's whole cold start. Whoever sets
`SSL_CERT_FILE` or `SSL_CERT_DIR` has chosen whom to trust, and that is kept to.

Source: Amazon Trust Services, https://www.amazontrust.com/repository/, which recommends all five for trust
stores of one's own; `amazon_cacert.pem` has them.
"""

import functools
import os
import ssl

_AMAZONS = os.path.join(os.path.dirname(__file__), "amazon_cacert.pem")  # noqa: PTH118, PTH120 - pathlib is 3 ms


class Roots:
    """The roots that are trusted.

    Args:
        few: a file with some of them, to begin with; the system's own if empty.
    """

    def __init__(self, few: str) -> None:
        self._few = few
        self._context: ssl.SSLContext | None = None

    @property
    def context(self) -> ssl.SSLContext:
        """A client's context that trusts them; they are read at the first look."""
        if self._context is None:
            self._context = ssl.create_default_context(cafile=self._few or None)
        return self._context

    def widen(self) -> bool:
        """From now on trust all that the system does; gives whether that is anything else."""
        if not self._few:
            return False
        self._few, self._context = "", None
        return True


@functools.cache
def roots() -> Roots:
    """Those of this process."""
    is_chosen = os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR")
    return Roots("" if is_chosen else _AMAZONS)
