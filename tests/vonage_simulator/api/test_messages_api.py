"""The Messages API: what it accepts, what it refuses, and the statuses that follow."""

import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import jwt
import pytest
from switchboard.wire.messages import Status
from switchboard.wire.validate import problems

from tests.vonage_simulator.customer import CALLER, NUMBER, Customer, client_of, private_key
from vonage_simulator.journal import words
from vonage_simulator.messages.message import Recipient
from vonage_simulator.testing.endpoint import Answer
from vonage_simulator.vonage import Vonage

MESSAGES = "/v1/messages"
Json = dict[str, Any]
SUGGESTION = {"type": "reply", "text": "Yes", "postback_data": "yes"}
IMAGE = {"url": "https://example.com/a.png"}


def sms(**members: object) -> Json:
    return {
        "channel": "sms",
        "message_type": "text",
        "to": CALLER,
        "from": NUMBER,
        "text": "Hello.",
        **members,
    }


@pytest.fixture
def messages(customer: Customer, vonage: Vonage) -> Iterator[httpx.Client]:
    customer.create()
    claims = {"application_id": customer.application["id"], "iat": int(time.time()), "jti": str(uuid.uuid4())}
    token = jwt.encode(claims, private_key(customer.application["keys"]["private_key"]), algorithm="RS256")
    with client_of(vonage, headers={"Authorization": f"Bearer {token}"}) as client:
        yield client


def statuses(vonage: Vonage, customer: Customer, count: int) -> list[Json]:
    """Wait, in real time, for so many status webhooks."""
    deadline = time.monotonic() + 10
    while len(customer.bodies("status")) < count:
        assert time.monotonic() < deadline, vonage.journal.entries()
        time.sleep(0.01)
    return customer.bodies("status")


def test_message_is_accepted_then_submitted_and_delivered(
    messages: httpx.Client, vonage: Vonage, customer: Customer
) -> None:
    accepted = messages.post(MESSAGES, json=sms(client_ref="order-7"))

    assert accepted.status_code == 202
    assert list(accepted.json()) == ["message_uuid"]
    submitted, delivered = statuses(vonage, customer, 2)
    assert (submitted["status"], delivered["status"]) == ("submitted", "delivered")
    assert delivered["message_uuid"] == accepted.json()["message_uuid"]
    assert delivered["client_ref"] == "order-7"
    assert isinstance(delivered["usage"]["price"], str)
    assert delivered["sms"] == {"count_total": "1"}


def test_message_that_cannot_be_delivered_says_why(
    messages: httpx.Client, vonage: Vonage, customer: Customer
) -> None:
    messages.post(MESSAGES, json=sms(to="447700900998"))
    failed = statuses(vonage, customer, 2)[-1]
    assert failed["status"] == "undeliverable"
    assert failed["error"]["title"] == "1330"


def test_failover_tries_the_next_channel(messages: httpx.Client, vonage: Vonage, customer: Customer) -> None:
    vonage.mailbox.recipients["447700900998"] = Recipient("rejected")
    first = {
        "channel": "whatsapp",
        "message_type": "text",
        "to": "447700900998",
        "from": NUMBER,
        "text": "Hi.",
    }

    accepted = messages.post(MESSAGES, json={**first, "failover": [sms()]}).json()

    reports = statuses(vonage, customer, 4)
    assert [(report["channel"], report["status"]) for report in reports] == [
        ("whatsapp", "submitted"), ("whatsapp", "rejected"), ("sms", "submitted"), ("sms", "delivered"),
    ]  # fmt: skip
    assert {report["workflow"]["workflow_id"] for report in reports} == {accepted["workflow_id"]}
    assert reports[-1]["workflow"]["items_number"] == "2"


def test_reader_reports_read_where_the_channel_can(
    messages: httpx.Client, vonage: Vonage, customer: Customer
) -> None:
    vonage.mailbox.recipients[CALLER] = Recipient(reads=True)
    messages.post(MESSAGES, json=sms(channel="whatsapp"))
    assert [report["status"] for report in statuses(vonage, customer, 3)] == [
        "submitted",
        "delivered",
        "read",
    ]


