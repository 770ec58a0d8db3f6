"""Whom a command calls or writes to: what it may cost, read from the command as Vonage would read it."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from switchboard.reach.people import digits
from switchboard.wire.judge.judgement import judge_command

Json = Mapping[str, Any]

# Their receivers have ids; everywhere else it is a phone number, or a name that WhatsApp gives its users.
_WITHOUT_NUMBERS = {"messenger", "email"}
_BY_NUMBER_ALONE = {"sms", "mms"}


class Reached(NamedTuple):
    """Somebody whom Vonage is asked to call or to write to.

    Attributes:
        field: where the command says so, such as `detail.to[0].number`.
        number: the phone number in digits, or as it stands where it should be one and isn't; None for whom
            no number reaches, such as a SIP address or a user of an app.
    """

    field: str
    number: str | None


def reached(command: Json) -> list[Reached]:
    """Everybody whom a valid command reaches, one for each call or message that it may become.

    A failover is a message of its own. What an `answer_url` or another address returns isn't known here.
    """
    read = judge_command(command).value
    detail = read["detail"]
    match read["name"]:
        case "messages.send":
            return [_receiver(message, field) for message, field in _messages(detail, "detail")]
        case "verify.start":
            return [_receiver(way, f"detail.workflow[{n}]") for n, way in enumerate(detail["workflow"])]
        case "voice.call":
            callees = [_callee(each, f"detail.to[{index}]") for index, each in enumerate(detail["to"])]
            return [*callees, *_connected(detail.get("ncco"), "detail.ncco")]
        case "voice.update":
            return list(_connected((detail.get("destination") or {}).get("ncco"), "detail.destination.ncco"))
    return []


def _messages(message: Json, field: str) -> Iterator[tuple[Json, str]]:
    yield message, field
    for index, other in enumerate(message.get("failover") or []):
        yield from _messages(other, f"{field}.failover[{index}]")


def _receiver(message: Json, field: str) -> Reached:
    number = digits(message["to"])
    is_name = any(character.isalpha() for character in number)
    if message["channel"] in _WITHOUT_NUMBERS or (is_name and message["channel"] not in _BY_NUMBER_ALONE):
        return Reached(f"{field}.to", None)
    return Reached(f"{field}.to", number)


def _connected(ncco: object, field: str) -> Iterator[Reached]:
    for index, action in enumerate(ncco if isinstance(ncco, list) else []):
        endpoints = action.get("endpoint") if isinstance(action, Mapping) else None
        for place, each in enumerate(endpoints if isinstance(endpoints, list) else []):
            yield _callee(each, f"{field}[{index}].endpoint[{place}]")


def _callee(endpoint: Json, field: str) -> Reached:
    number = endpoint.get("number")
    return Reached(f"{field}.number", None if number is None else digits(str(number)))
