"""A function's variables stay as they are on Lambda, so one look at each is enough; nowhere else."""

import pytest
from switchboard.environment import _once_on_lambda


def looks(times: int) -> list[str]:
    """The names that were looked up when two variables were asked for so many times."""
    looked: list[str] = []

    @_once_on_lambda
    def given(name: str) -> str:
        looked.append(name)
        return ""

    for _ in range(times):
        given("A")
        given("B")
    return looked


def test_a_variable_is_looked_up_once_on_lambda(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9")

    assert looks(3) == ["A", "B"]


def test_a_variable_that_a_test_changes_is_looked_up_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_LAMBDA_RUNTIME_API", raising=False)

    assert looks(2) == ["A", "B", "A", "B"]
