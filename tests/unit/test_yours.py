"""What a flow reads of the stack beside ours: settings, secrets and tables."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard import secret, settings, table
from switchboard.errors import AwsError, SecretError, SettingError
from switchboard.yours import secrets as secrets_module
from switchboard.yours import settings as settings_module
from switchboard.yours import tables
from switchboard.yours.kept import Kept

from tests.conftest import Logs
from tests.fakes.stores import Aws, Json, Refusal
from vonage_simulator.testing.aws.dynamodb.tables import Tables

PARAMETER = "/switchboard-app/shop/settings"


@dataclass(frozen=True)
class Mine:
    callers_table: str
    greeting: str = "Hello"
    tries: int = 3
    share: float = 0.5
    is_open: bool = False
    numbers: list[str] = field(default_factory=list)
    extensions: dict[str, str] = field(default_factory=dict)
    mood: Literal["kind", "stern"] = "kind"
    manager: str | None = None


@pytest.fixture
def shop(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    """The environment of a function of the stack `shop`, in an account without anything of the user's."""
    monkeypatch.setenv("SWITCHBOARD_STACK", "shop")
    services = (settings_module._parameters, secrets_module._secrets, tables._dynamodb)
    for each in services:
        each.close()
    settings_module._kept.cache_clear()
    secrets_module._kept.cache_clear()
    yield aws
    for each in services:
        each.close()


def keep(shop: Aws, /, **given: object) -> None:
    """What the deployed app stack keeps."""
    document = {"callers_table": "app-Callers-1", "app/settings": {"stage": "dev", **given}}
    shop.parameters[PARAMETER] = json.dumps(document)


def test_settings_are_what_the_stack_made_and_what_the_stage_s_file_says(shop: Aws) -> None:
    keep(shop, greeting="It's “open”", tries=2, share=1, numbers=["447700900000"], extensions={"1": "44"})

    mine = settings(Mine)

    assert mine == Mine(
        "app-Callers-1", "It's “open”", 2, 1.0, numbers=["447700900000"], extensions={"1": "44"}
    )
    assert type(mine.share) is float


def test_aws_is_asked_once(shop: Aws) -> None:
    keep(shop)

    for _ in range(3):
        settings(Mine)

    assert shop.calls.count("AmazonSSM.GetParameter") == 1


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("greeting", 3, "str"),
        ("tries", "3", "int"),
        ("tries", True, "int"),
        ("tries", 3.5, "int"),
        ("share", "half", "float"),
        ("is_open", "true", "bool"),
        ("numbers", "447700900000", "list[str]"),
        ("numbers", [447700900000], "list[str]"),
        ("extensions", {"1": 2}, "dict[str, str]"),
        ("mood", "sour", "Literal"),
        ("manager", 5, "str | None"),
    ],
)
def test_setting_of_another_type_is_named_with_its_file(
    shop: Aws, name: str, value: object, kind: str
) -> None:
    keep(shop, **{name: value})

    with pytest.raises(SettingError) as refused:
        settings(Mine)
    assert f"The setting {name} of app/settings/dev.json is {json.dumps(value)}" in str(refused.value)
    assert kind in str(refused.value)


def test_missing_setting_is_named_with_its_file(shop: Aws) -> None:
    shop.parameters[PARAMETER] = json.dumps({"app/settings": {"stage": "prod"}})

    with pytest.raises(
        SettingError, match=r"callers_table is missing\. Write it into app/settings/prod\.json"
    ):
        settings(Mine)


@pytest.mark.usefixtures("shop")
def test_app_stack_that_is_not_deployed_is_a_sentence() -> None:
    with pytest.raises(
        SettingError, match=f"There is no parameter {PARAMETER}: the app stack isn't deployed"
    ):
        settings(Mine)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"app/settings": 1}'])
def test_parameter_that_is_no_settings_is_a_sentence(shop: Aws, text: str) -> None:
    shop.parameters[PARAMETER] = text

    with pytest.raises(SettingError, match="isn't a JSON object"):
        settings(Mine)


def test_secret_is_its_text(shop: Aws) -> None:
    shop.secret("shop/app/crm").values["first"] = 't0p "secret"'
    shop.secrets["shop/app/crm"].labels["AWSCURRENT"] = "first"

    assert [secret("crm"), secret("crm")] == ['t0p "secret"'] * 2
    assert shop.calls.count("secretsmanager.GetSecretValue") == 1


