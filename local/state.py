"""What is running, in .local/state.json, for scripts and for the next command."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from local import private, service
from local.service import Service
from operate import paths
from operate.errors import OperatorError

FILE = paths.STATE


@dataclass(frozen=True)
class State:
    """A running local stage.

    `aws_access_key_id` and `aws_secret_access_key` are the embedded AWS's root user's, new with each start.
    `webhook_url` is an address that answers on this machine: its `/answer` is the answer webhook.
    """

    aws_url: str
    vonage_url: str
    console_url: str
    webhook_url: str
    stack_name: str
    application_id: str
    api_key: str
    api_secret: str
    signature_secret: str
    aws_access_key_id: str
    aws_secret_access_key: str
    aws_region: str
    numbers: list[str]
    services: list[Service] = field(default_factory=list)


def save(state: State) -> None:
    """Write the state, readable by this user alone: it holds the keys of both accounts."""
    FILE.parent.mkdir(exist_ok=True)
    private.write(FILE, json.dumps(asdict(state), indent=2) + "\n")


def load() -> State:
    """The running stage.

    Raises:
        OperatorError: Nothing is running, or not all of it, or another version of this project started it.
    """
    servers = started() if FILE.exists() else []
    ended = [server.name for server in servers if not service.alive(server)]
    if ended == [server.name for server in servers]:
        raise _nothing()
    if ended:
        raise OperatorError(
            f"Of what `make up` started, {ended[0]} has ended.",
            f"{paths.LOGS} may say why. Start it all again: make down && make up",
        )
    try:
        return State(**{**_saved(), "services": servers})
    except TypeError as error:
        raise OperatorError(
            "What is running was started by another version of this project.",
            "Start it again: make down && make up",
        ) from error


def started() -> list[Service]:
    """The servers that `make up` started, whether or not they still run.

    Raises:
        OperatorError: Nothing was started, or what was written about it can't be read.
    """
    try:
        return [Service(**server) for server in _saved()["services"]]
    except FileNotFoundError:
        raise _nothing() from None
    except (ValueError, TypeError, KeyError) as error:
        raise OperatorError(
            f"{FILE} isn't what this version of the project writes.",
            "Delete it. If `make up` then finds a port in use, end what listens there.",
        ) from error


def running() -> bool:
    """Whether anything that was started still runs; after a restart of the machine nothing does."""
    return FILE.exists() and any(map(service.alive, started()))


def forget() -> None:
    """Remove the state."""
    FILE.unlink(missing_ok=True)


def _saved() -> dict[str, Any]:
    saved: dict[str, Any] = json.loads(FILE.read_text())
    return saved


def _nothing() -> OperatorError:
    return OperatorError("Nothing is running here.", "Start it with `make up`.")
