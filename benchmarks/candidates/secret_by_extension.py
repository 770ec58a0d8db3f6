"""The answer function, its secret read through the AWS Parameters and Secrets extension's local port."""

import http.client
import json
import os
import urllib.parse

from switchboard.aws.secret import Version
from switchboard.webhooks import signature_secrets


def _read(label: str) -> Version:
    port = int(os.environ["PARAMETERS_SECRETS_EXTENSION_HTTP_PORT"])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1.5)
    name = urllib.parse.quote(os.environ["SWITCHBOARD_SIGNATURE_SECRET"], safe="")
    token = {"X-Aws-Parameters-Secrets-Token": os.environ["AWS_SESSION_TOKEN"]}
    connection.request("GET", f"/secretsmanager/get?secretId={name}&versionStage={label}", headers=token)
    reply = json.loads(connection.getresponse().read())
    return Version(json.loads(reply["SecretString"]), None)


signature_secrets._prepare = lambda *_: None
signature_secrets._read_version = _read

from app import lambda_handler  # noqa: E402

__all__ = ["lambda_handler"]
