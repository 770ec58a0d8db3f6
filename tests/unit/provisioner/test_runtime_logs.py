"""What the provisioner logs of a deployment under Lambda's own runtime client."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from operate import paths
from provisioner import app
from tests.lambda_runtime import Runtime
from tests.unit.provisioner.conftest import GB, World


def test_no_line_of_a_deployment_has_a_secret_a_number_or_an_address(
    runtime: Runtime, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", world.aws.url)
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", world.cloudformation.url)
    monkeypatch.setenv("VONAGE_API_URL", world.vonage.url)
    monkeypatch.setenv("VONAGE_NUMBERS_URL", world.vonage.url)
    monkeypatch.setenv("SWITCHBOARD_RECORDS_PREFIX", "/switchboard/test")
    lines: list[dict[str, Any]] = []

    def handle(event: Mapping[str, Any], _context: app.LambdaContext) -> None:
        lines.extend(runtime.log(paths.ROOT, event, level="DEBUG", handler="provisioner.app.lambda_handler"))

    world.cloudformation.handler = handle
    stack = world.stack()
    created = world.create_application(stack)
    linked = world.create_number(stack, created.data["ApplicationId"])

    assert [each.reason for each in (created, linked) if not each.succeeded] == []
    text = json.dumps(lines)
    secrets = [*world.vonage.credentials, world.secret(stack)["private_key"].splitlines()[1]]
    addresses = [world.vonage.url, world.aws.url, created.event["ResponseURL"], "/v2/applications"]
    said = [line["message"] for line in lines]
    assert [each for each in said if each.startswith("answered SUCCESS")] == [
        "answered SUCCESS to Create of App",
        "answered SUCCESS to Create of Link",
    ]
    assert [each for each in [*secrets, *addresses, GB] if each in text] == []
