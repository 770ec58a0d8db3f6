"""The outbound function: every way in which Vonage can answer a command, over the wire."""

import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from switchboard.outbound import asking
from switchboard.reach.campaign_ids import command_id
from switchboard.wire.commands import Result
from switchboard.wire.validate import problems

from tests.conftest import Logs
from tests.factories import CALLER
from tests.fakes.backbone import BUS_COMMANDS, BUS_REJECTED, COMMANDS, QUEUE, REJECTED
from tests.fakes.stores import Aws, Json, Refusal
from tests.fakes.vonage_api import Reply, VonageApi
from tests.samples import commands, sample
from workers.outbound import app

SMS = sample("command_sms_text")
CALL = sample("command_call_with_ncco")
HANGUP = sample("command_hangup") | {"detail": {"uuid": "u-1", "action": "hangup"}}
TALK = sample("command_talk") | {"detail": {"uuid": "u-1", "action": "talk", "text": "Hello."}}
READ = sample("command_read_whatsapp") | {"detail": {"message_uuid": "m-1", "status": "read"}}

NAMES = {"messages.send", "messages.read", "voice.call", "voice.update"}


@pytest.fixture(autouse=True)
def _in_order(vonage: VonageApi) -> None:
    """Everything is there: the queues, the table, the application's secret, Vonage."""


def record(command: Json, attempts: int = 1, queue: str = COMMANDS, waited_s: float = 0) -> Json:
    """A message as Lambda gives it to the function."""
    return {
        "messageId": "message-1",
        "receiptHandle": "handle-1",
        "body": json.dumps(command),
        "attributes": {
            "ApproximateReceiveCount": str(attempts),
            "SentTimestamp": str(int((time.time() - waited_s) * 1000)),
        },
        "eventSourceARN": f"arn:aws:sqs:eu-west-1:123456789012:{queue.rpartition('/')[2]}",
    }


def deliver(command: Json, attempts: int = 1, queue: str = COMMANDS, waited_s: float = 0) -> bool:
    """Hand a command to the function as SQS does; tells whether it is done with."""
    message = record(command, attempts, queue, waited_s)
    return app.lambda_handler({"Records": [message]}) == {"batchItemFailures": []}


def on_bus(command: Json) -> Json:
    """A command as another stack's event, which a rule puts in the bus's queue."""
    return {
        "version": "0",
        "id": command["id"],
        "detail-type": command["name"],
        "source": "shop",
        "detail": command["detail"],
    }


def results(aws: Aws) -> list[Json]:
    return [json.loads(message["MessageBody"]) for message in aws.queues[QUEUE]]


def result(aws: Aws) -> tuple[str, Json]:
    (event,) = results(aws)
    if event["payload"]["command"] in NAMES:
        assert problems(Result, event["payload"], strict=True) == []
    return event["name"], event["payload"]


def interrupt(operation: str, asked: Json) -> None:
    """The function is killed once Vonage has answered: nothing it writes afterwards arrives."""
    if operation.endswith("PutItem") and asked["Item"].get("progress", {}).get("S") == "accepted":
        raise Refusal("InternalServerError", status=500)


def long_ago(aws: Aws) -> None:
    for item in aws.tables["timeline"].values():
        item["since"] = {"N": str(time.time() - 1000)}


@pytest.mark.parametrize(
    ("command", "outcome"),
    [(SMS, "messages.send.accepted"), (CALL, "voice.call.accepted"), (HANGUP, "voice.update.accepted"),
     (READ, "messages.read.accepted")],
)  # fmt: skip
def test_an_accepted_command_is_an_event(backbone: Aws, command: Json, outcome: str) -> None:
    assert deliver(command)
    name, payload = result(backbone)
    assert (name, payload["id"]) == (outcome, command["id"])


