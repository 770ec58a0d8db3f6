"""What `make table` and its like write, and what docs/functions.md shows, is a template that AWS takes."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from operate import __main__ as operate
from operate import paths
from operate.yours import commands
from operate.yours.lines import Template
from tests import projects
from tests.template.conftest import translate
from tests.template.releases.test_exports import LISTED

Json = dict[str, Any]

PAGE = (paths.ROOT / "docs" / "your-stack.md").read_text()
(FUNCTION,) = re.findall(r"```yaml\n(.*?)```", (paths.ROOT / "docs" / "functions.md").read_text(), re.DOTALL)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A template with one of everything."""
    file = tmp_path_factory.mktemp("app") / "template.yaml"
    file.write_text((projects.APP / "template.yaml").read_text())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "APP", file.parent)
        for name in ("callers", "lost_calls"):
            operate.main(["table", "--name", name, "--flows", "answer,event,inbound,status,rtc_event,verify"])
    written = Template(file.read_text())
    written.allow("answer", "the secret crm", ["secretsmanager:GetSecretValue"], commands._TO_READ % "crm")
    file.write_text(f"{written.checked()}\n{FUNCTION}")
    return file


def test_linter_finds_nothing(app: Path) -> None:
    command = [str(Path(sys.executable).with_name("cfn-lint")), str(app)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=app.parent)

    assert (done.returncode, done.stdout) == (0, "")


def test_sam_translates_it_and_it_imports_what_ours_exports(app: Path) -> None:
    resources = translate(app)["translated"]["Resources"]
    imported = {name for resource in resources.values() for name in imports(resource)}

    assert {"AfterCallFunction", "AfterCallFunctionCallEnded", "LostCallsTable"} <= resources.keys()
    assert imported == {
        f"${{Switchboard}}-{name}" for name in LISTED if name not in ("ServiceToken", "FallbackRoleName")
    }


def imports(node: Json | list[Any] | str) -> list[str]:
    """The names under every `Fn::ImportValue`."""
    if isinstance(node, dict):
        own = [node["Fn::ImportValue"]["Fn::Sub"]] if "Fn::ImportValue" in node else []
        return own + [name for each in node.values() for name in imports(each)]
    return [name for each in node for name in imports(each)] if isinstance(node, list) else []


@pytest.mark.parametrize("name", LISTED)
def test_page_names_every_export(name: str) -> None:
    assert f"`{name}`" in PAGE
