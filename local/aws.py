"""The embedded AWS: ministack, an emulator from PyPI that needs neither Docker nor an account.

It runs in an environment of its own, so that its pins never touch ours. IAM is enforced. Where it differs
from AWS, `template` and `gateway` make up for it; the project's own template never does.
"""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from local import service
from operate import paths

if TYPE_CHECKING:
    import boto3

PYTHON = paths.LOCAL / "aws" / "bin" / "python"
REGION = "us-east-1"
ACCOUNT_ID = "000000000000"
# The emulator's root user. It guards nothing: the emulator listens on loopback only.
ROOT_USER = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION}


def start(port: int, log: Path) -> service.Service:
    """Start the embedded AWS on 127.0.0.1.

    Functions inherit its environment. So AWS_ENDPOINT_URL stays unset in it, as the emulator points them at
    itself only when nothing else does; and it has what `LoggingConfig: {LogFormat: JSON}` makes Lambda set.
    """
    temporary = paths.LOCAL / f"aws-{port}"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    return service.start(
        "the embedded AWS",
        [str(PYTHON), "-m", "ministack"],
        port=port,
        health_path="/_ministack/health",
        log=log,
        port_setting="AWS_PORT",
        scratch=temporary,
        environment=service.clean_environment(
            AUTH="true",
            BIND_HOST="127.0.0.1",
            GATEWAY_PORT=str(port),
            IOT_MTLS_PORT="0",
            TMPDIR=str(temporary),
            MINISTACK_REGION=REGION,
            AWS_LAMBDA_LOG_FORMAT="JSON",
            AWS_LAMBDA_LOG_LEVEL="INFO",
        ),
    )


def environment(url: str) -> dict[str, str]:
    """What a process needs in its environment to reach the embedded AWS instead of AWS."""
    return service.clean_environment(AWS_ENDPOINT_URL=url, **ROOT_USER)


def session() -> "boto3.Session":
    """A boto3 session of the emulator's root user."""
    import boto3  # a third of what the simulated Vonage would import

    return boto3.Session(
        aws_access_key_id=ROOT_USER["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=ROOT_USER["AWS_SECRET_ACCESS_KEY"],
        region_name=REGION,
    )