def test_own_webhook_of_a_message_gets_its_statuses(messages: httpx.Client, customer: Customer) -> None:
    messages.post(MESSAGES, json=sms(webhook_url=f"{customer.url}/own"))
    deadline = time.monotonic() + 10
    while len(customer.bodies("own")) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert [report["status"] for report in customer.bodies("own")] == ["submitted", "delivered"]
    assert customer.bodies("status") == []


def test_status_that_is_not_taken_comes_again(
    messages: httpx.Client, vonage: Vonage, customer: Customer
) -> None:
    customer.on("status", Answer(500), Answer(200))
    messages.post(MESSAGES, json=sms())
    assert [report["status"] for report in statuses(vonage, customer, 3)].count("submitted") == 2


@pytest.mark.parametrize(
    ("name", "spoiled"),
    [
        ("to", {"to": ["447700900123"]}),
        ("messenger.tag", {"channel": "messenger", "messenger": {"category": "message_tag"}}),
        ("from", {"from": None}),
        ("channel", {"channel": "pigeon"}),
        ("message_type", {"message_type": "image"}),
        ("text", {"text": ""}),
        ("text", {"text": "x" * 3201}),
        ("ttl", {"ttl": 19}),
        ("client_ref", {"client_ref": "x" * 101}),
        ("webhook_version", {"webhook_version": "v2"}),
        ("webhook_url", {"webhook_url": "example.com"}),
        ("failover[0].channel", {"failover": [{"channel": "pigeon"}]}),
        ("failover[0].text", {"failover": [{k: v for k, v in sms().items() if k != "text"}]}),
        ("failover[0].image", {"failover": [sms(channel="whatsapp", message_type="image")]}),
        ("image", {"channel": "whatsapp", "message_type": "image", "image": "a.png"}),
        ("sms.encoding_type", {"sms": {"encoding_type": "morse"}}),
        ("ttl", {"channel": "mms", "message_type": "image", "image": IMAGE, "ttl": 299}),
        ("image.url", {"channel": "mms", "message_type": "image", "image": {"url": "a.png"}}),
        ("image", {"channel": "whatsapp", "message_type": "image"}),
        ("message_type", {"channel": "viber_service", "message_type": "sticker"}),
        ("messenger.category", {"channel": "messenger", "messenger": {"category": "spam"}}),
    ],
)
def test_invalid_message_names_the_parameter(messages: httpx.Client, name: str, spoiled: Json) -> None:
    refused = messages.post(MESSAGES, json=sms(**spoiled))
    assert refused.status_code == 422
    assert refused.json()["type"].endswith("#1150")
    assert name in [parameter["name"] for parameter in refused.json()["invalid_parameters"]]


@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        ({"trusted_sender": True}, "trusted_sender is not a field"),
        ({"ttl": "600"}, 'ttl is "600"; it should be a whole number'),
        ({"to": int(CALLER)}, "to is *********123; it should be a text"),
        ({"channel": "whatsapp", "message_type": "flow", "flow": {"id": 1}}, 'message_type is "flow"'),
    ],
)
def test_message_that_vonage_may_take_is_sent_and_marked(
    messages: httpx.Client, vonage: Vonage, customer: Customer, changes: Json, warning: str
) -> None:
    assert messages.post(MESSAGES, json=sms(**changes)).status_code == 202
    assert [status["to"] for status in statuses(vonage, customer, 2)] == [CALLER] * 2
    warnings = vonage.journal.entries(kind="message", what="warning")
    assert warnings[0]["reason"].startswith(warning)
    assert str(words.of(warnings[0])) == f"warning: {warnings[0]['reason']}"


TYPES = {
    "sms": {"text"},
    "mms": {"text", "image", "vcard", "audio", "video", "file", "content"},
    "rcs": {"text", "image", "video", "file", "card", "carousel", "custom"},
    "whatsapp": {
        "text", "image", "audio", "video", "file", "template", "sticker", "reaction", "custom",
    },
    "messenger": {"text", "image", "audio", "video", "file"},
    "viber_service": {"text", "image", "video", "file"},
    "email": {"text", "html", "content"},
}  # fmt: skip


