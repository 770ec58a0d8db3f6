"""What the operator's pages say must be there."""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local import __main__ as local
from operate import __main__ as operate
from operate.command_line import parsers_of
from operate.paths import ROOT
from operate.queues import QUEUES

PAGES = ("runbook.md", "operations.md", "first-deployment.md", "security.md", "privacy.md", "pipelines.md")


def pages() -> str:
    return "".join((ROOT / "docs" / name).read_text() for name in PAGES)


def test_every_command_of_the_pages_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()

    for command in re.findall(r"`(?:[A-Z_]+=\S+ )?make ([a-z-]+)", pages()):
        assert re.search(rf"^{command}:", makefile, re.MULTILINE), f"make {command}"


def test_every_command_is_documented_and_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text()
    page = (ROOT / "docs" / "operations.md").read_text()
    laptop = "".join(
        (ROOT / name).read_text() for name in ("README.md", "docs/console.md", "docs/debugging.md")
    )

    for word in operate.COMMANDS:
        assert re.search(rf"^\t@\$\(OPERATE\) {word}\b", makefile, re.MULTILINE), word
        assert f"`make {word}" in page, word
    for word in local.COMMANDS:
        assert re.search(rf"^\t@\$\(LOCAL\) {word}\b", makefile, re.MULTILINE), word
        assert f"make {word}" in laptop, word


@pytest.fixture
def arguments(tmp_path: Path) -> Callable[..., list[str]]:
    """What Python is given for a line that starts with `make`, with variables of the environment."""
    stub = tmp_path / "python"
    stub.write_text(f"#!{sys.executable}\nimport json, sys\nprint(json.dumps(sys.argv[1:]))\n")
    stub.chmod(0o755)
    ready = [f"--assume-old={folder}/.ready" for folder in (".venv", ".local/sam", ".local/aws")]

    def passed_on(line: list[str], **environment: str) -> list[str]:
        # Whatever packages the user's functions have, none are installed first.
        command = ["make", "--no-print-directory", f"RUN={stub}", "PACKAGES=", *ready, *line[1:]]
        settings = {"PATH": "/usr/bin:/bin", **environment}
        done = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, check=True)
        given: list[str] = json.loads(done.stdout)
        return given

    return passed_on


def test_every_example_is_accepted(arguments: Callable[..., list[str]]) -> None:
    """Of each command's help and of the operator's pages: what make passes on is what the command takes."""
    programs = {"operate": operate.COMMANDS, "local": local.COMMANDS}
    parsers = {name: parsers_of(name, "", commands)[1] for name, commands in programs.items()}
    typed = {line for commands in programs.values() for each in commands.values() for line in each.examples}
    typed |= set(re.findall(rf"`(make (?:{'|'.join(operate.COMMANDS)}) [A-Z][^`]*)`", pages()))

    for words in (shlex.split(re.sub("<[^>]*>", "ID", line)) for line in sorted(typed)):
        given = arguments(words) if words[0] == "make" else words[1:]
        _, program, word, *options = given
        assert parsers[program][word].parse_args(options), words


@pytest.mark.parametrize(
    "value",
    [
        "Front desk",
        "it's",
        'a "quoted" one',
        "*",
        "`id`; exit 1",
        "--call",
        "a$b, $$ and ${HOME}",
        "$(shell id) $(",
        "C:\\new # 50 % off,\nin two lines ",
    ],
)
def test_value_of_a_variable_arrives_as_it_is(arguments: Callable[..., list[str]], value: str) -> None:
    assert arguments(["make", "history", f"CALL={value}"]) == ["-m", "operate", "history", f"--call={value}"]
    assert arguments(["make", "timeline", f"ID={value}"]) == ["-m", "local", "timeline", value]


def test_variable_of_the_environment_counts_like_one_of_the_command_line(
    arguments: Callable[..., list[str]],
) -> None:
    given = arguments(["make", "credentials", "LEAKED=true"], CREDENTIALS_SECRET="switchboard/dev")

    assert given[3:] == ["--credentials-secret=switchboard/dev", "--leaked=true"]


@pytest.mark.parametrize(
    ("line", "given"),
    [
        ("make logs", ["logs"]),
        ("make logs ENV= CALL=", ["logs"]),
        (
            "make logs ENV=dev CALL=CON-1 FUNCTION=Answer MINUTES=5 FOLLOW=true JSON=true",
            [
                "logs",
                "--env=dev",
                "--call=CON-1",
                "--function=Answer",
                "--minutes=5",
                "--follow=true",
                "--json=true",
            ],
        ),
        ("make debug", ["debug", "answer"]),
        ("make debug FUNCTION=event", ["debug", "event"]),
        ("make up AWS_PORT=4567 VONAGE_PORT=4011", ["up", "--aws-port=4567", "--vonage-port=4011"]),
    ],
)
def test_variables_are_passed_on_as_options(
    arguments: Callable[..., list[str]], line: str, given: list[str]
) -> None:
    assert arguments(line.split())[2:] == given


def test_every_queue_that_can_be_redriven_is_a_dead_letter_queue_of_the_template() -> None:
    template = (ROOT / "template.yaml").read_text()

    assert all(f"\n  {source}:\n" in template for pairs in QUEUES.values() for source in pairs)
    assert set(re.findall(r"QUEUE=([a-z]+)", pages())) == QUEUES.keys()


def test_every_resource_that_a_rollback_may_skip_is_in_the_template(written: dict[str, Any]) -> None:
    skipped = re.findall(r"--resources-to-skip (\w+)", pages())

    assert [written["Resources"][name]["Type"] for name in skipped] == ["Custom::WebhookCheck"]


def test_every_link_between_the_pages_leads_somewhere() -> None:
    for name in PAGES:
        for target in re.findall(r"\]\((?!https:)([^)#:]+)", (ROOT / "docs" / name).read_text()):
            assert (ROOT / "docs" / target).exists(), f"{name}: {target}"
