"""The routes of the HTTP API, which the embedded AWS leaves out.

SAM writes an HTTP API's routes into the `Body` (an OpenAPI document) of `AWS::ApiGatewayV2::Api`. AWS creates
routes from it; the emulator ignores it. So this module reads the processed template while the stack is being
deployed and creates the same integrations and routes through the API. The stack's addresses end in
amazonaws.com, as on AWS; `address` says where the embedded gateway answers for them.
"""

import json
import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import httpx

from local import aws
from local.live.functions import Functions
from local.telling.responses import function_of, retold
from vonage_simulator.webhooks.told import HEADER

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_apigatewayv2 import ApiGatewayV2Client
    from mypy_boto3_cloudformation import CloudFormationClient

API = "AWS::ApiGatewayV2::Api"
_FUNCTION = re.compile(r"\$\{(\w+)\.Arn\}")
_EXECUTE_API = re.compile(
    r"https://(?P<api>[a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com(?P<path>/\S*)?"
)


def routes_of(template: dict[str, Any]) -> dict[str, dict[str, str]]:
    """The routes that the processed template's APIs declare.

    Returns:
        For each API's logical id, its route keys ("POST /webhooks/answer") with their functions' logical ids.
    """
    return {
        logical_id: {
            f"{method.upper()} {path}": _function_of(_given(operation))
            for path, operations in resource["Properties"].get("Body", {}).get("paths", {}).items()
            for method, operation in _given(operations).items()
        }
        for logical_id, resource in template["Resources"].items()
        if resource["Type"] == API
    }


def template_being_deployed(session: "boto3.Session", aws_url: str, stack_name: str) -> dict[str, Any]:
    """The processed template of the change set that is being executed; empty when none is.

    While CloudFormation is at work, the stack's own template is still the one before.
    """
    cloudformation = session.client("cloudformation", endpoint_url=aws_url)
    for change_set in cloudformation.list_change_sets(StackName=stack_name)["Summaries"]:
        if change_set["ExecutionStatus"] == "EXECUTE_IN_PROGRESS":
            return _template(cloudformation, StackName=stack_name, ChangeSetName=change_set["ChangeSetId"])
    return {}


def deployed_template(session: "boto3.Session", aws_url: str, stack_name: str) -> dict[str, Any]:
    """The processed template of a stack that is not being changed."""
    return _template(session.client("cloudformation", endpoint_url=aws_url), StackName=stack_name)


def _template(cloudformation: "CloudFormationClient", **which: str) -> dict[str, Any]:
    body = cloudformation.get_template(**which, TemplateStage="Processed")["TemplateBody"]
    return body if isinstance(body, dict) else {}


def create_routes(session: "boto3.Session", aws_url: str, stack_name: str, template: dict[str, Any]) -> None:
    """Make the routes of the stack's APIs what the template says. Safe to repeat while the stack grows."""
    cloudformation = session.client("cloudformation", endpoint_url=aws_url)
    gateway = session.client("apigatewayv2", endpoint_url=aws_url)
    resources = cloudformation.describe_stack_resources(StackName=stack_name)["StackResources"]
    physical = {r["LogicalResourceId"]: r.get("PhysicalResourceId", "") for r in resources}
    for logical_id, functions in routes_of(template).items():
        if physical.get(logical_id):
            wanted = {key: _arn(physical[name]) for key, name in functions.items() if physical.get(name)}
            _converge(gateway, physical[logical_id], wanted)


def _converge(gateway: "ApiGatewayV2Client", api_id: str, wanted: dict[str, str]) -> None:
    existing = {route["RouteKey"]: route for route in gateway.get_routes(ApiId=api_id)["Items"]}
    for key in existing.keys() - wanted.keys():
        gateway.delete_route(ApiId=api_id, RouteId=existing[key]["RouteId"])
    for key, function_arn in wanted.items():
        invocation = (
            f"arn:aws:apigateway:{aws.REGION}:lambda:path/2015-03-31/functions/{function_arn}/invocations"
        )
        if key in existing:
            integration_id = existing[key]["Target"].removeprefix("integrations/")
            gateway.update_integration(ApiId=api_id, IntegrationId=integration_id, IntegrationUri=invocation)
        else:
            _create(gateway, api_id, key, invocation)


def _create(gateway: "ApiGatewayV2Client", api_id: str, route_key: str, invocation: str) -> None:
    integration = gateway.create_integration(
        ApiId=api_id,
        IntegrationType="AWS_PROXY",
        IntegrationMethod="POST",
        IntegrationUri=invocation,
        PayloadFormatVersion="2.0",
    )
    target = f"integrations/{integration['IntegrationId']}"
    gateway.create_route(ApiId=api_id, RouteKey=route_key, Target=target)


def address(webhook_url: str, aws_url: str) -> str:
    """Where the embedded gateway answers for an address of the stack.

    >>> address("https://a1b2c3d4.execute-api.us-east-1.amazonaws.com/webhooks", "http://127.0.0.1:4566")
    'http://127.0.0.1:4566/_aws/execute-api/a1b2c3d4/$default/webhooks'
    """
    match = _EXECUTE_API.fullmatch(webhook_url)
    if match is None:
        return webhook_url
    return f"{aws_url}/_aws/execute-api/{match['api']}/$default{match['path'] or ''}"


def _given(value: Any) -> Any:  # noqa: ANN401 - JSON
    """What is there if a condition holds; when it doesn't, there is no function for the route to lead to."""
    return value["Fn::If"][1] if "Fn::If" in value else value


def _function_of(operation: dict[str, Any]) -> str:
    uri = _given(operation["x-amazon-apigateway-integration"]["uri"])["Fn::Sub"]
    match = _FUNCTION.search(uri)
    if match is None:
        raise ValueError(f"no function in the integration {uri!r}")
    return match[1]


def _arn(function_name: str) -> str:
    return f"arn:aws:lambda:{aws.REGION}:{aws.ACCOUNT_ID}:function:{function_name}"


class EmbeddedGateway(httpx.HTTPTransport):
    """Carries requests for a stack's addresses to the embedded AWS, and all others where they belong.

    The Host header stays as it is: a function sees the address that Vonage was given, as on AWS, and an
    `eventUrl` that it makes of it comes back here.

    Args:
        aws_url: The embedded AWS.
        domains: Custom domains of its APIs; it knows them by the Host header.
        functions: What is known of the stack's functions. The embedded AWS would take two seconds each time
            to find out that one can't start, so it isn't asked.
    """

    def __init__(
        self,
        aws_url: str,
        domains: Collection[str] = (),
        functions: Functions | None = None,
    ) -> None:
        super().__init__()
        self._aws_url = aws_url
        self._domains = domains
        self._functions = functions or Functions()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request; `request.url` still names the address that Vonage was given."""
        if request.url.host in self._domains:
            there = httpx.URL(self._aws_url).join(request.url.raw_path.decode())
        else:
            there = httpx.URL(address(str(request.url), self._aws_url))
        if there == request.url:
            return super().handle_request(request)
        function = function_of(request.url)
        self._functions.wait(function)
        if why := self._functions.crashed.get(function):
            told = json.dumps([why])
            return httpx.Response(502, headers={HEADER: told}, json={"message": "Internal Server Error"})
        moved = httpx.Request(
            request.method,
            there,
            headers=request.headers,
            stream=request.stream,
            extensions=request.extensions,
        )
        return retold(super().handle_request(moved), function)