@pytest.mark.parametrize("channel", TYPES)
def test_channel_takes_its_types_of_message_only(messages: httpx.Client, channel: str) -> None:
    for kind in set().union(*TYPES.values()):
        sent = messages.post(MESSAGES, json={**sms(channel=channel), "message_type": kind, kind: "x"})
        named = {problem["name"] for problem in sent.json().get("invalid_parameters", [])}
        assert ("message_type" not in named) is (kind in TYPES[channel]), kind


@pytest.mark.parametrize(
    ("name", "members", "within", "beyond"),
    [
        ("ttl", {}, [20, 604800], [19, 604801]),
        ("ttl", {"channel": "mms"}, [300, 259200], [299, 259201]),
        ("ttl", {"channel": "rcs"}, [20, 259200, 2592000], [19, 2592001]),
        ("ttl", {}, ["20"], ["20 s", "2e1", True]),
        ("suggestions", {"channel": "rcs"}, [[SUGGESTION] * 11], [[], [SUGGESTION] * 12]),
        ("client_ref", {}, ["x", "x" * 100], ["", "x" * 101]),
        ("webhook_version", {}, ["v0.1", "v1"], ["v2"]),
        ("trusted_recipient", {}, [True], ["yes"]),
        ("context", {"channel": "whatsapp"}, [{"message_uuid": "1"}], [{}, "1"]),
        ("viber_service", {"channel": "viber_service"}, [{"ttl": 30}, {"ttl": 259200}], [{"ttl": 29}]),
    ],
)
def test_value_beyond_the_range_is_refused(
    messages: httpx.Client, name: str, members: Json, within: list[object], beyond: list[object]
) -> None:
    for value in within:
        assert messages.post(MESSAGES, json=sms(**members, **{name: value})).status_code == 202, value
    for value in beyond:
        refused = messages.post(MESSAGES, json=sms(**members, **{name: value}))
        assert refused.status_code == 422, value
        assert [problem["name"].split(".")[0] for problem in refused.json()["invalid_parameters"]] == [name]


@pytest.mark.parametrize(
    "message",
    [
        {"channel": "mms", "message_type": "image", "image": IMAGE},
        {"channel": "rcs", "message_type": "text", "text": "Hi.", "suggestions": [SUGGESTION]},
        {"channel": "whatsapp", "message_type": "template", "template": {"name": "a"}, "whatsapp": {}},
        {
            "channel": "messenger",
            "message_type": "text",
            "text": "Hi.",
            "messenger": {"category": "response"},
        },
        {"channel": "viber_service", "message_type": "text", "text": "Hi.", "viber_service": {"ttl": 30}},
        {"channel": "email", "message_type": "html", "html": "<p>Hi.</p>", "email": {"subject": "Hi"}},
    ],
    ids=lambda message: message["channel"],
)
def test_every_channel_is_accepted(messages: httpx.Client, message: Json) -> None:
    assert messages.post(MESSAGES, json={"to": CALLER, "from": "shop", **message}).status_code == 202


def test_every_reply_has_an_id_that_a_problem_repeats(messages: httpx.Client) -> None:
    accepted = messages.post(MESSAGES, json=sms())
    refused = messages.post(MESSAGES, json={})
    denied = httpx.post(f"{messages.base_url}{MESSAGES}", json=sms())
    assert len(accepted.headers["X-Request-Id"]) == 32
    for reply, status in ((refused, 422), (denied, 401)):
        assert reply.status_code == status
        assert reply.headers["X-Request-Id"] == reply.json()["instance"]


