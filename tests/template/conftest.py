"""The template as written, and as SAM translates it for CloudFormation."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from local import aws, service
from operate import paths
from tests import projects

Json = dict[str, Any]


def translate(template: Path) -> Json:
    """A template in both forms, `written` and `translated`, intrinsic functions spelled out."""
    script = Path(__file__).parent / "programs" / "translate.py"
    command = [str(paths.SAM.with_name("python")), str(script), str(template)]
    environment = service.clean_environment(AWS_DEFAULT_REGION=aws.REGION)
    done = subprocess.run(command, capture_output=True, env=environment, check=True)
    both: Json = json.loads(done.stdout)
    return both


@pytest.fixture
def stages_as_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stages that a user has before any edit."""
    monkeypatch.setattr(paths, "ROOT", projects.shipped())


@pytest.fixture(scope="session")
def templates() -> Json:
    """Both forms of the template as it is today."""
    return translate(paths.ROOT / "template.yaml")


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
