"""CloudFront in front of the webhooks: there when asked for, and proven by a secret that can be renewed.

The embedded CloudFormation has no distribution, so what AWS would make of the template is worked out here.
"""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.template.test_parameters import conditions, refusals
from tests.template.test_template import references

Json = dict[str, Any]

DOMAIN = {"DomainName": "voice.example.com", "HostedZoneId": "Z1"}
CERTIFICATE = {"CloudFrontCertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/1"}
ACL = {"WebAclArn": "arn:aws:wafv2:us-east-1:123456789012:global/webacl/ours/1"}
SECRETS = ("FirstOriginSecret", "SecondOriginSecret")
WEBHOOKS = {"Answer", "Event", "Inbound", "Status", "RtcEvent", "Verify"}


def names(written: Json, key: str) -> dict[str, str]:
    """The secrets by their logical ids, as they are called with a value of OriginKey."""
    found = written["Mappings"]["OriginKeys"][key]
    return {"FirstOriginSecret": found["First"], "SecondOriginSecret": found["Second"]}


def sent(written: Json, key: str) -> str:
    """Which one CloudFront sends."""
    return SECRETS["SendsSecond" in conditions(written, {"OriginKey": key})]


def configuration(resources: Json) -> Json:
    found: Json = resources["Distribution"]["Properties"]["DistributionConfig"]
    return found


def test_without_its_parameter_nothing_of_it_is_there(written: Json, resources: Json) -> None:
    assert not {"HasCloudFront", "HasWebAcl"} & conditions(written, {**DOMAIN, "DomainOnly": "true"})
    for name in ("Distribution", *SECRETS):
        assert resources[name]["Condition"] == "HasCloudFront"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({**DOMAIN, **CERTIFICATE}, None),
        ({**DOMAIN, **CERTIFICATE, **ACL}, None),
        (CERTIFICATE, "CloudFrontCertificateArn needs DomainName"),
        ({"DomainName": "voice.example.com", **CERTIFICATE}, "DomainName needs HostedZoneId"),
        ({**DOMAIN, "CertificateArn": "arn:…", **ACL}, "WebAclArn needs CloudFrontCertificateArn"),
    ],
)
def test_what_it_needs_is_said(written: Json, given: Mapping[str, str], sentence: str | None) -> None:
    said = refusals(written, given)

    assert len(said) == bool(sentence)
    assert not sentence or said[0].startswith(sentence)


def test_the_api_s_own_domain_is_made_where_it_has_a_certificate(written: Json, resources: Json) -> None:
    regional = {"CertificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/1"}

    assert "HasDomain" in conditions(written, {**DOMAIN, **regional})
    assert "HasDomain" not in conditions(written, {**DOMAIN, **CERTIFICATE})
    for name in ("Domain", "DomainMapping"):
        assert resources[name]["Condition"] == "HasDomain"


def test_the_name_leads_to_it_before_vonage_hears_of_the_name(resources: Json) -> None:
    record = resources["DomainRecord"]["Properties"]["AliasTarget"]

    assert record["DNSName"]["Fn::If"][:2] == [
        "HasCloudFront",
        {"Fn::GetAtt": ["Distribution", "DomainName"]},
    ]
    assert "DomainRecord" in references(resources["VonageApplication"]["Metadata"])


def test_cloudfront_reaches_the_address_that_the_functions_close_instead(
    written: Json, resources: Json
) -> None:
    both = {**DOMAIN, **CERTIFICATE, "DomainOnly": "true"}
    [origin] = configuration(resources)["Origins"]

    assert "ClosesAddress" not in conditions(written, both)
    assert origin["DomainName"] == {"Fn::Sub": "${WebhookApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}"}
    variables = resources["AnswerFunction"]["Properties"]["Environment"]["Variables"]
    assert variables["SWITCHBOARD_DOMAIN_ONLY"] == {"Ref": "DomainOnly"}


def test_nothing_is_kept_of_a_webhook_and_all_of_it_but_the_host_arrives(resources: Json) -> None:
    """Source: CloudFront Developer Guide, "Use managed cache policies", "… origin request policies"."""
    behaviour = configuration(resources)["DefaultCacheBehavior"]

    assert behaviour["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    assert behaviour["OriginRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"
    assert "POST" in behaviour["AllowedMethods"]


def test_the_functions_behind_webhooks_alone_know_the_secrets(resources: Json) -> None:
    knows = {name for name, r in resources.items() if set(SECRETS) <= set(references(r))}

    assert knows == {f"{name}Function" for name in WEBHOOKS} | {"Distribution"}
    for name in WEBHOOKS:
        variables = resources[f"{name}Function"]["Properties"]["Environment"]["Variables"]
        assert variables["SWITCHBOARD_ORIGIN_SECRETS"]["Fn::If"][0] == "HasCloudFront"


def test_secrets_are_read_by_cloudformation_and_stand_in_no_template(resources: Json) -> None:
    [origin] = configuration(resources)["Origins"]
    [header] = origin["OriginCustomHeaders"]

    text, given = header["HeaderValue"]["Fn::Sub"]
    assert text == "{{resolve:secretsmanager:${Secret}:SecretString}}"
    assert given["Secret"]["Fn::If"] == ["SendsSecond", *({"Ref": name} for name in SECRETS[::-1])]
    for name in SECRETS:
        assert resources[name]["Properties"]["GenerateSecretString"]["PasswordLength"] >= 32


@pytest.mark.parametrize(("before", "after"), ["12", "23", "34", "41"])
def test_next_key_is_a_new_secret_and_the_one_before_is_known_until_the_one_after(
    written: Json, before: str, after: str
) -> None:
    """The functions learn it first, and what is on its way with the other one is served."""
    old, new = sent(written, before), sent(written, after)

    assert old != new
    assert names(written, before)[old] == names(written, after)[old]
    assert names(written, before)[new] != names(written, after)[new]


def test_cloudfront_sends_another_secret_when_the_functions_know_it(resources: Json) -> None:
    waits = {*resources["Distribution"]["DependsOn"], *references(resources["Distribution"]["Metadata"])}

    assert {f"{name}Function" for name in WEBHOOKS} <= waits


def test_fallback_hangs_on_none_of_it(resources: Json) -> None:
    for name in ("FallbackApi", "FallbackFunction"):
        assert "Origin" not in json.dumps(resources[name])
        assert "Distribution" not in json.dumps(resources[name])


def test_certificates_and_web_acls_of_cloudfront_are_of_us_east_1(written: Json) -> None:
    """Source: ACM User Guide, "Supported Regions"; AWS WAF API reference, "Scope"."""
    for name in ("CloudFrontCertificateArn", "WebAclArn"):
        assert ":us-east-1:" in written["Parameters"][name]["AllowedPattern"]
