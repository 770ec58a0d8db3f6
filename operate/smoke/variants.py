"""Variants of a packaged template: a flow that can't be loaded; nothing that needs a Vonage account."""

from pathlib import Path
from typing import Any

import yaml

_VONAGE = "Custom::"


def broken_flow(template: Path, target: Path) -> Path:
    """A release whose answer function can't be loaded; written to `target`."""
    document = _read(template)
    document["Resources"]["AnswerFunction"]["Properties"]["Handler"] = "app.not_there"
    return _write(document, target)


def without_vonage(template: Path, target: Path) -> Path:
    """The stack without its Vonage application and the check that needs its credentials."""
    document = _read(template)
    resources = document["Resources"]
    gone = {name for name, each in resources.items() if each["Type"].startswith(_VONAGE)}
    document["Resources"] = {name: _apart(each, gone) for name, each in resources.items() if name not in gone}
    outputs = document["Outputs"]
    document["Outputs"] = {name: each for name, each in outputs.items() if not _refers_to(each, gone)}
    return _write(document, target)


def _apart(resource: dict[str, Any], gone: set[str]) -> dict[str, Any]:
    """A resource that waits for none of these: `Metadata` that refers to one is there for the order alone."""
    return {key: each for key, each in resource.items() if key != "Metadata" or not _refers_to(each, gone)}


def _refers_to(value: Any, names: set[str]) -> bool:  # noqa: ANN401 - any part of a template
    match value:
        case {"Fn::GetAtt": [str(name), *_]} | {"Ref": str(name)}:
            return name in names
        case dict():
            return any(_refers_to(each, names) for each in value.values())
        case list():
            return any(_refers_to(each, names) for each in value)
        case _:
            return False


def _read(template: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(template.read_text())
    return document


def _write(document: dict[str, Any], target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(yaml.safe_dump(document, sort_keys=False))
    return target
