"""`make smoke` against the embedded AWS: every line that can hold there holds, and nothing is left."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local import aws
from local.sam import _SETTINGS
from local.stage import UNSUPPORTED, Stage
from operate import paths
from tests.contract.conftest import ministack
from tests.e2e.conftest import packaged, stage_for, vonage_account
from vonage_simulator.vonage import Vonage

pytestmark = pytest.mark.timeout(900)

NUMBERS = "447700900000,14155550100"
# What the embedded AWS can't show, and what nobody gave a key for.
ELSEWHERE = {"tag", "fallback", "flood", "oversized", "crash", "provisioner", "alarms", "kms"}


@pytest.fixture(scope="module")
def aws_url() -> Iterator[str]:
    with ministack() as url:
        yield url


@pytest.fixture(scope="module")
def account(aws_url: str) -> Iterator[Vonage]:
    with vonage_account(aws_url) as vonage:
        yield vonage


@pytest.fixture(scope="module")
def stage(aws_url: str, account: Vonage) -> Stage:
    stage = stage_for(account, aws_url, "switchboard-smoke")
    stage.store_credentials()
    return stage


def smoke(stage: Stage, *options: str) -> subprocess.CompletedProcess[str]:
    here = {"VonageApiUrl": stage.vonage_url, "VonageNumbersUrl": stage.vonage_url, **UNSUPPORTED}
    parameters = " ".join(f"{name}={value}" for name, value in here.items())
    with stage.routes_followed():
        return subprocess.run(
            [sys.executable, "-m", "operate", "smoke", "--parameters", parameters, *options],
            cwd=paths.ROOT,
            env={**aws.environment(stage.aws_url), **_SETTINGS},
            capture_output=True,
            text=True,
            check=False,
        )


def test_every_line_that_can_hold_here_holds(stage: Stage, account: Vonage, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    template = ("--template", str(packaged(stage)))

    done = smoke(stage, *template, "--numbers", NUMBERS, "--report", str(page), "--confirm", "--json")

    assert done.stdout, done.stderr
    lines: dict[str, Any] = {each["line"]: each for each in json.loads(done.stdout)["lines"]}
    untried = {word for word, line in lines.items() if line["verdict"] == "not tried"}
    assert untried == ELSEWHERE
    differs = {word: line["seen"] for word, line in lines.items() if line["verdict"] == "differs"}
    assert differs == {}
    assert done.returncode == 0
    assert account.account.applications == {}
    assert "000000000000" not in page.read_text()
