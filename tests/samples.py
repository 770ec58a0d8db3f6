"""The samples of `events/`: payloads by the webhook that receives them, and commands."""

import json
from pathlib import Path
from typing import Any, get_args

from switchboard.wire.classify import WebhookName

_FOLDER = Path(__file__).parents[1] / "events"
WEBHOOKS: tuple[WebhookName, ...] = get_args(WebhookName)


def sample(name: str) -> dict[str, Any]:
    """Return a fresh copy of the sample `events/<name>.json`."""
    payload: dict[str, Any] = json.loads((_FOLDER / f"{name}.json").read_text())
    return payload


def payloads() -> list[str]:
    """Return the names of the payloads of all webhooks."""
    return sorted(path.stem for path in _FOLDER.glob("*.json") if not path.stem.startswith("command_"))


def commands() -> list[str]:
    """Return the names of the commands."""
    return sorted(path.stem for path in _FOLDER.glob("command_*.json"))


def webhook_of(name: str) -> WebhookName:
    """Return the webhook that receives a sample: the name begins with it."""
    return next(webhook for webhook in WEBHOOKS if name.startswith(f"{webhook}_"))
