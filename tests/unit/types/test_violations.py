"""What pydantic finds wrong, as violations: with a wire type, a dataclass and a model alike."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, TypeAdapter, ValidationError, field_validator
from switchboard.wire.messages import ContentMessage
from switchboard.wire.typed import Between, Matches, TypedDict
from switchboard.wire.violations import Violation, violations, violations_in

from tests.samples import sample

ROOT = Path(__file__).parents[3]
Ring = Annotated[int, Between(1, 120)]
Side = Literal["left", "right"]
Key = Annotated[str, Field(max_length=3), Matches("[0-9]+", "digits")]


class InnerKeys(TypedDict, total=False):
    ring: Ring | None
    side: Side | None
    key: Key


class OuterKeys(TypedDict):
    inner: InnerKeys | None


@dataclass
class InnerData:
    ring: Ring | None = None
    side: Side | None = None
    key: Key = "1"


@dataclass
class OuterData:
    inner: InnerData | None


class InnerModel(BaseModel):
    ring: Ring | None = None
    side: Side | None = None
    key: Key = "1"


class OuterModel(BaseModel):
    inner: InnerModel | None


def found(shape: Any, value: object) -> list[Violation]:  # noqa: ANN401 - any kind of type
    with pytest.raises(ValidationError) as raised:
        TypeAdapter(shape).validate_python(value, extra="forbid")
    return violations_in(raised.value, shape)


@pytest.mark.parametrize("shape", [OuterKeys, OuterData, OuterModel])
@pytest.mark.parametrize(("value", "violation"), [
    ({}, Violation("missing", "inner")),
    ({"inner": {"rings": 1}}, Violation("unknown", "inner.rings", 1, choices=["ring", "side", "key"])),
    ({"inner": {"ring": 0}},
     Violation("wrong", "inner.ring", 0, "from 1 to 120", limits="from 1 to 120")),
    ({"inner": {"ring": "x"}},
     Violation("wrong", "inner.ring", "x", "a whole number", limits="from 1 to 120")),
    ({"inner": {"side": "top"}},
     Violation("wrong", "inner.side", "top", 'one of "left", "right"', ("left", "right"))),
    ({"inner": {"key": "x"}}, Violation("wrong", "inner.key", "x", "digits", limits="digits")),
    ({"inner": {"key": "1234"}},
     Violation("broken", "inner.key", "1234", "string should have at most 3 characters")),
    ({"inner": 7}, Violation("wrong", "inner", 7, "an object")),
])  # fmt: skip
def test_place_inside_any_kind_of_type_is_named(shape: object, value: object, violation: Violation) -> None:
    assert found(shape, value) == [violation]


def test_refusal_of_a_types_own_check_is_said_as_it_stands() -> None:
    class Even(BaseModel):
        number: int

        @field_validator("number")
        @classmethod
        def _is_even(cls, number: int) -> int:
            if number % 2:
                raise ValueError("give an even number")
            return number

    assert found(Even, {"number": 3}) == [Violation("broken", "number", 3, "give an even number")]


def test_private_value_is_masked_in_words() -> None:
    assert (
        str(Violation("wrong", "to", "+447700900456", "digits")) == 'to is "+*********456"; it must be digits'
    )


@pytest.mark.parametrize(
    "folder", ["layers", "workers", "provisioner", "vonage_simulator", "local", "operate"]
)
def test_errors_of_pydantic_are_read_in_one_place(folder: str) -> None:
    modules = list((ROOT / folder).rglob("*.py"))
    readers = [path.name for path in modules if ".errors(" in path.read_text()]

    assert modules
    assert readers == (["violations.py"] if folder == "layers" else [])


@pytest.mark.parametrize(("part", "field", "is_doubtful"), [
    ({"type": "file", "url": "https://mail.example/menu", "name": "menu.pdf"}, "", True),
    ({"type": "calendar", "url": "https://mail.example/menu"}, "content[1].type", True),
    ({"url": "https://mail.example/menu"}, "content[1].type", False),
    ({"type": "file"}, "content[1].url", False),
])  # fmt: skip
def test_part_of_a_message_is_told_by_its_type(part: object, field: str, *, is_doubtful: bool) -> None:
    mail = sample("inbound_email_content")
    found = violations(ContentMessage, {**mail, "content": [mail["content"][0], part]}, strict=True)

    assert [violation.field for violation in found] == [field] * bool(field)
    assert all(violation.is_doubtful == is_doubtful for violation in found)
