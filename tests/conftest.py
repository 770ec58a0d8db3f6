"""What most tests need: AWS on 127.0.0.1, the lines that the functions log, and Lambda's runtime client."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from switchboard.aws.secret import _secrets_manager
from switchboard.webhooks import pipeline
from switchboard.webhooks.applications import Applications
from switchboard.webhooks.signature_secrets import SignatureSecrets

from operate import paths
from tests.factories import ACCOUNT, CREDENTIALS
from tests.fakes.stores import Aws, running
from tests.lambda_runtime import Runtime
from vonage_simulator.origin import certificate

# What nohup or the background of a shell has ignored would be ignored by the commands under test, too.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)

# Made-up examples are the same each time, unless chance is asked for, and no machine is too slow for them.
settings.register_profile(
    "tests", settings.get_profile("ci"), derandomize="SWITCHBOARD_TEST_EXAMPLES" not in os.environ
)
settings.load_profile("tests")

# The environment of a function, but for the address of AWS.
FUNCTION = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI",
    "AWS_SESSION_TOKEN": "session-token",
    "AWS_REGION": "eu-west-1",
    "AWS_DEFAULT_REGION": "eu-west-1",  # boto3 reads this one; Lambda sets both
    "SWITCHBOARD_SIGNATURE_SECRET": "switchboard/vonage-signature",
}


class Logs:
    """What was logged during a test."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self._text = ""

    @property
    def text(self) -> str:
        self._text += self._capsys.readouterr().out
        return self._text

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def logs(capsys: pytest.CaptureFixture[str]) -> Logs:
    return Logs(capsys)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    """AWS with the credentials secret in it, and the environment of a function that uses it."""
    with running() as fake:
        fake.denies_missing = True
        fake.secret("switchboard/vonage", ACCOUNT)
        fake.secret("switchboard/vonage-signature", CREDENTIALS)
        for name, value in {**FUNCTION, "AWS_ENDPOINT_URL": fake.url}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(pipeline, "_secrets", SignatureSecrets())
        monkeypatch.setattr(pipeline, "_applications", Applications())
        _secrets_manager().close()
        yield fake
        _secrets_manager().close()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one certificate authority of tests that talk to this machine alone.

    To read the hundred that a client trusts by default takes 20 ms, for each client again.
    """
    return certificate.make(tmp_path_factory.mktemp("authority")).certificate


@pytest.fixture(params=["runtime-3", "runtime-4"])
def runtime(request: pytest.FixtureRequest, tmp_path: Path) -> Runtime:
    """Lambda's own runtime client: the one that python3.13 began with, and today's."""
    python = paths.LOCAL / request.param / "bin" / "python"
    if not python.exists():
        pytest.skip(f"there is no {python}; on Linux, `make setup` installs it")
    return Runtime(python, tmp_path)
