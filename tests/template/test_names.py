"""How long a stack's name may be: a nested stack is called as an unnamed resource is."""

import tomllib
from typing import Any

from operate.paths import ROOT
from operate.template import RANDOM, longest_stack_name, read
from tests.projects import SAMCONFIG

Json = dict[str, Any]


def test_longest_stack_name_is_documented(resources: Json) -> None:
    page, longest = (ROOT / "docs" / "parameters.md").read_text(), longest_stack_name(resources)

    assert f"it has a limit: {longest} characters" in page
    assert f"parent and logical id may have {longest - RANDOM - len('-')} together" in page


def test_template_as_it_is_written_has_the_queues_of_the_translated_one(resources: Json) -> None:
    written = read(ROOT / "template.yaml")["Resources"]

    assert longest_stack_name(written) == longest_stack_name(resources) == 38


def test_every_stage_s_stack_can_be_made(resources: Json) -> None:
    settings = tomllib.loads(SAMCONFIG.read_text())
    names = [
        stage["global"]["parameters"]["stack_name"] for key, stage in settings.items() if key != "version"
    ]

    assert max(map(len, names)) <= longest_stack_name(resources)
    assert "default" not in names
