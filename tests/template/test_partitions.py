"""Hosts and console addresses in every partition of AWS that botocore knows."""

from typing import Any

import pytest
from botocore.endpoint_provider import EndpointProvider
from botocore.loaders import Loader
from switchboard.aws.signed import Service

from tests.template.test_parameters import conditions

Json = dict[str, Any]

LOADER = Loader()
PARTITIONS: list[Json] = LOADER.load_data("partitions")["partitions"]
SERVICES = ("sqs", "secretsmanager", "events", "dynamodb")


def endpoint(service: str, region: str) -> str:
    """Where botocore would look for a service."""
    rules = LOADER.load_service_model(service, "endpoint-rule-set-1")
    found = EndpointProvider(rules, {"partitions": PARTITIONS, "version": "1.1"}).resolve_endpoint(
        Region=region, UseFIPS=False, UseDualStack=False
    )
    return found.url


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("partition", PARTITIONS, ids=lambda partition: partition["id"])
def test_functions_call_the_hosts_that_botocore_would(
    partition: Json, service: str, written: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`AWS::URLSuffix` is the partition's DNS suffix."""
    given = written["Globals"]["Function"]["Environment"]["Variables"]
    (variable,) = [name for name, value in given.items() if value == {"Ref": "AWS::URLSuffix"}]
    monkeypatch.setenv(variable, partition["outputs"]["dnsSuffix"])
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)

    for region in partition["regions"]:
        monkeypatch.setenv("AWS_REGION", region)
        ours = Service(service, "", "1.0", "AWS_ENDPOINT_URL_NONE")._endpoint()
        if not region.endswith("-global"):  # which no stack can be in
            assert ours == endpoint(service, region), region


@pytest.mark.parametrize(
    ("partition", "host"),
    [
        ("aws", "aws.amazon.com"),
        ("aws-cn", "amazonaws.cn"),
        ("aws-us-gov", "amazonaws-us-gov.com"),
        ("aws-eusc", "amazonaws-eusc.eu"),
    ],
)
def test_dashboard_s_address_is_the_console_s_of_the_partition(
    written: Json, partition: str, host: str
) -> None:
    address, values = written["Outputs"]["DashboardUrl"]["Value"]["Fn::Sub"]
    holding = conditions(written, {"AWS::Partition": partition})

    chosen = values["Host"]
    while isinstance(chosen, dict):
        condition, then, otherwise = chosen["Fn::If"]
        chosen = then if condition in holding else otherwise

    assert address.startswith("https://${AWS::Region}.console.${Host}/cloudwatch/")
    assert chosen == host
