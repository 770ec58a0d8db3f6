"""The flow of docs/tables.md, with settings, a secret and a table in the test kit."""

import re
from typing import Any

import pytest
from switchboard import answer, secret, talk

from operate import paths
from vonage_simulator.testing.handlers import Handler
from vonage_simulator.testing.phone import Phone

(FLOW,) = re.findall(r"```python\n(.*?)```", (paths.ROOT / "docs" / "tables.md").read_text(), re.DOTALL)
SHOP = "447700900000"


def module(source: str) -> dict[str, Any]:
    """A flow's module, as Lambda would load it."""
    names: dict[str, Any] = {"__name__": "flow"}
    exec(compile(source, "app.py", "exec"), names)  # noqa: S102 - what the page says
    return names


@pytest.fixture
def webhooks() -> dict[str, Handler]:
    return {"answer": module(FLOW)["lambda_handler"]}


@pytest.fixture
def tables() -> dict[str, tuple[str, ...]]:
    return {"callers": ("number",)}


class TestTheFlowOfThePage:
    @pytest.fixture
    def stage_settings(self) -> dict[str, object]:
        return {"callers_table": "callers", "greeting": "It's a fine day"}

    def test_calls_are_counted_and_greeted_as_the_settings_say(self, phone: Phone) -> None:
        for count in (1, 2):
            phone.dial(SHOP).hears(f"It's a fine day, this is your call number {count}.")

    def test_callers_without_a_number_are_greeted(self, phone: Phone) -> None:
        phone.withheld().dial(SHOP).hears("It's a fine day.")
        phone.of_user("jamie").dial(SHOP).hears("It's a fine day, this is your call number 1.")


@pytest.mark.flows_may_fail
class TestASettingIsMissing:
    @pytest.fixture
    def stage_settings(self) -> dict[str, object]:
        return {}

    def test_the_test_says_which_and_where(self, phone: Phone) -> None:
        with pytest.raises(
            AssertionError, match=r"callers_table is missing\. Write it into app/settings/test\.json"
        ):
            phone.dial(SHOP).hears("fine day")


@pytest.mark.flows_may_fail
class TestATableIsMissing:
    @pytest.fixture
    def stage_settings(self) -> dict[str, object]:
        return {"callers_table": "callers"}

    @pytest.fixture
    def tables(self) -> dict[str, tuple[str, ...]]:
        return {}

    def test_the_test_says_how_to_make_it(self, phone: Phone) -> None:
        with pytest.raises(AssertionError, match=r'fixture `tables`: \{"callers": \("number",\)\}'):
            phone.dial(SHOP).hears("Hello")


class TestSecret:
    @pytest.fixture
    def webhooks(self) -> dict[str, Handler]:
        return {"answer": answer(lambda _call: [talk(secret("crm"))])}

    @pytest.fixture
    def secrets(self) -> dict[str, str]:
        return {"crm": "anything"}

    def test_secret_is_what_the_fixture_says(self, phone: Phone) -> None:
        phone.dial(SHOP).hears("anything")


@pytest.mark.flows_may_fail
class TestNoSecret(TestSecret):
    @pytest.fixture
    def secrets(self) -> dict[str, str]:
        return {}

    def test_secret_is_what_the_fixture_says(self, phone: Phone) -> None:
        with pytest.raises(AssertionError, match="put it into the fixture `secrets`"):
            phone.dial(SHOP).hears("anything")
