"""A stage is what the SAM CLI takes it to be; what SAM can't read, or would lose, is a sentence."""

import json
import subprocess
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from operate import paths
from operate.deploy import parameters
from operate.errors import OperatorError
from operate.stack import Stack
from operate.stages.sam import as_sam_reads
from operate.stages.samconfig import Settings, settings_of

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SAM = paths.SAM


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project's folder, still without a samconfig."""
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    return tmp_path


def written(project: Path, text: str, file: str = "samconfig.toml", stage: str = "prod") -> Settings:
    """A stage of this samconfig."""
    (project / file).write_text(f"version = 0.1\n{text}" if file.endswith("toml") else text)
    return settings_of(stage)


def test_what_sam_s_guide_leaves_is_the_stack_that_it_deployed(project: Path) -> None:
    left = """
        [default.global.parameters]
        stack_name = "switchboard"
        region = "eu-west-1"
        [default.deploy.parameters]
        stack_name = "guided-one"
        region = "eu-west-2"
        parameter_overrides = "Numbers=\\"447700900000\\" DeploymentId=\\"\\""
    """

    settings = written(project, left, stage="default")

    assert (settings.stack_name, settings.region) == ("guided-one", "eu-west-2")
    assert settings.options == "--stack-name guided-one --region eu-west-2"
    assert parameters(settings.overrides, "", NOW) == {
        "Numbers": "447700900000",
        "DeploymentId": "2026-11-23T08:00:00Z",
    }


