"""The functions' environment variables, as template.yaml sets them; read when needed, never at import."""

import os

from switchboard.errors import SettingError


def required(name: str) -> str:
    """The value of an environment variable that the function cannot do without.

    Raises:
        SettingError: it is missing or empty.
    """
    value = os.environ.get(name, "")
    if not value:
        raise SettingError(
            f"{name} is not set. template.yaml sets it for each function that needs it: deploy again."
        )
    return value


def whole_number(name: str, default: int, *, low: int, high: int) -> int:
    """The value of a numeric environment variable, or `default` when it is absent or empty.

    Raises:
        SettingError: it is no whole number from `low` to `high`.
    """
    text = os.environ.get(name) or str(default)
    if not (text.isascii() and text.isdecimal() and low <= int(text) <= high):
        raise SettingError(f"{name} is {text!r}. It must be a whole number from {low} to {high}.")
    return int(text)


def tells_all() -> bool:
    """Whether somebody at a laptop is told what production keeps to itself; nothing that is deployed is."""
    return os.environ.get("SWITCHBOARD_TELL_ALL") == "1"


def answer_budget_s() -> float:
    """Seconds from the caller's request to our answer; Vonage's own limit is 5 s (`socket_timeout`)."""
    return whole_number("SWITCHBOARD_ANSWER_BUDGET_MS", 4000, low=100, high=4900) / 1000
