"""A key is rotated while others go on sending: nothing is lost."""

import threading
import time
from collections.abc import Iterator
from typing import Self

import pytest
from switchboard.aws.secret import _secrets_manager
from switchboard.outbound import asking

from provisioner.operator.actions import act
from provisioner.world import keys
from tests.unit.provisioner.conftest import FUNCTION, GB, World, application_properties

MESSAGE = {"channel": "sms", "message_type": "text", "to": "447700900999", "from": GB, "text": "Hello"}


class Sender:
    """Sends messages at a steady rate, as `workers/outbound` does, and keeps what went wrong."""

    def __init__(self) -> None:
        self.sent = 0
        self.failures: list[BaseException] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def wait_for(self, more: int) -> None:
        """Until so many more messages have been sent."""
        wanted, until = self.sent + more, time.monotonic() + 20
        while self.sent < wanted and not self.failures and time.monotonic() < until:
            time.sleep(0.005)

    def _run(self) -> None:
        while not self._stop.wait(0.01):
            try:
                asking.ask({"id": str(self.sent), "name": "messages.send", "detail": MESSAGE})
                self.sent += 1
            except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
                self.failures.append(error)


@pytest.fixture
def outbound(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The environment of `workers/outbound`."""
    environment = {
        "AWS_ENDPOINT_URL": world.aws.url,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "example",
        "SWITCHBOARD_APPLICATION_SECRET": "shop-application",
        "VONAGE_API_URL": world.vonage.url,
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    _secrets_manager().close()
    asking.vonage.cache_clear()
    yield
    _secrets_manager().close()
    asking.vonage().close()
    asking.vonage.cache_clear()


@pytest.mark.usefixtures("outbound")
def test_no_message_is_lost_while_keys_rotate(world: World) -> None:
    stack = world.stack()
    application_id = world.create_application(stack).data["ApplicationId"]
    world.create_number(stack, application_id)
    world.vonage.journal.restore([])

    with Sender() as sender:
        sender.wait_for(3)
        for _ in range(3):
            assert act({"action": "rotate"}, FUNCTION, world.tools())["status"] == "ok"
            sender.wait_for(3)
        updated = stack.update("App", application_properties(stack, KeyVersion="2"))
        sender.wait_for(3)

    replies = [
        entry["response"]["status"]
        for entry in world.vonage.journal.entries(kind="api")
        if entry["request"]["url"] == "/v1/messages"
    ]
    assert updated.succeeded, updated.reason
    assert sender.failures == []
    assert 401 in replies
    assert replies.count(202) == sender.sent


def test_a_rotation_writes_the_new_key_before_vonage_knows_it(world: World) -> None:
    stack = world.stack()
    world.create_application(stack)
    before = len(world.aws.calls)

    stack.update("App", application_properties(stack, KeyVersion="2"))

    writes = [call for call in world.aws.calls[before:] if call == "secretsmanager.PutSecretValue"]
    assert len(writes) == 1
    assert world.calls()[-2:] == [f"PUT /v2/applications/{world.applications[0]['id']}", "GET /v1/calls"]
    assert set(world.aws.secrets["shop-application"].labels) == {"AWSCURRENT", "AWSPREVIOUS"}


def test_a_rotation_is_not_made_current_before_vonage_accepts_it(world: World) -> None:
    stack = world.stack()
    world.create_application(stack)
    world.vonage.faults.next("GET /v1/calls", status=401, times=3)

    updated = stack.update("App", application_properties(stack, KeyVersion="2"))

    assert updated.succeeded, updated.reason
    assert len(world.calls("GET /v1/calls")) == 4


def test_a_new_key_that_vonage_took_without_a_word_is_taken_back(world: World) -> None:
    stack = world.stack()
    world.create_application(stack)
    world.vonage.faults.next("PUT /v2/applications/*", lost_reply=True, times=5)

    report = act({"action": "rotate"}, FUNCTION, world.tools())

    assert report["status"] == "failed"
    private = world.secret(stack)["private_key"]
    assert keys.same(world.applications[0]["keys"]["public_key"], keys.pair(private).public_pem)


def test_an_update_that_names_the_same_version_keeps_the_key(world: World) -> None:
    stack = world.stack()
    created = world.create_application(stack)

    updated = stack.update("App", application_properties(stack, Name="other"))

    assert updated.data["PublicKeyFingerprint"] == created.data["PublicKeyFingerprint"]


def test_a_key_once_replaced_never_comes_back(world: World) -> None:
    stack = world.stack()
    first = world.create_application(stack)
    stack.update("App", application_properties(stack, KeyVersion="2"))

    back = stack.update("App", application_properties(stack, KeyVersion="1"))

    assert back.data["PublicKeyFingerprint"] != first.data["PublicKeyFingerprint"]


def test_a_new_secret_gets_the_key_and_vonage_is_not_asked_to_change(world: World) -> None:
    stack = world.stack()
    created = world.create_application(stack)
    world.aws.secret("new-secret")

    updated = stack.update("App", application_properties(stack, ApplicationSecret="new-secret"))

    assert updated.data["PublicKeyFingerprint"] == created.data["PublicKeyFingerprint"]
    assert world.aws.secrets["new-secret"].current() == world.secret(stack)
    assert world.calls("PUT") == []


def test_a_secret_that_lost_its_value_gets_a_new_key(world: World) -> None:
    stack = world.stack()
    world.create_application(stack)
    world.aws.secret("shop-application")

    updated = stack.update("App", application_properties(stack, Name="other"))

    assert updated.succeeded, updated.reason
    private = world.secret(stack)["private_key"]
    assert keys.same(world.applications[0]["keys"]["public_key"], keys.pair(private).public_pem)
    assert len(world.applications) == 1
