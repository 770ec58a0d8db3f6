"""A key is rotated while others go on calling: nobody sees a failure."""

import json
import threading
import time
from typing import Any

import httpx

from provisioner import actions, keys
from tests.unit.provisioner.conftest import FUNCTION, World, application_properties


class Client:
    """A caller as `docs/resources/vonage-application.md` wants it: on 401 it reads the key again, once."""

    def __init__(self, world: World, secret: str) -> None:
        self._world, self._secret = world, secret
        self._held = self._read("AWSCURRENT")
        self.statuses: list[int] = []
        self.refused = 0

    def wait_for_calls(self, more: int) -> None:
        """Until so many more calls have been made."""
        wanted, until = len(self.statuses) + more, time.monotonic() + 10
        while len(self.statuses) < wanted and time.monotonic() < until:
            time.sleep(0.005)

    def call(self) -> None:
        status = self._ask(self._held)
        for stage in ("AWSPENDING", "AWSCURRENT"):
            if status == 401:
                self.refused += 1
                self._held = self._read(stage) or self._held
                status = self._ask(self._held)
        self.statuses.append(status)

    def _read(self, stage: str) -> dict[str, Any]:
        secret = self._world.aws.secrets[self._secret]
        version = secret.labels.get(stage)
        return json.loads(secret.values[version]) if version else {}

    def _ask(self, held: dict[str, str]) -> int:
        bearer = f"Bearer {keys.token(held['application_id'], held['private_key'])}"
        return httpx.get(f"{self._world.vonage.url}/v1/calls", headers={"Authorization": bearer}).status_code


def calling(client: Client, until: threading.Event) -> threading.Thread:
    """Call at a steady rate until told to stop."""

    def run() -> None:
        while not until.wait(0.01):
            client.call()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def test_no_call_fails_while_keys_rotate(world: World) -> None:
    stack = world.stack()
    world.create_application(stack)
    client, stop = Client(world, "shop-application"), threading.Event()
    thread = calling(client, stop)

    for _ in range(3):
        assert actions.act({"action": "rotate"}, FUNCTION, world.tools())["status"] == "ok"
        client.wait_for_calls(3)
    updated = stack.update("App", application_properties(stack, KeyVersion="2"))
    client.wait_for_calls(3)
    stop.set()
    thread.join()

    assert updated.succeeded, updated.reason
    assert client.refused > 0
    assert set(client.statuses) == {200}


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

    report = actions.act({"action": "rotate"}, FUNCTION, world.tools())

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
