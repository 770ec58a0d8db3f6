"""Our types beside what the official SDKs said when they were last asked; `make radar` asks them again."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from operate import paths
from tests.contract.radar.differences import differences
from tests.contract.radar.explained import FILE, Explanation, amiss, read
from tests.contract.radar.extract import Extract, lines, written
from tests.contract.radar.fields import fields

TALK: dict[str, Any] = {
    "type": "object",
    "properties": {
        "text": {"type": "string", "maxLength": 1500},
        "level": {"type": "number", "minimum": -1, "maximum": 1},
        "style": {"type": "string", "enum": ["calm", "loud"]},
        "voice": {"type": "object", "properties": {"name": {"type": "string"}}},
    },
    "required": ["text"],
}


def changed(**properties: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON Schemas
    return {**TALK, "properties": {**TALK["properties"], **properties}}


def without(name: str) -> dict[str, Any]:
    return {**TALK, "properties": {key: value for key, value in TALK["properties"].items() if key != name}}


def found(ours: dict[str, Any], theirs: dict[str, Any]) -> list[tuple[str, str]]:
    return list(differences(fields([ours]), fields([theirs])))


def test_the_same_shape_differs_in_nothing() -> None:
    assert found(TALK, TALK) == []


@pytest.mark.parametrize(
    ("theirs", "difference"),
    [
        (changed(premium={"type": "boolean"}), ("premium", "only the SDK has it")),
        (without("style"), ("style", "only we have it")),
        ({**TALK, "required": []}, ("text", "we alone require it")),
        ({**TALK, "required": ["text", "level"]}, ("level", "the SDK alone requires it")),
        (changed(level={"type": "string"}), ("level", "the SDK takes text, we take number")),
        (changed(style={"type": "string", "enum": ["calm", "sad"]}), ("style", "only the SDK knows sad")),
        (changed(style={"type": "string", "enum": ["calm"]}), ("style", "only we know loud")),
        (
            changed(level={"type": "number", "minimum": -5, "maximum": 1}),
            ("level", "values of the SDK -5 to 1, ours -1 to 1"),
        ),
        (
            changed(text={"type": "string", "maxLength": 9}),
            ("text", "lengths of the SDK up to 9, ours up to 1500"),
        ),
        (
            changed(voice={"type": "object", "properties": {"name": {"type": "string"}, "age": {}}}),
            ("voice.age", "only the SDK has it"),
        ),
    ],
)
def test_each_difference_is_told(theirs: dict[str, Any], difference: tuple[str, str]) -> None:
    assert difference in found(TALK, theirs)


@pytest.mark.parametrize(
    "theirs",
    [
        changed(text={"type": "string"}),
        changed(style={"type": "string"}),
        changed(level={"type": "any number"}),
        changed(voice={"type": "object"}),
        changed(voice={}),
        changed(level={"anyOf": [TALK["properties"]["level"], {"type": "null"}]}),
    ],
)
def test_silence_is_no_difference(theirs: dict[str, Any]) -> None:
    assert found(TALK, theirs) == []


def test_forms_are_taken_together() -> None:
    picture = {
        "properties": {"kind": {"const": "image", "type": "string"}, "url": {"type": "string"}},
        "required": ["kind", "url"],
    }
    text = {"properties": {"kind": {"const": "text", "type": "string"}}, "required": ["kind"]}

    together = fields([picture, text])

    assert (together["kind"].values, together["kind"].required) == (["image", "text"], True)
    assert not together["url"].required


def test_shape_that_holds_itself_is_read_to_its_end() -> None:
    schema = {
        "$defs": {
            "message": {"properties": {"failover": {"type": "array", "items": {"$ref": "#/$defs/message"}}}}
        },
        "$ref": "#/$defs/message",
    }

    assert list(fields([schema])) == ["", "failover"]


TALKED = "python action.talk level: the SDK takes text, we take number"


def explaining(*lines: str) -> list[Explanation]:
    return [Explanation(list(lines), "a slip", "the reference")]


def test_difference_without_explanation_is_amiss() -> None:
    assert amiss([TALKED], explaining()) == [f"unexplained: {TALKED}"]
    assert amiss([TALKED], explaining(TALKED)) == []
    assert amiss([TALKED], explaining("* level: *")) == []


def test_explanation_without_difference_is_amiss() -> None:
    assert amiss([], explaining(TALKED)) == [f"no longer so: {TALKED}"]


@pytest.mark.parametrize("missing", ["lines", "reason", "source"])
def test_explanation_has_lines_a_reason_and_a_source(missing: str) -> None:
    given = {"lines": '["python call to: *"]', "reason": '"a slip"', "source": '"the reference"'}
    given[missing] = '[""]' if missing == "lines" else '" "'
    text = "\n".join(["[[explained]]", *(f"{key} = {value}" for key, value in given.items())])

    with pytest.raises(ValueError, match="needs lines, a reason and a source"):
        read(text.replace('[""]', "[]"))


def test_type_that_an_sdk_dropped_or_added_is_told() -> None:
    extract = Extract(versions={}, missing=["voice:TalkAction"], unread=["PayAction"], shapes={})

    assert list(lines("node", extract)) == [
        "node: voice:TalkAction is asked for, and the SDK does not have it",
        "node: PayAction is compared with nothing of ours",
    ]


@pytest.mark.parametrize("sdk", ["python", "node"])
def test_extract_reads_back_as_it_was_written(sdk: str, tmp_path: Path) -> None:
    file = tmp_path / "again.json"
    file.write_text(written(sdk).text())

    assert json.loads(file.read_text()) == json.loads(written(sdk).text())


def test_every_difference_from_the_official_sdks_is_explained() -> None:
    known = [line for sdk in ("python", "node") for line in lines(sdk, written(sdk))]

    assert amiss(known, read(FILE.read_text())) == []


def test_extracts_are_of_the_pinned_sdks() -> None:
    pinned = dict(
        re.findall(
            r"^(vonage-[a-z]+)==(\S+)", (paths.ROOT / "requirements" / "sdks.txt").read_text(), re.MULTILINE
        )
    )
    locked = json.loads((paths.ROOT / "requirements" / "node" / "package-lock.json").read_text())["packages"]

    python, node = written("python").versions, written("node").versions

    assert {name: pinned[name] for name in python} == python
    assert {name: locked[f"node_modules/{name}"]["version"] for name in node} == node


def test_example_of_the_page_is_one_of_the_explanations() -> None:
    page = (paths.ROOT / "docs" / "contract.md").read_text()
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)

    assert read(example)[0] in read(FILE.read_text())
