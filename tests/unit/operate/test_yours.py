"""What `make table`, `secret` and `setting` write into app/, and what a deployment gives the stack there."""

import getpass
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operate import __main__ as operate
from operate import paths, template
from operate.errors import OperatorError
from operate.stages.samconfig import settings_of
from operate.yours import beside
from operate.yours.lines import Template, table
from tests import projects
from tests.fakes.control_plane import Account
from tests.fakes.stores import Aws

SHIPPED = (projects.APP / "template.yaml").read_text()
TABLE = table("callers", "id")


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder, as it's shipped."""
    folder = tmp_path / "app"
    shutil.copytree(projects.APP, folder)
    monkeypatch.setattr(paths, "APP", folder)
    return folder


def resources(app: Path) -> dict[str, Any]:
    found: dict[str, Any] = template.read(app / "template.yaml").get("Resources", {})
    return found


def make(*words: str) -> int:
    return operate.main(list(words))


def statements(app: Path, policy: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = resources(app)[policy]["Properties"]["PolicyDocument"]["Statement"]
    return found


def test_shipped_folder_has_nothing_to_deploy(app: Path) -> None:
    assert beside.template() == {}
    assert [json.loads(file.read_text()) for file in (app / "settings").iterdir()] == [{}] * 4


@pytest.mark.parametrize("stage", ["default", "dev", "prod"])
def test_shipped_stages_are_called_as_ours_with_app_after_it(stage: str) -> None:
    ours, own = settings_of(stage, projects.FLOWS), settings_of(stage, projects.APP)

    assert own.stack_name == beside.stack_name(ours.stack_name)
    assert own.overrides == {"Switchboard": ours.stack_name}


def test_table_comes_with_its_setting_and_the_flows_rights(app: Path) -> None:
    make("table", "--name", "lost_calls", "--flows", "answer,rtc_event", "--key", "number")

    assert list(resources(app)) == ["LostCallsTable", "SettingsParameter", "AnswerPolicy", "RtcEventPolicy"]
    assert resources(app)["LostCallsTable"]["Properties"]["KeySchema"] == [
        {"AttributeName": "number", "KeyType": "HASH"}
    ]
    assert '"lost_calls_table": "${LostCallsTable}"' in (app / "template.yaml").read_text()
    assert "dynamodb:PutItem" in statements(app, "AnswerPolicy")[0]["Action"]
    assert "dynamodb:Scan" not in statements(app, "AnswerPolicy")[0]["Action"]
    assert json.loads((app / "settings" / "test.json").read_text()) == {"lost_calls_table": "lost_calls"}


def test_command_that_is_given_twice_writes_once(app: Path) -> None:
    make("table", "--name", "callers", "--flows", "answer")
    once = (app / "template.yaml").read_text()
    make("table", "--name", "callers", "--flows", "answer")

    assert (app / "template.yaml").read_text() == once


def test_table_that_is_there_is_told_with_the_key_that_it_has(
    app: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make("table", "--name", "callers", "--key", "number", "--flows", "answer")
    text = (app / "template.yaml").read_text()
    (app / "template.yaml").write_text(text.replace("  CallersTable:\n", "  CallersTable: # mine\n"))
    capsys.readouterr()
    make("table", "--name", "callers", "--flows", "event")

    assert 'table(settings(Mine).callers_table, key="number")' in capsys.readouterr().out
    assert (app / "template.yaml").read_text().count("AWS::DynamoDB::Table") == 1
    assert len(statements(app, "EventPolicy")) == 1


def test_rights_of_a_flow_are_in_one_policy(app: Path) -> None:
    make("table", "--name", "callers", "--flows", "answer")
    make("table", "--name", "visits", "--flows", "event,answer")

    assert len(statements(app, "AnswerPolicy")) == 2
    assert len(statements(app, "EventPolicy")) == 1


def test_what_the_user_wrote_stays_as_it_is(app: Path) -> None:
    own = "\nResources:\n  My:\n    Type: AWS::SNS::Topic # hands off\n\nOutputs:\n  Me: {Value: !Ref My}\n"
    (app / "template.yaml").write_text(SHIPPED + own)
    make("table", "--name", "callers", "--flows", "answer")

    text = (app / "template.yaml").read_text()
    assert list(resources(app)) == ["My", "CallersTable", "SettingsParameter", "AnswerPolicy"]
    assert list(template.read(app / "template.yaml")["Outputs"]) == ["Me"]
    assert "    Type: AWS::SNS::Topic # hands off\n" in text
    assert text.startswith(SHIPPED)


@pytest.mark.parametrize("section", ["Resources:\n", "Resources: {}\n", "Resources:\n\n\nOutputs: {}\n"])
def test_empty_section_takes_a_resource(section: str) -> None:
    written = Template(f"Transform: AWS::Serverless-2016-10-31\n{section}")
    written.add(TABLE)

    assert written.has("CallersTable")
    assert written.checked().count("Resources:") == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Resources: {Mine: {Type: AWS::SNS::Topic}}\n", "has a form that lines can't be added to"),
        (
            "Resources:\n  AnswerPolicy:\n    Type: AWS::IAM::ManagedPolicy\n",
            "AnswerPolicy in a form",
        ),
        ("Resources:\n  SettingsParameter:\n    Type: AWS::SSM::Parameter\n", "settings in a form"),
    ],
)
def test_form_that_lines_cannot_be_added_to_is_left_alone_with_a_sentence(
    app: Path, capsys: pytest.CaptureFixture[str], text: str, sentence: str
) -> None:
    (app / "template.yaml").write_text(text)

    assert make("table", "--name", "callers", "--flows", "answer") == 1
    assert sentence in capsys.readouterr().err
    assert (app / "template.yaml").read_text() == text


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("--name", "Callers", "isn't a name in lower case"),
        ("--name", "a" * 41, "isn't a name in lower case"),
        ("--name", "calls_12", "isn't a name in lower case"),
        ("--name", "class", "'class' is a word that Python reserves"),
        ("--flows", "answer,fallback", "'fallback' isn't a flow; name some of answer, event"),
        ("--key", "num-ber", "isn't a name in lower case"),
    ],
)
@pytest.mark.usefixtures("app")
def test_what_cannot_be_right_is_refused(
    capsys: pytest.CaptureFixture[str], option: str, value: str, sentence: str
) -> None:
    words = {"--name": "callers", "--flows": "answer", "--key": "id"} | {option: value}

    with pytest.raises(SystemExit):
        make("table", *(word for pair in words.items() for word in pair))
    assert sentence in capsys.readouterr().err


