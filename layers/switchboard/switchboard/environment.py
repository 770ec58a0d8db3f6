"""The functions' environment variables, as template.yaml sets them; read when needed, never at import."""

import functools
import os
from collections.abc import Callable

from switchboard.errors import SettingError


def _once_on_lambda(read: Callable[[str], str]) -> Callable[[str], str]:
    """There a function's variables stay as they are, and a look at one that isn't set takes 1.5 µs."""
    return functools.cache(read) if "AWS_LAMBDA_RUNTIME_API" in os.environ else read


@_once_on_lambda
def given(name: str) -> str:
    """The value of an environment variable; empty when it is absent."""
    return os.environ.get(name, "")


def required(name: str) -> str:
    """The value of an environment variable that the function cannot do without.

    Raises:
        SettingError: it is missing or empty.
    """
    value = given(name)
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
    text = given(name)
    return _whole(name, text, low, high) if text else default


@functools.lru_cache(maxsize=16)
def _whole(name: str, text: str, low: int, high: int) -> int:
    if not (text.isascii() and text.isdecimal() and low <= int(text) <= high):
        raise SettingError(f"{name} is {text!r}. It must be a whole number from {low} to {high}.")
    return int(text)


def tells_all() -> bool:
    """Whether somebody at a laptop is told what production keeps to itself; nothing that is deployed is."""
    return given("SWITCHBOARD_TELL_ALL") == "1"


def answer_budget_s() -> float:
    """Seconds from the caller's request to our answer; Vonage's own limit is 5 s (`socket_timeout`)."""
    return whole_number("SWITCHBOARD_ANSWER_BUDGET_MS", 4000, low=100, high=4900) / 1000
