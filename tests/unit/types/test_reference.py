"""The reference pages and schemas say what the types say."""

import json
from functools import cache
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from switchboard.wire.actions import Action
from switchboard.wire.classify import classify
from switchboard.wire.endpoints import Endpoint
from switchboard.wire.shapes import tags

from docs.reference import DOCS, pages
from tests.samples import commands, payloads, sample, webhook_of

LAYER = DOCS.parent / "layers" / "switchboard"
PAGES = pages()


@cache
def validator(name: str) -> Draft202012Validator:
    schema = json.loads((DOCS / "schemas" / f"{name}.json").read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_committed_page_is_current(path: Path) -> None:
    assert path.read_text() == PAGES[path], "run: PYTHONPATH=layers/switchboard python -m docs.reference"


@pytest.mark.parametrize("path", sorted((DOCS / "schemas").iterdir()), ids=lambda path: path.stem)
def test_schema_names_no_module_of_python(path: Path) -> None:
    modules = {module.stem for module in LAYER.rglob("*.py")}

    for name in json.loads(path.read_text()).get("$defs", {}):
        assert "__" not in name and name not in modules  # noqa: PT018 - one rule


def test_no_schema_is_left_of_an_event_that_is_gone() -> None:
    assert set((DOCS / "schemas").iterdir()) == {path for path in PAGES if path.suffix == ".json"}


@pytest.mark.parametrize(
    "name", [name for name in payloads() if "unknown" not in name and "custom" not in name]
)
def test_sample_is_valid_by_the_schema_of_its_event(name: str) -> None:
    event = classify(webhook_of(name), sample(name))

    kind = {"rtc": "rtc", "verify": event.rpartition(".")[0]}.get(event.partition(".")[0], event)
    validator(kind).validate(sample(name))


@pytest.mark.parametrize("name", commands())
def test_sample_command_is_valid_by_the_schema_of_its_detail(name: str) -> None:
    command = sample(name)

    validator(command["name"]).validate(command["detail"])


def test_every_action_and_endpoint_has_a_section() -> None:
    page = (DOCS / "ncco.md").read_text()

    for tag in [*tags(Action, "action"), *tags(Endpoint, "type")]:
        assert f"### `{tag}`\n" in page
