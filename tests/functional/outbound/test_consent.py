"""Who has opted out is sent nothing: from the word on the phone to the command that is refused."""

import json
import time

import pytest
from switchboard.outbound import consent
from switchboard.reach import people

from tests.conftest import Logs
from tests.fakes.backbone import BUS_COMMANDS, BUS_REJECTED, COMMANDS, QUEUE, REJECTED
from tests.fakes.stores import Aws, Json, Refusal
from tests.fakes.vonage_api import Reply, VonageApi
from tests.functional.outbound.test_outbound import deliver, on_bus, results
from tests.samples import sample
from workers.record import app as record

PERSON, SENDER, OTHER = "447700900123", "447700900000", "447700900001"
KEY = "0123456789abcdef" * 4
SMS: Json = {
    "id": "c-1",
    "name": "messages.send",
    "detail": {"channel": "sms", "message_type": "text", "to": PERSON, "from": SENDER, "text": "Hello."},
}
CALL: Json = {
    "id": "c-2",
    "name": "voice.call",
    "detail": {
        "to": [{"type": "phone", "number": PERSON}],
        "from": {"type": "phone", "number": SENDER},
        "ncco": [{"action": "talk", "text": "Hello."}],
    },
}


@pytest.fixture(autouse=True)
def _with_consent(backbone: Aws, vonage: VonageApi, monkeypatch: pytest.MonkeyPatch) -> None:
    del vonage
    backbone.tables["people"] = {}
    backbone.secret("person-key", {"key": KEY})
    monkeypatch.setenv("SWITCHBOARD_PEOPLE_TABLE_NAME", "people")
    monkeypatch.setenv("SWITCHBOARD_PERSON_KEY", "person-key")
    monkeypatch.setenv("SWITCHBOARD_CONSENT_SCOPE", "stack")
    people._key.cache_clear()


def stop(sender: str = "", person: str = PERSON, number: int = 1) -> Json:
    detail = {"person": person, **({"sender": sender} if sender else {})}
    return {"id": f"stop-{number}", "name": "consent.stop", "detail": detail}


def hears(word: str, number: int = 1, **members: object) -> Json:
    """An inbound message comes out of the event queue, as the record function hears of it."""
    payload = {
        "channel": "sms",
        "message_uuid": f"m-{number}",
        "from": PERSON,
        "to": SENDER,
        "text": word,
        "timestamp": "2026-11-28T10:00:00.000Z",
        **members,
    }
    return record_event("messages.inbound", payload, number)


def record_event(name: str, payload: Json, number: int = 1) -> Json:
    event = {
        "id": f"{number:064}",
        "name": name,
        "received_at": time.time(),
        "subject": payload["message_uuid"],
        "payload": payload,
    }
    message = {"messageId": "1", "body": json.dumps(event), "attributes": {"MessageGroupId": "g"}}
    return record.lambda_handler({"Records": [message]})


def queued(aws: Aws) -> list[Json]:
    return [json.loads(message["MessageBody"]) for message in aws.queues[COMMANDS]]


def carried_out(aws: Aws) -> None:
    """Whatever waits in the queue of commands is done, and what that leads to."""
    while aws.queues[COMMANDS]:
        command = json.loads(aws.queues[COMMANDS].pop(0)["MessageBody"])
        assert deliver(command)


def names(aws: Aws) -> list[str]:
    return [event["name"] for event in results(aws)]


def texts(vonage: VonageApi) -> list[str]:
    return [request.body.get("text", "") for request in vonage.requests]


@pytest.mark.parametrize("command", [SMS, CALL, SMS | {"pace": "bulk"}], ids=["message", "call", "bulk"])
def test_who_has_opted_out_is_sent_nothing(backbone: Aws, vonage: VonageApi, command: Json) -> None:
    assert deliver(stop())
    assert deliver(command)

    assert vonage.requests == []
    assert names(backbone)[-1] == f"{command['name']}.rejected"
    assert results(backbone)[-1]["payload"]["opted_out"] is True


