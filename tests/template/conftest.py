"""The template as written, and as SAM translates it for CloudFormation."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from local import aws
from operate import paths

Json = dict[str, Any]


@pytest.fixture(scope="session")
def templates() -> Json:
    """Both forms, intrinsic functions spelled out."""
    script = Path(__file__).with_name("translate.py")
    command = [str(paths.SAM.with_name("python")), str(script), str(paths.ROOT / "template.yaml")]
    environment = aws.environment("http://127.0.0.1:9")
    done = subprocess.run(command, capture_output=True, env=environment, check=True)
    both: Json = json.loads(done.stdout)
    return both


@pytest.fixture(scope="session")
def written(templates: Json) -> Json:
    """What the author wrote."""
    template: Json = templates["written"]
    return template


@pytest.fixture(scope="session")
def translated(templates: Json) -> Json:
    """What CloudFormation gets."""
    template: Json = templates["translated"]
    return template


@pytest.fixture(scope="session")
def resources(translated: Json) -> Json:
    """The resources that CloudFormation creates."""
    found: Json = translated["Resources"]
    return found
