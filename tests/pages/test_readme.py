"""The README's code stands in files that tests run, and what the guides name exists."""

import json
import re
from pathlib import Path

import pytest
from switchboard.webhooks.reply import COMMANDS
from switchboard.wire.reach.campaigns import CAMPAIGN_COMMANDS

from operate.paths import ROOT

BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
SOURCES = [
    path.read_text()
    for folder in ("tests/flows", "examples", "tests/functional")
    for path in sorted((ROOT / folder).rglob("*.py"))
]

GUIDES = [ROOT / name for name in ("docs/README.md", "AGENTS.md", "llms.txt")]
LINKS = {guide: re.findall(r"\]\(((?!http)[^)]+)\)", guide.read_text()) for guide in GUIDES}
MAKEFILE = (ROOT / "Makefile").read_text()


def test_there_is_code_to_check() -> None:
    assert len(BLOCKS) >= 4


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.splitlines()[1][:40])
def test_block_stands_in_a_file_that_tests_run(block: str) -> None:
    assert any(block.rstrip() in source for source in SOURCES), block


def test_command_from_another_stack_is_shown_as_the_example_has_it() -> None:
    page = (
        (ROOT / "docs" / "commands.md")
        .read_text()
        .partition("\n## From another stack\n")[2]
        .partition("\n## ")[0]
    )
    shown = re.findall(r"```(yaml|js)\n(.*?)```", page, re.DOTALL)
    example = {"yaml": "template.yaml", "js": "send.mjs"}

    assert {kind for kind, _ in shown} == example.keys()
    for kind, block in shown:
        assert block in (ROOT / "examples" / "other_stack" / example[kind]).read_text()


def test_who_may_send_what_has_every_command_of_its_kind_and_nothing_else() -> None:
    page = (ROOT / "docs" / "commands.md").read_text().partition("\n### Who may send what\n")[2]
    kinds = [
        re.findall(r"`([a-z]+\.[a-z_]+)`", row)
        for row in re.findall(r"^\| .+ \| (.+) \|$", page, re.MULTILINE)
    ]
    named = [set(kind) for kind in kinds if kind][:5]

    commands = {*COMMANDS, *CAMPAIGN_COMMANDS}
    for kind in named:
        (prefix,) = {name.partition(".")[0] for name in kind}
        assert kind == {name for name in commands if name.startswith(f"{prefix}.")}
    assert len({*map(min, named)}) == 5


def test_another_stack_s_policy_sends_messages_in_its_own_name_and_nothing_else() -> None:
    example = (ROOT / "examples" / "other_stack" / "template.yaml").read_text()
    (condition,) = re.findall(r"Action: events:PutEvents.*?Condition: ([^\n]+)", example, re.DOTALL)
    (entry,) = json.loads((ROOT / "examples" / "other_stack" / "entries.json").read_text())

    assert condition == "{StringEquals: {events:detail-type: messages.send, events:source: shop}}"
    assert (entry["DetailType"], entry["Source"]) == ("messages.send", "shop")
    assert "EventBridgeParameters: {Source: shop, DetailType: messages.send}" in example


def test_every_page_is_found_by_a_task() -> None:
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}

    assert pages - set(re.split(r"#\S*|\s", " ".join(LINKS[ROOT / "docs" / "README.md"]))) == set()


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_command_exists_and_is_given_what_it_takes(guide: Path) -> None:
    typed = re.findall(r"(?:`|^)make ([a-z-]+)((?: [A-Z_]+=[^`\s]+)*)", guide.read_text(), re.MULTILINE)

    assert typed
    for word, given in typed:
        rule = re.search(rf"^{word}:[^\n]*\n((?:\t[^\n]*\n)+)", MAKEFILE, re.MULTILINE)
        assert rule, f"make {word}"
        for name in re.findall(r"([A-Z_]+)=", given):
            assert re.search(rf"\b{name}\b", rule[1]), f"make {word} {name}=…"
