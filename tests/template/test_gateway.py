"""The two APIs: their addresses and limits, what they write down, which alarms hear what reaches no function.

The embedded API Gateway enforces no limit, writes no access log and counts nothing, and the embedded
CloudFormation takes no alarm of several metrics, nor one of other alarms.
"""

import json
import re
from typing import Any

import pytest

from tests.fakes import alarm_math
from tests.template.test_parameters import conditions, refusals
from tests.template.test_template import references

Json = dict[str, Any]

DOMAIN = {"DomainName": "voice.example.com", "CertificateArn": "arn:…", "HostedZoneId": "Z1"}
ENDPOINT = "x-amazon-apigateway-endpoint-configuration"
APIS = {"WebhookApi": "ThrottlingRateLimit", "FallbackApi": "FallbackThrottlingRateLimit"}
# Source: API Gateway Developer Guide, "Customizing HTTP API access logs". Not the sender's address, nor the
# path or anything else that the sender chooses.
IMPERSONAL = {
    "requestTimeEpoch", "requestId", "apiId", "routeKey", "status", "error.message", "responseLatency",
    "integration.status", "integrationErrorMessage", "integrationLatency",
}  # fmt: skip


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


@pytest.mark.parametrize("api", APIS)
def test_access_log_tells_nothing_of_a_person(resources: Json, api: str) -> None:
    line = stage(resources, api)["AccessLogSettings"]["Format"]

    assert "\n" not in line  # which API Gateway refuses
    assert set(re.findall(r"\$context\.([\w.]+)", line)) == IMPERSONAL
    assert all(re.fullmatch(r"\$context\.[\w.]+", value) for value in json.loads(line).values())


@pytest.mark.parametrize("api", APIS)
def test_access_log_is_kept_like_the_functions_logs(resources: Json, api: str) -> None:
    settings = stage(resources, api)["AccessLogSettings"]
    group = resources[settings["DestinationArn"]["Fn::GetAtt"][0]]

    assert group["Type"] == "AWS::Logs::LogGroup"
    assert group["Properties"] == {
        **resources["AnswerLogGroup"]["Properties"],
        # An account's one log policy names each group that has another prefix, until it is full.
        # Source: CloudWatch Logs User Guide, "Log group resource policy size limit considerations".
        "LogGroupName": {"Fn::Sub": "/aws/vendedlogs/${AWS::StackName}-access"},
    }


def test_address_of_api_gateway_is_closed_when_asked_for(written: Json, resources: Json) -> None:
    """What filters in front of the domain is not gone round then."""
    (server,) = resources["WebhookApi"]["Properties"]["Body"]["servers"]

    assert server[ENDPOINT]["disableExecuteApiEndpoint"] == {
        "Fn::If": ["ClosesAddress", True, {"Ref": "AWS::NoValue"}]
    }
    assert "ClosesAddress" in conditions(written, {**DOMAIN, "DomainOnly": "true"})


def test_address_of_api_gateway_stays_open_until_vonage_has_the_domain(written: Json) -> None:
    """CloudFormation changes the API first: calls in between would be lost."""
    assert "ClosesAddress" not in conditions(written, DOMAIN)


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
        assert "DomainName" in references(address)


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
    assert "ClosesAddress" in conditions(written, {**DOMAIN, "DomainOnly": "true"})
    assert "ClosesAddress" not in json.dumps(resources["FallbackApi"])


def test_strangers_who_know_the_other_api_do_not_count_as_callers_of_the_fallback(resources: Json) -> None:
    pattern = resources["FallbackAskedMetric"]["Properties"]["FilterPattern"]["Fn::Sub"]

    assert '&& $.api = "${FallbackApi}"' in pattern


def queries(resources: Json, alarm: str) -> dict[str, Json]:
    return {query["Id"]: query for query in resources[alarm]["Properties"]["Metrics"]}


def combining(resources: Json) -> list[str]:
    return [name for name, r in resources.items() if "Metrics" in r.get("Properties", {})]


def test_alarm_of_several_metrics_looks_at_one_expression_of_all_of_them(resources: Json) -> None:
    assert combining(resources)
    for name in combining(resources):
        found = queries(resources, name)
        (expression,) = [query["Expression"] for query in found.values() if "Expression" in query]
        text = expression["Fn::Sub"] if isinstance(expression, dict) else expression
        metrics = [query for query in found.values() if "MetricStat" in query]
        assert len(metrics) <= 10, name  # AWS takes no more
        assert all(re.search(rf"\b{query['Id']}\b", text) and not query["ReturnData"] for query in metrics)
        assert len({query["MetricStat"]["Period"] for query in metrics}) == 1, name


