"""The embedded AWS: ministack, an emulator from PyPI that needs neither Docker nor an account.

It runs in an environment of its own, so that its pins never touch ours. IAM is enforced. It runs code as the
person who started it, so it hears nobody without one of its keys: see `embedded_aws`. Where it differs from
AWS, `template` and `gateway` make up for it; the project's own template never does.
"""

import functools
import json
import secrets
import shutil
import threading
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from local import private, service
from operate import paths
from operate.errors import OperatorError

if TYPE_CHECKING:
    import boto3

PYTHON = paths.LOCAL / "aws" / "bin" / "python"
NAME, PORT_SETTING = "the embedded AWS", "AWS_PORT"
REGION = "us-east-1"
ACCOUNT_ID = "000000000000"
ROOT_USER = "root_user.json"


def start(port: int, log: Path, vonage_url: str = "") -> service.Service:
    """Start the embedded AWS on 127.0.0.1.

    Functions inherit its environment. So AWS_ENDPOINT_URL stays unset in it, as the emulator points them at
    itself only when nothing else does; it says where this CloudFormation takes answers, by the name that the
    emulator gives it there; and it has what `LoggingConfig: {LogFormat: JSON}` makes Lambda set.

    Args:
        port: Where it listens.
        log: Takes what it prints.
        vonage_url: The simulated Vonage, which is told what functions say that answer nobody.
    """
    service.refuse_busy_port(NAME, port, PORT_SETTING)  # the folder belongs to who listens there
    temporary = _folder(port)
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(mode=0o700, parents=True)
    return service.start(
        NAME,
        [str(PYTHON), "-P", str(paths.ROOT / "local" / "embedded_aws")],
        port=port,
        health_path="/_ministack/health",
        log=log,
        port_setting=PORT_SETTING,
        scratch=temporary,
        environment=service.clean_environment(
            AUTH="true",
            BIND_HOST="127.0.0.1",
            GATEWAY_PORT=str(port),
            IOT_MTLS_PORT="0",
            TMPDIR=str(temporary),
            MINISTACK_REGION=REGION,
            AWS_ENDPOINT_URL_CLOUDFORMATION=f"http://localhost:{port}",
            AWS_LAMBDA_LOG_FORMAT="JSON",
            AWS_LAMBDA_LOG_LEVEL="INFO",
            SIMULATED_VONAGE_URL=vonage_url,
            **_new_root_user(temporary),
        ),
    )


def root_user(url: str) -> dict[str, str]:
    """The root user of an embedded AWS that runs: its key and Region, by the names of AWS's variables.

    Raises:
        OperatorError: None that was started here listens at that address.
    """
    try:
        user: dict[str, str] = json.loads((_folder(urlsplit(url).port) / ROOT_USER).read_text())
    except FileNotFoundError:
        raise OperatorError(
            f"The key of the embedded AWS at {url} is gone.", "make down && make up"
        ) from None
    return user


def environment(url: str) -> dict[str, str]:
    """What a process needs in its environment to reach the embedded AWS instead of AWS."""
    return service.clean_environment(AWS_ENDPOINT_URL=url, **root_user(url))


def session(url: str) -> "boto3.Session":
    """A boto3 session of the root user of an embedded AWS."""
    user = root_user(url)
    return _session(user["AWS_ACCESS_KEY_ID"], user["AWS_SECRET_ACCESS_KEY"], threading.get_ident())


@functools.lru_cache(maxsize=16)
def _session(key: str, secret: str, _thread: int) -> "boto3.Session":
    """What is asked several times a second: a new one reads AWS's models again. Threads can't share one."""
    import boto3  # a third of what the simulated Vonage would import

    return boto3.Session(aws_access_key_id=key, aws_secret_access_key=secret, region_name=REGION)


def _new_root_user(folder: Path) -> dict[str, str]:
    """Another one with each start, kept where only the person who started it can read."""
    user = {
        "AWS_ACCESS_KEY_ID": f"AKIA{secrets.token_hex(8).upper()}",
        "AWS_SECRET_ACCESS_KEY": secrets.token_urlsafe(30),
        "AWS_DEFAULT_REGION": REGION,
    }
    private.write(folder / ROOT_USER, json.dumps(user))
    return user


def _folder(port: int | None) -> Path:
    """What goes with the embedded AWS on a port: its files, and its root user's key."""
    return paths.LOCAL / f"aws-{port}"
