"""Rooms: a folder of a house is a floor, and imports only go down.

A module may import its own room and those below it, `TYPE_CHECKING` imports included. A module beside the
folders is a room of its own. docs/architecture.md has the picture.
"""

import ast
import functools
import graphlib
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAYER = "layers/switchboard/switchboard"

# Each house from its roof to its cellar.
FLOORS = {
    LAYER: [
        "__init__", "dialogs", "webhooks", "campaigns", "outbound", "reach", "timeline", "yours", "aws",
        "catalogue", "messaging", "ncco", "whatsapp", "reading", "envelope", "request", "telemetry",
        "telling", "environment", "wire", "errors",
    ],
    "provisioner": [
        "app", "on_failure", "operator", "resources", "plan", "steps", "remembered", "world", "wanted",
        "cloudformation", "errors",
    ],
    "vonage_simulator": [
        "__main__", "testing", "server", "console", "control", "vonage", "store", "origin", "api", "rtc",
        "verifications", "calls", "messages", "platform", "ncco", "webhooks", "faults", "journal", "clock",
        "account", "switches", "types",
    ],
}  # fmt: skip

# What a house may import of ours. A function is deployed by itself, so it imports no other.
NEIGHBOURS = {
    LAYER: {"switchboard"},
    "tests/flows": {"switchboard"},
    "workers": {"switchboard"},
    "provisioner": {"provisioner", "switchboard"},
    # The test kit has commands wait as a stack does.
    "vonage_simulator": {
        "vonage_simulator", "switchboard.wire", "switchboard.outbound.timing", "switchboard.errors",
    },
    "operate": {"operate", "switchboard"},
    "local": {"local", "functions", "operate", "provisioner", "switchboard", "vonage_simulator", "workers"},
}  # fmt: skip
OURS = {Path(house).name for house in NEIGHBOURS} | {"functions", "tests", "benchmarks", "docs"}
MOST_MODULES = 20


def modules_of(house: Path) -> dict[str, Path]:
    """Every module of a package by its dotted name; a folder's `__init__` has the folder's."""
    names = {path.relative_to(house.parent).with_suffix(""): path for path in sorted(house.rglob("*.py"))}
    assert names, f"there is no module in {house}"
    return {".".join(name.parts).removesuffix(".__init__"): path for name, path in names.items()}


@functools.cache
def imported_by(path: Path) -> list[str]:
    """Every dotted name that a file imports anywhere in it: `a.b.c` of `from a.b import c`."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    found = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    froms = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
    return found + [f"{node.module}.{alias.name}" for node in froms for alias in node.names]


def arrows(house: Path) -> dict[str, set[str]]:
    """For each module of a house the modules of it that it imports."""
    modules = modules_of(house)

    def module_of(name: str) -> str:
        return name if name in modules else name.rpartition(".")[0]

    found = {module: set(map(module_of, imported_by(path))) for module, path in modules.items()}
    return {module: others & modules.keys() - {module} for module, others in found.items()}


def room_of(module: str) -> str:
    return [*module.split("."), "__init__"][1]


def climbs(house: Path, floors: Sequence[str]) -> list[str]:
    """Each import that leads to a higher floor, in words."""
    height = {room: len(floors) - floor for floor, room in enumerate(floors)}
    return [
        f"{module} imports {other}, which climbs: {room_of(other)}/ is above {room_of(module)}/"
        for module, others in arrows(house).items()
        for other in sorted(others)
        if height[room_of(other)] > height[room_of(module)]
    ]


@pytest.mark.parametrize("house", FLOORS)
def test_imports_only_go_down(house: str) -> None:
    assert climbs(ROOT / house, FLOORS[house]) == []


@pytest.mark.parametrize("house", FLOORS)
def test_every_room_has_its_floor(house: str) -> None:
    rooms = {room_of(module) for module in modules_of(ROOT / house)} | {"__init__"}
    assert rooms == {*FLOORS[house], "__init__"}


@pytest.mark.parametrize("source", ["from house.attic import up", "import house.attic.up"])
def test_an_import_that_climbs_is_found(tmp_path: Path, source: str) -> None:
    house = tmp_path / "house"
    for room in ("attic", "cellar"):
        (house / room).mkdir(parents=True)
        (house / room / "__init__.py").touch()
    (house / "attic" / "up.py").write_text("from house.cellar import down")
    (house / "cellar" / "down.py").write_text(
        f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    {source}"
    )
    assert climbs(house, ["attic", "cellar"]) == [
        "house.cellar.down imports house.attic.up, which climbs: attic/ is above cellar/"
    ]


@pytest.mark.parametrize("house", NEIGHBOURS)
def test_no_modules_import_each_other_in_a_circle(house: str) -> None:
    graphlib.TopologicalSorter(arrows(ROOT / house)).prepare()  # raises CycleError with the circle


@pytest.mark.parametrize("house", NEIGHBOURS)
def test_a_house_imports_its_neighbours_alone(house: str) -> None:
    allowed = NEIGHBOURS[house]
    strangers = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules_of(ROOT / house).values()
        for name in imported_by(path)
        if name.partition(".")[0] in OURS and not any(f"{name}.".startswith(f"{one}.") for one in allowed)
    ]
    assert strangers == []


@pytest.mark.parametrize("house", NEIGHBOURS)
def test_imports_are_absolute(house: str) -> None:
    """The rules above do not see others."""
    relative = [
        f"{module}, line {node.lineno}"
        for module, path in modules_of(ROOT / house).items()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []


@pytest.mark.parametrize("house", [*FLOORS, "operate", "local"])
def test_every_room_says_what_it_is_for(house: str) -> None:
    rooms = [path for path in modules_of(ROOT / house).values() if path.name == "__init__.py"]
    assert rooms
    assert [path for path in rooms if not ast.get_docstring(ast.parse(path.read_text()))] == []


@pytest.mark.parametrize("house", NEIGHBOURS)
def test_no_house_has_two_types_of_one_name(house: str) -> None:
    types = [
        node.name
        for module, path in modules_of(ROOT / house).items()
        if room_of(module) != "wire"  # its modules are half the name: messages.Status
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef)
    ]
    assert {name for name in types if types.count(name) > 1} == set()


def test_no_folder_is_crowded() -> None:
    houses = [ROOT / house for house in (*NEIGHBOURS, "tests", "benchmarks")]
    assert all(house.is_dir() for house in houses)
    folders = [folder for house in houses for folder in [house, *house.rglob("*/")]]
    crowded = {folder: n for folder in folders if (n := len(list(folder.glob("*.py")))) > MOST_MODULES}
    assert crowded == {}