def test_that_is_nothing_that_an_operator_has_to_look_into(backbone: Aws, logs: Logs) -> None:
    deliver(stop())
    deliver(on_bus(SMS), queue=BUS_COMMANDS)

    assert backbone.queues[REJECTED] == backbone.queues[BUS_REJECTED] == []
    assert [line["message"] for line in logs.lines] == ["Stopped", "Accepted", "OptedOut"]
    assert {line["level"] for line in logs.lines} == {"INFO"}
    assert PERSON not in logs.text


def test_what_is_marked_as_transactional_is_sent_all_the_same(vonage: VonageApi) -> None:
    deliver(stop())
    event = on_bus(SMS)

    assert deliver(event | {"detail": event["detail"] | {"purpose": "transactional"}}, queue=BUS_COMMANDS)

    assert texts(vonage) == ["Hello."]
    assert "purpose" not in vonage.requests[0].body


@pytest.mark.parametrize(
    "written",
    [f"+{PERSON}", f"00{PERSON}", f"+44 {PERSON[2:]}", f"+44\u00a0{PERSON[2:]}", f"+44 (0){PERSON[2:]}"],
)
def test_a_person_is_the_same_however_their_number_is_written(vonage: VonageApi, written: str) -> None:
    deliver(stop(person=written))
    deliver(SMS)

    assert vonage.requests == []


def test_of_one_sender_means_of_that_one(vonage: VonageApi) -> None:
    deliver(stop(SENDER))
    for number, sender in enumerate((SENDER, OTHER)):
        deliver(SMS | {"id": f"c-{number}", "detail": SMS["detail"] | {"from": sender}})

    assert [request.body["from"] for request in vonage.requests] == [OTHER]


def test_an_opt_out_of_one_sender_outlasts_what_the_others_send(backbone: Aws, vonage: VonageApi) -> None:
    other = SMS["detail"] | {"from": OTHER}
    deliver(SMS)
    deliver(stop(SENDER))
    deliver(SMS | {"id": "c-2", "detail": other})

    (item,) = backbone.tables["people"].values()
    assert (len(vonage.requests), item["stopped"]) == (2, {"SS": [SENDER]})
    assert "expires_at" not in item


@pytest.mark.parametrize("ladder", [{}, {"ladder": ["Shop", ""]}])
def test_a_number_at_random_may_be_the_one_they_have_opted_out_of(
    vonage: VonageApi, monkeypatch: pytest.MonkeyPatch, ladder: Json
) -> None:
    monkeypatch.setenv("SWITCHBOARD_NUMBERS", f"{OTHER},+{SENDER}")
    at_random = {name: each for name, each in CALL["detail"].items() if name != "from"}
    command = CALL | ladder | {"detail": at_random | {"random_from_number": True}}
    deliver(stop(SENDER))
    deliver(command)
    assert vonage.requests == []

    deliver({"id": "start-1", "name": "consent.start", "detail": {"person": PERSON, "sender": SENDER}})
    deliver(command | {"id": "c-3"})
    assert len(vonage.requests) == 1


@pytest.mark.parametrize("copied", ["cc", "bcc"])
def test_who_has_opted_out_gets_no_copy_of_a_mail_either(vonage: VonageApi, copied: str) -> None:
    mail = sample("command_email_text")
    mail["detail"]["email"] = {"subject": "Hello", copied: [{"address": "Ann@example.com"}]}
    deliver(mail | {"id": "c-1"})
    deliver(stop(person="ann@example.com"))
    deliver(mail | {"id": "c-2"})

    assert len(vonage.requests) == 1