@pytest.mark.parametrize(
    ("channel", "members"),
    [
        ("sms", {"usage", "destination", "sms"}),
        ("rcs", {"destination"}),
        ("whatsapp", {"usage", "whatsapp"}),
        ("email", set()),
    ],
)
def test_what_a_delivery_cost_depends_on_the_channel(
    messages: httpx.Client, vonage: Vonage, customer: Customer, channel: str, members: set[str]
) -> None:
    subject = {"email": {"subject": "Hi"}} if channel == "email" else {}
    messages.post(MESSAGES, json=sms(channel=channel, **subject)).raise_for_status()
    delivered = statuses(vonage, customer, 2)[-1]
    assert {"usage", "destination", "sms", "whatsapp"} & set(delivered) == members
    assert problems(Status, delivered, strict=True) == []


def test_delivery_by_whatsapp_says_what_kind_of_message_was_charged_for(
    messages: httpx.Client, vonage: Vonage, customer: Customer
) -> None:
    template = {"message_type": "template", "template": {"name": "shop:open"}, "text": None}
    body = {name: value for name, value in sms(channel="whatsapp", **template).items() if value}
    messages.post(MESSAGES, json=body).raise_for_status()
    told = statuses(vonage, customer, 2)[-1]["whatsapp"]

    assert told["recipient"] == {"wa_id": body["to"]}
    assert told["pricing"] == {"type": "regular", "pricing_model": "PMP", "category": "utility"}


def test_basic_credentials_report_to_the_webhook_of_the_account(
    api: httpx.Client, vonage: Vonage, customer: Customer
) -> None:
    customer.create()
    api.post("/_simulator/account/webhooks", json={"status_url": f"{customer.url}/status"})
    api.post(MESSAGES, json=sms()).raise_for_status()

    assert [report["status"] for report in statuses(vonage, customer, 2)] == ["submitted", "delivered"]
    token = customer.received[0].headers["authorization"].removeprefix("Bearer ")
    assert "application_id" not in jwt.decode(token, options={"verify_signature": False})


def test_basic_credentials_send_without_an_application(
    api: httpx.Client, vonage: Vonage, customer: Customer
) -> None:
    customer.create()
    accepted = api.post(MESSAGES, json=sms())
    assert accepted.status_code == 202
    message, deadline = vonage.mailbox.messages[accepted.json()["message_uuid"]], time.monotonic() + 10
    while message.status != "delivered" and time.monotonic() < deadline:
        time.sleep(0.01)
    assert message.status == "delivered"
    assert vonage.journal.entries(webhook="status") == []
    assert httpx.post(f"{api.base_url}{MESSAGES}", json=sms(), auth=("a", "b")).status_code == 401
    assert httpx.post(f"{api.base_url}{MESSAGES}", json=sms()).status_code == 401


def test_inbound_whatsapp_can_be_marked_as_read(messages: httpx.Client, vonage: Vonage) -> None:
    inbound = {"channel": "whatsapp", "from": CALLER, "to": NUMBER, "text": "hi"}
    read = messages.post("/_simulator/messages", json=inbound).json()["message_uuid"]

    assert messages.patch(f"{MESSAGES}/{read}", json={"status": "read"}).status_code == 202
    assert vonage.mailbox.messages[read].status == "read"
    assert messages.patch(f"{MESSAGES}/{read}", json={"status": "revoked"}).status_code == 404
    assert messages.patch(f"{MESSAGES}/unknown", json={"status": "read"}).status_code == 404
    assert messages.patch(f"{MESSAGES}/{read}", json={"status": "eaten"}).status_code == 422


def test_outbound_rcs_can_be_revoked(messages: httpx.Client, vonage: Vonage) -> None:
    rcs, text = (messages.post(MESSAGES, json=sms(channel=channel)).json() for channel in ("rcs", "whatsapp"))
    assert messages.patch(f"{MESSAGES}/{rcs['message_uuid']}", json={"status": "revoked"}).status_code == 202
    assert messages.patch(f"{MESSAGES}/{text['message_uuid']}", json={"status": "revoked"}).status_code == 422
    assert "revoked" in [line["what"] for line in vonage.journal.entries(kind="message")]


