"""A flow's own query in an address: it comes back as it was written, or not at all."""

import base64
import contextvars
import hmac
import re
import time
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard import AnswerRequest, Ncco, VoiceEvent, answer, event, query, talk, webhook_url
from switchboard.webhooks import pipeline
from switchboard.webhooks import query as queries
from switchboard.webhooks.signature_secrets import SignatureSecrets

from tests.conftest import Logs
from tests.factories import CREDENTIALS, SIGNATURE_SECRET, answer_request, signed, webhook_event
from tests.fakes.stores import Aws
from tests.samples import sample

pytestmark = pytest.mark.usefixtures("backbone")

FIELDS: dict[str, str | int] = {"menu": "sales & more", "attempt": 2, "empty": ""}
NEW = "n" * 32
DAY_S = 24 * 3600


class Reading:
    """An event flow that keeps what it reads."""

    def __init__(self) -> None:
        self.read: list[dict[str, str]] = []

    def __call__(self, raw: str, webhook: str = "event", secret: str = SIGNATURE_SECRET) -> dict[str, str]:
        @event
        def flow(_happened: VoiceEvent) -> Ncco:
            self.read.append(dict(query()))
            return [talk("Hello.")]

        asked = webhook_event(webhook, sample("event_input_dtmf"))
        asked["headers"]["authorization"] = signed(asked["body"].encode(), secret)
        assert flow(asked | {"rawQueryString": raw})["statusCode"] == 200
        return self.read[-1]


def address(name: str = "event", **fields: str | int) -> str:
    """What `webhook_url` gives while a call is answered."""
    made: list[str] = []

    @answer
    def flow(_call: AnswerRequest) -> Ncco:
        made.append(webhook_url(name, **fields))
        return [talk("Hello.")]

    assert flow(webhook_event("answer", answer_request()))["statusCode"] == 200
    return made[0]


def written(name: str = "event", **fields: str | int) -> str:
    return address(name, **(fields or FIELDS)).partition("?")[2]


@pytest.fixture
def read() -> Reading:
    return Reading()


def rotated(aws: Aws, ago_s: float) -> None:
    secret = aws.secrets["switchboard/vonage-signature"]
    secret.rotate(CREDENTIALS | {"signature_secret": NEW})
    secret.made_at = time.time() - ago_s


def cold(monkeypatch: pytest.MonkeyPatch) -> None:
    """The function starts anew, and knows nothing."""
    monkeypatch.setattr(pipeline, "_secrets", SignatureSecrets())


def test_fields_come_back_as_texts(read: Reading) -> None:
    assert read(written()) == {"menu": "sales & more", "attempt": "2", "empty": ""}


def test_address_without_fields_has_no_query(read: Reading) -> None:
    assert re.fullmatch(r"https://\S+\.amazonaws\.com/webhooks/event", address())
    assert read("") == {}


def test_another_order_or_spelling_is_the_same_query(read: Reading) -> None:
    pairs = parse_qsl(written(), keep_blank_values=True)

    assert read(urlencode(pairs[::-1]).replace("+", "%20")) == read(written())


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda query: query.replace("attempt=2", "attempt=3"),
        lambda query: query.replace("&attempt=2", ""),
        lambda query: query + "&more=1",
        lambda query: query + "&attempt=2",
        lambda query: query.replace("menu=", "mneu="),
        lambda query: query.partition("&mac=")[0],
        lambda query: query[:-1],
        lambda query: query + "&mac=" + query.partition("&mac=")[2],
        lambda query: query.partition("&mac=")[0] + "&mac=",
        lambda query: query.partition("&mac=")[0] + "&mac=%C3%A9%FF",
        lambda _query: "%",
        lambda _query: "x=1",
    ],
)
def test_query_that_was_changed_counts_for_nothing_and_the_call_goes_on(
    read: Reading,
    logs: Logs,
    spoilt: Any,  # noqa: ANN401
) -> None:
    assert read(spoilt(written())) == {}

    refused = [line for line in logs.lines if line["message"] == "QueryRefused"]
    assert [(line["level"], line["QueryRefused"]) for line in refused] == [("WARNING", 1)]
    assert "sales" not in logs.text


def test_query_of_one_webhook_is_not_another_s(read: Reading) -> None:
    assert read(written("answer")) == {}


def test_account_s_signature_secret_itself_is_no_key(read: Reading) -> None:
    mac = hmac.digest(SIGNATURE_SECRET.encode(), b"event\nmenu=sales", "sha256")[:16]

    assert read(f"menu=sales&mac={base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}") == {}


@pytest.mark.parametrize("starts_anew", [False, True])
@pytest.mark.parametrize(("ago_s", "survives"), [(0, True), (DAY_S - 60, True), (DAY_S + 60, False)])
def test_call_in_progress_keeps_its_query_for_a_day_after_a_rotation(
    aws: Aws,
    read: Reading,
    monkeypatch: pytest.MonkeyPatch,
    ago_s: float,
    *,
    survives: bool,
    starts_anew: bool,
) -> None:
    raw = written(menu="sales")
    rotated(aws, ago_s)
    if starts_anew:
        cold(monkeypatch)

    assert read(raw, secret=NEW) == ({"menu": "sales"} if survives else {})


def test_new_secret_writes_the_addresses_after_a_rotation(aws: Aws, read: Reading) -> None:
    read("", secret=SIGNATURE_SECRET)
    rotated(aws, 0)
    read("", secret=NEW)

    assert read(written(menu="sales"), secret=NEW) == {"menu": "sales"}


def test_subaccount_s_addresses_have_its_own_key(aws: Aws) -> None:
    secret = aws.secrets["switchboard/vonage-signature"]
    secret.rotate(CREDENTIALS | {"signature_secrets": {"sub": NEW}})
    made: list[str] = []

    @answer
    def flow(_call: AnswerRequest) -> Ncco:
        made.append(webhook_url("event", menu="sales"))
        return [talk("Hello.")]

    for api_key, key in ((CREDENTIALS["api_key"], SIGNATURE_SECRET), ("sub", NEW)):
        asked = webhook_event("answer", answer_request())
        asked["headers"]["authorization"] = signed(asked["body"].encode(), key, api_key=api_key)
        assert flow(asked)["statusCode"] == 200

    assert made[0] != made[1]


@pytest.mark.parametrize("fields", [{"mac": "x"}, {"menu": "x" * 2000}])
def test_query_that_cannot_be_is_the_flow_s_failure(logs: Logs, fields: dict[str, str]) -> None:
    @answer
    def flow(_call: AnswerRequest) -> Ncco:
        webhook_url("event", **fields)
        return [talk("Hello.")]

    assert flow(webhook_event("answer", answer_request())) == {"statusCode": 500}
    assert logs.lines[0]["error"] == "ValueError"


def test_forged_query_is_no_load_on_secrets_manager(aws: Aws, read: Reading) -> None:
    raw = written(menu="sales") + "x"
    asked: list[str] = []
    aws.fault = lambda operation, _asked: asked.append(operation)
    for _ in range(20):
        read(raw)

    assert len([operation for operation in asked if "GetSecretValue" in operation]) <= 2


@given(st.lists(st.tuples(st.text(), st.text())))
def test_fields_are_written_as_the_standard_library_writes_them(pairs: list[tuple[str, str]]) -> None:
    assert queries.encoded(pairs) == urlencode(pairs)


def test_query_needs_a_request() -> None:
    with pytest.raises(LookupError):
        contextvars.Context().run(query)