@pytest.mark.parametrize("name", commands())
def test_every_command_reaches_vonage_in_its_own_words(vonage: VonageApi, name: str) -> None:
    command = sample(name)
    for host in ("region_url", "href"):
        command["detail"].pop(host, None)

    assert deliver(command)
    (request,) = vonage.requests
    known = command["detail"] | {"client_ref": command["detail"].get("client_ref", command["id"])}
    assert {name: known[name] for name in request.body or {}} == (request.body or {})
    expected = {"messages.send": "/v1/messages", "messages.read": "/v1/messages/", "voice.call": "/v1/calls"}
    others = "/v2/verify" if command["name"].startswith("verify.") else "/v1/calls/"
    assert request.path.startswith(expected.get(command["name"], others))


def test_a_message_carries_the_commands_id(vonage: VonageApi) -> None:
    detail = {name: value for name, value in SMS["detail"].items() if name != "client_ref"}
    deliver(SMS | {"detail": detail})

    assert vonage.requests[0].body == detail | {"client_ref": SMS["id"]}


@pytest.mark.parametrize("queue", [COMMANDS, BUS_COMMANDS])
def test_an_event_of_the_bus_is_a_command(backbone: Aws, queue: str) -> None:
    """In the queue of the flows' commands, too: version 0.1 put it there."""
    assert deliver(on_bus(SMS | {"id": "e-1"}), queue=queue)
    assert result(backbone)[1]["id"] == "e-1"


@pytest.mark.parametrize("spoiled_arn", ["arn:aws:sqs:eu-west-1:123456789012:other", ""])
def test_a_command_out_of_an_unknown_queue_is_done_and_its_rejection_comes_back(
    backbone: Aws, vonage: VonageApi, spoiled_arn: str
) -> None:
    vonage.replies.append(Reply(402))
    message = record(SMS) | {"eventSourceARN": spoiled_arn}

    for _ in range(2):
        again = app.lambda_handler({"Records": [message]})["batchItemFailures"]
        assert [failure["itemIdentifier"] for failure in again] == ["message-1"]
        message["attributes"]["ApproximateReceiveCount"] = "2"
    assert len(vonage.requests) == 1
    assert result(backbone)[0] == "messages.send.rejected"


def test_a_command_that_comes_twice_at_once_is_sent_once_and_told_once(
    backbone: Aws, vonage: VonageApi
) -> None:
    """A standard queue may deliver a message twice."""
    assert [deliver(on_bus(SMS), queue=BUS_COMMANDS) for _ in range(2)] == [True, True]
    assert len(vonage.requests) == 1
    assert result(backbone)[0] == "messages.send.accepted"


def test_a_claim_whose_reply_was_lost_is_still_the_claim_of_whoever_made_it(
    backbone: Aws, vonage: VonageApi
) -> None:
    """Boto3 writes again then, and is told of its own item that it's there."""

    def lose(operation: str, asked: Json) -> None:
        if operation.endswith("PutItem") and asked["Item"]["progress"]["S"] == "sending":
            backbone.answer_without_fault(operation, asked)
            raise Refusal("ConditionalCheckFailedException", Item=asked["Item"])

    backbone.fault = lose

    assert deliver(SMS)
    assert len(vonage.requests) == 1
    assert result(backbone)[0] == "messages.send.accepted"


def test_a_command_is_carried_out_once(backbone: Aws, vonage: VonageApi) -> None:
    assert [deliver(CALL), deliver(CALL), deliver(CALL)] == [True] * 3
    assert len(vonage.requests) == 1
    assert result(backbone)[0] == "voice.call.accepted"


@pytest.mark.parametrize(("queue", "dead_letters"), [(COMMANDS, REJECTED), (BUS_COMMANDS, BUS_REJECTED)])
@pytest.mark.parametrize(
    ("command", "status"), [(SMS, 402), (SMS, 422), (SMS, 404), (CALL, 400), (HANGUP, 404)]
)
def test_what_vonage_refuses_is_not_tried_again(
    backbone: Aws, vonage: VonageApi, logs: Logs, command: Json, status: int, queue: str, dead_letters: str
) -> None:
    problem = {
        "title": "No",
        "detail": f"{CALLER} is barred",
        "invalid_parameters": [{"name": "to", "reason": "bad"}],
    }
    vonage.replies.append(Reply(status, problem))

    assert deliver(command, queue=queue)
    name, payload = result(backbone)
    assert name.endswith(".rejected")
    assert (payload["status_code"], payload["reason"]) == (status, f"No; {CALLER} is barred; to: bad")
    assert [json.loads(m["MessageBody"]) for m in backbone.queues[dead_letters]] == [command]
    assert CALLER not in logs.text


