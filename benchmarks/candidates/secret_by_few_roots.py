"""The answer function as it is deployed, but trusting only a handful of roots instead of the system's 140."""

import os
import re
import ssl
from pathlib import Path

from switchboard.aws import signed

_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", re.DOTALL)
_ROOTS = "".join(_PEM.findall(Path(os.environ["SSL_CERT_FILE"]).read_text())[-5:])


def _tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=_ROOTS)
    return context


signed._tls = _tls

from app import lambda_handler  # noqa: E402

__all__ = ["lambda_handler"]
