"""`ENV=local`: the stage that `make up` started, and no other account whatever the shell says."""

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from operate import paths
from operate.errors import OperatorError
from operate.stack import Stack
from operate.stages.samconfig import settings_of


@pytest.fixture
def port() -> Iterator[int]:
    """Where something listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.fixture
def file(port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What `make up` wrote."""
    monkeypatch.setattr(paths, "STATE", tmp_path / "state.json")
    state = {
        "aws_url": f"http://127.0.0.1:{port}", "vonage_url": "http://127.0.0.1:4010",
        "stack_name": "switchboard",
        "aws_access_key_id": "AKIALOCAL", "aws_secret_access_key": "secret", "aws_region": "us-east-1",
        "numbers": ["447700900000"],
    }  # fmt: skip
    paths.STATE.write_text(json.dumps(state))
    return paths.STATE


@pytest.fixture(autouse=True)
def _shell(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell that is signed in to a real account."""
    monkeypatch.setattr(os, "environ", dict(os.environ))
    os.environ |= {
        "AWS_PROFILE": "production", "AWS_SESSION_TOKEN": "token", "AWS_REGION": "eu-west-1",
        "AWS_ENDPOINT_URL_CLOUDFORMATION": "https://cloudformation.eu-west-1.amazonaws.com",
    }  # fmt: skip


def test_stage_here_is_asked_with_its_own_key_and_nothing_of_the_shell_s(file: Path) -> None:
    stack = Stack.of_stage("local")

    client, there = boto3.client("cloudformation"), json.loads(file.read_text())
    assert (stack.name, client.meta.endpoint_url) == ("switchboard", there["aws_url"])
    assert client.meta.region_name == "us-east-1"
    key = boto3.Session().get_credentials()
    assert key
    assert (key.access_key, key.secret_key, key.token) == ("AKIALOCAL", "secret", None)
    assert os.environ["VONAGE_API_URL"] == there["vonage_url"]


def test_nothing_that_runs_says_how_to_start_it(file: Path) -> None:
    file.unlink()

    with pytest.raises(OperatorError, match=r"Nothing is running here.\nStart it with `make up`."):
        settings_of("local")


def test_stage_that_has_ended_says_so(file: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    file.write_text(json.dumps({**json.loads(file.read_text()), "aws_url": f"http://127.0.0.1:{port}"}))

    with pytest.raises(
        OperatorError, match=r"doesn't answer any more\.\nStart it again: make down && make up"
    ):
        settings_of("local")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"aws_url": "http://127.0.0.1:x"}', '{"aws_url": 5}'])
def test_state_that_cannot_be_read_says_what_to_do(file: Path, text: str) -> None:
    file.write_text(text)

    with pytest.raises(OperatorError, match=r"another version of this project\.\nStart it again"):
        settings_of("local")
