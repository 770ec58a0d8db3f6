"""Names that CloudFormation makes up from a stack's name, and how long that may be.

Source: an unnamed resource is called <stack>-<logical id>-<random>, with up to 13 random characters, cut to
what its service takes. A FIFO queue's `.fifo` is appended after that, so a long name is refused
(aws-cloudformation/cloudformation-coverage-roadmap#280). A nested stack is itself called so.
"""

import tomllib
from typing import Any

from operate.paths import ROOT

Json = dict[str, Any]

RANDOM = len("-1A2B3C4D5E6F7")
LONGEST_QUEUE_NAME = 80


def longest_stack_name(resources: Json) -> int:
    """How many characters a stack's name may have, so that every queue can be made."""
    return min(
        LONGEST_QUEUE_NAME - len(f"-{name}.fifo") - RANDOM
        for name, resource in resources.items()
        if resource["Type"] == "AWS::SQS::Queue" and resource["Properties"].get("FifoQueue")
    )


def test_longest_stack_name_is_documented(resources: Json) -> None:
    page, longest = (ROOT / "docs" / "parameters.md").read_text(), longest_stack_name(resources)

    assert f"it may have {longest} characters" in page
    assert f"parent and logical id may have {longest - RANDOM - len('-')} together" in page


def test_every_stage_s_stack_can_be_made(resources: Json) -> None:
    settings = tomllib.loads((ROOT / "samconfig.toml").read_text())
    names = [
        stage["global"]["parameters"]["stack_name"] for key, stage in settings.items() if key != "version"
    ]

    assert max(map(len, names)) <= longest_stack_name(resources)
    assert "default" not in names