@pytest.mark.parametrize("pace", [{}, {"pace": "bulk"}])
def test_who_has_opted_out_of_a_try_s_sender_is_not_reached_by_the_next_one(
    backbone: Aws, vonage: VonageApi, pace: Json
) -> None:
    deliver(stop(f"+{OTHER}"))
    deliver(SMS | pace | {"id": "c-1", "ladder": [SENDER, OTHER]})
    deliver(SMS | pace | {"id": "c-2", "ladder": [SENDER]})

    assert [each["payload"].get("opted_out") for each in results(backbone)[-2:]] == [True, None]
    assert len(vonage.requests) == 1
    assert "ladder" not in vonage.requests[0].body


def test_a_try_that_was_refused_is_not_made_again(backbone: Aws, vonage: VonageApi) -> None:
    vonage.replies.append(Reply(422))
    for number in range(2):
        deliver(SMS | {"id": f"c-{number}", "ladder": [SENDER]})
        deliver(SMS | {"id": f"c-{number}", "ladder": [SENDER]})

    assert len(vonage.requests) == 2
    assert [each["payload"]["outcome"] for each in results(backbone)] == [
        "rejected",
        "accepted",
    ]


def test_a_failover_to_somebody_who_has_opted_out_is_not_left_to_vonage(vonage: VonageApi) -> None:
    deliver(stop(person=OTHER))
    failover = [SMS["detail"] | {"to": OTHER}]
    deliver(SMS | {"detail": SMS["detail"] | {"failover": failover}})

    assert vonage.requests == []


def test_bulk_takes_no_failover(backbone: Aws, vonage: VonageApi) -> None:
    detail = SMS["detail"] | {"failover": [SMS["detail"]]}
    deliver(SMS | {"pace": "bulk", "detail": detail})

    assert (names(backbone), vonage.requests) == (["messages.send.rejected"], [])
    assert "no failover" in results(backbone)[0]["payload"]["reason"]


def test_the_table_has_neither_number_nor_text(backbone: Aws) -> None:
    hears("STOP")
    carried_out(backbone)
    deliver(SMS | {"id": "again"})

    kept = json.dumps(list(backbone.tables["people"].values()))
    assert PERSON not in kept
    assert "STOP" not in kept
    assert kept.count('"stopped"') == 1


def test_a_word_opts_out_and_is_confirmed_once(backbone: Aws, vonage: VonageApi) -> None:
    for number in (1, 1, 2):
        assert hears(" Stop. ", number) == {"batchItemFailures": []}
        carried_out(backbone)
    deliver(SMS)

    (text,) = texts(vonage)
    assert text.startswith("You are unsubscribed")
    assert vonage.requests[0].body["to"] == PERSON


def test_a_confirmation_waits_for_what_is_under_way(backbone: Aws, vonage: VonageApi) -> None:
    lease = consent._ledger().begin(people.person_id(PERSON), {SENDER}, "c-9")
    hears("STOP")
    (command,) = queued(backbone)

    assert not deliver(command)
    assert (backbone.delays, vonage.requests) == ([2], [])

    consent._ledger().end(people.person_id(PERSON), lease)
    assert deliver(command, 2)
    assert names(backbone) == ["consent.stop.accepted"]


@pytest.mark.parametrize(
    ("reply", "is_kept"),
    [(Reply(), False), (Reply(402), False), (Reply(429), False), (Reply(lost=True), True)],
)
def test_a_send_is_under_way_until_its_outcome_is_known(
    backbone: Aws, vonage: VonageApi, reply: Reply, *, is_kept: bool
) -> None:
    vonage.replies.append(reply)
    deliver(SMS)

    assert ("sending" in json.dumps(list(backbone.tables["people"].values()))) is is_kept


def test_a_send_whose_end_could_not_be_noted_was_sent(backbone: Aws, vonage: VonageApi) -> None:
    def broken(operation: str, asked: Json) -> None:
        if operation.endswith("UpdateItem") and asked["UpdateExpression"].startswith("DELETE"):
            raise Refusal("InternalServerError", status=500)

    backbone.fault = broken
    assert deliver(SMS)

    assert (names(backbone), len(vonage.requests)) == (["messages.send.accepted"], 1)


