"""How the console reads the journal: threads, entries and cards."""

from typing import Any

import pytest

from provisioner.world import keys
from vonage_simulator.api.applications import new_key_pair
from vonage_simulator.calls.callers import Caller
from vonage_simulator.console import controls
from vonage_simulator.console.account import fingerprint
from vonage_simulator.console.composing import KINDS, TYPES, UnreadableError, content
from vonage_simulator.console.entries import Entry, pretty, summary
from vonage_simulator.console.filters import Filters
from vonage_simulator.console.phone import caller
from vonage_simulator.console.subjects import Subject
from vonage_simulator.console.threads import Thread, Threads
from vonage_simulator.messages.inbound import CHANNELS

Json = Any
AT = "2026-11-23T09:00:00.000Z"
SMS = Thread("sms", "447700900123", "447700900000")


def entry(kind: str, **members: Json) -> dict[str, Any]:
    return {"id": 1, "kind": kind, "at": AT, **members}


def message(what: str, from_: str, to: str, **members: Json) -> dict[str, Any]:
    return entry("message", message="m1", what=what, channel="sms", **{"from": from_, "to": to}, **members)


def webhook(
    kind: str = "answer", status: int | None = 200, body: Json = None, **members: Json
) -> dict[str, Any]:
    request = {"method": "POST", "url": "https://shop.example/webhooks/answer", "body": {}}
    response = {"status": status, "body": body} if status else None
    return entry("webhook", webhook=kind, request=request, response=response, **members)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("447700900123", Caller("447700900123")),
        ("withheld", Caller.unknown()),
        ("Withheld", Caller.unknown()),
        ("sip:desk@example.com", Caller.sip("sip:desk@example.com")),
        ("jamie", Caller.user("jamie")),
    ],
)
def test_whoever_may_call_can_be_written(written: str, expected: Caller) -> None:
    assert caller(written) == expected


def test_customer_and_application_write_in_one_thread() -> None:
    threads = Threads()
    threads.read(message("received", "447700900123", "447700900000", text="Open?"))
    threads.read(message("sent", "447700900000", "447700900123", text="Yes."))
    assert [bubble.text for bubble in threads.bubbles[SMS]] == ["Open?", "Yes."]


def test_reply_carries_its_latest_status() -> None:
    threads = Threads()
    threads.read(message("sent", "447700900000", "447700900123", text="Yes."))
    threads.read(message("undeliverable", "447700900000", "447700900123"))
    assert (threads.bubbles[SMS][0].status, threads.bubbles[SMS][0].failed) == ("undeliverable", True)


@pytest.mark.parametrize(
    ("what", "tone"),
    [
        ("undeliverable", "bad"),
        ("rejected", "bad"),
        ("warning", "warn"),
        ("delivered", "plain"),
        ("sent", "plain"),
    ],
)
def test_message_that_failed_is_a_problem(what: str, tone: str) -> None:
    told = Entry(message(what, "447700900000", "447700900123", text="Yes.", reason="doubtful"))
    card = Subject("m1", [told])

    assert told.tone == tone
    assert Filters(only_problems=True).admit(told, card) == (tone != "plain") == bool(card.problems)


def test_message_that_nobody_asked_for_is_not_called_a_reply() -> None:
    told = Entry(message("sent", "447700900000", "447700900123", text="Your order is ready."))
    assert str(told.sentence) == "447700900000 sends “Your order is ready.”"


def test_message_that_the_application_did_not_take_says_why() -> None:
    threads = Threads()
    threads.read(message("received", "447700900123", "447700900000", text="Open?"))
    threads.read(webhook("inbound", status=500, failure="status 500", message="m1"))
    assert threads.bubbles[SMS][0].status == "not taken: status 500"


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ({"action": "talk", "text": "Hello."}, "“Hello.”"),
        ({"action": "stream", "streamUrl": ["https://example.com/a.mp3"]}, "https://example.com/a.mp3"),
        ({"action": "input", "type": ["dtmf", "speech"]}, "dtmf, speech"),
        (
            {"action": "connect", "endpoint": [{"type": "sip", "uri": "sip:a@b.example"}]},
            "sip sip:a@b.example",
        ),
        ({"action": "conversation", "name": "room"}, "room"),
        ({"action": "record"}, ""),
        ({"action": "talk", "text": 5}, '{"text": 5}'),
    ],
)
def test_action_in_a_few_words(action: dict[str, Any], words: str) -> None:
    assert summary(action) == words


