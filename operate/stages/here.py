"""The stage `local`: the stack that `make up` runs on this machine, with its AWS and its Vonage.

What is needed to reach it stands in .local/state.json, which `make up` writes.
"""

import json
import os
import socket
from collections.abc import Mapping
from urllib.parse import urlsplit

from operate import paths
from operate.errors import OperatorError

STAGE = "local"
_PATIENCE_S = 2.0
_AGAIN = "Start it again: make down && make up"
# What could lead away from here: to a real account, to another endpoint, or to a proxy.
_ASTRAY = ("AWS_", "VONAGE_")
_DIRECTLY = "127.0.0.1,localhost"


def running() -> dict[str, str]:
    """What `make up` wrote about the stage, texts alone.

    Raises:
        OperatorError: Nothing runs, or what was written can't be read.
    """
    try:
        saved = json.loads(paths.STATE.read_text())
        state = {name: value for name, value in saved.items() if isinstance(value, str)}
        where = urlsplit(state["aws_url"])
        environment(state)
        socket.create_connection((where.hostname, where.port), _PATIENCE_S).close()
    except FileNotFoundError:
        raise OperatorError("Nothing is running here.", "Start it with `make up`.") from None
    except OSError as error:
        raise OperatorError("What `make up` started doesn't answer any more.", _AGAIN) from error
    except (ValueError, AttributeError, KeyError) as error:
        raise OperatorError(
            "What is running was started by another version of this project.", _AGAIN
        ) from error
    return state


def environment(state: Mapping[str, str]) -> dict[str, str]:
    """The variables that lead boto3 and our own commands to the stage."""
    return {
        "AWS_ENDPOINT_URL": state["aws_url"],
        "AWS_ACCESS_KEY_ID": state["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": state["aws_secret_access_key"],
        "AWS_DEFAULT_REGION": state["aws_region"],
        "VONAGE_API_URL": state["vonage_url"],
        "NO_PROXY": _DIRECTLY,
        "no_proxy": _DIRECTLY,
    }


def enter(stage: Mapping[str, str]) -> None:
    """Let this process see the stage's AWS and Vonage, and no other."""
    for name in [name for name in os.environ if name.startswith(_ASTRAY)]:
        del os.environ[name]
    os.environ.update(stage)


def refuse(stage: str, cause: str, next_step: str) -> None:
    """Refuse what the stage on this machine can't do, before anything is asked of it.

    Raises:
        OperatorError: It is this stage that was named.
    """
    if stage == STAGE:
        raise OperatorError(cause, next_step)
