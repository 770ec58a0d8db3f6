"""What is running, in .local/state.json, for scripts and for the next command."""

import json
from dataclasses import asdict, dataclass, field

from local import service
from local.service import Service
from operate import paths
from operate.errors import OperatorError


@dataclass(frozen=True)
class State:
    """A running local stage.

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
    numbers: list[str]
    services: list[Service] = field(default_factory=list)


def save(state: State) -> None:
    """Write the state, readable by this user alone: it holds the simulated account's secrets."""
    paths.LOCAL.mkdir(exist_ok=True)
    paths.STATE.touch(mode=0o600)
    paths.STATE.write_text(json.dumps(asdict(state), indent=2) + "\n")


def load() -> State:
    """The running stage.

    Raises:
        OperatorError: Nothing is running.
    """
    try:
        saved = json.loads(paths.STATE.read_text())
    except FileNotFoundError:
        raise OperatorError("Nothing is running here.", "Start it with `make up`.") from None
    return State(**{**saved, "services": [Service(**server) for server in saved["services"]]})


def running() -> bool:
    """Whether a stage that was saved is still there; one that a restart of the machine ended is not."""
    return paths.STATE.exists() and any(service.alive(server) for server in load().services)


def forget() -> None:
    """Remove the state."""
    paths.STATE.unlink(missing_ok=True)
