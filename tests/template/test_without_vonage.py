"""The smoke test can deploy the stack without its Vonage part: nothing that is left refers to it."""

from pathlib import Path
from typing import Any

import yaml

from operate.smoke import variants
from tests.template.test_template import references

Json = dict[str, Any]


def test_what_is_left_refers_to_nothing_that_is_left_out(written: Json, tmp_path: Path) -> None:
    packaged = tmp_path / "packaged.yaml"
    packaged.write_text(yaml.safe_dump(written))

    left = yaml.safe_load(variants.without_vonage(packaged, tmp_path / "left.yaml").read_text())

    gone = written["Resources"].keys() - left["Resources"].keys()
    assert {"VonageApplication", "WebhookCheck", "VonageNumbers"} <= gone
    assert not gone & {*references(left["Resources"]), *references(left["Outputs"])}
    for name, resource in left["Resources"].items():
        waited_for = resource.get("DependsOn", [])
        assert not gone & {*([waited_for] if isinstance(waited_for, str) else waited_for)}, name