def test_setting_that_is_no_text_leaves_the_others_as_they_are(
    app: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make("setting", "--env", "dev", "--name", "greeting", "--value", "Hello")
    before = (app / "settings" / "dev.json").read_text()

    with pytest.raises(SystemExit):
        make("setting", "--env", "dev", "--name", "goodbye", "--value", os.fsdecode(b"Adi\xf3s"))

    assert "'Adi\\udcf3s' isn't text in UTF-8." in capsys.readouterr().err
    assert (app / "settings" / "dev.json").read_text() == before


def test_setting_is_written_into_its_stage_and_kept_by_the_stack(app: Path) -> None:
    make("setting", "--env", "dev", "--name", "greeting", "--value", "It's “open”")

    assert json.loads((app / "settings" / "dev.json").read_text()) == {"greeting": "It's “open”"}
    assert json.loads((app / "settings" / "prod.json").read_text()) == {}
    assert list(resources(app)) == ["SettingsParameter"]


JSON: Any = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.text(st.characters(exclude_categories=["Cs"])) | st.integers() | st.lists(st.text("{}\"'\\\n é")),
    max_size=4,
)


@given(JSON)
def test_settings_travel_as_json_in_a_form_that_nothing_on_the_way_minds(values: dict[str, Any]) -> None:
    text = beside.encoded(values)

    assert json.loads(text) == values
    assert "{{" not in text
    assert "\n" not in text
    assert not {text[i : i + 2] for i in range(len(text))} & {'\\"', "\\'", "\\ ", "\\\\"}


@pytest.mark.usefixtures("app")
def test_stage_is_among_its_settings() -> None:
    make("setting", "--env", "dev", "--name", "greeting", "--value", "Hello")

    given = beside.parameters("dev", "shop", "now", {})

    assert json.loads(given["Settings"]) == {"greeting": "Hello", "stage": "dev"}
    assert (given["Switchboard"], given["DeploymentId"]) == ("shop", "now")


def test_this_machine_has_the_default_stage_s_settings_and_its_own_over_them(app: Path) -> None:
    (app / "settings" / "default.json").write_text('{"greeting": "Hello", "tries": 3}')
    (app / "settings" / "local.json").write_text('{"greeting": "Good evening"}')

    assert beside.settings_of("local") == {"greeting": "Good evening", "tries": 3}


def refused(app: Path, settings: str) -> str:
    (app / "settings" / "dev.json").write_text(settings)
    with pytest.raises(OperatorError) as error:
        beside.parameters("dev", "shop", "now", {})
    return str(error.value)


