"""A deployment tries its own webhooks: the real gate asks the real functions over loopback HTTP."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import boto3
import httpx
import pytest
from switchboard import AnswerRequest, InboundMessage, Ncco, answer, inbound, talk
from switchboard.webhooks import pipeline
from switchboard.webhooks.applications import Applications, resource_id

from provisioner.cloudformation.deadline import Deadline
from provisioner.cloudformation.protocol import Answer as Answered
from provisioner.cloudformation.protocol import Request
from provisioner.errors import ProvisionerError
from provisioner.resources import credentials_check, webhook_check
from provisioner.resources.handle import handle
from provisioner.resources.tools import Tools
from provisioner.world.records import Records
from tests.conftest import Logs
from tests.factories import ACCOUNT, API_KEY, CREDENTIALS, signed, webhook_event
from tests.fakes.backbone import COMMANDS, QUEUE
from tests.fakes.clock import Clock
from tests.fakes.stores import Aws, Json
from tests.flows.answer import app as answer_app
from tests.flows.event import app as event_app
from tests.flows.fallback import app as fallback_app
from tests.flows.inbound import app as inbound_app
from tests.flows.rtc_event import app as rtc_event_app
from tests.flows.status import app as status_app
from tests.flows.verify import app as verify_app
from vonage_simulator.testing.endpoint import Answer, Incoming, serving

Handler = Callable[[dict[str, Any]], Any]


class Api:
    """The deployed functions behind an HTTP API on a loopback port."""

    def __init__(self) -> None:
        self.functions: dict[str, Handler] = {
            "answer": answer_app.lambda_handler,
            "fallback": fallback_app.lambda_handler,
            "event": event_app.lambda_handler,
            "inbound": inbound_app.lambda_handler,
            "status": status_app.lambda_handler,
            "rtcevent": rtc_event_app.lambda_handler,
            "verify": verify_app.lambda_handler,
        }
        self.asked: list[str] = []
        self.url = ""

    def serve(self, path: str, body: bytes, authorization: str) -> tuple[int, bytes]:
        name = path.rpartition("/")[2]
        self.asked.append(name)
        if name not in self.functions:
            return 404, b""
        response = self.functions[name](webhook_event(name, body=body, authorization=authorization))
        return response["statusCode"], response.get("body", "").encode()


@pytest.fixture
def api() -> Iterator[Api]:
    deployed = Api()

    one_at_a_time = threading.Lock()  # the functions share this process, which Lambda never lets them do

    def reply(asked: Incoming) -> Answer:
        with one_at_a_time:
            return Answer(*deployed.serve(asked.path, asked.body, asked.headers.get("authorization", "")))

    with serving(reply) as url:
        deployed.url = f"{url}/webhooks"
        yield deployed


def within(remaining_s: float) -> Deadline:
    clock = Clock()
    return Deadline.after(remaining_s, clock.now, clock.sleep)


@pytest.fixture
def tools(backbone: Aws, api: Api) -> Iterator[Tools]:
    with httpx.Client(trust_env=False) as http:
        yield Tools(
            secrets=boto3.client("secretsmanager", endpoint_url=backbone.url),
            records=Records(boto3.client("ssm", endpoint_url=backbone.url), "/switchboard"),
            deadline=within(240),
            http=http,
            api_url="http://127.0.0.1:9",
            numbers_url="http://127.0.0.1:9",
            webhooks_url=api.url,
        )


def request(api: Api, kind: Any = "Create", **changes: object) -> Request:  # noqa: ANN401 - a literal
    properties = {"BaseUrl": api.url, "CredentialsSecret": "switchboard/vonage", "ApplicationId": "app-1"}
    return Request(
        kind, "r", "arn:x:stack/shop/1", "Check", webhook_check.TYPE, "", properties={**properties, **changes}
    )


def refusal(api: Api, tools: Tools, **changes: object) -> str:
    with pytest.raises(ProvisionerError) as refused:
        handle(request(api, **changes), tools)
    return str(refused.value)


def test_every_webhook_is_asked_and_the_application_goes_on(api: Api, tools: Tools) -> None:
    answered = handle(request(api, Verify="true"), tools)

    assert (answered.status, answered.data) == ("SUCCESS", {"ApplicationId": "app-1"})
    assert sorted(api.asked) == sorted(webhook_check.EXPECTED)


def test_a_stack_that_verifies_nobody_is_not_asked_for_it(api: Api, tools: Tools) -> None:
    handle(request(api), tools)

    assert {*webhook_check.EXPECTED} - {*api.asked} == {"verify"}


def test_functions_that_know_another_application_fail_the_deployment(
    api: Api, tools: Tools, backbone: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = "arn:x:stack/shop/1"
    monkeypatch.setenv("SWITCHBOARD_STACK_ID", stack)
    monkeypatch.setenv("SWITCHBOARD_APPLICATION_ID", "app-2")
    name = f"/switchboard/resources/{resource_id(stack, 'VonageApplication')}"
    backbone.parameters[name] = json.dumps({"application_id": "app-2"})

    assert "answer answers 401 instead of 200" in refusal(api, tools)

    backbone.parameters[name] = json.dumps({"application_id": "app-1", "predecessors": ["app-2"]})
    monkeypatch.setattr(pipeline, "_applications", Applications())
    assert handle(request(api), tools).status == "SUCCESS"


def test_fallback_is_asked_at_its_own_address_and_without_a_signature(api: Api, tools: Tools) -> None:
    """What the account signs, it signs for its stack's webhooks alone."""
    asked: list[Incoming] = []

    def apologise(request: Incoming) -> Answer:
        asked.append(request)
        return Answer(200, b'[{"action": "talk", "text": "Sorry."}]')

    with serving(apologise) as own:
        answered = handle(request(api, FallbackUrl=f"{own}/fallback"), tools)

    assert answered.status == "SUCCESS"
    assert [(each.path, "authorization" in each.headers) for each in asked] == [("/fallback", False)]
    assert "fallback" not in api.asked


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/fallback", "https://[", "fallback"])
def test_fallback_that_cannot_be_asked_fails_the_deployment(api: Api, tools: Tools, address: str) -> None:
    assert "fallback does not answer" in refusal(api, tools, FallbackUrl=address)


