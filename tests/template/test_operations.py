"""What the operator's pages say must be there."""

import re
from typing import Any

from operate.__main__ import COMMANDS
from operate.paths import ROOT
from operate.queues import QUEUES

PAGES = ("runbook.md", "operations.md", "first-deployment.md", "security.md", "privacy.md")


def pages() -> str:
    return "".join((ROOT / "docs" / name).read_text() for name in PAGES)


def test_every_command_of_the_pages_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()

    for command in re.findall(r"`(?:[A-Z_]+=\S+ )?make ([a-z]+)", pages()):
        assert re.search(rf"^{command}:", makefile, re.MULTILINE), f"make {command}"


def test_every_operator_command_is_documented_and_in_the_makefile() -> None:
    makefile, page = (ROOT / "Makefile").read_text(), (ROOT / "docs" / "operations.md").read_text()

    for command in COMMANDS:
        assert re.search(rf"^\t@\$\(OPERATE\) {command}$", makefile, re.MULTILINE), command
        assert f"`make {command}" in page, command


def test_every_queue_that_can_be_redriven_is_a_dead_letter_queue_of_the_template() -> None:
    template = (ROOT / "template.yaml").read_text()

    assert all(f"\n  {source}:\n" in template for source, _ in QUEUES.values())
    assert set(re.findall(r"QUEUE=([a-z]+)", pages())) == QUEUES.keys()


def test_every_resource_that_a_rollback_may_skip_is_in_the_template(written: dict[str, Any]) -> None:
    skipped = re.findall(r"--resources-to-skip (\w+)", pages())

    assert [written["Resources"][name]["Type"] for name in skipped] == ["Custom::WebhookCheck"]


def test_every_link_between_the_pages_leads_somewhere() -> None:
    for name in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)", (ROOT / "docs" / name).read_text()):
            assert (ROOT / "docs" / target).exists(), f"{name}: {target}"
