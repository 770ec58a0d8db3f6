"""What an official SDK says of the shapes we have: as installed, and as it was written down."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tests.contract.radar.differences import differences
from tests.contract.radar.fields import Field, fields
from tests.contract.radar.subjects import SUBJECTS, Fields, ours

HERE = Path(__file__).parent
WRITTEN = HERE / "sdks"


class Extract(NamedTuple):
    """The versions of an SDK's packages, and the fields that they know of each subject.

    `missing` are classes that we ask for and the SDK doesn't have; `unread` are those it has and we don't
    ask for.
    """

    versions: Mapping[str, str]
    missing: list[str]
    unread: list[str]
    shapes: Mapping[str, Fields]

    def text(self) -> str:
        """As it is written down, a field a line."""
        head = [
            f"  {json.dumps(name)}: {json.dumps(value)}"
            for name, value in self._asdict().items()
            if name != "shapes"
        ]
        shapes = [
            f"    {json.dumps(name)}: {{\n"
            + ",\n".join(
                f"      {json.dumps(path)}: {json.dumps(_compact(field))}" for path, field in shape.items()
            )
            + "\n    }"
            for name, shape in self.shapes.items()
        ]
        return "{\n" + ",\n".join([*head, '  "shapes": {\n' + ",\n".join(shapes) + "\n  }"]) + "\n}\n"


def written(sdk: str) -> Extract:
    """What was written down of the SDK, `python` or `node`."""
    found = json.loads((WRITTEN / f"{sdk}.json").read_text())
    shapes = {
        name: {path: _field(facts) for path, facts in shape.items()}
        for name, shape in found.pop("shapes").items()
    }
    return Extract(**found, shapes=shapes)


def ask(sdk: str, command: list[str], folder: Path) -> Extract:
    """What the installed SDK says: `command` runs the program that asks it, in `folder`."""
    asked = {name: getattr(subject, sdk) for name, subject in SUBJECTS.items() if getattr(subject, sdk)}
    done = subprocess.run(
        command, input=json.dumps(asked), cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )
    if done.returncode:
        raise RuntimeError(f"The {sdk} SDK could not be read: {done.stderr[-2000:]}")
    found = json.loads(done.stdout)
    schemas = found.pop("schemas")
    shapes = {name: SUBJECTS[name].cut(fields(schemas[name])) for name in asked if name in schemas}
    return Extract(**found, shapes=shapes)


def lines(sdk: str, extract: Extract) -> Iterator[str]:
    """All differences between an SDK and us, a sentence each."""
    for name, theirs in extract.shapes.items():
        for path, what in differences(ours(name), theirs):
            yield f"{' '.join(filter(None, (sdk, name, path)))}: {what}"
    yield from (f"{sdk}: {name} is asked for, and the SDK does not have it" for name in extract.missing)
    yield from (f"{sdk}: {name} is compared with nothing of ours" for name in extract.unread)


def _compact(field: Field) -> dict[str, Any]:
    """Without what is the rule."""
    return {name: value for name, value in field._asdict().items() if value not in (False, [], [None, None])}


def _field(facts: dict[str, Any]) -> Field:
    nothing = {"required": False, "values": [], "span": [None, None], "length": [None, None]}
    return Field(**{**nothing, **facts})
