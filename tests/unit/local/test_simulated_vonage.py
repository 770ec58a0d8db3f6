"""The simulated Vonage as the stage starts it: beside an embedded AWS, for a demo or for a person."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from local import service, up
from local.simulated_vonage import DEPLOYED
from operate import paths
from tests.e2e.conftest import wait_until
from vonage_simulator.testing import script_control
from vonage_simulator.testing.endpoint import Answer, Incoming, serving

CREDENTIALS = {"api_key": "a1b2c3d4", "api_secret": "Aa1secret", "signature_secret": "sign" * 8}
STACK = "https://e5f6a7b8.execute-api.us-east-1.amazonaws.com"


@pytest.fixture(autouse=True)
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "LOGS", tmp_path)


@contextlib.contextmanager
def started(aws_url: str, *, live: bool) -> Iterator[tuple[httpx.Client, service.Service]]:
    server = up._start_vonage(service.free_port(), aws_url, CREDENTIALS, live=live)
    try:
        with httpx.Client(base_url=server.url, trust_env=False) as vonage:
            yield vonage, server
    finally:
        service.stop(server)


def test_webhooks_for_the_stack_s_address_reach_the_embedded_aws_while_time_jumps() -> None:
    asked: list[str] = []

    def aws(incoming: Incoming) -> Answer:
        asked.append(f"{incoming.headers['host']} {incoming.path}")
        return Answer(body=b'[{"action": "talk", "text": "Welcome."}]')

    with serving(aws) as aws_url, started(aws_url, live=False) as (vonage, _):
        credentials = (CREDENTIALS["api_key"], CREDENTIALS["api_secret"])
        script_control.link(str(vonage.base_url), credentials, STACK)
        called = vonage.post("/_simulator/calls", json={"from": "447700900111", "to": "447700900000"})

        assert not vonage.get("/_simulator/clock").json()["live"]

    assert called.json()["status"] == "completed"
    address = STACK.removeprefix("https://")
    assert f"{address} /_aws/execute-api/e5f6a7b8/$default/webhooks/answer" in asked


def test_a_person_gets_real_time_and_the_console_and_is_told_of_deployments() -> None:
    with started("http://127.0.0.1:9", live=True) as (vonage, server):
        service.remind(server)

        wait_until(lambda: DEPLOYED in vonage.get("/_simulator/journal").text)
        assert vonage.get("/_simulator/clock").json()["live"]
        assert "Switchboard console" in vonage.get("/").text