def test_problem_stands_at_its_action() -> None:
    problem = {"action": 1, "field": "text", "rule": "is required", "rejected": True}
    answer = Entry(webhook(body=[{"action": "wait"}, {"action": "talk"}], problems=[problem]))
    assert [action.problems for action in answer.actions] == [[], [problem]]
    assert answer.tone == "bad"


def test_replayed_answer_is_checked_anew() -> None:
    replay = Entry(webhook(body=[{"action": "talk"}], replay_of=7))
    assert (replay.role, replay.again_for) == ("replay", 7)
    assert replay.actions[0].problems != []


def test_no_reply_is_told_apart_from_a_bad_one() -> None:
    assert Entry(webhook(status=None, failure="socket timeout")).failure == "socket timeout"
    assert Entry(webhook(status=503, failure="status 503")).tone == "bad"


def test_what_comes_from_outside_is_never_html() -> None:
    assert "<script>" not in pretty({"text": "<script>alert(1)</script>"})


def test_huge_body_is_cut() -> None:
    assert len(pretty("x" * 100_000)) < 25_000


def test_request_that_began_a_call_belongs_to_it() -> None:
    reply = {"status": 201, "body": {"conversation_uuid": "CON-1", "uuid": "63f6"}}
    request = {"method": "POST", "url": "/v1/calls"}
    assert Entry(entry("api", request=request, response=reply)).subject == "CON-1"


def test_ended_call_is_told_from_one_that_was_never_answered() -> None:
    def story(*deeds: str) -> Subject:
        lines = [entry("call", call="CON-1", leg="a", what=what, party="1") for what in deeds]
        return Subject("CON-1", [Entry(line) for line in lines])

    assert story("dialled").state == "ringing"
    assert story("dialled", "answered").state == "in progress"
    assert story("dialled", "answered", "hung up").state == "ended"
    assert story("dialled", "not answered").state == "not answered"


def test_problems_only_keeps_what_was_done_about_them() -> None:
    only = Filters(only_problems=True)
    call = Subject("CON-1", [Entry(webhook())])
    kept = [webhook(status=503, failure="status 503"), webhook("fallback", fallback_of=1)]
    assert [only.admit(Entry(one), call) for one in [*kept, webhook()]] == [True, True, False]


@pytest.mark.parametrize(
    ("deed", "words"),
    [
        ({"what": "ended", "by": "the Voice API"}, "is hung up on by the Voice API"),
        ({"what": "moved", "conversation": "room"}, "moved room"),
        ({"what": "keys sent", "keys": "12#"}, "keys sent 12#"),
        ({"what": "said", "text": "<b>Hi</b>"}, "says <q>&lt;b&gt;Hi&lt;/b&gt;</q>"),
    ],
)
def test_deed_is_told_in_words(deed: dict[str, Any], words: str) -> None:
    line = Entry(entry("call", party="447700900123", **deed))
    assert words in controls.shown("sentence.html", sentence=line.sentence)


@pytest.mark.parametrize(
    ("kind", "written", "made"),
    [
        ("text", "Hi", {"text": "Hi"}),
        (
            "image",
            "https://shop.example/a.jpg",
            {"message_type": "image", "image": {"url": "https://shop.example/a.jpg"}},
        ),
        ("location", "51.5, -0.1", {"message_type": "location", "location": {"lat": 51.5, "long": -0.1}}),
        ("reply", "Yes", {"message_type": "reply", "reply": {"id": "Yes", "title": "Yes"}}),
    ],
)
def test_customer_sends_more_than_text(kind: str, written: str, made: dict[str, Any]) -> None:
    assert content(kind, written) == made


@pytest.mark.parametrize(("kind", "written"), [("image", "a picture"), ("location", "London")])
def test_what_cannot_be_sent_says_what_would_do(kind: str, written: str) -> None:
    with pytest.raises(UnreadableError, match="such as"):
        content(kind, written)


def test_every_type_that_a_channel_carries_has_a_name_and_a_hint() -> None:
    assert {kind for types in TYPES.values() for kind in types} == set(KINDS)
    assert set(TYPES) == set(CHANNELS)


def test_fingerprint_is_the_one_that_the_provisioner_reports() -> None:
    public_key = new_key_pair()["public_key"]

    assert fingerprint(public_key) == keys.fingerprint(public_key)