@pytest.mark.parametrize("operation", ["GetSecretValue", "UpdateItem"])
def test_when_nobody_can_tell_it_is_not_sent_yet(backbone: Aws, vonage: VonageApi, operation: str) -> None:
    def broken(asked: str, _: Json) -> None:
        if asked.endswith(operation):
            raise Refusal("InternalServerError", status=500)

    backbone.fault = broken
    assert not deliver(SMS)
    assert vonage.requests == []

    backbone.fault = None
    assert deliver(SMS, 2)
    assert len(vonage.requests) == 1


def test_start_opts_in_again_and_says_so(backbone: Aws, vonage: VonageApi) -> None:
    for number, word in enumerate(("STOP", "START", "START"), start=1):
        hears(word, number)
        carried_out(backbone)
    deliver(SMS)

    assert [text[:8] for text in texts(vonage)] == ["You are ", "You will", "Hello."]


@pytest.mark.parametrize("words", [("STOP", "START", "STOP"), ("START", "STOP")])
@pytest.mark.parametrize("scope", ["stack", "sender"])
def test_a_start_that_comes_late_undoes_no_later_stop(
    backbone: Aws, vonage: VonageApi, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], scope: str
) -> None:
    monkeypatch.setenv("SWITCHBOARD_CONSENT_SCOPE", scope)
    said = [(word, second) for second, word in enumerate(words)]
    for word, second in sorted(
        said, key=lambda each: each[0] == "START"
    ):  # as Vonage, or a queue, tried again
        hears(word, second + 1, timestamp=f"2026-11-28T10:00:0{second}Z")
        carried_out(backbone)
    deliver(SMS)

    assert [text[:8] for text in texts(vonage)] == ["You are "]

    hears("START", 9, timestamp="2026-11-28T10:00:09Z")
    carried_out(backbone)
    deliver(SMS | {"id": "c-9"})
    assert texts(vonage)[-1] == "Hello."


def test_nobody_opts_somebody_out_of_the_years_to_come(backbone: Aws, vonage: VonageApi) -> None:
    heard = {"channel": "sms", "sender": SENDER, "language": "en", "at": time.time() + 10**9}
    command = stop()
    deliver(command | {"detail": command["detail"] | {"heard": heard}})
    hears("START", timestamp=None)
    carried_out(backbone)
    deliver(SMS)

    assert texts(vonage)[-1] == "Hello."


def test_help_is_answered_also_to_whom_has_opted_out(backbone: Aws, vonage: VonageApi) -> None:
    deliver(stop())
    hears("help")
    carried_out(backbone)

    assert texts(vonage) == ["Reply STOP to get no more messages from us, START to get them again."]


@pytest.mark.parametrize(
    ("word", "answer"),
    [("ARRÊT", "Vous ne recevrez plus"), ("halt!", "Sie erhalten keine"), ("остановить", "Вы больше не")],
)
def test_the_answer_is_in_the_language_of_the_word(
    backbone: Aws, vonage: VonageApi, word: str, answer: str
) -> None:
    hears(word)
    carried_out(backbone)

    assert texts(vonage)[0].startswith(answer)


@pytest.mark.parametrize(
    ("setting", "value", "answers"),
    [("STOP_REPLY", "Goodbye.", ["Goodbye."]), ("STOP_REPLY", "-", []), ("OPT_OUT_ASSIST", "true", [])],
)
def test_the_owner_says_what_is_answered_or_leaves_it_to_vonage(
    backbone: Aws,
    vonage: VonageApi,
    monkeypatch: pytest.MonkeyPatch,
    setting: str,
    value: str,
    answers: list[str],
) -> None:
    monkeypatch.setenv(f"SWITCHBOARD_{setting}", value)
    hears("STOP")
    carried_out(backbone)
    deliver(SMS)

    assert texts(vonage) == answers