def test_a_reason_of_any_length_can_be_stored(backbone: Aws, vonage: VonageApi) -> None:
    vonage.replies.append(Reply(422, {"title": "x" * 1_000_000}))

    assert deliver(SMS)
    assert result(backbone)[1]["reason"] == "x" * 2000


def test_a_rejected_command_can_be_sent_back_from_the_dead_letter_queue(
    backbone: Aws, vonage: VonageApi
) -> None:
    vonage.replies.append(Reply(402, {"title": "Low balance"}))
    deliver(SMS)
    (kept,) = backbone.queues[REJECTED]

    assert deliver(json.loads(kept["MessageBody"]))
    assert [event["name"] for event in results(backbone)] == [
        "messages.send.rejected",
        "messages.send.accepted",
    ]


@pytest.mark.parametrize("queue", [COMMANDS, BUS_COMMANDS])
def test_twenty_times_too_many_requests_are_waited_out(backbone: Aws, vonage: VonageApi, queue: str) -> None:
    vonage.replies.extend(Reply(429, {}, {"Retry-After": "7"}) for _ in range(20))

    done = [deliver(SMS, attempts, queue) for attempts in range(1, 22)]

    assert done == [False] * 20 + [True]
    assert backbone.delays == [7] * 20
    assert result(backbone)[0] == "messages.send.accepted"


def test_without_a_hint_each_wait_is_longer(backbone: Aws, vonage: VonageApi) -> None:
    vonage.replies.extend(Reply(503, b"<html>") for _ in range(4))

    assert [deliver(CALL, attempts) for attempts in (1, 2, 3, 40)] == [False] * 4
    assert backbone.delays == [2, 4, 8, 900]


@pytest.mark.parametrize(("waited_s", "outcome"), [(3590, "Later"), (3610, "Overdue")])
def test_after_an_hour_somebody_should_know(
    vonage: VonageApi, logs: Logs, waited_s: float, outcome: str
) -> None:
    vonage.replies.append(Reply(429))

    assert not deliver(SMS, 5, BUS_COMMANDS, waited_s)
    assert [line["message"] for line in logs.lines] == [outcome]


def out_of_order(operation: str, _asked: Json) -> None:
    if operation.endswith("PutItem"):
        raise Refusal("InternalServerError", status=500)


def test_a_command_that_failed_before_vonage_was_asked_comes_back_in_seconds(
    backbone: Aws, vonage: VonageApi
) -> None:
    backbone.fault = out_of_order
    assert not deliver(SMS, 1, BUS_COMMANDS)
    backbone.fault = None

    assert deliver(SMS, 2, BUS_COMMANDS)
    assert backbone.delays == [2]
    assert len(vonage.requests) == 1


def test_in_the_end_it_is_given_up(backbone: Aws, vonage: VonageApi) -> None:
    vonage.replies.append(Reply(429))

    assert deliver(SMS, app.MOST_ATTEMPTS)
    name, payload = result(backbone)
    assert name == "messages.send.rejected"
    assert "60 attempts" in payload["reason"]


def test_what_a_campaign_sends_is_remembered_for_good_and_all_else_for_a_month(backbone: Aws) -> None:
    of_campaign = command_id("spring", "447700900111")

    assert deliver(SMS | {"id": of_campaign})
    assert deliver(SMS | {"id": "another"})

    remembered = {
        pk: item for (pk, _), item in backbone.tables["timeline"].items() if pk.startswith("COMMAND")
    }
    assert "expires_at" not in remembered[f"COMMAND#{of_campaign}"]
    assert float(remembered["COMMAND#another"]["expires_at"]["N"]) > time.time() + 29 * 86400


