"""`make credentials`: what is asked, tried at Vonage, and stored."""

import contextlib
import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from local import aws
from operate import credentials
from operate.errors import OperatorError
from tests import projects
from vonage_simulator.vonage import Vonage

NAME = "switchboard/credentials-test"
SIGNATURE_NAME = f"{NAME}-signature"


@pytest.fixture(autouse=True)
def settings(aws_url: str, vonage: Vonage, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The environment of somebody who runs the command; what was stored is gone afterwards."""
    user = {**aws.root_user(aws_url), "AWS_ENDPOINT_URL": aws_url, "VONAGE_API_URL": vonage.url}
    for name, value in user.items():
        monkeypatch.setenv(name, value)
    yield
    client = aws.session(aws_url).client("secretsmanager", endpoint_url=aws_url)
    for name in (NAME, SIGNATURE_NAME):
        with contextlib.suppress(client.exceptions.ResourceNotFoundException):
            client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


def typing(vonage: Vonage, **spoilt: str) -> Callable[[str], str]:
    """Somebody who types the right answers, but for those that are spoilt."""
    account = vonage.account
    right = {
        "api_key": account.api_key,
        "api_secret": account.api_secret,
        "signature_secret": account.signature_secret,
    }
    answers = iter({**right, **spoilt}.values())
    return lambda _question: next(answers)


def stored(aws_url: str, name: str = NAME) -> dict[str, object]:
    client = aws.session(aws_url).client("secretsmanager", endpoint_url=aws_url)
    value: dict[str, object] = json.loads(client.get_secret_value(SecretId=name)["SecretString"])
    return value


def write(aws_url: str, name: str, **value: object) -> None:
    client = aws.session(aws_url).client("secretsmanager", endpoint_url=aws_url)
    try:
        client.create_secret(Name=name, SecretString=json.dumps(value))
    except client.exceptions.ResourceExistsException:
        client.put_secret_value(SecretId=name, SecretString=json.dumps(value))


def labels(aws_url: str, name: str = SIGNATURE_NAME) -> set[str]:
    client = aws.session(aws_url).client("secretsmanager", endpoint_url=aws_url)
    return set().union(*client.describe_secret(SecretId=name)["VersionIdsToStages"].values())


def ask(prompt: Callable[[str], str], *, leaked: bool = False, separate: bool = False) -> str:
    shown = io.StringIO()
    credentials.ask(Console(file=shown), prompt, name=NAME, leaked=leaked, separate=separate)
    return shown.getvalue()


def test_empty_answer_is_refused(vonage: Vonage) -> None:
    with pytest.raises(OperatorError, match="Signature secret was left empty"):
        ask(typing(vonage, signature_secret=" "))


def test_end_of_input_is_refused() -> None:
    def nobody(_question: str) -> str:
        raise EOFError

    with pytest.raises(OperatorError, match="API key was left empty"):
        ask(nobody)


def test_key_that_vonage_refuses_is_not_stored(vonage: Vonage, aws_url: str) -> None:
    with pytest.raises(OperatorError, match="Vonage refused"):
        ask(typing(vonage, api_secret="wrong"))

    client = aws.session(aws_url).client("secretsmanager", endpoint_url=aws_url)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_secret_value(SecretId=NAME)


def test_vonage_out_of_reach_is_explained(vonage: Vonage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VONAGE_API_URL", "http://127.0.0.1:9")

    with pytest.raises(OperatorError, match="could not be reached"):
        ask(typing(vonage))


def test_aws_that_refuses_is_explained(vonage: Vonage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")

    with pytest.raises(OperatorError, match="AWS did not let us store the secret"):
        ask(typing(vonage))


def test_secret_is_created_then_updated_and_never_shown(vonage: Vonage, aws_url: str) -> None:
    created = ask(typing(vonage))
    updated = ask(typing(vonage, signature_secret="another-secret"))

    assert "Created" in created
    assert "Updated" in updated
    assert stored(aws_url, SIGNATURE_NAME)["signature_secret"] == "another-secret"
    for secret in (vonage.account.api_secret, vonage.account.signature_secret, "another-secret"):
        assert secret not in created + updated


def test_what_signs_lies_apart_from_what_the_account_can_do(vonage: Vonage, aws_url: str) -> None:
    ask(typing(vonage))

    assert stored(aws_url).keys() == {"api_key", "api_secret"}
    assert stored(aws_url, SIGNATURE_NAME).keys() == {"api_key", "signature_secret"}


def test_update_keeps_the_secrets_of_subaccounts(vonage: Vonage, aws_url: str) -> None:
    ask(typing(vonage))
    kept = {**stored(aws_url, SIGNATURE_NAME), "signature_secrets": {"abcd1234": "theirs"}}
    write(aws_url, SIGNATURE_NAME, **kept)

    ask(typing(vonage))

    assert stored(aws_url, SIGNATURE_NAME)["signature_secrets"] == {"abcd1234": "theirs"}


@pytest.mark.parametrize("separate", [False, True])
def test_a_secret_of_release_0_1_is_split_and_its_stages_go_on(
    vonage: Vonage, aws_url: str, *, separate: bool
) -> None:
    account = vonage.account
    subaccounts = {"signature_secrets": {"abcd1234": "theirs"}}
    write(aws_url, NAME, api_key=account.api_key, api_secret="old", signature_secret="old", **subaccounts)

    ask(typing(vonage), separate=separate)

    signing = {"signature_secret": account.signature_secret, **subaccounts}
    assert stored(aws_url, SIGNATURE_NAME) == {"api_key": account.api_key, **signing}
    calling = {"api_key": account.api_key, "api_secret": account.api_secret}
    assert stored(aws_url) == (calling if separate else {**calling, **signing})


def test_a_leaked_secret_is_refused_by_stages_of_release_0_1_too(vonage: Vonage, aws_url: str) -> None:
    write(aws_url, NAME, signature_secret="leaked")

    ask(typing(vonage), leaked=True)

    assert labels(aws_url, NAME) == {"AWSCURRENT"}


@pytest.mark.parametrize(("leaked", "left"), [(False, {"AWSCURRENT", "AWSPREVIOUS"}), (True, {"AWSCURRENT"})])
def test_a_leaked_secret_leaves_no_previous_version(
    vonage: Vonage, aws_url: str, *, leaked: bool, left: set[str]
) -> None:
    ask(typing(vonage, signature_secret="the-old-one"))

    shown = ask(typing(vonage), leaked=leaked)

    assert labels(aws_url) == left
    assert ("refused everywhere within 5 minutes" in shown) == leaked
    assert stored(aws_url, SIGNATURE_NAME)["signature_secret"] == vonage.account.signature_secret


def test_the_first_secret_has_no_previous_one_to_refuse(vonage: Vonage, aws_url: str) -> None:
    assert "Created" in ask(typing(vonage), leaked=True)
    assert labels(aws_url) == {"AWSCURRENT"}


@pytest.mark.parametrize("name", [NAME, SIGNATURE_NAME])
@pytest.mark.parametrize(
    "value",
    [
        {},
        {"SecretBinary": b"abc"},
        *({"SecretString": text} for text in ("[1, 2]", '"abc"', "null", "1", "no JSON", "\ufeff{}")),
    ],
)
def test_whatever_the_secret_holds_it_is_written_anew(
    vonage: Vonage,
    aws_url: str,
    name: str,
    value: dict[str, Any],
) -> None:
    client = aws.session(aws_url).client("secretsmanager", endpoint_url=aws_url)
    client.create_secret(Name=name, **value)

    assert f"Updated {name}" in ask(typing(vonage))
    assert stored(aws_url, name)["api_key"] == vonage.account.api_key


@pytest.mark.parametrize("name", [NAME, SIGNATURE_NAME])
def test_a_secret_that_is_scheduled_for_deletion_is_to_be_restored(
    vonage: Vonage, aws_url: str, name: str
) -> None:
    ask(typing(vonage))
    client = aws.session(aws_url).client("secretsmanager", endpoint_url=aws_url)
    client.delete_secret(SecretId=name)

    with pytest.raises(OperatorError) as failure:
        ask(typing(vonage))

    assert (
        f"`aws secretsmanager restore-secret --secret-id {name}`"
        in str(failure.value) + failure.value.next_step
    )
    client.restore_secret(SecretId=name)
    assert "Updated" in ask(typing(vonage))


def test_stage_s_credentials_go_where_its_stack_looks_for_them(
    vonage: Vonage, aws_url: str, tmp_path: Path
) -> None:
    stage = f"""
        version = 0.1
        [dev.global.parameters]
        stack_name = "shop"
        region = "eu-west-2"
        parameter_overrides = "CredentialsSecret={NAME}"
    """
    projects.copy(tmp_path, stage)
    account = vonage.account
    typed = f"{account.api_key}\n{account.api_secret}\n{account.signature_secret}\n"

    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "operate", "credentials", "--env", "dev"],
        cwd=tmp_path, input=typed, capture_output=True, text=True, check=False, start_new_session=True,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    there = aws.session(aws_url).client("secretsmanager", endpoint_url=aws_url, region_name="eu-west-2")
    held = json.loads(there.get_secret_value(SecretId=NAME)["SecretString"])
    assert held["api_key"] == account.api_key
    for name in (NAME, SIGNATURE_NAME):
        there.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
