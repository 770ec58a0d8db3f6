"""An AWS account of canned answers, for code that is given a boto3 client by its service's name.

What is asked must be what boto3 would send: botocore's own model of each service judges it.
"""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

Json = dict[str, Any]
Answer = Callable[..., Any]
BOTOCORE = botocore.session.get_session()


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
        if operation not in _operations(self._service):
            raise AttributeError(f"{self._service} has no operation {operation}")
        name = _operations(self._service)[operation]
        return lambda **arguments: self._answer(name, operation, arguments)

    def get_paginator(self, operation: str) -> "_Pages":
        BOTOCORE.get_paginator_model(self._service).get_paginator(_operations(self._service)[operation])
        return _Pages(getattr(self, operation), {})

    def get_waiter(self, name: str) -> "_Waiter":
        waiters = BOTOCORE.get_waiter_model(self._service)
        (waiter,) = [each for each in waiters.waiter_names if xform_name(each) == name]
        operation = waiters.get_waiter(waiter).operation
        return _Waiter(lambda **arguments: self._answer(operation, f"wait_{name}", arguments))

    def _answer(self, operation: str, name: str, arguments: Json) -> Any:  # noqa: ANN401 - as boto3 types it
        sent = {each: value for each, value in arguments.items() if each not in _BOTO3_S_OWN}
        takes = _model(self._service).operation_model(operation).input_shape
        assert takes or not sent, f"{name} takes no arguments"
        if takes:
            problems = ParamValidator().validate(sent, takes)
            assert not problems.has_errors(), problems.generate_report()
        return self._account.answer(f"{self._service}.{name}", arguments)


# Arguments that boto3 keeps to itself.
_BOTO3_S_OWN = {"PaginationConfig", "WaiterConfig"}


@cache
def _model(service: str) -> ServiceModel:
    return BOTOCORE.get_service_model(service)


@cache
def _operations(service: str) -> dict[str, str]:
    """The operations of a service by their names in Python."""
    return {xform_name(name): name for name in _model(service).operation_names}


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
