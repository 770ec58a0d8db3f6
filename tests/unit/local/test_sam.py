"""What the local stage says to the SAM CLI."""

import json
import sys
from pathlib import Path

import pytest

from local import aws, sam
from operate import paths

WRITES_WHAT_IT_IS_GIVEN = """\
#!{python}
import json, os, pathlib, sys
seen = {{"arguments": sys.argv[1:], "environment": dict(os.environ)}}
pathlib.Path(__file__).with_name("seen.json").write_text(json.dumps(seen))
"""


def test_parameters_reach_sam_as_it_reads_them_and_nobody_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "sam"
    program.write_text(WRITES_WHAT_IT_IS_GIVEN.format(python=sys.executable))
    program.chmod(0o755)
    monkeypatch.setattr(paths, "SAM", program)
    monkeypatch.setattr(paths, "LOCAL", tmp_path)
    (tmp_path / "aws-9").mkdir()
    (tmp_path / "aws-9" / aws.ROOT_USER).write_text(json.dumps({"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE"}))

    quoted = {"Greeting": 'the "front" desk'}
    sam.deploy("http://127.0.0.1:9", tmp_path / "template.yaml", "shop", quoted, tmp_path / "log")

    seen = json.loads((tmp_path / "seen.json").read_text())
    assert 'Greeting="the \\"front\\" desk"' in seen["arguments"]
    assert seen["environment"]["AWS_ACCESS_KEY_ID"] == "AKIAEXAMPLE"
    assert seen["environment"]["SAM_CLI_TELEMETRY"] == "0"
