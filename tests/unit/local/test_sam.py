"""What the local stage says to the SAM CLI."""

import json
import sys
from pathlib import Path

import pytest

from local import aws, sam
from operate import paths
from operate.errors import OperatorError
from vonage_simulator.testing.endpoint import Answer, serving

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


FAILS = """\
#!/bin/sh
echo {said}
exit 1
"""


@pytest.mark.parametrize(
    ("said", "next_step"),
    [
        ("error: Failed to fetch: https://pypi.org/simple/httpx/", "Is the package index reachable?"),
        ("error: invalid syntax in requirements.txt", "Fix what it names, then run the same command again."),
    ],
)
def test_build_that_failed_says_what_helps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, next_step: str
) -> None:
    program = tmp_path / "sam"
    program.write_text(FAILS.format(said=f"'{said}'"))
    program.chmod(0o755)
    monkeypatch.setattr(paths, "SAM", program)

    with pytest.raises(OperatorError) as failure:
        sam.build("http://127.0.0.1:9", paths.ROOT / "template.yaml", tmp_path / "built", tmp_path / "log")

    assert said in failure.value.cause
    assert failure.value.next_step.startswith(next_step)


def test_deployment_that_never_began_is_not_said_to_be_rolled_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "sam"
    program.write_text(FAILS.format(said="'Error: Template format error'"))
    program.chmod(0o755)
    monkeypatch.setattr(paths, "SAM", program)
    monkeypatch.setattr(paths, "LOCAL", tmp_path)
    key = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "made up"}

    no_such_stack = b"<ErrorResponse><Error><Code>ValidationError</Code></Error></ErrorResponse>"
    with serving(lambda _request: Answer(400, no_such_stack)) as aws_url:
        folder = tmp_path / f"aws-{aws_url.rpartition(':')[2]}"
        folder.mkdir()
        (folder / aws.ROOT_USER).write_text(json.dumps(key))
        with pytest.raises(OperatorError) as failure:
            sam.deploy(aws_url, tmp_path / "template.yaml", "shop", {}, tmp_path / "log")

    assert failure.value.next_step.startswith("Fix the cause, then run the same command again.")