@pytest.mark.parametrize("command", [SMS, CALL, TALK])
@pytest.mark.parametrize("reply", [Reply(lost=True), Reply(500), Reply(502), Reply(504)])
def test_what_may_have_happened_is_not_done_twice(
    backbone: Aws, vonage: VonageApi, command: Json, reply: Reply
) -> None:
    vonage.replies.append(reply)

    assert [deliver(command), deliver(command)] == [True, True]
    assert len(vonage.requests) == 1
    assert result(backbone)[0] == f"{command['name']}.uncertain"


@pytest.mark.parametrize("command", [HANGUP, READ])
@pytest.mark.parametrize("reply", [Reply(lost=True), Reply(500)])
def test_what_changes_nothing_the_second_time_is_done_again(
    backbone: Aws, vonage: VonageApi, command: Json, reply: Reply
) -> None:
    vonage.replies.append(reply)

    assert [deliver(command), deliver(command, 2)] == [False, True]
    assert len(vonage.requests) == 2
    assert result(backbone)[0] == f"{command['name']}.accepted"


@pytest.mark.parametrize("command", [SMS, CALL])
def test_what_was_never_sent_is_sent_later(
    backbone: Aws, vonage: VonageApi, monkeypatch: pytest.MonkeyPatch, command: Json
) -> None:
    monkeypatch.setenv("VONAGE_API_URL", "http://127.0.0.1:9")
    assert not deliver(command)
    asking.vonage().close()
    asking.vonage.cache_clear()
    monkeypatch.setenv("VONAGE_API_URL", vonage.url)

    assert deliver(command, 2)
    assert result(backbone)[0] == f"{command['name']}.accepted"


def test_a_call_that_was_cut_off_in_the_middle_is_uncertain(backbone: Aws, vonage: VonageApi) -> None:
    backbone.fault = interrupt
    assert not deliver(CALL)
    backbone.fault = None
    long_ago(backbone)

    assert deliver(CALL, 2)
    assert len(vonage.requests) == 1
    assert result(backbone)[0] == "voice.call.uncertain"


def test_a_command_that_somebody_else_is_sending_is_left_to_them(backbone: Aws, vonage: VonageApi) -> None:
    backbone.fault = interrupt
    deliver(CALL)
    backbone.fault = None

    assert not deliver(CALL, 2)
    assert len(vonage.requests) == 1
    assert results(backbone) == []


def test_a_hangup_that_was_cut_off_is_done_again(backbone: Aws, vonage: VonageApi) -> None:
    backbone.fault = interrupt
    assert not deliver(HANGUP)
    backbone.fault = None
    long_ago(backbone)

    assert deliver(HANGUP, 2)
    assert len(vonage.requests) == 2


def no_queue(operation: str, _asked: Json) -> None:
    if operation == "AmazonSQS.SendMessage":
        raise Refusal("ServiceUnavailable", status=503)


@pytest.mark.parametrize("queue", [COMMANDS, BUS_COMMANDS])
@pytest.mark.parametrize(
    ("reply", "outcome"), [(Reply(), "accepted"), (Reply(402), "rejected"), (Reply(lost=True), "uncertain")]
)
def test_a_result_that_could_not_be_told_is_told_in_seconds_and_nothing_is_sent_again(
    backbone: Aws, vonage: VonageApi, logs: Logs, queue: str, reply: Reply, outcome: str
) -> None:
    vonage.replies.append(reply)
    backbone.fault = no_queue
    assert [deliver(CALL, attempts, queue) for attempts in (1, 2, 40)] == [False] * 3
    backbone.fault = None

    assert deliver(CALL, 41, queue)
    assert len(vonage.requests) == 1
    assert result(backbone)[0] == f"voice.call.{outcome}"
    assert backbone.delays == [2, 4, 60]
    assert [line["message"] for line in logs.lines] == ["NotTold"] * 3 + [outcome.capitalize()]