@pytest.mark.parametrize(
    ("api", "alarm"), [("WebhookApi", "WebhooksFlooded"), ("FallbackApi", "FallbackFlooded")]
)
@pytest.mark.parametrize(("per_second", "rings"), [(0.79, False), (0.8, True), (1.0, True), (10.0, True)])
def test_flood_rings_from_four_fifths_of_the_limit(
    resources: Json, written: Json, api: str, alarm: str, per_second: float, *, rings: bool
) -> None:
    """Whether API Gateway counts what it throttles or not."""
    found = queries(resources, f"{alarm}Alarm")
    metric = found["requests"]["MetricStat"]
    limit = written["Parameters"][APIS[api]]["Default"]
    expression = found["used"]["Expression"]["Fn::Sub"].replace(f"${{{APIS[api]}}}", str(limit))

    used = alarm_math.value(expression, {"requests": per_second * limit * metric["Period"]})

    assert metric["Metric"] == {
        "Namespace": "AWS/ApiGateway",
        "MetricName": "Count",
        "Dimensions": [{"Name": "ApiId", "Value": {"Ref": api}}],
    }
    assert used is not None
    assert (used >= resources[f"{alarm}Alarm"]["Properties"]["Threshold"]) == rings


MB = 1024.0 * 1024


@pytest.mark.parametrize(
    ("counted", "rings"),
    [
        ({"largest": 6 * MB, "refused": 1.0}, True),  # as 413
        ({"largest": 6 * MB, "failed": 1.0}, True),  # as 5xx
        ({"largest": 6 * MB}, False),  # it was taken
        ({"largest": 2 * MB, "failed": 300.0}, False),  # strangers
        ({"refused": 300.0}, False),
        ({}, False),
    ],
)
def test_what_lambda_does_not_take_rings_and_what_it_takes_does_not(
    resources: Json, counted: dict[str, float], *, rings: bool
) -> None:
    found = queries(resources, "OversizedAlarm")
    metrics = {name: counted.get(name) for name, query in found.items() if "MetricStat" in query}

    errors = alarm_math.value(found["oversized"]["Expression"], metrics)

    properties = resources["OversizedAlarm"]["Properties"]
    assert (errors is not None and errors >= properties["Threshold"]) == rings
    assert found["largest"]["MetricStat"]["Stat"] == "Maximum"
    assert "InboundEmail" in properties["AlarmDescription"]


@pytest.mark.parametrize(
    ("counted", "rings"),
    [
        ({"errors": 300.0, "unsigned": 300.0}, False),  # strangers
        ({"errors": 40.0, "unsigned": 340.0, "unsigned_answers": 300.0}, False),  # some at answer: 401
        ({"errors": 30.0, "refused": 30.0}, False),  # forgers
        ({"errors": 20.0, "unsigned": 10.0, "refused": 30.0, "refused_answers": 20.0}, False),
        ({"errors": 10.0, "others": 30.0, "others_answers": 20.0}, False),  # of another application
        ({"errors": 5.0}, True),  # a permission is gone
        ({"errors": 45.0, "unsigned": 340.0, "unsigned_answers": 300.0}, True),
        ({"errors": 4.0}, False),
        ({}, False),
    ],
)
def test_errors_of_the_gateway_ring_and_what_functions_answer_strangers_does_not(
    resources: Json, counted: dict[str, float], *, rings: bool
) -> None:
    found = queries(resources, "WebhookErrorsAlarm")
    metrics = {name: counted.get(name) for name, query in found.items() if "MetricStat" in query}

    unexplained = alarm_math.value(found["unexplained"]["Expression"], metrics)

    threshold = resources["WebhookErrorsAlarm"]["Properties"]["Threshold"]
    assert (unexplained is not None and unexplained >= threshold) == rings


def test_answers_that_are_refused_are_no_errors_of_the_gateway(resources: Json) -> None:
    """The six metrics that are taken off the gateway's errors: of all webhooks, but for answers."""
    found = queries(resources, "WebhookErrorsAlarm")

    for name in ("unsigned", "refused", "others"):
        all_of_them, answers = (
            found[each]["MetricStat"]["Metric"]["Dimensions"] for each in (name, f"{name}_answers")
        )
        assert answers == [*all_of_them, {"Name": "webhook", "Value": "answer"}]


@pytest.mark.parametrize(
    ("in_alarm", "rings"),
    [
        ({"RefusedAlarm"}, True),  # the secret is wrong
        ({"RefusedAlarm", "AcceptedAlarm"}, False),  # forgers, while the account's webhooks are accepted
        ({"AcceptedAlarm"}, False),
        (set(), False),
    ],
)
def test_refusals_ring_while_nothing_is_accepted(resources: Json, in_alarm: set[str], *, rings: bool) -> None:
    rule = resources["OnlyRefusedAlarm"]["Properties"]["AlarmRule"]["Fn::Sub"]

    assert alarm_math.holds(rule, {f"${{{name}}}" for name in in_alarm}) == rings


@pytest.mark.parametrize(
    ("accepted", "is_well"),
    [
        ({"all": 1.0}, True),
        ({"all": 501.0, "commands": 500.0}, True),
        ({"all": 500.0, "commands": 500.0}, False),  # a campaign goes on, and no webhook comes in
        ({}, False),
    ],
)
def test_commands_that_vonage_accepts_say_nothing_of_the_signature_secret(
    resources: Json, accepted: dict[str, float], *, is_well: bool
) -> None:
    found = queries(resources, "AcceptedAlarm")

    value = alarm_math.value(found["webhooks"]["Expression"], {"all": None, "commands": None, **accepted})

    assert (value >= resources["AcceptedAlarm"]["Properties"]["Threshold"]) == is_well
