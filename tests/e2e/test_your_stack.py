"""A table, a secret, a setting and a function of the user's beside the shared stack, added as a user does."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from local import aws, up
from local.live.reload import Reloader
from local.pytest_stage import calling_what_is_up
from local.stage import Stage
from local.yours.beside import deploy
from local.yours.following import Follower
from operate import paths
from operate.yours import beside
from tests import projects
from tests.e2e.conftest import delete_quickly, wait_until
from vonage_simulator.switches import Switches
from vonage_simulator.testing.phone import Phone

DOCS = paths.ROOT / "docs"
(FLOW,) = re.findall(r"```python\n(.*?)```", (DOCS / "tables.md").read_text(), re.DOTALL)
(FUNCTION,) = re.findall(r"```yaml\n(.*?)```", (DOCS / "functions.md").read_text(), re.DOTALL)
# What SAM, CloudFormation or Parameter Store would take for something else.
GREETING = r"""It's a "fine" day, \o/ ${AWS::Region} {{resolve:ssm:x}}"""
CALLER = "447700900777"
# The page's function counts nothing; this one leaves something to find.
ENDED = """
from dataclasses import dataclass

from switchboard import settings, table


@dataclass(frozen=True)
class Mine:
    callers_table: str


def lambda_handler(event, context):
    ended = {"number": event["detail"]["subject"], "version": 1}
    table(settings(Mine).callers_table, key="number").put(ended)
"""


@pytest.fixture
def app(here: Path, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The user's folder as it's shipped; its stack, and the flow that was changed, are put back."""
    shutil.copytree(projects.APP, here / "app")
    monkeypatch.setattr(paths, "APP", here / "app")
    yield here / "app"
    delete_quickly(replace(stage, stack_name=beside.stack_name(stage.stack_name)))
    answer_with(stage, projects.shipped())


def make(app: Path, *words: str, typed: str = "") -> str:
    """What `make` would run, in the user's project."""
    command = [sys.executable, "-m", "operate", *words]
    done = subprocess.run(command, cwd=app.parent, input=typed, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def answer_with(stage: Stage, root: Path) -> None:
    """Let the shared stack answer with a project's flow."""
    save(stage, root, (root / "functions" / "answer" / "app.py").resolve())


def save(stage: Stage, root: Path, file: Path) -> None:
    told: list[tuple[str, str]] = []
    reloader = Reloader(stage.aws_url, stage.stack_name, lambda *what: told.append(what), root)
    reloader.saved({file})
    assert [what for what, _ in told] == ["reloaded"], told


def test_table_secret_setting_and_function_work_without_a_line_of_our_template(
    app: Path, stage: Stage
) -> None:
    # Given what the commands write, and what the page shows
    make(app, "table", "--name", "callers", "--key", "number", "--flows", "answer")
    make(app, "setting", "--name", "greeting", "--value", GREETING)
    make(app, "secret", "--env", "local", "--name", "crm", "--flows", "answer", typed="t0p secret\n")
    with (app / "template.yaml").open("a") as template:
        template.write(f"\n{FUNCTION}")
    (app / "functions" / "after_call").mkdir(parents=True)
    (app / "functions" / "after_call" / "app.py").write_text(ENDED)
    (flow := app.parent / "functions" / "answer").mkdir(parents=True)
    (flow / "app.py").write_text(FLOW.replace("settings, table", "secret, settings, table").replace(
        "this is", "{len(secret('crm'))} letters, this is"
    ))  # fmt: skip

    # When all of it is deployed
    assert deploy(stage.aws_url, stage.stack_name)
    answer_with(stage, app.parent)

    # Then a call reads and writes it, and the end of the call reaches the function
    with calling_what_is_up(up.state_of(stage, []), Switches()) as simulation:
        phone = Phone(simulation.vonage).of(CALLER)
        for count in (1, 2):
            call = phone.dial(simulation.number)
            call.hears(f"{GREETING}, 10 letters, this is your call number {count}.")
            call.hangs_up()
        ended = call.conversation
        wait_until(lambda: {"S": ended} in [item["number"] for item in items(stage)])

        # And what is saved is live
        told: list[tuple[str, str]] = []
        follower = Follower(stage.aws_url, stage.stack_name, lambda *what: told.append(what))
        (app / "functions" / "after_call" / "app.py").write_text(
            ENDED.replace('"version": 1', '"version": 2')
        )
        follower.saved({app / "functions" / "after_call" / "app.py"})
        (app / "settings" / "local.json").write_text(json.dumps({"greeting": "Good evening"}))
        follower.saved({app / "settings" / "local.json", app / "tests" / "test_it.py"})
        assert [what for what, _ in told] == ["reloaded"] * 2, told
        call = phone.dial(simulation.number)
        call.hears("Good evening, 10 letters, this is your call number 3.")
        call.hangs_up()
        wait_until(lambda: {"N": "2"} in [item.get("version") for item in items(stage)])

    # So is what is saved of our layer, for the user's function, too
    before = layers(stage)
    save(stage, projects.shipped(), paths.LAYER / "switchboard" / "errors.py")
    assert layers(stage) != before

    # And logs show the function beside the others
    assert "After" in make(app, "logs", "--env", "local", "--function", "AfterCall", "--platform")


def layers(stage: Stage) -> list[str]:
    """Those of the user's function."""
    client = aws.session(stage.aws_url).client("lambda", endpoint_url=stage.aws_url)
    pages = client.get_paginator("list_functions").paginate()
    (function,) = [one for page in pages for one in page["Functions"] if "AfterCall" in one["FunctionName"]]
    return [layer["Arn"] for layer in function["Layers"]]


def items(stage: Stage) -> list[dict[str, dict[str, str]]]:
    dynamodb = aws.session(stage.aws_url).client("dynamodb", endpoint_url=stage.aws_url)
    (table,) = [name for name in dynamodb.list_tables()["TableNames"] if "CallersTable" in name]
    found: list[dict[str, dict[str, str]]] = dynamodb.scan(TableName=table)["Items"]  # type: ignore[assignment]
    return found