def test_a_rejection_that_was_told_but_not_kept_is_kept_the_next_time(
    backbone: Aws, vonage: VonageApi
) -> None:
    def no_dead_letters(operation: str, asked: Json) -> None:
        if asked.get("QueueUrl") == BUS_REJECTED:
            no_queue(operation, asked)

    vonage.replies.append(Reply(402))
    backbone.fault = no_dead_letters
    assert not deliver(on_bus(SMS), queue=BUS_COMMANDS)
    backbone.fault = None

    assert deliver(on_bus(SMS), 2, BUS_COMMANDS)
    assert len(vonage.requests) == 1
    assert len(backbone.queues[BUS_REJECTED]) == 1


def test_a_key_that_was_rotated_is_read_again(backbone: Aws, vonage: VonageApi) -> None:
    deliver(SMS)
    new = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = new.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    backbone.secrets["application"].rotate({"application_id": "app-1", "private_key": pem})
    vonage.replies.append(Reply(401))

    assert deliver(CALL)
    assert [event["name"] for event in results(backbone)][1:] == ["voice.call.accepted"]
    public = new.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert jwt.decode(vonage.requests[-1].token, public, ["RS256"])["application_id"] == "app-1"


def test_a_key_that_is_being_rotated_is_used_before_it_is_current(backbone: Aws, vonage: VonageApi) -> None:
    deliver(SMS)
    new = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = new.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    secret = backbone.secrets["application"]
    secret.values["next"] = json.dumps({"application_id": "app-1", "private_key": pem})
    secret.labels["AWSPENDING"] = "next"
    vonage.replies.append(Reply(401))

    assert deliver(CALL)
    assert [event["name"] for event in results(backbone)][1:] == ["voice.call.accepted"]
    public = new.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert jwt.decode(vonage.requests[-1].token, public, ["RS256"])["application_id"] == "app-1"


def test_a_key_that_stays_unknown_is_a_refusal(backbone: Aws, vonage: VonageApi) -> None:
    vonage.replies.extend([Reply(401), Reply(401)])

    assert deliver(CALL)
    assert result(backbone)[1]["status_code"] == 401


@pytest.mark.parametrize(
    "secret", [{}, {"private_key": "x"}, {"application_id": "a", "private_key": "not a key"}]
)
def test_before_the_application_exists_a_command_waits(
    backbone: Aws, vonage: VonageApi, secret: Json
) -> None:
    backbone.secrets["application"].rotate(secret)

    assert not deliver(CALL)
    assert vonage.requests == []
    assert results(backbone) == []


def spoiled(command: Json, **detail: object) -> Json:
    return command | {"detail": command["detail"] | detail}


@pytest.mark.parametrize(
    "command",
    [
        spoiled(SMS, text=None),
        spoiled(SMS, channel="pigeon"),
        spoiled(CALL, to=[]),
        spoiled(HANGUP, action="explode"),
        {"id": "x-1", "name": "money.send", "detail": {}},
        {"id": "x-1", "name": "voice.call", "detail": None},
        {"no": "command"},
        ["no", "command"],
    ],
)
def test_an_invalid_command_is_rejected_and_never_sent(
    backbone: Aws, vonage: VonageApi, command: Json
) -> None:
    assert deliver(command)
    assert vonage.requests == []
    assert result(backbone)[0].endswith(".rejected")
    assert len(backbone.queues[REJECTED]) == 1


