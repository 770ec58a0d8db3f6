"""One signed AWS call over a kept-alive connection, standard library only.

For the two calls that stand on a webhook's path: reading a secret and sending to a queue. boto3 would cost
three times the whole answer function (147 ms of CPU to import, 55 ms for the first client). Everything that
is off that path uses boto3. Tests hold the signature equal to botocore's.

Source: AWS, "Signature Version 4 signing process", and the JSON protocols of Secrets Manager (1.1) and SQS
    (1.0).
"""

import hashlib
import hmac
import http.client
import json
import os
import ssl
import time
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from switchboard.aws.roots import roots
from switchboard.environment import required
from switchboard.errors import AwsError

_TRANSIENT = {
    "ThrottlingException",
    "RequestThrottled",
    "KmsThrottled",
    "InternalFailure",
    "InternalServiceError",
}


# A connection that was idle for longer may be dead without telling: the environment was frozen in between.
_IDLE_S = 20


class _Kept(NamedTuple):
    endpoint: str
    connection: http.client.HTTPConnection
    used_at: float

    def is_usable(self, endpoint: str) -> bool:
        """Whether it leads there and is open, as far as one can tell: services close theirs after a reply."""
        is_open = bool(self.connection.sock) and time.time() - self.used_at <= _IDLE_S
        return is_open and self.endpoint == endpoint


class _InOnePiece(http.client.HTTPConnection):
    """Sends head and body of a request together: over TLS each would be a record, and a system call."""

    _head = b""

    def send(self, data: Any) -> None:  # noqa: ANN401 - as http.client has it; bytes here
        """Keep the head back until the body is there; each of our requests has one."""
        if data.endswith(b"\r\n\r\n"):
            self._head = data
            return
        head, self._head = self._head, b""
        super().send(head + data)


class _TlsInOnePiece(_InOnePiece, http.client.HTTPSConnection):
    """The same over TLS."""


class Service:
    """An AWS service that speaks JSON, reached at the environment's region or `AWS_ENDPOINT_URL`.

    Args:
        name: the name in its host and in signatures, such as `secretsmanager`.
        target: the prefix of `X-Amz-Target`, such as `secretsmanager` or `AmazonSQS`.
        json_version: `1.0` or `1.1`.
        endpoint_variable: the environment variable that overrides the endpoint of this service alone.
    """

    def __init__(self, name: str, target: str, json_version: str, endpoint_variable: str) -> None:
        self._name = name
        self._target = target
        self._content_type = f"application/x-amz-json-{json_version}"
        self._endpoint_variable = endpoint_variable
        self._kept: _Kept | None = None

    def call(self, action: str, parameters: Mapping[str, Any], *, timeout_s: float) -> dict[str, Any]:
        """The service's reply. What may succeed the second time is tried again, within the same `timeout_s`.

        Raises:
            AwsError: the service refused, failed, or did not answer in time.
        """
        body = json.dumps(parameters).encode()
        started = time.monotonic()
        try:
            return self._attempt(action, body, started + timeout_s / 2)
        except AwsError as failure:
            if not failure.retryable:
                raise
            return self._attempt(action, body, started + timeout_s)

    def close(self) -> None:
        """Close the kept connection; the next call opens another."""
        if self._kept:
            self._kept.connection.close()
        self._kept = None

    def _attempt(self, action: str, body: bytes, give_up_at: float) -> dict[str, Any]:
        endpoint = self._endpoint()
        headers = {
            "content-type": self._content_type,
            "host": urlsplit(endpoint).netloc,
            "x-amz-target": f"{self._target}.{action}",
        }
        try:
            connection = self._connection(endpoint, give_up_at)
            connection.request("POST", "/", body, sign(self._name, headers, body))
            connection.sock.settimeout(_left(give_up_at))
            response = connection.getresponse()
            reply = response.read()
        except (OSError, http.client.HTTPException) as exc:
            self.close()
            raise AwsError(action, type(exc).__name__, retryable=True) from exc
        except BaseException:
            self.close()  # cut off by a deadline: the reply to this must not be taken for the next one's
            raise
        return _result(action, response.status, reply)

    def _connection(self, endpoint: str, give_up_at: float) -> http.client.HTTPConnection:
        if self._kept and self._kept.is_usable(endpoint):
            connection = self._kept.connection
        else:
            self.close()
            connection = _connect(endpoint, give_up_at)
        self._kept = _Kept(endpoint, connection, time.time())  # at once: what fails from now on closes it
        connection.sock.settimeout(_left(give_up_at))
        return connection

    def _endpoint(self) -> str:
        override = os.environ.get(self._endpoint_variable) or os.environ.get("AWS_ENDPOINT_URL")
        if override:
            return override.rstrip("/")
        suffix = os.environ.get("SWITCHBOARD_URL_SUFFIX") or "amazonaws.com"  # AWS::URLSuffix
        return f"https://{self._name}.{required('AWS_REGION')}.{suffix}"


def prepare() -> None:
    """Read the trusted roots now, which the first request over TLS then does not wait for."""
    _ = roots().context


def sign(service: str, headers: Mapping[str, str], body: bytes, now: float | None = None) -> dict[str, str]:
    """The headers of a POST to `/`, completed with a Signature Version 4 by the environment's credentials.

    Args:
        service: the service's name in the credential scope.
        headers: lower-case names; `host` among them. All of them are signed.
        body: the request's body.
        now: Unix time in seconds; the current time when absent.
    """
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    signed = {**headers, "x-amz-date": stamp}
    if token := os.environ.get("AWS_SESSION_TOKEN"):
        signed["x-amz-security-token"] = token
    names = sorted(signed)
    canonical = "\n".join(
        ["POST", "/", "", *(f"{name}:{signed[name]}" for name in names), "", ";".join(names), _sha256(body)]
    )
    scope = f"{stamp[:8]}/{required('AWS_REGION')}/{service}/aws4_request"
    key = f"AWS4{required('AWS_SECRET_ACCESS_KEY')}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    to_sign = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{_sha256(canonical.encode())}"
    signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
    signed["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={required('AWS_ACCESS_KEY_ID')}/{scope}, "
        f"SignedHeaders={';'.join(names)}, Signature={signature}"
    )
    return signed


def _connect(endpoint: str, give_up_at: float) -> http.client.HTTPConnection:
    url = urlsplit(endpoint)
    timeout_s = _left(give_up_at)
    if url.scheme == "https":
        connection: _InOnePiece = _TlsInOnePiece(url.netloc, timeout=timeout_s, context=roots().context)
    else:
        connection = _InOnePiece(url.netloc, timeout=timeout_s)
    try:
        connection.connect()
    except ssl.SSLCertVerificationError:
        connection.close()
        if not roots().widen():
            raise
        return _connect(endpoint, give_up_at)
    return connection


def _left(give_up_at: float) -> float:
    left = give_up_at - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _result(action: str, status: int, body: bytes) -> dict[str, Any]:
    try:
        reply = json.loads(body or b"{}")
    except ValueError:
        reply = {}
    if status == http.client.OK and isinstance(reply, dict):
        return reply
    told = reply if isinstance(reply, dict) else {}
    code = str(told.get("__type") or status).rpartition("#")[2]
    message = str(told.get("message") or told.get("Message") or "")
    raise AwsError(
        action, code, message, retryable=status >= http.client.INTERNAL_SERVER_ERROR or code in _TRANSIENT
    )