def test_operating_commands_ask_in_the_account_and_region_that_sam_deploys_to(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "aws").write_text("[profile shop]\nregion = eu-west-3\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(project / "aws"))
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-west-2")
    written(
        project, '[prod.global.parameters]\nstack_name = "shop"\nprofile = "shop"\nregion = "eu-west-1"\n'
    )

    stack = Stack.of_stage("prod")

    session = boto3.DEFAULT_SESSION
    assert session is not None
    assert (session.profile_name, session.region_name) == ("shop", "eu-west-1")
    assert stack.options == "--stack-name shop --region eu-west-1 --profile shop"


def test_profile_that_is_not_there_is_a_sentence(project: Path) -> None:
    written(project, '[prod.deploy.parameters]\nstack_name = "shop"\nprofile = "nobody"\n')

    with pytest.raises(OperatorError, match=r"profile \(nobody\) could not be found") as refused:
        Stack.of_stage("prod")
    assert "AWS_PROFILE" in refused.value.next_step


def test_profile_of_the_shell_that_is_not_there_is_named(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    written(project, '[prod.global.parameters]\nstack_name = "shop"\n')

    with pytest.raises(OperatorError) as refused:
        Stack.of_stage("prod")
    assert refused.value.cause == (
        "AWS did not let us sign in: The config profile (nobody) could not be found"
    )


def test_region_of_the_shell_counts_when_the_file_names_none(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-west-2")
    written(project, '[prod.global.parameters]\nstack_name = "shop"\n').sign_in()

    assert boto3.DEFAULT_SESSION is not None
    assert boto3.DEFAULT_SESSION.region_name == "us-west-2"


def test_overrides_of_the_global_section_are_used(project: Path) -> None:
    text = """
        [prod.global.parameters]
        stack_name = "shop"
        parameter_overrides = ["Numbers=447700900000"]
        [prod.deploy.parameters]
        capabilities = "CAPABILITY_IAM"
    """

    assert written(project, text).overrides == {"Numbers": "447700900000"}


def test_section_of_the_command_counts_more_than_the_global_one(project: Path) -> None:
    text = """
        [prod.global.parameters]
        stack_name = "shop"
        parameter_overrides = ["Numbers=447700900000"]
        [prod.deploy.parameters]
        parameter_overrides = ["ForwardTo=447700900001"]
    """

    assert written(project, text).overrides == {"ForwardTo": "447700900001"}


TWO = {"Numbers": "447700900000,14155550100", "ForwardTo": "447700900001"}
FORMS = {
    "text": '"Numbers=447700900000,14155550100 ForwardTo=447700900001"',
    "quoted": """"Numbers=\\"447700900000,14155550100\\" ForwardTo='447700900001'\"""",
    "list": '["Numbers=447700900000,14155550100", "ForwardTo=447700900001"]',
    "list of one": '["Numbers=447700900000,14155550100 ForwardTo=447700900001"]',
    "ParameterKey": (
        """"ParameterKey=Numbers,ParameterValue='447700900000,14155550100' """
        'ParameterKey=ForwardTo,ParameterValue=447700900001"'
    ),
    "table": '{Numbers = ["447700900000", "14155550100"], ForwardTo = "447700900001"}',
    "numbers": "{Numbers = [447700900000, 14155550100], ForwardTo = 447700900001}",
    "tables": '[{Numbers = "447700900000,14155550100"}, {ForwardTo = "447700900001"}]',
    "file": '["file://numbers.yaml", "ForwardTo=447700900001"]',
    "include": '{"$include" = "file://numbers.yaml", ForwardTo = "447700900001"}',
}
LOST = {
    '"Numbers=447700900000, 14155550100"': "14155550100",
    '["ApplicationName=Front desk"]': "desk",
    '"ParameterKey=Numbers,ParameterValue=447700900000 ForwardTo=447700900001"': "ForwardTo=447700900001",
    '"ForwardTo= Numbers=447700900000"': "ForwardTo=",
    '["file://front.toml"]': "desk",
}
READ_ALL = (
    "import json, sys; from resolve import resolve; print(json.dumps([resolve(n) for n in sys.argv[1:]]))"
)


@pytest.fixture(scope="module")
def resolved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What SAM's Python makes of every form, each a stage of one file: it is started once for all."""
    folder = tmp_path_factory.mktemp("forms")
    (folder / "numbers.yaml").write_text('Numbers: ["447700900000", "14155550100"]\n')
    (folder / "front.toml").write_text('"$include" = ["ApplicationName=Front desk"]\n')
    forms = [*FORMS.values(), *LOST]
    stages = [
        f'[s{n}.deploy.parameters]\nstack_name = "shop"\nparameter_overrides = {form}\n'
        for n, form in enumerate(forms)
    ]
    (folder / "samconfig.toml").write_text("version = 0.1\n" + "".join(stages))
    command = [str(SAM.with_name("python")), "-c", READ_ALL, *(f"s{n}" for n in range(len(forms)))]
    environment = {"PYTHONPATH": str(paths.ROOT / "operate" / "stages"), "SAM_CLI_TELEMETRY": "0"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=True)
    return dict(zip(forms, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_form_of_overrides_is_read_as_sam_reads_it(resolved: dict[str, Any], form: str) -> None:
    assert resolved[form]["overrides"] == TWO


@pytest.mark.parametrize(("form", "lost"), LOST.items())
def test_what_sam_would_pass_over_in_silence_is_refused(
    resolved: dict[str, Any], form: str, lost: str
) -> None:
    assert f"SAM would leave out {lost!r} of" in resolved[form]["refused"]


@pytest.mark.parametrize("file", ["samconfig.yaml", "samconfig.yml"])
def test_yaml_is_read_as_well(project: Path, file: str) -> None:
    text = """
version: 0.1
prod:
  global:
    parameters:
      stack_name: shop
  deploy:
    parameters:
      parameter_overrides:
        - Numbers: ["447700900000"]
          FallbackNumber: null
"""

    settings = written(project, text, file)

    assert settings == Settings("prod", "shop", None, None, {"Numbers": "447700900000", "FallbackNumber": ""})


GLOBAL = b'[prod.global.parameters]\nstack_name = "shop"\n'
VERSION = b"version = 0.1\n"
UNREADABLE = {
    "BOM": (b"\xef\xbb\xbf" + VERSION + GLOBAL, "samconfig.toml can't be read:"),
    "TOML": (VERSION + GLOBAL[:-2], "at line 3"),
    "no version": (GLOBAL, "'version' key is not present"),
    "encoding": (VERSION + GLOBAL.replace(b"shop", b"\xff"), "can't decode byte 0xff"),
    "shape": (VERSION + b"[prod]\nglobal = 3\n", "samconfig.toml can't be read: AttributeError"),
    "open quote": (
        VERSION + GLOBAL + b'parameter_overrides = "ApplicationName=\\"x"\n',
        "not a valid format",
    ),
    "no file": (
        VERSION + GLOBAL + b'parameter_overrides = "file://no.yaml"\n',
        "file://no.yaml was not found",
    ),
    "no stack": (VERSION + b'[prod.deploy.parameters]\ns3_prefix = "x"\n', "names no stack"),
    "no stage": (VERSION + GLOBAL.replace(b"prod", b"dev"), "samconfig.toml has no stage 'prod'"),
    "empty": (b"", "samconfig.toml has no stage 'prod'"),
}


@pytest.mark.parametrize(("content", "sentence"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_a_sentence(project: Path, content: bytes, sentence: str) -> None:
    (project / "samconfig.toml").write_bytes(content)

    with pytest.raises(OperatorError) as refused:
        settings_of("prod")
    assert sentence in refused.value.cause
    assert "\n" not in refused.value.cause
    assert "samconfig.toml" in refused.value.next_step or "ENV=dev" in refused.value.next_step


@pytest.mark.parametrize("content", ["version: 0.1\nprod: [\n", "- prod\n", "version: 0.1\nprod:\n"])
def test_yaml_that_cannot_be_read_is_a_sentence(project: Path, content: str) -> None:
    with pytest.raises(OperatorError, match=r"^samconfig\.\w+ (can't be read|has no stage)"):
        written(project, content, "samconfig.yaml")


def test_folder_without_a_samconfig_is_a_sentence(project: Path) -> None:
    assert not list(project.iterdir())

    with pytest.raises(OperatorError, match="has no stage 'prod'"):
        settings_of("prod")


def test_machine_without_the_sam_cli_is_told_how_to_get_it(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "SAM", project / "nowhere" / "sam")

    with pytest.raises(OperatorError, match="isn't installed") as refused:
        settings_of("prod")
    assert "make setup" in refused.value.next_step


# SAM's own code, for as many words at once as there are: importing it takes a second.
READ_EACH = """
import json, sys
from samcli.cli.types import CfnParameterOverridesType as Type
print(json.dumps([Type().convert([word], None, None) for word in json.load(sys.stdin)]))
"""
NASTY = st.text(st.sampled_from("""ab \\"'=,;$`{}[]é📞\u00a0"""), max_size=12)


def read_by_sam(words: list[str]) -> list[dict[str, str]]:
    done = subprocess.run(
        [SAM.with_name("python"), "-c", READ_EACH],
        input=json.dumps(words),
        capture_output=True,
        text=True,
        check=True,
    )
    read: list[dict[str, str]] = json.loads(done.stdout)
    return read


def test_whatever_is_given_to_sam_is_what_sam_reads() -> None:
    values = {
        "447700900000,14155550100", "", "Front desk", "It's me", 'the "front" desk', "'a' and \"b\" ",
        "a=b c=d",
        '"', "'", "'quoted'", '"quoted"', " blanks ", "C:\\desk", "a\\ b", "a\\'b", "a\\\\", 'a\\\\"b',
        "ParameterKey=Numbers", "file://numbers.yaml", "Zürich 📞",
        '{"a": "it\\u0022s", "b": ["c d", \'e\']}',
    }  # fmt: skip
    written: dict[str, str] = {}

    @hypothesis_settings(max_examples=1000, deadline=None, database=None)
    @given(NASTY | st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
    def collect(value: str) -> None:
        with suppress(OperatorError):
            written[value] = as_sam_reads("Name", value)

    collect()
    written |= {value: as_sam_reads("Name", value) for value in values}

    read = read_by_sam(list(written.values()))
    assert read == [{"Name": value} for value in written]
    assert len(written) > 500


@pytest.mark.parametrize(
    "value", ['a\\"b', "a\\", "a\nb", "a\tb", "a\x7f", "ParameterKey=Numbers,ParameterValue=1", '\\\\\\"']
)
def test_what_cannot_be_written_for_sam_is_refused(value: str) -> None:
    with pytest.raises(OperatorError, match="the SAM CLI would read otherwise"):
        as_sam_reads("Name", value)


def test_what_is_refused_would_be_read_otherwise() -> None:
    """Else it would be refused for nothing."""
    escaped = ['Name="a\\\\"b"', 'Name="a\\"', 'Name="ParameterKey=Numbers,ParameterValue=1"']

    assert read_by_sam(escaped[:1] + escaped[2:]) == [{"Name": "a\\\\"}, {"Numbers": "1"}]


def test_plain_sam_takes_a_file_of_settings_as_the_page_gives_it() -> None:
    page = (paths.ROOT / "docs" / "your-stack.md").read_text()
    assert "\"Settings='$(cat settings/dev.json)'\"" in page
    file = '{\n  "greeting": "Good day",\n  "numbers": ["447700900000"]\n}'

    assert read_by_sam([f"Settings='{file}'"]) == [{"Settings": file}]
