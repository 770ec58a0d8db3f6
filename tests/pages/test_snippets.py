"""What the pages show: Python that can be loaded, commands that exist, data that can be read.

Most of the Python is run by the tests of what it shows; test_public_names.py looks at what it imports.
"""

import ast
import json
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from switchboard.wire.messages import Inbound
from switchboard.wire.reach.marks import MARKS
from switchboard.wire.shapes import tags
from switchboard.wire.validate import command_problems, problems

from operate import __main__ as operate
from operate.command_line import parsers_of
from operate.paths import ROOT
from tests.pages.diagrams import file_of
from tests.pages.pages import Snippet, in_language, snippets

LANGUAGES = {"python", "sh", "yaml", "json", "toml", "mermaid", "text", "js"}
MAKEFILE = (ROOT / "Makefile").read_text()
OURS = ("switchboard", "vonage_simulator", "provisioner", "operate", "local")


class Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms."""


def as_it_stands(loader: Loader, _suffix: str, node: yaml.Node) -> object:
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_yaml_str(node)


Loader.add_multi_constructor("!", as_it_stands)


@pytest.mark.parametrize("snippet", list(snippets()), ids=str)
def test_block_says_what_it_is(snippet: Snippet) -> None:
    assert snippet.language in LANGUAGES


@pytest.mark.parametrize("snippet", in_language("python"), ids=str)
def test_python_imports_what_is_there(snippet: Snippet) -> None:
    for node in ast.walk(ast.parse(snippet.text)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(OURS):
            module = import_module(node.module)
            names = [alias.name for alias in node.names if not hasattr(module, alias.name)]
            assert [name for name in names if find_spec(f"{node.module}.{name}") is None] == []


def test_python_that_begins_with_its_imports_is_whole(tmp_path: Path) -> None:
    """Such a block may be copied as it stands; others go on from the one before, and are run with it."""
    for snippet in in_language("python"):
        if re.match(r"(#.*\n)?(from|import) ", snippet.text) and snippet.page != "docs/simulator.md":
            (tmp_path / f"{snippet.page.replace('/', '_')}_{snippet.line}.py").write_text(snippet.text)
    command = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--isolated",
        "--select=E9,F",
        "--ignore=F401",
        str(tmp_path),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert len(list(tmp_path.iterdir())) > 10
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("snippet", in_language("yaml"), ids=str)
def test_yaml_can_be_read(snippet: Snippet) -> None:
    assert yaml.load(snippet.text, Loader)  # noqa: S506 - a safe loader


@pytest.mark.parametrize("snippet", in_language("toml"), ids=str)
def test_toml_can_be_read(snippet: Snippet) -> None:
    assert tomllib.loads(snippet.text)


@pytest.mark.parametrize("snippet", in_language("mermaid"), ids=str)
def test_diagram_has_the_picture_that_was_drawn_of_it(snippet: Snippet) -> None:
    assert file_of(snippet.text).exists(), "the diagram was changed: `make picture` draws it"


@pytest.mark.parametrize("snippet", in_language("json"), ids=str)
def test_json_can_be_read_and_commands_are_what_vonage_takes(snippet: Snippet) -> None:
    shown: Any = json.loads(snippet.text)

    if isinstance(shown, dict) and "detail" in shown:
        assert command_problems({key: shown[key] for key in ("name", "detail")}, strict=True) == []
    elif isinstance(shown, dict) and {"channel", "message_uuid", "message_type"} <= shown.keys():
        assert problems(tags(Inbound, "message_type")[shown["message_type"]], shown) == []
    elif isinstance(shown, dict) and {"channel", "to"} <= shown.keys() and "message_uuid" not in shown:
        marks = {name: shown.pop(name) for name in MARKS if name in shown}  # never shown to Vonage
        assert command_problems({"name": "messages.send", **marks, "detail": shown}, strict=True) == []


@pytest.mark.parametrize("snippet", in_language("sh"), ids=str)
def test_shell_can_be_read(snippet: Snippet) -> None:
    text = re.sub(r"<[^>\n]*>", "x", snippet.text)  # <what you have to fill in>
    done = subprocess.run(["/bin/sh", "-n"], input=text, capture_output=True, text=True, check=False)

    assert done.stderr == ""


@pytest.mark.parametrize("snippet", in_language("sh"), ids=str)
def test_commands_exist_and_are_given_what_they_take(snippet: Snippet) -> None:
    for words in commands(snippet.text):
        match words:
            case ["make", *given] if given:
                assert unknown_to_make(given) == []
            case [python, "-m", "operate", word, *options] if python.endswith("python"):
                assert parsers_of("operate", "", operate.COMMANDS)[1][word].parse_args(options)
            case ["cp", *paths]:
                missing = [path for path in paths[:-1] if path[0] != "-" and not (ROOT / path).exists()]
                assert missing == []
            case _:
                pass


def commands(text: str) -> Iterator[list[str]]:
    """The commands of a script, in words."""
    for line in re.split(r"\n|&&|\|(?!\|)", re.sub(r"\\\n", " ", text)):
        words = re.sub(r"(^| )#.*", "", line)
        if words.count('"') % 2 == 0 and words.count("'") % 2 == 0:
            yield shlex.split(re.sub(r"<[^>\n]*>", "x", words))


def unknown_to_make(given: list[str]) -> list[str]:
    """The goals that the Makefile doesn't have, and the variables that none of the goals takes."""
    goals = [word for word in given if "=" not in word]
    rules = [re.search(rf"^{goal}:[^\n]*\n(?:\t[^\n]*\n)*", MAKEFILE, re.MULTILINE) for goal in goals]
    taken = "".join(rule[0] for rule in rules if rule)
    variables = [word.partition("=")[0] for word in given if "=" in word]
    return [goal for goal, rule in zip(goals, rules, strict=True) if not rule] + [
        name for name in variables if not re.search(rf"\b{name}\b", taken)
    ]