@pytest.mark.usefixtures("shop")
def test_secret_that_may_not_be_read_is_told_with_the_command() -> None:
    with pytest.raises(
        SecretError, match=r"shop/app/crm could not be read \(AccessDenied.*make secret NAME=crm"
    ):
        secret("crm")


def test_at_a_laptop_what_is_saved_is_read_at_once(shop: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCHBOARD_TELL_ALL", "1")
    keep(shop, greeting="Hello")
    first = settings(Mine)
    keep(shop, greeting="Goodbye")

    assert (first.greeting, settings(Mine).greeting) == ("Hello", "Goodbye")


class Clock:
    now = 1_795_400_000.0

    def __call__(self) -> float:
        return self.now


def test_kept_value_is_read_again_after_five_minutes() -> None:
    clock, values = Clock(), iter("abc")
    kept = Kept(lambda: next(values), "Setting", clock)

    read = []
    for passed_s in (0, 299, 2):
        clock.now += passed_s
        read.append(kept.value())

    assert read == ["a", "a", "b"]


def test_value_of_before_stays_while_aws_is_down_and_aws_is_left_alone_meanwhile(logs: Logs) -> None:
    clock, asked = Clock(), []

    def read() -> str:
        asked.append(clock.now)
        if len(asked) in (2, 3):
            raise SecretError("AWS is down.")
        return f"value {len(asked)}"

    kept = Kept(read, "Secret", clock)
    values = []
    for passed_s in (0, 301, 1, 28, 2, 31):
        clock.now += passed_s
        values.append(kept.value())

    assert values == ["value 1"] * 5 + ["value 4"]
    assert len(asked) == 4
    assert [line["message"] for line in logs.lines] == ["SecretNotRenewed"] * 2


def test_value_that_was_never_read_is_an_error_each_time() -> None:
    def read() -> str:
        raise SecretError("AWS is down.")

    kept = Kept(read, "Secret")

    for _ in range(2):
        with pytest.raises(SecretError, match="down"):
            kept.value()


PLAIN: Any = st.recursive(
    st.none() | st.booleans() | st.text() | st.integers() | st.binary(max_size=9)
    | st.decimals(allow_nan=False, allow_infinity=False, places=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


@given(PLAIN)
def test_what_is_written_into_a_table_is_read_again(value: object) -> None:
    assert tables._plain(json.loads(json.dumps(tables._typed(value)))) == value


def test_float_is_read_as_a_decimal() -> None:
    assert tables._plain(tables._typed(0.1)) == Decimal("0.1")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, object()])
def test_what_a_table_takes_no_value_of_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="A table takes no"):
        tables._typed(value)


@pytest.fixture
def callers(shop: Aws) -> tables.Table:
    """A table with the key `number`, as the test kit has DynamoDB."""
    there = Tables({"app-Callers-1": ("number",)})

    def answer(operation: str, asked: Json) -> None:
        raise Reply(there.answer(operation.partition(".")[2], asked))

    shop.fault = answer
    return table("app-Callers-1", key="number")


class Reply(Refusal):
    """What DynamoDB says, in the fake's way of being interrupted."""

    def __init__(self, document: Json) -> None:
        super().__init__("")
        self.status, self.document = 200, document


def test_item_is_written_read_and_deleted_by_its_key(callers: tables.Table) -> None:
    item = {"number": "447700900111", "calls": 2, "vip": True, "words": ["hi"], "share": Decimal("0.5")}
    before = callers.get("447700900111")
    callers.put(item)
    written = callers.get("447700900111")
    callers.delete("447700900111")

    assert (before, written, callers.get("447700900111")) == (None, item, None)


def test_nobody_has_an_empty_key(callers: tables.Table) -> None:
    assert callers.get("") is None


@pytest.mark.parametrize("code", ["AccessDeniedException", "ResourceNotFoundException"])
def test_table_that_cannot_be_used_is_an_error_that_says_what_to_do(shop: Aws, code: str) -> None:
    shop.refuse["DynamoDB_20120810.GetItem"] = code

    with pytest.raises(AwsError, match=rf"GetItem failed: {code}.* callers.*make table .*FLOWS=") as raised:
        table("callers").get("1")
    assert raised.value.code == code
