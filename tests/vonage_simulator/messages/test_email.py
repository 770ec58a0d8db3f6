"""E-mail: domains and their links, mail of any size to an application, and mail that bounces."""

from typing import Any, Literal

import httpx
import pytest

from tests.vonage_simulator.api.test_messages_api import messages, statuses
from tests.vonage_simulator.customer import Customer
from vonage_simulator.messages.message import Recipient
from vonage_simulator.switches import Switches
from vonage_simulator.vonage import Vonage

__all__ = ["messages"]

Json = dict[str, Any]
ALICE, SHOP = "alice@example.com", "hello@mail.example.com"
HTML = {"body": "<p>O&ugrave; &ecirc;tes-vous&nbsp;?</p>"}


def incoming(vonage: Vonage, **members: object) -> httpx.Response:
    body = {
        "channel": "email",
        "from": ALICE,
        "to": SHOP,
        "email": {"subject": "Hello"},
        "text": "Hi.",
        **members,
    }
    return httpx.post(f"{vonage.url}/_simulator/messages", json=body)


def link(customer: Customer, vonage: Vonage) -> None:
    domains = {"mail.example.com": customer.create().application["id"]}
    assert httpx.post(f"{vonage.url}/_simulator/domains", json=domains).json() == domains


def outgoing(**members: object) -> Json:
    mail = {"channel": "email", "from": SHOP, "to": ALICE, "email": {"subject": "Hello"}}
    return {**mail, "message_type": "text", "text": "Hi.", **members}


@pytest.mark.parametrize("content", [
    {"text": "x" * 3_000_000},
    {"message_type": "html", "html": HTML},
    {"message_type": "content", "content": [{"type": "text", "text": "Hi."}, {"type": "html", **HTML}]},
])  # fmt: skip
def test_mail_comes_to_the_application_of_its_domain(
    customer: Customer, vonage: Vonage, content: Json
) -> None:
    link(customer, vonage)

    assert incoming(vonage, **content).json()["delivered"]
    (mail,) = customer.bodies("inbound")
    assert (mail["channel"], mail["from"], mail["to"]) == ("email", ALICE, SHOP)
    assert mail.items() >= content.items()
    assert mail["email"]["subject"] == "Hello"


def test_mail_to_a_domain_without_a_link_reaches_nobody(customer: Customer, vonage: Vonage) -> None:
    customer.create()
    refused = incoming(vonage)

    assert (refused.status_code, customer.bodies("inbound")) == (400, [])
    assert "/_simulator/domains" in refused.json()["error"]
    unknown = httpx.post(f"{vonage.url}/_simulator/domains", json={"mail.example.com": "nobody"})
    assert unknown.status_code == 400


def test_mail_is_accepted_and_read_as_its_reader_sees_it(
    messages: httpx.Client, vonage: Vonage, customer: Customer
) -> None:
    sent = messages.post("/v1/messages", json=outgoing(message_type="html", html=HTML, text="Where?"))

    assert sent.status_code == 202, sent.text
    assert [report["status"] for report in statuses(vonage, customer, 2)] == ["submitted", "delivered"]
    assert next(iter(vonage.mailbox.messages.values())).words == "Hello: Where?"


@pytest.mark.parametrize(("members", "name"), [
    ({"email": {}}, "email.subject"),
    ({"email": {"subject": "Hi", "cc": [{"name": "Bob"}]}}, "email.cc[0].address"),
    ({"message_type": "content", "content": []}, "content"),
    ({"message_type": "content", "content": [{"type": "html"}]}, "content[0].body"),
])  # fmt: skip
def test_mail_without_what_it_needs_is_refused(messages: httpx.Client, members: Json, name: str) -> None:
    refused = messages.post("/v1/messages", json=outgoing(**members))

    assert refused.status_code == 422
    assert [one["name"] for one in refused.json()["invalid_parameters"]] == [name]


def test_mail_that_bounced_is_not_sent_again(
    messages: httpx.Client, vonage: Vonage, customer: Customer
) -> None:
    vonage.mailbox.recipients[ALICE] = Recipient("undeliverable")
    messages.post("/v1/messages", json=outgoing())
    statuses(vonage, customer, 2)
    messages.post("/v1/messages", json=outgoing())

    reported = [report["status"] for report in statuses(vonage, customer, 4)]
    assert reported == ["submitted", "undeliverable", "submitted", "rejected"]


@pytest.mark.parametrize("position", ["rejected", "undeliverable"])
def test_suppressed_mail(
    messages: httpx.Client, vonage: Vonage, customer: Customer, position: Literal["rejected", "undeliverable"]
) -> None:
    vonage.account.switches = Switches(suppressed_mail=position)
    vonage.mailbox.recipients[ALICE] = Recipient("undeliverable")
    for count in (2, 4):
        messages.post("/v1/messages", json=outgoing())
        reported = statuses(vonage, customer, count)

    assert [report["status"] for report in reported][-1] == position


MENU: Json = {"name": "menu.png", "content_type": "image/png", "content": "cG5n"}


@pytest.mark.parametrize("position", ["content", "attachments", "left_out"])
def test_mail_attachments(
    vonage: Vonage, customer: Customer, position: Literal["content", "attachments", "left_out"]
) -> None:
    vonage.account.switches = Switches(mail_attachments=position)
    link(customer, vonage)
    assert incoming(vonage, html=HTML, attachments=[MENU]).json()["delivered"]

    (mail,) = customer.bodies("inbound")
    held = {name: value for name, value in mail.items() if name in ("text", "html", "content", "attachments")}
    if position == "content":
        *words, part = held.pop("content")
        assert (mail["message_type"], held) == ("content", {})
        assert words == [{"type": "text", "text": "Hi."}, {"type": "html", **HTML}]
        assert (part["type"], part["name"]) == ("image", "menu.png")
        file = httpx.get(part["url"])
        assert (file.content, file.headers["content-type"]) == (b"png", "image/png")
    else:
        files = {"attachments": [MENU]} if position == "attachments" else {}
        assert held == {"text": "Hi.", "html": HTML, **files}


@pytest.mark.parametrize(("attachments", "named"), [
    ([MENU, {**MENU, "content": "?"}], "[1].content"),
    ([{"name": "menu.png", "content": "cG5n"}], "[0].content_type"),
    ("menu.png", "a list"),
])  # fmt: skip
def test_mail_with_a_file_that_cannot_be_read_is_refused(
    vonage: Vonage, customer: Customer, attachments: object, named: str
) -> None:
    link(customer, vonage)
    refused = incoming(vonage, attachments=attachments)

    assert (refused.status_code, customer.bodies("inbound")) == (400, [])
    assert named in refused.json()["error"]


def test_part_of_a_type_that_no_message_has_is_refused_by_its_field(
    vonage: Vonage, customer: Customer
) -> None:
    link(customer, vonage)
    refused = incoming(
        vonage, message_type="content", content=[{"type": "text", "text": "Hi."}, {"type": "x"}]
    )

    assert refused.status_code == 400
    assert "content[1].type" in refused.json()["error"]


@pytest.mark.parametrize(("domain", "warned"), [("mail.example.com", 0), ("other.example", 1)])
def test_mail_from_a_domain_that_is_not_verified_is_marked(
    messages: httpx.Client, vonage: Vonage, domain: str, warned: int
) -> None:
    vonage.account.email_domains = {domain: None}
    assert messages.post("/v1/messages", json=outgoing()).status_code == 202
    assert len(vonage.journal.entries(kind="message", what="warning")) == warned
