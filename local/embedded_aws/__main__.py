"""Run the emulator behind its guard: `python -P local/embedded_aws`, by the emulator's Python.

Left alone, the emulator takes whoever names the key `test`, a number or no key at all for its root user,
without looking at the signature, and a function's secret follows from its name. Here the root user has the
key that `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` give, functions have secrets that nobody can work
out, and each request is checked against them. What its HTTP APIs leave out of a request, such as the domain
that was asked, is completed: a function sees what it would see on AWS.
"""

import hashlib
import hmac
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs
from uuid import uuid4

sys.path.append(str(Path(__file__).resolve().parents[2]))

from ministack import app
from ministack.core import iam_evaluator, lambda_runtime, sigv4
from ministack.core.iam_evaluator import AuthError
from ministack.services import apigateway_v1, lambda_svc, sts

from local.embedded_aws import instances, items
from local.embedded_aws.guard import Guard, Refusal, Scope
from vonage_simulator.testing.aws.gateway_event import as_on_aws

ROOT_KEY, ROOT_SECRET = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]
Query, Headers = Mapping[str, list[str]], Mapping[str, str]
Wrong = tuple[str, str]  # AWS's word for it, and a sentence

ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED = ("MissingAuthenticationToken", "Request is missing Authentication Token")


def check_signature(scope: Scope, body: bytes) -> Refusal | None:
    """What AWS would answer a request that isn't signed by a key of the emulator; None when it is."""
    headers = _joined(scope)
    query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    request = (scope["method"], scope["raw_path"].decode("latin-1"), query, headers, body)
    wrong = _in_header(*request) if "authorization" in headers else _in_address(*request)
    if wrong is None:
        return None
    service = app.detect_service(scope["method"], scope["path"], headers, query)
    in_its_words = app._credential_failure  # noqa: SLF001 - each service has a form of its own for it
    return Refusal(*in_its_words(service, "", str(uuid4()), AuthError(*wrong), headers))


def _in_header(method: str, path: str, query: Query, headers: Headers, body: bytes) -> Wrong | None:
    signature = sigv4.parse_header_signature(headers)
    if not headers["authorization"].startswith(f"{ALGORITHM} "):
        return UNSIGNED
    if isinstance(signature, tuple):
        return signature
    if late := sigv4.request_time_failure(signature):
        return late
    secret = _secret_of(signature.access_key_id, headers.get("x-amz-security-token", ""))
    if isinstance(secret, tuple):
        return secret
    return sigv4.header_signature_failure(signature, secret, method, path, query, headers, body)


def _in_address(method: str, path: str, query: Query, headers: Headers, body: bytes) -> Wrong | None:
    signature = sigv4.parse_query_signature(query)
    if query.get("X-Amz-Algorithm") != [ALGORITHM]:
        return UNSIGNED
    if isinstance(signature, tuple):
        return signature
    if late := _expiry(signature.amz_date, query):
        return late
    secret = _secret_of(signature.access_key_id, query.get("X-Amz-Security-Token", [""])[0])
    if isinstance(secret, tuple):
        return secret
    return sigv4.header_signature_failure(
        signature, secret, method, path, query, headers, body, presigned=True
    )


def _secret_of(key: str, session_token: str) -> str | Wrong:
    known = iam_evaluator.resolve_credential(key, session_token=session_token)
    if isinstance(known, iam_evaluator.CredentialResolutionError):
        return known.code, known.message
    secret: str = known.secret_access_key
    return secret


def _expiry(signed_at: str, query: Query) -> Wrong | None:
    try:
        expired = sigv4.presigned_request_is_expired(signed_at, query["X-Amz-Expires"][0])
    except (KeyError, ValueError):
        expired = True
    return ("RequestExpired", "Request has expired") if expired else None


def _joined(scope: Scope) -> dict[str, str]:
    """The headers of a request; several lines of one name joined as SigV4 signs them."""
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), sigv4.decode_header_value(value)
        headers[key] = f"{headers[key]},{text}" if key in headers else text
    return headers


def _execution_credentials(config: Mapping[str, str]) -> dict[str, str]:
    """A function's credentials as the emulator makes them, but with a secret that is one."""
    arn, role = config["FunctionArn"], config.get("Role", "").rpartition("/")[2]
    key, secret, token = (_derived(what, arn, role) for what in ("key", "secret", "token"))
    name, account = config["FunctionName"][:64], arn.split(":")[4]
    session = {
        "Arn": f"arn:aws:sts::{account}:assumed-role/{role}/{name}",
        "UserId": f"{role}:{name}",
        "SecretAccessKey": secret,
        "SessionToken": token,
    }
    sts.register_session(key := f"ASIA{key[:16].upper()}", session)
    return {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_SESSION_TOKEN": token}


def _derived(*names: str) -> str:
    """The same for a function's every instance, for as long as the root key lives."""
    return hmac.new(ROOT_SECRET.encode(), ":".join(names).encode(), hashlib.sha256).hexdigest()


if __name__ == "__main__":
    iam_evaluator.is_root_access_key = ROOT_KEY.__eq__
    lambda_runtime.execution_credentials = _execution_credentials  # before the Lambda service takes it over
    execute = lambda_svc._execute_function_with_config_scope  # noqa: SLF001 - what its HTTP APIs call
    lambda_svc._execute_function_with_config_scope = lambda function, event: execute(  # noqa: SLF001
        function, as_on_aws(event)
    )
    instances.install()
    items.install()
    app.app = Guard(
        app.app,
        check_signature,
        lambda host: apigateway_v1.resolve_base_path_mapping(host.partition(":")[0].lower(), "/") is not None,
    )
    app.main()
