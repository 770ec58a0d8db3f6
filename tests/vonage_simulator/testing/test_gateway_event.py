"""What a function is given in this process and on the stage has the form that AWS documents."""

import base64
import re

import pytest

from vonage_simulator.testing.aws.gateway_event import SENDER, as_on_aws, gateway_event
from vonage_simulator.types import Json

HOST = "a1b2c3d4.execute-api.us-east-1.amazonaws.com"
HEADERS = [("Host", HOST), ("Content-Type", "application/json"), ("Authorization", "Bearer x")]


def event(
    *more: tuple[str, str], query: str = "", body: bytes = b"{}", headers: list[tuple[str, str]] = HEADERS
) -> Json:
    return gateway_event("POST", "/webhooks/event", query, [*headers, *more], body, "c6af9ac6-7b61-11e6")


def test_every_field_of_the_documented_form_is_there() -> None:
    """Source: AWS, "Create AWS Lambda proxy integrations for HTTP APIs", 2.0; what may be absent is."""
    made = event(("Cookie", "a=1"), query="menu=sales")

    assert made.keys() == {
        "version", "routeKey", "rawPath", "rawQueryString", "cookies", "headers", "queryStringParameters",
        "requestContext", "body", "isBase64Encoded",
    }  # fmt: skip
    assert made["requestContext"].keys() == {
        "accountId", "apiId", "domainName", "domainPrefix", "http", "requestId", "routeKey", "stage", "time",
        "timeEpoch",
    }  # fmt: skip
    assert made["requestContext"]["http"].keys() == {"method", "path", "protocol", "sourceIp", "userAgent"}


def test_what_a_request_has_not_is_absent() -> None:
    assert event(body=b"").keys().isdisjoint({"body", "cookies", "queryStringParameters", "pathParameters"})


def test_query_is_as_it_was_sent_and_its_values_are_joined() -> None:
    made = event(query="menu=a%20b&menu=c+d&empty=")

    assert made["rawQueryString"] == "menu=a%20b&menu=c+d&empty="
    assert made["queryStringParameters"] == {"menu": "a b,c d", "empty": ""}


def test_headers_have_names_in_lower_case_and_one_value_each() -> None:
    made = event(("X-Two", "1"), ("x-two", "2"), ("Cookie", "a=1; b=2"), ("Cookie", "c=3"))

    assert made["headers"]["x-two"] == "1,2"
    assert made["headers"]["authorization"] == "Bearer x"
    assert "cookie" not in made["headers"]
    assert made["cookies"] == ["a=1", "b=2", "c=3"]


def test_gateway_adds_where_the_request_came_from_and_what_it_asked() -> None:
    made = event()

    assert made["headers"]["x-forwarded-for"] == made["requestContext"]["http"]["sourceIp"] == SENDER
    assert (made["headers"]["x-forwarded-proto"], made["headers"]["x-forwarded-port"]) == ("https", "443")
    assert re.fullmatch(r"Root=1-[0-9a-f]{8}-[0-9a-f]{24}", made["headers"]["x-amzn-trace-id"])
    assert made["requestContext"]["domainName"] == made["headers"]["host"] == HOST
    assert made["requestContext"]["domainPrefix"] == "a1b2c3d4"


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "text/plain"])
def test_text_is_handed_over_as_it_is(kind: str) -> None:
    made = event(headers=[("Host", HOST), ("Content-Type", kind)], body="é".encode())

    assert (made["body"], made["isBase64Encoded"]) == ("é", False)


@pytest.mark.parametrize("kind", [None, "application/x-www-form-urlencoded", "application/octet-stream"])
def test_everything_else_is_base64(kind: str | None) -> None:
    headers = [("Host", HOST), *([("Content-Type", kind)] if kind else [])]

    made = event(headers=headers, body=b"\xff{}")

    assert (base64.b64decode(made["body"]), made["isBase64Encoded"]) == (b"\xff{}", True)


@pytest.mark.parametrize("other", [{"Records": []}, {"version": "0", "detail": {}}, {"version": "2.0"}])
def test_event_of_another_source_is_left_alone(other: Json) -> None:
    assert as_on_aws(other) is other


def test_what_the_embedded_aws_gives_as_null_is_absent() -> None:
    made = as_on_aws(event() | {"pathParameters": None})

    assert "pathParameters" not in made
