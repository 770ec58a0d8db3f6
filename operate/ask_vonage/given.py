"""What was typed: telephones, credentials, and the address at which Vonage reaches this machine."""

import getpass
from argparse import ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from urllib.parse import urlsplit

import httpx

from operate.arguments import number
from operate.ask_vonage.server import HOST, serving
from operate.ask_vonage.webhooks import Webhooks
from operate.credentials import SECRET_NAME, stored
from operate.errors import OperatorError
from operate.stages import here
from operate.stages.samconfig import settings_of

_REACHES_WITHIN_S = 10


def credentials(stage: str | None) -> tuple[str, str]:
    """The API key and secret, typed, or out of the secret of a stage.

    Raises:
        OperatorError: Something was left empty, or AWS refused.
    """
    if stage is not None:
        here.refuse(
            stage,
            "The Vonage on this machine is a simulated one, which knows no more than its documentation.",
            "Name a stage with an account: ENV=dev",
        )
        settings = settings_of(stage)
        settings.sign_in()
        return stored(settings.overrides.get("CredentialsSecret") or SECRET_NAME)
    try:
        typed = (
            getpass.getpass("API key (not shown): ").strip(),
            getpass.getpass("API secret (not shown): ").strip(),
        )
    except EOFError:
        typed = "", ""
    if not all(typed):
        raise OperatorError(
            "The API key or secret was left empty.", "Type both, or name a stage that has them: ENV=dev"
        )
    return typed


@contextmanager
def webhooks_at(url: str | None, port: int) -> Iterator[Webhooks | None]:
    """Where Vonage reaches this machine; None when no address was given.

    Raises:
        OperatorError: It can't.
    """
    if not url:
        yield None
        return
    with serving(port, monotonic, url) as webhooks:
        _refuse_unreachable(webhooks, port)
        yield webhooks


def _refuse_unreachable(webhooks: Webhooks, port: int) -> None:
    try:
        reached = httpx.get(webhooks.at("hello"), timeout=_REACHES_WITHIN_S).status_code == 204
    except httpx.HTTPError:
        reached = False
    if not reached:
        raise OperatorError(
            "The address doesn't lead here.",
            f"Start the tunnel to http://{HOST}:{port}, and give the address that it shows as URL.",
        )


def phones(given: str) -> tuple[str, ...]:
    """One telephone, or two with a comma.

    Raises:
        ArgumentTypeError: It can't be.
    """
    read = tuple(number(text) for text in given.split(","))
    if len(read) > 2:
        raise ArgumentTypeError("two telephones are enough")
    return read


def origin(text: str) -> str:
    """The address of a tunnel: https, but for one on this machine.

    Raises:
        ArgumentTypeError: It can't be.
    """
    parts = urlsplit(text)
    is_here = parts.scheme == "http" and parts.hostname == HOST
    if not (parts.scheme == "https" or is_here) or not parts.hostname or parts.path.strip("/"):
        raise ArgumentTypeError(f"{text!r} isn't an address such as https://shop.example.com")
    return text.rstrip("/")