def test_settings_that_would_be_lost_are_told(app: Path) -> None:
    assert "make setting NAME=greeting" in refused(app, '{"greeting": "Hello"}')


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ("{", "app/settings/dev.json isn't JSON: Expecting property name"),
        ("[]", "app/settings/dev.json isn't a JSON object"),
        (json.dumps({"long": "é" * 1800}), "and there is room for 3584"),
    ],
)
def test_settings_that_cannot_be_used_are_told_with_their_file(
    app: Path, settings: str, sentence: str
) -> None:
    make("setting", "--name", "greeting", "--value", "Hello")

    assert sentence in refused(app, settings)


@pytest.mark.usefixtures("app")
def test_parameter_that_the_template_does_not_have_is_told() -> None:
    make("setting", "--name", "greeting", "--value", "Hello")

    with pytest.raises(OperatorError, match=r"no parameter 'Setings'. Did you mean Settings\?"):
        beside.parameters("dev", "shop", "now", {"Setings": "1"})


def test_template_that_cannot_be_read_is_told(app: Path) -> None:
    (app / "template.yaml").write_text("Resources:\n  a: [\n")

    with pytest.raises(OperatorError, match=r"app/template\.yaml can't be read: .* line 3"):
        beside.template()


def test_setting_of_a_stage_that_is_not_there_is_refused(
    app: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "ROOT", projects.FLOWS)

    assert make("setting", "--env", "prd", "--name", "greeting", "--value", "Hello") == 1
    assert "has no stage 'prd'" in capsys.readouterr().err
    assert resources(app) == {}


@pytest.mark.usefixtures("app")
def test_name_of_the_stage_is_not_a_setting_to_be_written(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        make("setting", "--name", "stage", "--value", "mine")
    assert "is among the settings already" in capsys.readouterr().err


def text_of(stores: Aws) -> str:
    secret = stores.secrets["switchboard/app/crm"]
    return secret.values[secret.labels["AWSCURRENT"]]


class TestSecret:
    """Typed into the project's stage `default`, whose stack is `switchboard`."""

    @pytest.fixture(autouse=True)
    def _project(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(paths, "ROOT", projects.FLOWS)

    @pytest.fixture
    def types(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
        return lambda text: monkeypatch.setattr(getpass, "getpass", lambda _prompt: text)

    def test_secret_is_stored_and_the_flow_may_read_it(
        self, app: Path, stores: Aws, account: Account, types: Callable[[str], None],
        capsys: pytest.CaptureFixture[str],
    ) -> None:  # fmt: skip
        account.statuses = ["CREATE_COMPLETE"]
        types("t0p secret")

        assert make("secret", "--name", "crm", "--flows", "answer") == 0

        assert text_of(stores) == "t0p secret"
        assert statements(app, "AnswerPolicy")[0]["Action"] == "secretsmanager:GetSecretValue"
        assert "${Switchboard}/app/crm-??????" in (app / "template.yaml").read_text()
        told = capsys.readouterr()
        assert "t0p secret" not in told.out + told.err
        assert "Next: make deploy, or make up." in told.out + told.err

    def test_secret_that_is_there_gets_another_text(
        self, app: Path, stores: Aws, types: Callable[[str], None]
    ) -> None:
        stores.secret("switchboard/app/crm", {})
        types("another")

        assert make("secret", "--name", "crm") == 0
        assert text_of(stores) == "another"
        assert resources(app) == {}

    def test_secret_is_encrypted_with_the_key_of_the_stack(
        self, app: Path, stores: Aws, account: Account, types: Callable[[str], None]
    ) -> None:
        account.statuses, account.parameters = ["CREATE_COMPLETE"], {"KmsKeyArn": "arn:aws:kms:key"}
        types("t0p secret")
        make("secret", "--name", "crm", "--flows", "answer")

        assert app.exists()
        assert stores.secrets["switchboard/app/crm"].key == "arn:aws:kms:key"

    def test_secret_that_was_left_empty_changes_nothing(
        self, app: Path, stores: Aws, types: Callable[[str], None], capsys: pytest.CaptureFixture[str]
    ) -> None:
        types("")

        assert make("secret", "--name", "crm", "--flows", "answer") == 1
        assert "The secret was left empty." in capsys.readouterr().err
        assert (stores.secrets.get("switchboard/app/crm"), resources(app)) == (None, {})

    def test_template_stays_as_it_is_when_aws_refuses(
        self, app: Path, stores: Aws, types: Callable[[str], None], capsys: pytest.CaptureFixture[str]
    ) -> None:
        stores.refuse["secretsmanager.PutSecretValue"] = "AccessDeniedException"
        types("t0p secret")

        assert make("secret", "--name", "crm", "--flows", "answer") == 1
        assert "AWS did not let us store the secret switchboard/app/crm" in capsys.readouterr().err
        assert resources(app) == {}
