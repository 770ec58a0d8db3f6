"""A release goes from stage to stage with the real SAM CLI: built once, the same code everywhere, and back.

The template is a small one, whose stacks are made in seconds; what is in a template makes no difference here.
"""

import contextlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import aws
from operate import paths
from tests import projects

TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Parameters:
  DeploymentId: {Type: String}
Resources:
  Deployment:
    Type: AWS::SSM::Parameter
    Properties: {Type: String, Value: !Ref DeploymentId}
  Queue:
    Type: AWS::SQS::Queue
    Properties: {FifoQueue: true}
  AnswerFunction:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: functions/answer/, Handler: app.lambda_handler, Runtime: python3.13}
"""
SAMCONFIG = """
version = 0.1
[dev.deploy.parameters]
stack_name = "pipes-dev"
resolve_s3 = true
s3_prefix = "pipes-dev"
capabilities = "CAPABILITY_IAM"
[prod.deploy.parameters]
stack_name = "pipes-prod"
resolve_s3 = true
s3_prefix = "pipes-prod"
capabilities = "CAPABILITY_IAM"
"""
FLOW = "def lambda_handler(event, context):\n    return {version}\n"


class Project:
    """A user's project with a stage `dev` and a stage `prod`, which types commands."""

    def __init__(self, folder: Path, aws_url: str) -> None:
        self.folder, self.aws_url = folder, aws_url

    def make(self, *words: str) -> str:
        done = self.tried(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def tried(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "operate", *words]
        environment = {**aws.environment(self.aws_url), "SAM_CLI_POLL_DELAY": "0.3"}
        return subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )

    def commit(self, version: int) -> None:
        (self.folder / "functions" / "answer" / "app.py").write_text(FLOW.format(version=version))
        me = ("-c", "user.name=Me", "-c", "user.email=me@example.com")
        for words in (("add", "--all"), (*me, "commit", "--quiet", "--message", f"Version {version}")):
            git(self.folder, *words)

    def code(self, stage: str) -> str:
        """The digest of what the stage's function runs."""
        session = aws.session(self.aws_url)
        cloudformation = session.client("cloudformation", endpoint_url=self.aws_url)
        function = cloudformation.describe_stack_resource(
            StackName=f"pipes-{stage}", LogicalResourceId="AnswerFunction"
        )["StackResourceDetail"]["PhysicalResourceId"]
        functions = session.client("lambda", endpoint_url=self.aws_url)
        return functions.get_function_configuration(FunctionName=function)["CodeSha256"]

    def settings(self, stage: str) -> dict[str, object]:
        """What the flows of the stage read."""
        ssm = aws.session(self.aws_url).client("ssm", endpoint_url=self.aws_url)
        found = ssm.get_parameter(Name=f"/switchboard-app/pipes-{stage}/settings")["Parameter"]["Value"]
        settings: dict[str, object] = json.loads(found)["app/settings"]
        return settings


def git(folder: Path, *words: str) -> None:
    subprocess.run(["/usr/bin/env", "git", *words], cwd=folder, check=True)


@pytest.fixture
def project(tmp_path: Path, aws_url: str) -> Iterator[Project]:
    projects.copy(tmp_path, SAMCONFIG, linked=("layers",))
    for name in ("sam", "uv"):
        (tmp_path / ".local").mkdir(exist_ok=True)
        (tmp_path / ".local" / name).symlink_to(paths.LOCAL / name)
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "functions" / "answer").mkdir(parents=True)
    (tmp_path / ".gitignore").write_text(".local\n.aws-sam\n__pycache__\n")
    shutil.copytree(projects.APP, tmp_path / "app")
    git(tmp_path, "init", "--quiet")
    secrets = aws.session(aws_url).client("secretsmanager", endpoint_url=aws_url)
    for name in ("switchboard/vonage", "switchboard/vonage-signature"):
        with contextlib.suppress(secrets.exceptions.ResourceExistsException):
            secrets.create_secret(Name=name, SecretString="{}")
    project = Project(tmp_path, aws_url)
    yield project
    cloudformation = aws.session(aws_url).client("cloudformation", endpoint_url=aws_url)
    for stack in ("pipes-dev-app", "pipes-prod-app", "pipes-dev", "pipes-prod"):
        cloudformation.delete_stack(StackName=stack)
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})


def test_release_is_built_once_promoted_and_gone_back_to(project: Project) -> None:
    # Given a release that is promoted as it was built, with the other stage's settings
    for stage in ("dev", "prod"):
        project.make("setting", "--name", "greeting", "--value", f"Hello {stage}", "--env", stage)
    project.commit(1)
    said = project.make("deploy", "--env", "dev")
    assert (first := project.code("dev")) in said  # what is shown is what Lambda says
    (project.folder / "functions" / "answer" / "app.py").write_text("edited since, and never deployed")
    other = project.tried("promote", "--from", "dev", "--to", "prod", "--commit", "0" * 40, "--confirm")
    assert (other.returncode, "was to be promoted" in other.stderr) == (1, True)
    project.make("promote", "--from", "dev", "--to", "prod", "--confirm")
    assert project.code("prod") == first
    assert project.settings("prod") == {"greeting": "Hello prod", "stage": "prod"}

    # When a later one, of other code and settings, goes back
    project.make("setting", "--name", "greeting", "--value", "Good evening", "--env", "prod")
    project.commit(2)
    project.make("deploy", "--env", "prod", "--confirm")
    assert project.code("prod") != first
    assert project.settings("prod")["greeting"] == "Good evening"
    said = project.make("rollback", "--env", "prod", "--confirm")

    # Then all of the first release runs again, and there is nothing before it
    assert re.search(r"Back to release [0-9a-f]{12} of commit [0-9a-f]{12}\.", said)
    assert project.code("prod") == first
    assert project.settings("prod")["greeting"] == "Hello prod"
    refused = project.tried("rollback", "--env", "prod")
    assert refused.returncode == 1
    assert "No earlier release of the stage prod is known." in refused.stderr
