"""The pages about the simulator say what is true: their tests exist, each row has a test or a reason."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.routing import Route

from vonage_simulator.__main__ import _parse
from vonage_simulator.control import api
from vonage_simulator.vonage import Vonage

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parents[1] / "docs" / "simulator.md").read_text()
CONFORMANCE = (TESTS.parents[1] / "docs" / "conformance.md").read_text().partition("\n## ")[2]


def rows() -> list[tuple[str, str]]:
    lines = [line.strip("| ").split(" | ", 1) for line in CONFORMANCE.splitlines() if line.startswith("| ")]
    return [(rule, proof) for rule, proof in lines if proof != "test"]


def names_of_tests() -> Iterator[str]:
    for path in TESTS.rglob("test_*.py"):
        yield path.stem
        yield from (
            node.name for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)
        )


def test_every_test_on_the_page_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", CONFORMANCE))
    assert len(named) > 100
    assert named - set(names_of_tests()) == set()


@pytest.mark.parametrize(("rule", "proof"), rows(), ids=[rule[:40] for rule, _ in rows()])
def test_every_rule_has_a_test_or_a_reason(rule: str, proof: str) -> None:
    assert re.search(r"`test_\w+`|not simulated[^:]*: \w+", proof), f"{rule}: neither test nor reason"


def test_every_control_route_is_on_the_page(vonage: Vonage) -> None:
    paths = {route.path for route in api.routes(vonage) if isinstance(route, Route)}
    patterns = {path: re.sub(r"\{.*?\}", r"[{}\\w]+", path) + r"[`?]" for path in paths}
    assert [path for path, pattern in patterns.items() if not re.search(pattern, PAGE)] == []


def test_every_option_is_on_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        _parse(["--help"])
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    assert {option for option in options if f"`{option}" not in PAGE} == set()
