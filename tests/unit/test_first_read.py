"""The secret's first read during Lambda's INIT: it saves time where it succeeds, and costs nothing else."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest
from switchboard.aws import first_read, secret
from switchboard.aws.secret import Version, apart, read_version
from switchboard.errors import SecretError
from switchboard.webhooks.signature_secrets import SignatureSecrets

from operate import paths
from tests.fakes.stores import Aws

MAIN = "a1b2c3d4"
OVERLAP_S = 600


def version(value: str) -> Version:
    return Version({"api_key": MAIN, "signature_secret": value}, 0)


class Reads:
    """A secret and what each look at it comes to; `asked` lists the labels."""

    def __init__(self, *come_to: Callable[[], Version | None]) -> None:
        self.now = 1000.0
        self.asked: list[str] = []
        self._come_to = iter(come_to)

    def read(self, label: str) -> Version | None:
        self.asked.append(label)
        return next(self._come_to)()

    def secrets(self) -> SignatureSecrets:
        return SignatureSecrets(self.read, lambda: self.now)


def one() -> Version:
    return version("one")


def two() -> Version:
    return version("two")


def none() -> None:
    return None


def down() -> Version:
    raise SecretError("down")


@pytest.fixture
def hanging() -> threading.Event:
    """Set when the read that hangs is to come to its end."""
    return threading.Event()


@pytest.fixture
def on_lambda(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9")
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")


@pytest.mark.parametrize("kind", [None, "snap-start", "lambda-managed-instances"])
def test_nothing_else_that_imports_a_function_asks_anybody(
    kind: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind:
        monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9")
        monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", kind)
    reads = Reads(one)

    secrets = reads.secrets()
    secrets.settle()

    assert reads.asked == []
    assert secrets.known(MAIN, OVERLAP_S) == ["one"]


def test_a_plain_import_loads_no_client_and_starts_no_thread() -> None:
    code = "import app, sys, threading; print('ssl' in sys.modules, threading.active_count())"
    path = f"{paths.ROOT / 'tests' / 'flows' / 'answer'}:{paths.LAYER}"
    command = [sys.executable, "-S", "-c", code]

    done = subprocess.run(command, env={"PYTHONPATH": path}, capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["False", "1"]


@pytest.mark.usefixtures("on_lambda")
@pytest.mark.parametrize("kind", ["on-demand", "provisioned-concurrency"])
def test_what_init_has_read_is_not_read_again(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", kind)
    reads = Reads(one)
    secrets = reads.secrets()
    secrets.settle()

    assert reads.asked == ["AWSCURRENT"]
    assert [secrets.known(MAIN, OVERLAP_S) for _ in range(2)] == [["one"]] * 2
    assert secrets.account == MAIN
    assert reads.asked == ["AWSCURRENT"]


@pytest.mark.usefixtures("on_lambda")
@pytest.mark.parametrize("failing", [down, none, lambda: 1 // 0])
def test_a_read_that_fails_during_init_is_tried_again_by_the_first_event(
    failing: Callable[[], Version | None],
) -> None:
    reads = Reads(failing, one)
    secrets = reads.secrets()
    secrets.settle()

    assert secrets.known(MAIN, OVERLAP_S) == ["one"]


@pytest.mark.usefixtures("on_lambda")
def test_what_init_read_long_before_the_first_event_is_old() -> None:
    reads = Reads(one, two, none)
    secrets = reads.secrets()
    secrets.settle()
    reads.now += 301

    assert secrets.known(MAIN, OVERLAP_S) == ["two"]


@pytest.mark.usefixtures("on_lambda", "logs")
def test_what_init_read_long_ago_serves_while_secrets_manager_is_down() -> None:
    reads = Reads(one, down)
    secrets = reads.secrets()
    secrets.settle()
    reads.now += 301

    assert secrets.known(MAIN, OVERLAP_S) == ["one"]


@pytest.mark.usefixtures("on_lambda")
def test_a_slow_read_keeps_init_for_a_moment_and_serves_the_first_event(hanging: threading.Event) -> None:
    def slow() -> Version:
        assert hanging.wait(30)
        return one()

    reads = Reads(slow)
    secrets = reads.secrets()
    secrets.settle()  # comes back
    reads.now -= 60  # the event waits for as long as it takes

    threading.Timer(0.05, hanging.set).start()
    assert secrets.known(MAIN, OVERLAP_S) == ["one"]
    assert reads.asked == ["AWSCURRENT"]


@pytest.mark.usefixtures("on_lambda")
def test_init_waits_no_second_time(hanging: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_read, "_INIT_WAITS_S", 30)
    reads = Reads(hanging.wait)  # type: ignore[arg-type]
    secrets = reads.secrets()
    reads.now += 31
    started = time.monotonic()

    secrets.settle()

    assert time.monotonic() - started < 10
    hanging.set()


@pytest.mark.usefixtures("on_lambda")
def test_an_event_that_waits_for_the_read_in_vain_waits_no_second_time(hanging: threading.Event) -> None:
    reads = Reads(hanging.wait, one)  # type: ignore[arg-type]
    secrets = reads.secrets()
    reads.now += 1.45

    with pytest.raises(SecretError, match="did not answer in time"):
        secrets.known(MAIN, OVERLAP_S)
    assert reads.asked == ["AWSCURRENT"]

    assert secrets.known(MAIN, OVERLAP_S) == ["one"]
    hanging.set()


@pytest.mark.usefixtures("on_lambda")
def test_an_event_is_told_why_the_read_that_it_waited_for_has_failed(hanging: threading.Event) -> None:
    def denied() -> Version:
        assert hanging.wait(30)
        return down()

    reads = Reads(denied)
    secrets = reads.secrets()
    reads.now -= 60  # it waits for as long as it takes
    threading.Timer(0.05, hanging.set).start()

    with pytest.raises(SecretError, match="down"):
        secrets.known(MAIN, OVERLAP_S)


@pytest.mark.usefixtures("on_lambda")
def test_a_read_that_was_frozen_with_the_environment_is_left_alone(hanging: threading.Event) -> None:
    reads = Reads(hanging.wait, two)  # type: ignore[arg-type]
    secrets = reads.secrets()
    reads.now += 3600

    assert secrets.known(MAIN, OVERLAP_S) == ["two"]

    hanging.set()  # it thaws, and nobody listens
    assert secrets.known(MAIN, OVERLAP_S) == ["two"]


@pytest.mark.usefixtures("aws")
def test_no_connection_of_init_is_left_to_be_frozen() -> None:
    def read() -> list[object]:
        read_version("switchboard/vonage-signature", "AWSCURRENT")
        service = secret._of_thread.service
        return [service, service._kept]

    service, kept = apart(read)

    assert kept is not None
    assert service._kept is None  # type: ignore[attr-defined]
    assert secret._secrets_manager()._kept is None


def test_init_reads_what_the_stack_has(
    aws: Aws, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_read, "_INIT_WAITS_S", 30)
    request.getfixturevalue("on_lambda")
    secrets = SignatureSecrets()
    secrets.settle()

    assert aws.calls == ["secretsmanager.GetSecretValue"]
    assert secrets.known(None, OVERLAP_S)
    assert aws.calls == ["secretsmanager.GetSecretValue"]
