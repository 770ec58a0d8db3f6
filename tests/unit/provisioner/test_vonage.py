"""What Vonage's failures become: a sentence with the cause and the next step."""

from urllib.parse import unquote

import httpx
import pytest

from provisioner.cloudformation.deadline import Deadline
from provisioner.world import keys, vonage_errors
from provisioner.world.vonage import Credentials, Vonage
from tests.unit.provisioner.conftest import GB, World

PROBLEM = {
    "type": "https://developer.vonage.com/api-errors/application#payload-validation",
    "title": "Bad Request",
    "detail": "The request failed due to validation errors",
    "invalid_parameters": [
        {"name": "capabilities.voice.webhooks.answer_url.http_method", "reason": "must be one of GET, POST"}
    ],
    "instance": "797a8f199c45014ab7b08bfe9cc1c12c",
}


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (
            {"status": 400, "body": PROBLEM},
            "400 capabilities.voice.webhooks.answer_url.http_method: must be one of GET, POST. Correct",
        ),
        ({"status": 400, "body": {"Error": "Bad Request"}}, "400 Bad Request."),
        (
            {"status": 401, "body": {"type": "x#unauthorized", "title": "Unauthorized"}},
            "Check api_key and api_secret",
        ),
        ({"status": 403, "body": "Forbidden"}, "403 Forbidden. Check api_key"),
        ({"html": True, "status": 400}, "(an HTML page: 400 Bad Gateway)"),
        ({"html": True, "status": 200}, "Vonage could not create the application: 502 (an HTML page"),
        (
            {"status": 500, "body": {"type": "x", "title": "Internal Error", "instance": "y"}},
            "500 Internal Error",
        ),
        ({"status": 429}, "Too many requests in this account at the moment: deploy again in a minute."),
        ({"reset": True}, "Vonage did not answer when asked to create the application (ReadError)."),
    ],
    ids=["problem", "short", "401", "403", "html", "html-200", "500", "429", "reset"],
)
def test_a_refusal_says_what_and_what_next(world: World, fault: dict[str, object], expected: str) -> None:
    world.vonage.faults.next("POST /v2/applications", times=9, **fault)

    created = world.create_application(world.stack())

    assert expected in created.reason


def test_an_error_code_with_http_200_is_a_failure(world: World) -> None:
    application_id = world.create_application(world.stack()).data["ApplicationId"]
    body = {"error-code": "420", "error-code-label": "method failed"}
    world.vonage.faults.next("POST /number/update", status=200, body=body)

    linked = world.create_number(world.stack("numbers"), application_id)

    assert f"Vonage refused to update the number {GB}: 420 method failed." in linked.reason
    assert "moHttpUrl" in linked.reason


def test_a_reply_that_never_comes_is_given_up(world: World) -> None:
    world.cloudformation.remaining_s = 14.0
    world.vonage.faults.next("POST /v2/applications", times=9, hang=True)

    created = world.create_application(world.stack())

    assert not created.succeeded
    assert "ReadTimeout" in created.reason or "time for this request is used up" in created.reason


def test_a_long_reply_is_cut() -> None:
    error = vonage_errors.from_reply("list", 400, b"x" * 10_000, {})

    assert len(str(error)) < 500


@pytest.mark.parametrize(
    "body",
    [b"[" * 200_000, b'{"error-code":' + b"[" * 900 + b"]" * 900 + b"}",
     b'{"error-code": ' + b"9" * 5000 + b"}", b'{"error-code": "\xc2\xb2"}'],
)  # fmt: skip
def test_a_reply_that_nobody_can_read_is_a_failure_with_a_sentence(body: bytes) -> None:
    assert vonage_errors.error_code(body) is None
    error = vonage_errors.from_reply("list", 429, body, {"retry-after": "9" * 5000})

    assert str(error).startswith("Vonage could not list: 429")
    assert error.retry_after_s == 999_999_999


@pytest.mark.parametrize(
    "identity", ["../../account/numbers?x=", "a/../../x", "a?b", "a#b", "a%2Fb", "a b", "ä"]
)
def test_an_id_of_an_application_never_leads_to_another_request(identity: str) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(204)

    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        account = Credentials("key", "secret", "https://api.example", "https://rest.example")
        client = Vonage(account, Deadline.after(60), http)
        client.application(identity)
        client.put_application(identity, {})
        client.delete_application(identity)

    assert [request.method for request in asked] == ["GET", "PUT", "DELETE"]
    for request in asked:
        folder, _, last = request.url.raw_path.decode().rpartition("/")
        assert (folder, unquote(last)) == ("/v2/applications", identity)


def test_an_account_with_many_applications_is_searched_to_the_end(world: World) -> None:
    pair = keys.make()
    for index in range(205):
        world.vonage.account.applications[f"id{index}"] = {
            "id": f"id{index}",
            "name": "shop",
            "keys": {"public_key": pair.public_pem if index == 204 else "not a key"},
            "capabilities": {},
        }

    found = world.tools().vonage("vonage-credentials").find_application(pair.public_pem.replace("\n", "\r\n"))

    assert found is not None
    assert found["id"] == "id204"
    assert len(world.calls("GET /v2/applications")) == 3


def test_a_capability_this_code_has_never_heard_of_is_sent_back(world: World) -> None:
    from dataclasses import replace

    from tests.unit.provisioner.conftest import application_properties

    world.vonage.account.switches = replace(world.vonage.account.switches, unknown_fields="keep")
    stack = world.stack()
    world.create_application(stack)
    world.applications[0]["capabilities"]["telepathy"] = {"range": 3}
    world.applications[0]["capabilities"]["voice"]["payment_enabled"] = True

    assert stack.update("App", application_properties(stack, Name="other")).succeeded

    [application] = world.applications
    assert application["name"] == "other"
    assert application["capabilities"]["telepathy"] == {"range": 3}
    assert application["capabilities"]["voice"]["payment_enabled"] is True
