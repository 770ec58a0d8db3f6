"""The stack beside ours: app/template.yaml, once it has a resource, with the stage's settings.

It is called as ours is, with `-app` after it. It imports what ours exports, so ours is deployed first and
deleted last.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from operate import paths
from operate import template as template_module
from operate.errors import OperatorError
from operate.stages import here

PARAMETER = "AWS::SSM::Parameter"
# A parameter of Parameter Store holds 4096 bytes for nothing; what's left is for the names of what is made.
LONGEST_SETTINGS = 3584
_DEPLOYMENT = re.compile(r"\$\{DeploymentId\}|(!Ref|Ref:) DeploymentId")
# The setting that is always there, and what the tests' settings are called.
STAGE_NAME, TESTS = "stage", "test"
HERE = "docs/your-stack.md has it by task."


def stack_name(ours: str) -> str:
    """What the stack beside a stack of ours is called."""
    return f"{ours}-app"


def template(app: Path | None = None) -> dict[str, Any]:
    """app/template.yaml, as it is written; empty as long as it has no resource, which SAM would refuse.

    Args:
        app: The folder; the project's own when left out, a release's otherwise. So it is below.

    Raises:
        OperatorError: It can't be read.
    """
    path = (app or paths.APP) / "template.yaml"
    if not path.exists():
        return {}
    found = template_module.read(path)
    return found if isinstance(found, dict) and found.get("Resources") else {}


def changes_each_time(app: Path | None = None) -> bool:
    """Whether a resource of the template has the id of the deployment in it, so that it's never unchanged."""
    return bool(_DEPLOYMENT.search(((app or paths.APP) / "template.yaml").read_text()))


def parameters(
    stage: str, ours: str, deployment_id: str, overrides: Mapping[str, str], app: Path | None = None
) -> dict[str, str]:
    """What the stack is given: the stage's overrides, and of these three what its template takes.

    Args:
        stage: Of samconfig.toml, or `local`.
        ours: The name of the Switchboard stack.
        deployment_id: Differs at each deployment.
        overrides: Those of app/samconfig.toml.
        app: The folder that has the template and the settings.

    Raises:
        OperatorError: The settings can't be read or would be lost, or there is no such parameter.
    """
    written = template(app)
    known = written.get("Parameters", {})
    refuse_lost(stage, written, app)
    given = {"Switchboard": ours, "Settings": settings_text(stage, app), "DeploymentId": deployment_id}
    wanted = {**overrides, **{name: value for name, value in given.items() if name in known}}
    template_module.refuse_parameters(known, wanted, "app/template.yaml")
    return wanted


def refuse_lost(stage: str, written: Mapping[str, Any], app: Path | None = None) -> None:
    """Refuse settings that nothing in the template keeps.

    Raises:
        OperatorError: There are some.
    """
    values = settings_of(stage, app)
    if values and not any(each.get("Type") == PARAMETER for each in written.get("Resources", {}).values()):
        raise OperatorError(
            f"{_shown(settings_file(stage))} has settings, and nothing in app/template.yaml keeps them.",
            f"`make setting NAME={next(iter(values))} VALUE=… ENV={stage}` writes one.",
        )


def settings_text(stage: str, app: Path | None = None) -> str:
    """The stage's settings as JSON in one line, the stage's own name among them.

    Raises:
        OperatorError: They can't be read, or are too many.
    """
    text = encoded({**settings_of(stage, app), STAGE_NAME: stage})
    if (size := len(text.encode())) > LONGEST_SETTINGS:
        raise OperatorError(
            f"{_shown(settings_file(stage))} has {size} bytes, and there is room for {LONGEST_SETTINGS}.",
            "Keep long texts in a table: make table.",
        )
    return text


def encoded(values: Mapping[str, Any]) -> str:
    """JSON in one line that holds nothing that SAM, CloudFormation or Parameter Store minds.

    That is: a backslash before a quotation mark or a blank, and two braces, which begin a dynamic reference.
    """
    text = json.dumps(values, ensure_ascii=False)
    return text.replace("\\\\", "\\u005c").replace('\\"', "\\u0022").replace("{{", "{\\u007b")


def settings_file(stage: str, app: Path | None = None) -> Path:
    """Where the settings of a stage are."""
    return (app or paths.APP) / "settings" / f"{stage}.json"


def settings_of(stage: str, app: Path | None = None) -> dict[str, Any]:
    """A stage's settings; none where there is no file.

    This machine's are those of the stage `default`, and over them what local.json says.

    Raises:
        OperatorError: The file isn't a JSON object.
    """
    if stage == here.STAGE:
        return {**read(settings_file("default")), **read(settings_file(stage))}
    return read(settings_file(stage, app))


def read(file: Path) -> dict[str, Any]:
    """The settings of a file; none where there is no file.

    Raises:
        OperatorError: It isn't a JSON object.
    """
    if not file.exists():
        return {}
    try:
        values = json.loads(file.read_text())
    except ValueError as error:
        raise OperatorError(f"{_shown(file)} isn't JSON: {error}.", "Correct it.") from error
    if not isinstance(values, dict):
        raise OperatorError(
            f"{_shown(file)} isn't a JSON object.", 'Write names and values: {"greeting": "Hello"}'
        )
    return values


def _shown(file: Path) -> str:
    return str(Path(*file.parts[-3:]))  # app/settings/dev.json, wherever app/ is