def test_reader_may_be_shown_that_an_answer_is_written(messages: httpx.Client) -> None:
    inbound = {"channel": "whatsapp", "from": CALLER, "to": NUMBER, "text": "hi"}
    path = f"{MESSAGES}/{messages.post('/_simulator/messages', json=inbound).json()['message_uuid']}"
    shown = {"status": "read", "replying_indicator": {"show": True, "type": "text"}}
    assert messages.patch(path, json=shown).status_code == 202
    assert messages.patch(path, json={**shown, "replying_indicator": {"show": "yes"}}).status_code == 422


def test_sms_cannot_be_marked_as_read(messages: httpx.Client) -> None:
    inbound = {"channel": "sms", "from": CALLER, "to": NUMBER, "text": "hi"}
    received = messages.post("/_simulator/messages", json=inbound).json()["message_uuid"]
    assert messages.patch(f"{MESSAGES}/{received}", json={"status": "read"}).status_code == 422


def test_low_balance_and_rate_limit_are_faults(messages: httpx.Client, vonage: Vonage) -> None:
    vonage.faults.next(f"POST {MESSAGES}", status=402)
    vonage.faults.next(f"POST {MESSAGES}", status=429, retry_after=1)
    assert messages.post(MESSAGES, json=sms()).json()["type"].endswith("#low-balance")
    assert messages.post(MESSAGES, json=sms()).headers["retry-after"] == "1"


def test_older_version_has_the_older_shape(api: httpx.Client, customer: Customer) -> None:
    customer.create()
    hooks = {"inbound_url": customer.hook("inbound"), "status_url": customer.hook("status")}
    capabilities = {"messages": {"webhooks": hooks, "version": "v0.1"}}
    api.put(
        f"/v2/applications/{customer.application['id']}", json={"name": "old", "capabilities": capabilities}
    )

    api.post("/_simulator/messages", json={"channel": "sms", "from": CALLER, "to": NUMBER, "text": "hi"})

    body = json.loads(customer.received[-1].body)
    assert body["from"] == {"type": "sms", "number": CALLER}
    assert body["message"] == {"content": {"type": "text", "text": "hi"}}
    assert "channel" not in body


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize(
    "body", [b"{", b"", b"{'to': 1}", b"\xff", b"[" * 100_000], ids=lambda body: body[:9]
)
def test_body_that_is_no_json_has_a_problem_of_its_own(
    messages: httpx.Client, method: str, body: bytes
) -> None:
    path = MESSAGES if method == "POST" else f"{MESSAGES}/unknown"
    refused = messages.request(method, path, content=body, headers={"Content-Type": "application/json"})
    assert refused.status_code == 422
    assert refused.json()["type"].endswith("#invalid-json")
    assert refused.json()["detail"] == "The request body did not contain valid JSON"
    assert refused.headers["X-Request-Id"] == refused.json()["instance"]


@pytest.mark.parametrize("body", [[], "text", 1, None])
def test_json_that_is_no_object_is_an_invalid_parameter(messages: httpx.Client, body: object) -> None:
    refused = messages.post(MESSAGES, content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert refused.status_code == 422
    assert refused.json()["invalid_parameters"] == [{"name": "body", "reason": "must be an object"}]


@pytest.mark.parametrize(("content", "words"), [
    ({"text": "Hi.", "suggestions": [SUGGESTION]}, "Hi. [Yes]"),
    ({"card": {"title": "Monday", "suggestions": [SUGGESTION]}}, "card Monday [Yes]"),
    ({"carousel": {"cards": [{"title": "Monday", "suggestions": [SUGGESTION]}, {"title": "Tuesday"}]}},
     "carousel Monday [Yes] Tuesday"),
])  # fmt: skip
def test_cards_and_what_can_be_tapped_are_read_as_they_are_seen(
    messages: httpx.Client, vonage: Vonage, content: Json, words: str
) -> None:
    message = {"channel": "rcs", "message_type": next(iter(content)), "to": CALLER, "from": "shop", **content}
    assert messages.post(MESSAGES, json=message).status_code == 202
    assert next(iter(vonage.mailbox.messages.values())).words == words
