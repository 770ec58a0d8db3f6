"""The stack's own address and the one beside it."""

from typing import Any

from tests.template.test_parameters import conditions, refusals
from tests.template.test_template import references

Json = dict[str, Any]

DOMAIN = {"DomainName": "voice.example.com", "CertificateArn": "arn:…", "HostedZoneId": "Z1"}
ENDPOINT = "x-amazon-apigateway-endpoint-configuration"


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