@pytest.mark.parametrize(("command", "warning"), [
    (spoiled(SMS, trusted_sender=True), "detail.trusted_sender is not a field; "),
    (spoiled(SMS, brand_new={"a": [1]}), "detail.brand_new is not a field; "),
    (spoiled(SMS, ttl="600"), 'detail.ttl is "600"; it should be a whole number'),
    (spoiled(sample("command_whatsapp_text"), message_type="flow", flow={"id": 7}),
     'detail.message_type is "flow"; it should be one of "text", '),
    (spoiled(CALL, ncco=[{"action": "talk", "text": "Hi.", "loop": "2"}]),
     'detail.ncco[0].loop is "2"; it should be a whole number'),
    (spoiled(CALL, ncco=[{"action": "talk", "text": "Hi.", "voice": "new"}]),
     "detail.ncco[0].voice is not a field; "),
    (spoiled(CALL, length_timer="7200"), 'detail.length_timer is "7200"; it should be a whole number'),
    (spoiled(TALK, level="0.5"), 'detail.level is "0.5"; it should be a number'),
    (spoiled(TALK, voice_name="Amy"), "detail.voice_name is not a field; "),
])  # fmt: skip
def test_what_is_doubtful_goes_to_vonage_as_it_came_and_the_result_says_so(
    backbone: Aws, vonage: VonageApi, logs: Logs, command: Json, warning: str
) -> None:
    assert deliver(command)

    (asked,) = vonage.requests
    sent = {name: value for name, value in command["detail"].items() if name not in ("uuid", "action")}
    assert {name: asked.body[name] for name in sent} == sent
    name, payload = result(backbone)
    assert name == f"{command['name']}.accepted"
    assert payload["warnings"][0].startswith(warning)
    assert all("is not a field" in told for told in payload["warnings"][1:])
    assert "should be" not in logs.text


@pytest.mark.parametrize(
    "detail",
    [
        spoiled(CALL, to=[{"type": "sip", "user": "maria", "domain": "shop-trunk"}]),
        spoiled(CALL, **{"from": {"type": "phone", "number": "sip:desk@example.com"}}),
        spoiled(CALL, ncco=[{"action": "talk", "text": "Hi.", "provider": "x", "providerOptions": {"a": 1}}]),
        spoiled(TALK, level=0.5),
    ],
    ids=["SIP by user and domain", "SIP caller", "provider", "level"],
)
def test_what_is_documented_goes_without_a_warning(backbone: Aws, detail: Json) -> None:
    assert deliver(detail)
    name, payload = result(backbone)
    assert (name.rpartition(".")[2], "warnings" in payload) == ("accepted", False)


def test_a_result_tells_of_twenty_doubts_at_most(backbone: Aws) -> None:
    assert deliver(spoiled(SMS, **{"x" * 400 + str(number): 1 for number in range(50)}))
    warnings = result(backbone)[1]["warnings"]
    assert len(warnings) == 20
    assert {len(warning) for warning in warnings} == {300}


def test_a_mark_of_a_flow_that_is_misspelt_is_told_of_as_it_is_on_the_bus(backbone: Aws) -> None:
    assert deliver(SMS | {"windows": {"hours": "09:00-20:00"}})
    assert result(backbone)[1]["warnings"] == ["windows is not a field; did you mean window?"]


def test_a_rejection_tells_what_is_doubtful_as_well(backbone: Aws, vonage: VonageApi) -> None:
    vonage.replies.append(Reply(422, {"title": "Invalid params"}))
    assert deliver(spoiled(SMS, brand_new=1))
    assert len(result(backbone)[1]["warnings"]) == 1


@pytest.mark.parametrize(
    "url", ["https://evil.example", "http://api.nexmo.com", "https://nexmo.com.evil.example"]
)
def test_the_token_is_sent_to_vonage_alone(backbone: Aws, url: str) -> None:
    assert deliver(spoiled(HANGUP, region_url=url))
    assert result(backbone)[0] == "voice.update.rejected"


def test_a_token_is_kept_and_signed_with_the_applications_key(vonage: VonageApi, private_key: str) -> None:
    for number in range(3):
        deliver(SMS | {"id": f"sms-{number}"})

    (token,) = {request.token for request in vonage.requests}
    public = load_pem_private_key(private_key.encode(), None).public_key()
    claims = jwt.decode(token, public, ["RS256"])  # type: ignore[arg-type]
    assert claims["exp"] - claims["iat"] == 900
    assert claims["jti"]


def test_commands_behind_one_that_waits_wait_too(vonage: VonageApi) -> None:
    vonage.replies.append(Reply(429))
    messages = [record(SMS | {"id": f"c{n}"}) | {"messageId": f"m{n}"} for n in range(3)]

    failures = app.lambda_handler({"Records": messages})["batchItemFailures"]

    assert [failure["itemIdentifier"] for failure in failures] == ["m0", "m1", "m2"]
    assert len(vonage.requests) == 1
