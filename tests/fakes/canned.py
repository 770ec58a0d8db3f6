"""An AWS account of canned answers, for code that is given a boto3 client by its service's name."""

from collections.abc import Callable, Iterator
from typing import Any

Json = dict[str, Any]
Answer = Callable[..., Any]


class Account:
    """Answers by `service.operation`; an operation that has none does nothing and answers `{}`.

    Attributes:
        answers: Functions of an operation's arguments.
        asked: Every operation with its arguments, in order.
    """

    def __init__(self, answers: dict[str, Answer]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, Json]] = []

    def client(self, service: str) -> Any:  # noqa: ANN401 - it stands in for any client
        """What stands in for a client of boto3's."""
        return _Client(self, service)

    def answer(self, operation: str, arguments: Json) -> Any:  # noqa: ANN401 - as boto3 types it
        """An operation's answer."""
        self.asked.append((operation, arguments))
        return self.answers.get(operation, _nothing)(**arguments)


def _nothing(**_: object) -> Json:
    return {}


class _Client:
    def __init__(self, account: Account, service: str) -> None:
        self._account, self._service = account, service

    def __getattr__(self, operation: str) -> Answer:
        return lambda **arguments: self._account.answer(f"{self._service}.{operation}", arguments)

    def get_paginator(self, operation: str) -> "_Pages":
        return _Pages(getattr(self, operation), {})

    def get_waiter(self, name: str) -> "_Waiter":
        return _Waiter(getattr(self, f"wait_{name}"))


class _Waiter:
    def __init__(self, wait: Answer) -> None:
        self.wait = wait


class _Pages:
    def __init__(self, operation: Answer, arguments: Json) -> None:
        self._operation, self._arguments = operation, arguments

    def paginate(self, **arguments: object) -> "_Pages":
        return _Pages(self._operation, arguments)

    def search(self, expression: str) -> Iterator[Any]:
        """What `Name[]` finds, the one form of expression that is used."""
        yield from self._operation(**self._arguments).get(expression.removesuffix("[]"), [])

    def __iter__(self) -> Iterator[Any]:
        yield self._operation(**self._arguments)