@pytest.mark.parametrize("scope", ["stack", "sender"])
def test_the_scope_of_a_word_is_the_stacks(
    backbone: Aws, vonage: VonageApi, monkeypatch: pytest.MonkeyPatch, scope: str
) -> None:
    monkeypatch.setenv("SWITCHBOARD_CONSENT_SCOPE", scope)
    hears("STOP")
    carried_out(backbone)
    deliver(SMS | {"detail": SMS["detail"] | {"from": OTHER}})

    assert ("Hello." in texts(vonage)) is (scope == "sender")


@pytest.mark.parametrize("version", ["v1", "v0.1"])
def test_vonages_own_news_of_an_opt_out_counts(backbone: Aws, vonage: VonageApi, version: str) -> None:
    payload: Json = {"message_uuid": "m-1", "timestamp": "2026-11-28T10:00:00.000Z", "status": "rejected"}
    if version == "v1":
        payload |= {"to": PERSON, "from": SENDER, "channel": "sms", "error": {"title": "1240"}}
    else:
        sides = {"to": PERSON, "from": SENDER}
        payload |= {side: {"type": "sms", "number": number} for side, number in sides.items()}
        payload |= {"error": {"code": 1240, "reason": "opted out"}}
    name = "messages.status.rejected" if version == "v1" else "messages.v0_1.status.rejected"

    record_event(name, payload)
    carried_out(backbone)
    deliver(SMS)

    assert vonage.requests == []
    assert names(backbone) == ["consent.stop.accepted", "messages.send.rejected"]


def test_another_error_is_no_opt_out(backbone: Aws) -> None:
    payload = {"message_uuid": "m-1", "to": PERSON, "from": SENDER, "status": "rejected"}
    record_event("messages.status.rejected", payload | {"error": {"title": "1330"}})

    assert queued(backbone) == []


def test_what_only_sounds_like_it_is_said_and_not_guessed(backbone: Aws) -> None:
    hears("STOP please")

    recorded = {item["name"]["S"] for item in backbone.tables["timeline"].values()}
    assert recorded == {"messages.inbound", "consent.unclear"}
    assert queued(backbone) == []


@pytest.mark.parametrize(
    "spoiled",
    [
        {"from": None},
        {"to": {}},
        {"text": 7},
        {"channel": "email"},
        {"text": ""},
        {"button": 3, "text": None},
    ],
)
def test_a_message_of_no_known_shape_is_recorded_and_no_word(backbone: Aws, spoiled: Json) -> None:
    assert hears("STOP", **spoiled) == {"batchItemFailures": []}

    assert queued(backbone) == []


def test_a_word_is_not_lost_when_its_command_could_not_be_queued(backbone: Aws) -> None:
    backbone.refuse["AmazonSQS.SendMessage"] = "ServiceUnavailable"
    assert hears("STOP") != {"batchItemFailures": []}

    backbone.refuse.clear()
    assert hears("STOP") == {"batchItemFailures": []}
    assert [command["name"] for command in queued(backbone)] == ["consent.stop"]


def test_an_opt_out_that_was_cut_off_is_done_again(backbone: Aws, vonage: VonageApi) -> None:
    def killed(operation: str, asked: Json) -> None:
        if operation.endswith("SendMessage") and asked["QueueUrl"] == QUEUE:
            raise Refusal("InternalServerError", status=500)

    hears("STOP")
    (command,) = queued(backbone)
    backbone.fault = killed
    assert not deliver(command)

    backbone.fault = None
    assert deliver(command, 2)
    carried_out(backbone)
    assert len(texts(vonage)) == 1


def test_every_channel_that_has_people_is_looked_at(vonage: VonageApi) -> None:
    for number, name in enumerate(("whatsapp_text", "mms_image", "viber_service_text")):
        command = sample(f"command_{name}")
        deliver(stop(person=command["detail"]["to"], number=number))
        deliver(command | {"id": f"s-{number}"})

    assert vonage.requests == []
