"""The two APIs: their addresses and limits, which the embedded API Gateway doesn't enforce."""

import json
from typing import Any

import pytest

from tests.template.test_parameters import conditions, refusals
from tests.template.test_template import references

Json = dict[str, Any]

DOMAIN = {"DomainName": "voice.example.com", "CertificateArn": "arn:…", "HostedZoneId": "Z1"}
ENDPOINT = "x-amazon-apigateway-endpoint-configuration"
APIS = {"WebhookApi": "ThrottlingRateLimit", "FallbackApi": "FallbackThrottlingRateLimit"}


def stage(resources: Json, api: str) -> Json:
    properties: Json = resources[f"{api}ApiGatewayDefaultStage"]["Properties"]
    assert properties["ApiId"] == {"Ref": api}
    return properties


def test_there_are_these_two_apis(resources: Json) -> None:
    assert {name for name, r in resources.items() if r["Type"] == "AWS::ApiGatewayV2::Api"} == APIS.keys()


@pytest.mark.parametrize("api", APIS)
def test_requests_are_limited_by_parameters_of_the_api_s_own(resources: Json, api: str) -> None:
    rate = APIS[api]

    assert stage(resources, api)["DefaultRouteSettings"] == {
        "ThrottlingRateLimit": {"Ref": rate},
        "ThrottlingBurstLimit": {"Ref": rate.replace("Rate", "Burst")},
    }
    assert "RouteSettings" not in stage(resources, api)


def test_fallback_takes_every_call_that_the_other_api_s_limit_lets_fail(written: Json) -> None:
    """A call is an answer and four events at least, and Vonage asks the fallback twice at most."""
    limits = {name: written["Parameters"][name]["Default"] for name in APIS.values()}

    assert limits["FallbackThrottlingRateLimit"] == limits["ThrottlingRateLimit"] / 5 * 2


def test_address_of_api_gateway_is_closed_when_asked_for(written: Json, resources: Json) -> None:
    """What filters in front of the domain is not gone round then."""
    (server,) = resources["WebhookApi"]["Properties"]["Body"]["servers"]

    assert server[ENDPOINT]["disableExecuteApiEndpoint"] == {
        "Fn::If": ["IsDomainOnly", True, {"Ref": "AWS::NoValue"}]
    }
    assert "IsDomainOnly" in conditions(written, {**DOMAIN, "DomainOnly": "true"})


def test_address_of_api_gateway_stays_open_until_vonage_has_the_domain(written: Json) -> None:
    """CloudFormation changes the API first: calls in between would be lost."""
    assert "IsDomainOnly" not in conditions(written, DOMAIN)


def test_address_of_api_gateway_is_not_closed_without_another(written: Json) -> None:
    (refusal,) = refusals(written, {"DomainOnly": "true"})

    assert refusal.startswith("DomainOnly needs DomainName")


def test_provisioner_signs_requests_for_the_stack_s_own_address_alone(resources: Json) -> None:
    variables = resources["ProvisionerFunction"]["Properties"]["Environment"]["Variables"]

    assert variables["SWITCHBOARD_WEBHOOKS_URL"] == resources["WebhookCheck"]["Properties"]["BaseUrl"]


def test_all_that_the_stack_says_of_its_address_is_the_domain_s(resources: Json, translated: Json) -> None:
    addresses = [
        resources["WebhookCheck"]["Properties"]["BaseUrl"],
        translated["Outputs"]["WebhookUrl"]["Value"],
        resources["VonageApplication"]["Properties"]["Capabilities"]["voice"]["webhooks"]["answer_url"][
            "address"
        ],
    ]

    for address in addresses:
        assert "Domain" in references(address)


def test_fallback_s_address_is_its_own_api_s_whatever_the_domain(resources: Json, translated: Json) -> None:
    """It must not hang on the domain's name and certificate, nor be closed with the other address."""
    webhooks = resources["VonageApplication"]["Properties"]["Capabilities"]["voice"]["webhooks"]
    addresses = [
        webhooks["fallback_answer_url"]["address"],
        resources["WebhookCheck"]["Properties"]["FallbackUrl"],
        translated["Outputs"]["FallbackUrl"]["Value"],
    ]

    for address in addresses:
        assert address == {
            "Fn::Sub": "https://${FallbackApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/webhooks/fallback"
        }
    assert "servers" not in resources["FallbackApi"]["Properties"]["Body"]
    assert "FallbackApi" not in set(references(resources["DomainMapping"]))


def test_fallback_s_api_has_its_route_alone(resources: Json) -> None:
    paths = resources["FallbackApi"]["Properties"]["Body"]["paths"]

    assert {path: list(operations) for path, operations in paths.items()} == {"/webhooks/fallback": ["post"]}
    assert "FallbackFunction" in set(references(paths))


def test_fallback_stays_at_its_old_address_for_calls_in_progress(resources: Json) -> None:
    """One release long: an upgrade from 0.1.1 changes Vonage's application last, its way back first."""
    route = resources["WebhookApi"]["Properties"]["Body"]["paths"]["/webhooks/fallback"]

    assert "FallbackFunction" in set(references(route))


def test_closing_the_first_address_leaves_the_fallback_open(written: Json, resources: Json) -> None:
    assert "IsDomainOnly" in conditions(written, {**DOMAIN, "DomainOnly": "true"})
    assert "IsDomainOnly" not in json.dumps(resources["FallbackApi"])


def test_strangers_who_know_the_other_api_do_not_count_as_callers_of_the_fallback(resources: Json) -> None:
    pattern = resources["FallbackAskedMetric"]["Properties"]["FilterPattern"]["Fn::Sub"]

    assert '&& $.api = "${FallbackApi}"' in pattern
