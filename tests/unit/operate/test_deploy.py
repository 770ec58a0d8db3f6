"""What `make deploy` says before it builds and after the SAM CLI has ended, with a SAM CLI that only ends.

Everything else is real: SAM's own reading of the stage, boto3, and an AWS on a loopback port.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from operate import paths
from operate.yours.lines import Template
from tests import projects
from tests.fakes import buckets
from tests.fakes.control_plane import Account

Deploy = Callable[..., subprocess.CompletedProcess[str]]
BUILT = "built\n"


@pytest.fixture
def deploy(account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deploy]:
    """Types `python -m operate deploy` in a copy of the project whose stage is the stack `shop`."""
    del account  # what it says is in the environment
    projects.copy(tmp_path, "", linked=("functions", "layers", "template.yaml", "workers"))
    programs = tmp_path / ".local" / "sam" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").write_text(f'#!/bin/sh\nexec {paths.SAM.with_name("python")} "$@"\n')

    def run(
        *parameters: str, stack: str = "shop", deploys: bool = False, preview: bool = False, fails: str = "."
    ) -> subprocess.CompletedProcess[str]:
        (tmp_path / "samconfig.toml").write_text(
            f'version = 0.1\n[default.global.parameters]\nstack_name = "{stack}"\ns3_bucket = "kept"\n'
        )
        failed = 0 if deploys else 1
        (programs / "sam").write_text(
            "#!/bin/sh\necho $AWS_DEFAULT_REGION $SAM_CLI_TELEMETRY $* >seen\n"
            "echo ${PWD##*/} $* >>said\n"
            f"echo $PWD $1 >>'{tmp_path}/order'\n"
            f"[ $1 = build ] || [ ${{PWD##*/}} != {fails} ] || exit 1\n"
            f"[ $1 = build ] || exit {failed}\n"
            "mkdir -p .aws-sam/build && echo 'Resources: {}' >.aws-sam/build/template.yaml && echo built\n"
        )
        for program in programs.iterdir():
            program.chmod(0o755)
        command = [sys.executable, "-m", "operate", "deploy", "--parameters", " ".join(parameters)]
        command += ["--preview"] if preview else []
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    with buckets.running() as kept:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", kept.url)
        yield run


def test_stack_whose_way_back_failed_is_told_before_anything_is_built(
    account: Account, deploy: Deploy
) -> None:
    account.statuses = ["UPDATE_ROLLBACK_FAILED"]
    account.failed = {"WebhookCheck": ("UPDATE_FAILED", "The deployed webhooks do not work")}

    done = deploy()

    assert (done.returncode, done.stdout) == (1, "")
    assert "continue-update-rollback --stack-name shop --resources-to-skip WebhookCheck" in done.stderr


def test_failed_update_is_told_by_the_status_that_the_stack_has_then(
    account: Account, deploy: Deploy
) -> None:
    account.statuses = ["UPDATE_COMPLETE", "UPDATE_ROLLBACK_FAILED"]
    account.failed = {"WebhookCheck": ("UPDATE_FAILED", "")}

    done = deploy()

    assert (done.returncode, done.stdout) == (1, BUILT)
    assert "continue-update-rollback" in done.stderr
    assert "delete" not in done.stderr


def test_failed_first_deployment_is_told_to_be_deleted(account: Account, deploy: Deploy) -> None:
    account.statuses = ["REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE"]

    done = deploy()

    assert (done.returncode, done.stdout) == (1, BUILT)
    assert "sam delete --stack-name shop" in done.stderr


def test_changes_that_nobody_agreed_to_are_no_deployment(account: Account, deploy: Deploy) -> None:
    account.statuses = ["UPDATE_COMPLETE"]
    account.parameters = {"DeploymentId": "2026-01-01T00:00:00Z"}

    done = deploy(deploys=True)

    assert (done.returncode, done.stdout) == (1, BUILT)
    assert done.stderr.startswith("Nothing of shop was deployed: ")


def test_deployment_that_went_through_says_what_is_next(account: Account, deploy: Deploy) -> None:
    account.statuses = ["UPDATE_COMPLETE"]
    account.parameters = {"DeploymentId": "mine"}

    done = deploy("DeploymentId=mine", deploys=True)

    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(
        f"{BUILT}The stage default runs release [0-9a-f]{{12}}:\n"
        r"Deployed\. `make doctor ENV=default` examines it; docs/operations\.md has the rest\.\n",
        done.stdout,
    )


def test_functions_are_told_the_application_that_the_stack_has(
    account: Account, deploy: Deploy, tmp_path: Path
) -> None:
    account.statuses, account.parameters = ["UPDATE_COMPLETE"], {"DeploymentId": "mine"}
    account.outputs = {"ApplicationId": "78d335fa-323d-0114-9c3d-d6f0d48968cf"}

    deploy("DeploymentId=mine KnownApplicationId=00000000-323d-0114-9c3d-d6f0d48968cf", deploys=True)

    seen = (tmp_path / "seen").read_text()
    assert re.findall(r"KnownApplicationId=\S*", seen) == [
        "KnownApplicationId=78d335fa-323d-0114-9c3d-d6f0d48968cf"
    ]


def test_stack_that_is_not_there_has_no_application_whatever_its_stage_has_saved(
    account: Account, deploy: Deploy, tmp_path: Path
) -> None:
    account.statuses, account.parameters = ["CREATE_COMPLETE"], {"DeploymentId": "mine"}

    deploy("DeploymentId=mine KnownApplicationId=00000000-323d-0114-9c3d-d6f0d48968cf", deploys=True)

    seen = (tmp_path / "seen").read_text()
    assert re.findall(r"KnownApplicationId=\S*", seen) == ['KnownApplicationId=""']


def test_preview_has_the_changes_shown_and_makes_none(
    account: Account, deploy: Deploy, tmp_path: Path
) -> None:
    account.statuses = ["UPDATE_COMPLETE"]
    account.parameters = {"DeploymentId": "2026-01-01T00:00:00Z"}

    done = deploy(deploys=True, preview=True)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{BUILT}Nothing was deployed. `make deploy ENV=default` makes these changes.\n"
    assert "--no-execute-changeset" in (tmp_path / "seen").read_text()


def test_preview_of_a_stack_that_is_not_there_leaves_no_empty_one(
    account: Account, deploy: Deploy, tmp_path: Path
) -> None:
    account.statuses = []

    done = deploy(deploys=True, preview=True)

    assert "The stack shop isn't there yet, so all of it is new." in done.stdout
    assert " deploy " not in (tmp_path / "seen").read_text()


def test_sam_cli_is_told_the_region_of_the_shell_and_to_report_to_nobody(
    deploy: Deploy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-3")

    deploy()

    assert (tmp_path / "seen").read_text().startswith("eu-west-3 0 ")


def test_young_account_is_told_what_to_ask_for_and_deploys(account: Account, deploy: Deploy) -> None:
    account.statuses, account.parameters, account.executions = (
        ["CREATE_COMPLETE"],
        {"DeploymentId": "mine"},
        10,
    )

    done = deploy("DeploymentId=mine", deploys=True)

    assert done.returncode == 0
    assert "At most 10 functions run at once" in done.stdout
    assert "--quota-code L-B99A9384" in done.stdout
    assert "leave AnswerConcurrency and FallbackConcurrency empty" in done.stdout


def test_limits_that_may_not_be_read_are_said_and_stop_nobody(account: Account, deploy: Deploy) -> None:
    account.statuses, account.parameters = ["CREATE_COMPLETE"], {"DeploymentId": "mine"}
    account.denied = {"GetAccountSettings"}

    done = deploy("DeploymentId=mine", deploys=True)

    assert done.returncode == 0
    assert "lambda:GetAccountSettings" in done.stdout


@pytest.mark.parametrize(
    ("stack", "parameter", "sentence"),
    [
        ("s" * 39, "Numbers=447700900000", "Give it at most 38: stack_name"),
        ("default", "Numbers=447700900000", "The stack can't be called default"),
        ("shop", "Number=447700900000", "no parameter 'Number'. Did you mean Numbers?"),
        ("shop", "ApplicationName='Front desk '", "ApplicationName begins or ends with a blank"),
        ("shop", "ApplicationName='Front\tdesk'", "'\\t' in it, which the SAM CLI would read otherwise"),
        ("shop", "ParameterKey=Numbers,ParameterValue=447700900000", "no parameter 'ParameterKey'"),
    ],
)
def test_what_the_deployment_would_fail_with_or_lose_is_refused_before_it_is_built(
    deploy: Deploy, stack: str, parameter: str, sentence: str
) -> None:
    done = deploy(parameter, stack=stack)

    assert (done.returncode, done.stdout) == (1, "")
    assert sentence in done.stderr


def test_longest_name_that_works_is_let_through(account: Account, deploy: Deploy) -> None:
    account.parameters = {"DeploymentId": "mine"}

    assert deploy(stack="s" * 38).stdout == BUILT


@pytest.mark.usefixtures("account")
def test_function_that_can_t_be_imported_is_told_before_anything_is_built(
    deploy: Deploy, tmp_path: Path
) -> None:
    (tmp_path / "functions").unlink()
    shutil.copytree(projects.FLOWS, tmp_path / "functions")
    (tmp_path / "functions" / "answer" / "app.py").write_text("import humanise\n")

    done = deploy()

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(
        "functions/answer/app.py:1: ModuleNotFoundError: No module named 'humanise'\n"
    )


@pytest.mark.parametrize("missing", ["switchboard/vonage", "switchboard/vonage-signature"])
@pytest.mark.parametrize("statuses", [[], ["UPDATE_COMPLETE"]])
def test_missing_credentials_are_told_with_the_one_command_before_anything_is_built(
    account: Account, deploy: Deploy, missing: str, statuses: list[str]
) -> None:
    account.statuses = statuses
    account.secrets.discard(missing)

    done = deploy()

    assert (done.returncode, done.stdout) == (1, "")
    assert f"There is no secret {missing}." in done.stderr
    assert "make credentials CREDENTIALS_SECRET=switchboard/vonage" in done.stderr


def test_credentials_are_looked_for_where_the_stack_that_is_there_reads_them(
    account: Account, deploy: Deploy
) -> None:
    account.statuses = ["UPDATE_COMPLETE"]
    account.parameters = {"DeploymentId": "mine", "CredentialsSecret": "switchboard/dev"}
    account.secrets = {"switchboard/dev"}

    assert "There is no secret switchboard/dev-signature." in deploy().stderr


def test_who_may_not_look_for_secrets_may_still_deploy(account: Account, deploy: Deploy) -> None:
    account.parameters = {"DeploymentId": "mine"}
    account.denied = {"DescribeSecret"}

    assert deploy().stdout == BUILT


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """The user's own folder beside the project's, with a parameter that keeps its settings."""
    folder = tmp_path / "app"
    shutil.copytree(projects.APP, folder)
    written = Template((folder / "template.yaml").read_text())
    written.add_settings()
    (folder / "template.yaml").write_text(written.checked())
    (folder / "settings" / "default.json").write_text('{"greeting": "It\'s \\"open\\""}')
    return folder


def test_stack_beside_ours_has_what_flows_need_before_them_and_our_layers_after_them(
    account: Account, deploy: Deploy, app: Path, tmp_path: Path
) -> None:
    account.statuses, account.parameters = ["UPDATE_COMPLETE"], {"DeploymentId": "mine"}

    done = deploy("DeploymentId=mine", deploys=True)

    assert (done.returncode, done.stdout.count("built")) == (0, 2), done.stderr
    assert [said.split()[1] for said in (tmp_path / "said").read_text().splitlines()] == ["build", "deploy"]
    built, *deployed = (app / "said").read_text().splitlines()
    assert built == "app build --config-env default"
    for said, changes in zip(deployed, ("--no-fail-on-empty-changeset ", ""), strict=True):
        assert said.startswith(
            f"app deploy --config-env default --config-file {app / 'samconfig.toml'} "
            f"--template-file {tmp_path / '.local' / 'release' / 'app' / 'template.yaml'} "
            f"--stack-name shop-app {changes}--parameter-overrides Switchboard=shop "
        )
        assert said.endswith("DeploymentId=mine")
    order = (tmp_path / "order").read_text().splitlines()
    assert order[-3:] == [f"{app} deploy", f"{tmp_path} deploy", f"{app} deploy"]


def test_what_flows_need_is_deployed_in_advance_only_if_it_is_new(
    account: Account, deploy: Deploy, app: Path
) -> None:
    account.statuses, account.parameters = ["UPDATE_COMPLETE"], {"DeploymentId": "before"}

    deploy("DeploymentId=mine", deploys=True)

    _, in_advance, *_ = (app / "said").read_text().splitlines()
    assert in_advance.endswith("DeploymentId=before")  # with which nothing that is there changes


@pytest.mark.parametrize("given", [(), ("DeployCheck=true",)])
def test_new_stage_is_tried_once_both_stacks_are_there(
    account: Account, deploy: Deploy, app: Path, tmp_path: Path, given: tuple[str, ...]
) -> None:
    # As a first deployment leaves it that was interrupted
    account.statuses = ["CREATE_COMPLETE"]
    account.parameters = {"DeploymentId": "mine", "DeployCheck": "later"}

    deploy("DeploymentId=mine", *given, deploys=True)

    order = (tmp_path / "order").read_text().splitlines()[2:]
    tried = [
        re.findall(r"DeployCheck=(\w+)", said) for said in (tmp_path / "said").read_text().splitlines()[1:]
    ]
    if given:
        assert (order, tried) == ([f"{app} deploy", f"{tmp_path} deploy", f"{app} deploy"], [["true"]])
    else:
        assert order == [f"{tmp_path} deploy", f"{app} deploy", f"{tmp_path} deploy"]
        assert tried == [["later"], ["true"]]


def test_release_that_can_t_be_kept_is_told_once_all_is_deployed(
    account: Account, deploy: Deploy, app: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.statuses, account.parameters = ["UPDATE_COMPLETE"], {"DeploymentId": "mine"}
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")

    done = deploy("DeploymentId=mine", deploys=True)

    assert done.returncode == 1
    assert "The stage default is deployed, but its release could not be kept" in done.stderr
    assert [said.split()[1] for said in (app / "said").read_text().splitlines()] == [
        "build",
        "deploy",
        "deploy",
    ]


def test_stack_beside_ours_gets_no_more_when_ours_failed(
    account: Account, deploy: Deploy, app: Path, tmp_path: Path
) -> None:
    account.statuses = ["UPDATE_COMPLETE"]

    assert deploy(deploys=True, fails=tmp_path.name).returncode == 1
    assert [said.split()[1] for said in (app / "said").read_text().splitlines()] == ["build", "deploy"]


def test_ours_is_not_deployed_when_what_its_flows_need_failed(
    account: Account, deploy: Deploy, app: Path, tmp_path: Path
) -> None:
    account.statuses = ["UPDATE_COMPLETE"]

    assert deploy(deploys=True, fails=app.name).returncode == 1
    assert [said.split()[1] for said in (tmp_path / "said").read_text().splitlines()] == ["build"]


def test_folder_without_a_resource_is_not_deployed(account: Account, deploy: Deploy, tmp_path: Path) -> None:
    account.statuses, account.parameters = ["UPDATE_COMPLETE"], {"DeploymentId": "mine"}
    shutil.copytree(projects.APP, tmp_path / "app")

    assert deploy("DeploymentId=mine", deploys=True).returncode == 0
    assert not (tmp_path / "app" / "said").exists()


@pytest.mark.parametrize(
    ("file", "text", "sentence"),
    [
        ("settings/default.json", "{", "app/settings/default.json isn't JSON"),
        ("template.yaml", "Resources: [", "app/template.yaml can't be read"),
        ("samconfig.toml", "version = 0.1\n", "app/samconfig.toml has no stage 'default'"),
    ],
)
def test_what_is_wrong_in_app_is_told_before_anything_is_built(
    deploy: Deploy, app: Path, file: str, text: str, sentence: str
) -> None:
    (app / file).write_text(text)

    done = deploy()

    assert (done.returncode, done.stdout) == (1, "")
    assert sentence in done.stderr