@pytest.mark.parametrize(
    "written",
    [
        "+447700900123",
        "+44 7700 900123",
        '"447700900123"',
        "\u202a447700900123\u202c",
        ",447700900123,",
        "4.47700900123E11",
    ],
)
def test_called_number_is_the_one_that_vonage_would_name(api: Api, tools: Tools, written: str) -> None:
    called: list[str] = []

    @answer
    def noting(call: AnswerRequest) -> Ncco:
        called.append(call["to"])
        return [talk("Hello.")]

    api.functions["answer"] = noting

    assert handle(request(api, Number=written), tools).status == "SUCCESS"
    assert called == ["447700900123"]


def test_number_that_is_none_is_named_before_anybody_is_asked(api: Api, tools: Tools) -> None:
    assert "Number: '07700 900000' is in national form" in refusal(api, tools, Number="07700 900000")
    assert api.asked == []


class Waiting:
    """A clock that only waiting moves."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds

    def tools(self, tools: Tools, remaining_s: float = 600) -> Tools:
        return replace(tools, deadline=Deadline.after(remaining_s, lambda: self.now_s, self.sleep))


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 502, 503, 504])
@pytest.mark.parametrize("body", [b'{"message": "from the gateway"}', b'[{"outcome": "Late"}]'])
def test_what_aws_has_yet_to_learn_and_a_cold_start_are_waited_for(
    api: Api, tools: Tools, monkeypatch: pytest.MonkeyPatch, status: int, body: bytes
) -> None:
    waiting, serve = Waiting(), api.serve

    def serve_after_30_s(*asked: Any) -> tuple[int, bytes]:  # noqa: ANN401
        return serve(*asked) if waiting.now_s >= 30 else (status, body)

    monkeypatch.setattr(api, "serve", serve_after_30_s)

    assert handle(request(api), waiting.tools(tools)).status == "SUCCESS"
    assert 30 <= waiting.now_s < 60


def test_a_name_that_is_not_known_yet_is_waited_for(api: Api, tools: Tools) -> None:
    waiting = Waiting()

    def unknown_for_30_s(asked: httpx.Request) -> None:
        if waiting.now_s < 30:
            raise httpx.ConnectError("Name or service not known", request=asked)

    tools.http.event_hooks = {"request": [unknown_for_30_s]}

    assert handle(request(api), waiting.tools(tools)).status == "SUCCESS"


def test_what_does_not_heal_is_told_before_the_time_is_up(api: Api, tools: Tools) -> None:
    del api.functions["answer"]
    waiting = Waiting()

    text = refusal(api, waiting.tools(tools))

    assert "answer answers 404 instead of 200" in text
    assert 300 < waiting.now_s < (600 - 12) * 0.75
    assert api.asked.count("event") == 1


def test_what_the_pipeline_says_is_not_waited_for(api: Api, tools: Tools) -> None:
    @answer
    def failing(_call: AnswerRequest) -> Ncco:
        raise KeyError("x")

    api.functions["answer"] = failing
    waiting = Waiting()

    assert "answer answers 500 instead of 200 (FlowFailed: KeyError" in refusal(api, waiting.tools(tools))
    assert waiting.now_s == 0


def test_check_leaves_no_trace_downstream(api: Api, tools: Tools, backbone: Aws, logs: Logs) -> None:
    @inbound
    def replying(message: InboundMessage) -> None:
        raise AssertionError(message)

    api.functions["inbound"] = replying

    handle(request(api), tools)

    assert backbone.queues[QUEUE] == backbone.queues[COMMANDS] == []
    counted = [line["message"] for line in logs.lines]
    assert counted.count("Checked") == 5
    assert set(counted) == {"Checked", "Fallback"}


def test_update_asks_again_and_delete_asks_nothing(api: Api, tools: Tools) -> None:
    handle(request(api, "Update"), tools)
    handle(request(api, "Delete"), tools)

    assert sorted(api.asked) == sorted({*webhook_check.EXPECTED} - {"verify"})


def test_failing_flow_fails_the_deployment_with_what_to_do(api: Api, tools: Tools) -> None:
    @answer
    def failing(_call: AnswerRequest) -> Ncco:
        raise RuntimeError("the user's own fault")

    api.functions["answer"] = failing

    text = refusal(api, tools)
    assert re.search(
        r"answers 500 instead of 200 \(FlowFailed: RuntimeError at test_gate.py:\d+ failing\)", text
    )
    assert "the user's own fault" not in text  # an exception's words may quote a number
    assert "make logs" in text


def test_invalid_ncco_is_told_where_it_is_validated(
    api: Api, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWITCHBOARD_VALIDATE", "1")

    @answer
    def wrong(_call: AnswerRequest) -> Ncco:
        return [{**talk("Hello"), "loop": -1}]

    api.functions["answer"] = wrong

    assert "(FlowFailed: action 1 (talk): loop" in refusal(api, tools)


@pytest.mark.parametrize(
    "body", ['{"message": "Internal Server Error"}', '["text"]', "[1]", '[{"outcome": "Late"}, {}]', "null"]
)
def test_failure_that_the_gateway_tells_names_the_webhook(api: Api, tools: Tools, body: str) -> None:
    api.functions["answer"] = lambda _event: {"statusCode": 500, "body": body}

    assert "answer answers 500 instead of 200." in refusal(api, tools)


@pytest.mark.usefixtures("backbone")
def test_late_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCHBOARD_ANSWER_BUDGET_MS", "100")

    @answer
    def slow(_call: AnswerRequest) -> Ncco:
        threading.Event().wait(30)
        return [talk("Hello")]

    body = json.dumps({"from": "447700900111", "to": "447700900000"}).encode()
    authorization = signed(body, switchboard_check=True)

    response = slow(webhook_event("answer", body=body, authorization=authorization))

    told = '[{"outcome": "Late", "reason": "the flow was stopped after 0.1 s"}]'
    assert (response["statusCode"], response["body"]) == (500, told)


def test_ncco_that_vonage_would_refuse_fails_the_deployment(api: Api, tools: Tools) -> None:
    @answer
    def wrong(_call: AnswerRequest) -> Ncco:
        return [{**talk("Hello"), "loop": -1}]

    api.functions["answer"] = wrong

    assert "NCCO that Vonage refuses (action 1 (talk): loop" in refusal(api, tools)


@pytest.mark.parametrize(
    "action",
    [
        {"action": "talk", "text": "Hi.", "voiceName": "Amy"},
        {"action": "talk", "text": "Hi.", "provider": "ElevenLabs", "providerOptions": {"voice": "v1"}},
        {"action": "talk", "text": "Hi.", "loop": "2", "premium": "true"},
        {"action": "input", "dtmf": {"maxDigits": 1}, "eventUrl": []},
        {"action": "connect", "from": "Shop", "endpoint": [{"type": "sip", "user": "m", "domain": "trunk"}]},
        {"action": "connect", "ringbackTone": ["https://example.com/a.mp3"], "timeout": 2,
         "endpoint": [{"type": "phone", "number": "447700900456"}]},
    ],
    ids=["deprecated", "new", "texts", "no type", "caller id", "spelling"],
)  # fmt: skip
def test_ncco_that_vonage_may_take_is_deployed_and_what_is_doubtful_is_logged(
    api: Api,
    tools: Tools,
    caplog: pytest.LogCaptureFixture,
    action: Any,  # noqa: ANN401 - fits no type
) -> None:
    @answer
    def odd(_call: AnswerRequest) -> Ncco:
        return [action]

    api.functions["answer"] = odd

    with caplog.at_level("WARNING", "provisioner"):
        assert handle(request(api), tools).status == "SUCCESS"
    told = [record.getMessage() for record in caplog.records if record.name == "provisioner"]
    documented = "provider" in action
    assert bool(told) is not documented
    assert all(line.startswith("answer answers an NCCO with something that Vonage may not") for line in told)


def test_validation_lets_pass_what_is_only_doubtful(
    api: Api, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWITCHBOARD_VALIDATE", "1")

    @answer
    def odd(_call: AnswerRequest) -> Ncco:
        return [{**talk("Hello"), "loop": "2", "new_key": 1}]  # type: ignore[list-item]

    api.functions["answer"] = odd

    assert handle(request(api), tools).status == "SUCCESS"


def test_route_that_is_missing_fails_the_deployment(api: Api, tools: Tools) -> None:
    del api.functions["status"]

    assert "status answers 404 instead of 200" in refusal(api, tools)


def test_route_that_comes_a_moment_later_is_asked_again(api: Api, tools: Tools) -> None:
    later = api.functions["status"]

    def missing(_event: dict[str, Any]) -> dict[str, Any]:
        api.functions["status"] = later
        return {"statusCode": 404}

    api.functions["status"] = missing

    assert handle(request(api), tools).status == "SUCCESS"
    assert api.asked.count("status") == 2


def test_api_out_of_reach_fails_the_deployment(api: Api, tools: Tools) -> None:
    address = "http://127.0.0.1:9/webhooks"

    text = refusal(api, replace(tools, webhooks_url=address), BaseUrl=address)

    assert "does not answer (ConnectError)" in text


@pytest.mark.parametrize("own", ["https://own.example.com/webhooks", ""])
def test_nothing_is_signed_for_the_webhooks_of_others(api: Api, tools: Tools, own: str) -> None:
    text = refusal(api, replace(tools, webhooks_url=own))

    assert f"BaseUrl is {api.url}, but nothing is signed for other webhooks" in text
    assert api.asked == []


@pytest.mark.parametrize("ending", ["/", ".evil.example", "@evil.example", "/../elsewhere", "?", "#"])
def test_address_is_the_stack_s_own_to_the_letter(api: Api, tools: Tools, ending: str) -> None:
    own = "http://127.0.0.1:9/webhooks"
    asked: list[httpx.Request] = []
    tools.http.event_hooks = {"request": [asked.append]}

    refusal(api, replace(tools, webhooks_url=own), BaseUrl=own + ending)

    assert {str(each.url.host) for each in asked} <= {"127.0.0.1"}
    assert (asked != []) == (ending == "/")


def test_number_that_would_break_out_of_the_request_is_refused(api: Api, tools: Tools) -> None:
    assert "Number:" in refusal(api, tools, Number='447700900000","text":"chosen')
    assert api.asked == []


def test_functions_with_another_signature_secret_fail_the_deployment(
    api: Api, tools: Tools, backbone: Aws
) -> None:
    other = {**CREDENTIALS, "signature_secret": "the signature secret of another account"}
    backbone.secret("switchboard/other-signature", other)

    assert "answer answers 401 instead of 200" in refusal(api, tools, CredentialsSecret="switchboard/other")


def test_hanging_webhooks_are_given_up_while_there_is_time_to_say_so(api: Api, tools: Tools) -> None:
    tools = replace(tools, deadline=within(40))
    del api.functions["status"]

    assert "status answers 404" in refusal(api, tools)
    assert api.asked.count("status") == 1


@pytest.mark.parametrize("lacking", ["signature_secret", "api_key"])
def test_incomplete_credentials_say_how_to_write_them(
    api: Api, tools: Tools, backbone: Aws, lacking: str
) -> None:
    spoilt = {k: v for k, v in CREDENTIALS.items() if k != lacking}
    backbone.secret("switchboard/other-signature", spoilt)

    assert "make credentials" in refusal(api, tools, CredentialsSecret="switchboard/other")


def both(backbone: Aws, account: Json, signature: Json) -> None:
    backbone.secret("switchboard/vonage", account)
    backbone.secret("switchboard/vonage-signature", signature)


def credentials_checked(tools: Tools, kind: Any = "Create") -> Answered:  # noqa: ANN401 - a literal
    properties = {"CredentialsSecret": "switchboard/vonage"}
    arn = "arn:x:stack/shop/1"
    return handle(Request(kind, "r", arn, "Check", credentials_check.TYPE, "", properties=properties), tools)


def test_both_credentials_are_looked_at(tools: Tools) -> None:
    assert credentials_checked(tools).status == "SUCCESS"


@pytest.mark.parametrize(
    ("account", "signature", "told"),
    [
        (ACCOUNT | CREDENTIALS, {}, "'switchboard/vonage-signature' lacks api_key and signature_secret"),
        (ACCOUNT, CREDENTIALS | {"api_key": "another1"}, "are of two Vonage accounts"),
        ({"api_key": API_KEY}, CREDENTIALS, "lacks api_secret"),
    ],
)
def test_credentials_that_will_not_do_are_told_with_the_command_that_helps(
    tools: Tools, backbone: Aws, account: Json, signature: Json, told: str
) -> None:
    both(backbone, account, signature)

    with pytest.raises(ProvisionerError) as refused:
        credentials_checked(tools)

    assert told in str(refused.value)
    assert "make credentials" in str(refused.value)


def test_an_upgrade_without_a_signature_secret_is_told_the_command(tools: Tools, backbone: Aws) -> None:
    backbone.secret("switchboard/vonage", ACCOUNT | CREDENTIALS)
    del backbone.secrets["switchboard/vonage-signature"]

    with pytest.raises(ProvisionerError) as refused:
        credentials_checked(tools)

    assert "'switchboard/vonage-signature' does not exist" in str(refused.value)
    assert "Write it with `make credentials`" in str(refused.value)


def test_a_role_that_aws_has_yet_to_know_everywhere_is_waited_for(tools: Tools, backbone: Aws) -> None:
    hidden = backbone.secrets.pop("switchboard/vonage-signature")

    def appear(_seconds: float) -> None:
        backbone.secrets["switchboard/vonage-signature"] = hidden

    tools = replace(tools, deadline=Deadline.after(60, sleep=appear))

    assert credentials_checked(tools).status == "SUCCESS"


@pytest.mark.parametrize("kind", ["Update", "Delete"])
def test_the_way_back_from_other_credentials_is_never_failed(tools: Tools, backbone: Aws, kind: str) -> None:
    backbone.secrets.clear()

    assert credentials_checked(tools, kind).status == "SUCCESS"


def test_missing_address_is_refused(api: Api, tools: Tools) -> None:
    assert "BaseUrl is required" in refusal(api, tools, BaseUrl="")


@pytest.mark.parametrize("token", ["forged", "unsigned"])
def test_mark_without_the_account_s_signature_opens_nothing(backbone: Aws, token: str) -> None:
    body = json.dumps({"message_uuid": "m"}).encode()
    authorization = (
        ""
        if token == "unsigned"
        else signed(body, "a guess that is as long as secrets are", switchboard_check=True)
    )

    response = inbound_app.lambda_handler(webhook_event("inbound", body=body, authorization=authorization))

    assert response["statusCode"] == 503
    assert backbone.queues[QUEUE] == []
