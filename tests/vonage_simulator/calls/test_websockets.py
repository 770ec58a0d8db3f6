"""Calls that are connected to a WebSocket: a real server on loopback hears and answers them."""

import socket
import ssl
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from websockets.sync.server import ServerConnection

from tests.vonage_simulator.api.test_voice_api import bearer, finished, wanted
from tests.vonage_simulator.bot import FORMAT, WORD, Bot, echo, listening, on, speak
from tests.vonage_simulator.customer import NUMBER, Customer, connect, ncco, talk
from vonage_simulator.account.account import Account
from vonage_simulator.calls.websocket import pcm
from vonage_simulator.journal import words as deeds
from vonage_simulator.origin import certificate
from vonage_simulator.server import running
from vonage_simulator.testing.endpoint import Answer, Incoming
from vonage_simulator.testing.phone import Phone
from vonage_simulator.vonage import Vonage

Json = dict[str, Any]
HANG_UP = {"hang_up": True}
ANY: Json = {}


def to(bot: Bot, **options: object) -> Json:
    return {"type": "websocket", "uri": bot.uri, "content-type": FORMAT, **options}


def call(
    customer: Customer, bot: Bot, *script: Json, then: str = "", endpoint: Json = ANY, **options: object
) -> Json:
    """Somebody calls, is connected to the bot at once, and follows the script; `then` something is said."""
    actions = [{**connect(endpoint=[to(bot, **endpoint)]), **options}, *([talk(then)] if then else [])]
    customer.on("answer", ncco(*actions)).create()
    outcome: Json = customer.call(*script)
    assert "failure" not in outcome, outcome
    return outcome


def lines(outcome: Json, what: str) -> list[Json]:
    return [line for line in outcome["transcript"] if line["what"] == what]


def seconds_between(one: Json, other: Json) -> float:
    return (datetime.fromisoformat(other["at"]) - datetime.fromisoformat(one["at"])).total_seconds()


def heard_ms(outcome: Json) -> list[int]:
    return [line["ms"] for line in lines(outcome, "said") if "ms" in line]


def test_first_message_has_the_format_and_the_headers(customer: Customer, bot: Bot) -> None:
    call(customer, bot, {"wait": 1}, HANG_UP, endpoint={"headers": {"language": "en-GB", "age": 40}})

    assert bot.messages[0] == {
        "event": "websocket:connected",
        "content-type": FORMAT,
        "language": "en-GB",
        "age": 40,
    }
    assert customer.statuses(bot.uri) == ["started", "ringing", "answered", "completed"]


@pytest.mark.parametrize(("rate", "size"), [(8000, 320), (16000, 640), (24000, 960)])
def test_audio_comes_in_frames_of_20_ms(customer: Customer, bot: Bot, rate: int, size: int) -> None:
    call(customer, bot, {"wait": 2}, HANG_UP, endpoint={"content-type": f"audio/l16;rate={rate}"})

    assert {len(frame) for frame in bot.frames} == {size}
    assert len(bot.frames) == pytest.approx(100, abs=5)
    assert bot.audible_ms() == 0


def test_handshake_carries_the_token_of_signed_webhooks(customer: Customer, bot: Bot) -> None:
    call(customer, bot, {"wait": 1}, HANG_UP, endpoint={"authorization": {"type": "vonage"}})

    account = customer.vonage.account
    scheme, token = bot.handshakes[0].headers["Authorization"].split()
    claims = jwt.decode(token, account.signature_secret, algorithms=["HS256"])
    assert (scheme, claims["iss"], claims["api_key"]) == ("Bearer", "Vonage", account.api_key)
    assert claims["application_id"] == customer.application["id"]


@pytest.mark.parametrize(
    ("endpoint", "sent"),
    [({"authorization": {"type": "custom", "value": "ApiKey X9Z"}}, ["ApiKey X9Z"]), ({}, [])],
)
def test_handshake_carries_what_the_endpoint_says(
    customer: Customer, bot: Bot, endpoint: Json, sent: list[str]
) -> None:
    call(customer, bot, {"wait": 1}, HANG_UP, endpoint=endpoint)
    assert bot.handshakes[0].headers.get_all("Authorization") == sent


def test_echo_is_heard_as_long_as_somebody_spoke(customer: Customer, bot: Bot) -> None:
    bot.react = echo
    words = "Hello, is anybody there?"

    outcome = call(customer, bot, {"wait": 1}, {"say": words}, {"hear": "audio (1.6 s)"}, HANG_UP)

    assert bot.audible_ms() == 1600
    assert heard_ms(outcome) == [1600]
    first = next(index for index, frame in enumerate(bot.frames) if any(frame))
    assert first == pytest.approx(50, abs=5), "a second of silence comes before the words"


def test_server_that_thinks_is_in_time(customer: Customer, bot: Bot) -> None:
    """Time jumps, and still waits for an answer that takes a tenth of a real second."""
    spoke = False

    def react(connection: ServerConnection, message: bytes | Json) -> None:
        nonlocal spoke
        if isinstance(message, bytes) and spoke and not any(message):
            spoke = False
            time.sleep(0.1)
            speak(connection, 1000)
        elif isinstance(message, bytes):
            spoke = spoke or any(message)

    bot.react = react
    outcome = call(customer, bot, {"say": "How are you today?"}, {"hear": "audio"}, HANG_UP)

    question, answer = lines(outcome, "said")
    assert heard_ms(outcome) == [1000]
    assert seconds_between(question, answer) == pytest.approx(1.2 + 1.0 + 0.5, abs=0.25)


def test_speech_in_real_time_is_one_utterance(customer: Customer, bot: Bot) -> None:
    """A server that sends a frame every 18 ms of real time is waited for in the middle of its words."""

    def slowly(connection: ServerConnection) -> None:
        for _ in range(25):
            connection.send(WORD)
            time.sleep(0.018)

    bot.react = on("websocket:connected", slowly)
    assert heard_ms(call(customer, bot, {"hear": "audio"}, HANG_UP)) == [500]


def test_each_key_reaches_the_server(customer: Customer, bot: Bot) -> None:
    call(customer, bot, {"wait": 1}, {"press": "5*#"}, HANG_UP)

    keys = [event for event in bot.events if event["event"] == "websocket:dtmf"]
    assert keys == [{"event": "websocket:dtmf", "digit": key, "duration": 260} for key in "5*#"]


def test_clear_ends_what_is_being_played(customer: Customer, bot: Bot) -> None:
    def react(connection: ServerConnection, message: bytes | Json) -> None:
        match message:
            case {"event": "websocket:connected"}:
                speak(connection, 30_000)
            case {"event": "websocket:dtmf"}:
                connection.send('{"action": "clear"}')

    bot.react = react
    outcome = call(customer, bot, {"wait": 3}, {"press": "1"}, {"wait": 2}, HANG_UP)

    assert {"event": "websocket:cleared"} in bot.events
    (heard,), (cleared,) = heard_ms(outcome), lines(outcome, "cleared")
    assert heard == pytest.approx(3000, abs=300)
    assert heard + cleared["ms"] == 30_000


def test_notify_comes_back_when_the_audio_before_it_has_been_played(customer: Customer, bot: Bot) -> None:
    def say_goodbye(connection: ServerConnection) -> None:
        speak(connection, 2000)
        connection.send('{"action": "notify", "payload": {"reply": 7}}')

    bot.react = on("websocket:connected", say_goodbye)
    call(customer, bot, {"wait": 4}, HANG_UP)

    told = {"event": "websocket:notify", "payload": {"reply": 7}}
    frames_before = [message for message in bot.messages[: bot.messages.index(told)] if message in bot.frames]
    assert len(frames_before) * pcm.FRAME_MS == pytest.approx(2000, abs=200)


def vanish(connection: ServerConnection) -> None:
    connection.socket.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(("leave", "code"), [(ServerConnection.close, 1000), (vanish, 1006)])
def test_server_that_leaves_is_reported_and_the_reply_is_played(
    customer: Customer, bot: Bot, leave: Callable[[ServerConnection], None], code: int
) -> None:
    def react(incoming: Incoming) -> Answer:
        return ncco(talk("The assistant is gone.")) if b'"disconnected"' in incoming.body else Answer(204)

    bot.react = on("websocket:connected", leave)
    customer.on("event", react)
    outcome = call(customer, bot, {"hear": "assistant is gone"}, endpoint={"headers": {"app": "demo"}})

    statuses = customer.statuses(bot.uri)
    assert statuses == ["started", "ringing", "answered", "disconnected", "completed"]
    told = {event["status"]: event for event in customer.bodies("event") if event.get("to") == bot.uri}
    assert told["disconnected"]["headers"] == {"app": "demo"}
    assert told["completed"]["disconnected_by"] == "user"
    (closed,) = lines(outcome, "closed")
    assert (closed["by"], closed["code"]) == ("its server", code)


def test_refused_handshake_fails_the_leg_and_the_next_action_follows(customer: Customer, bot: Bot) -> None:
    bot.refuses = 403
    outcome = call(customer, bot, {"hear": "Nobody"}, then="Nobody is there.")

    assert customer.statuses(bot.uri) == ["started", "ringing", "failed", "completed"]
    assert lines(outcome, "unreachable")[0]["reason"].startswith(
        "the handshake was answered with status 403;"
    )


def test_server_that_cannot_be_reached_can_be_replaced(customer: Customer, bot: Bot) -> None:
    bot.uri = "ws://127.0.0.1:9/"

    def react(incoming: Incoming) -> Answer:
        return ncco(talk("Try later.")) if b'"failed"' in incoming.body else Answer(204)

    customer.on("event", react)
    outcome = call(customer, bot, {"hear": "Try later"}, eventType="synchronous", then="Unused.")

    assert [line["text"] for line in lines(outcome, "talk")] == ["Try later."]
    assert "refused" in lines(outcome, "unreachable")[0]["reason"].lower()


def test_handshake_without_an_answer_takes_as_long_as_ringing(customer: Customer, bot: Bot) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        bot.uri = f"ws://127.0.0.1:{mute.getsockname()[1]}/"
        outcome = call(customer, bot, timeout=10)

    assert customer.statuses(bot.uri) == ["started", "ringing", "unanswered", "completed"]
    assert outcome["duration_s"] == 10


def test_server_with_a_certificate_of_its_own_has_to_be_trusted(
    customer: Customer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = certificate.make(tmp_path)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(made.certificate, made.key)
    with listening(Bot(), tls) as bot:
        outcome = call(customer, bot, {"wait": 1}, HANG_UP)
        monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate))
        customer.call({"wait": 1}, HANG_UP)

    assert "certificate verify failed" in lines(outcome, "unreachable")[0]["reason"]
    assert len(bot.handshakes) == 1
    assert len(bot.frames) == pytest.approx(50, abs=5)


def test_caller_who_hangs_up_closes_the_connection(customer: Customer, bot: Bot) -> None:
    outcome = call(customer, bot, {"wait": 3.05}, HANG_UP)

    assert bot.closed.wait(5)
    assert bot.close_code == 1000
    assert "disconnected" not in customer.statuses(bot.uri)
    (closed,) = lines(outcome, "closed")
    assert str(deeds.of(closed)) == f"{bot.uri} is closed by Vonage: 3.0 s of audio sent, 0.0 s received"


def test_caller_who_hangs_up_during_detection_closes_the_connection(customer: Customer, bot: Bot) -> None:
    detection = {"behavior": "continue", "mode": "detect"}
    call(customer, bot, {"wait": 1}, HANG_UP, advancedMachineDetection=detection)

    assert bot.closed.wait(5)
    assert customer.statuses(bot.uri) == ["started", "ringing", "answered", "completed"]


def test_hangup_by_the_api_sends_no_disconnected(customer: Customer, bot: Bot) -> None:
    """The documented way for a server to end its leg on purpose."""

    def hang_up(_: ServerConnection) -> None:
        leg = next(leg for leg in customer.vonage.exchange.legs.values() if leg.to == bot.uri)
        url = f"{customer.vonage.url}/v1/calls/{leg.uuid}"
        assert httpx.put(url, json={"action": "hangup"}, headers=bearer(customer)).status_code == 204

    bot.react = on("websocket:dtmf", hang_up)
    call(customer, bot, {"press": "1"}, {"hear": "Goodbye"}, eventType="synchronous", then="Goodbye.")

    assert bot.closed.wait(5)
    assert customer.statuses(bot.uri) == ["started", "ringing", "answered", "completed"]


def test_call_by_the_api_speaks_to_the_server_and_ends_with_it(customer: Customer, bot: Bot) -> None:
    def react(connection: ServerConnection, _: bytes | Json) -> None:
        if bot.audible_ms() >= 1000:
            connection.close()

    bot.react = react
    customer.create()
    request = wanted(to=[to(bot)], ncco=[talk("This is a rather long text that is not spoken to its end.")])

    url = f"{customer.vonage.url}/v1/calls"
    assert httpx.post(url, json=request, headers=bearer(customer)).status_code == 201

    finished(customer.vonage, customer, bot.uri)
    assert customer.statuses(bot.uri) == ["started", "ringing", "answered", "disconnected", "completed"]
    assert customer.bodies("event")[-1]["duration"] == "1"


def test_listed_callee_is_not_asked(customer: Customer, bot: Bot) -> None:
    customer.on("answer", ncco(connect(endpoint=[to(bot)]))).create()
    customer.call(callees={bot.uri: {"picks": "busy"}})

    assert bot.handshakes == []
    assert customer.statuses(bot.uri) == ["started", "ringing", "busy", "completed"]


def test_phone_in_a_tests_hand_talks_to_the_server(customer: Customer, bot: Bot, vonage: Vonage) -> None:
    bot.react = echo
    customer.on("answer", ncco(connect(endpoint=[to(bot)]))).create()
    phone = Phone(vonage).dial(NUMBER)

    phone.is_connected_to(bot.uri)
    phone.says("Are you there?")
    phone.hears("audio (0.9 s)")
    phone.presses("1")

    assert phone.hangs_up().failure is None
    assert bot.closed.wait(5)
    assert bot.events[-1]["digit"] == "1"


def test_ten_minutes_take_seconds(customer: Customer, bot: Bot) -> None:
    began = time.monotonic()
    call(customer, bot, {"wait": 600}, HANG_UP)

    assert time.monotonic() - began < 60
    assert len(bot.frames) == pytest.approx(600_000 / pcm.FRAME_MS, abs=5)


def test_frames_are_paced_when_time_is_real(bot: Bot) -> None:
    """A busy machine may need several tries at a second that has a second's frames."""
    came: list[float] = []

    def react(connection: ServerConnection, message: bytes | Json) -> None:
        if isinstance(message, bytes):
            came.append(time.monotonic())
        if came[50:] and came[-1] - came[-51] == pytest.approx(1, abs=0.2):
            connection.close()

    bot.react = react
    with running(Account.seeded(seed=1), live=True) as vonage, Customer.serving(vonage) as customer:
        outcome = call(customer, bot, {"wait": 25}, HANG_UP)

    assert len(lines(outcome, "closed")) == 1
    assert outcome["duration_s"] < 25


@pytest.mark.parametrize(
    ("sent", "warning"),
    [
        (b"\1" * 4096, "a message of audio has 640 bytes; one came with 4096"),
        ('{"event": "media"}', 'a text is clear or notify; one came with {"event": "media"}'),
        ("Hello", "a text is clear or notify; one came with Hello"),
    ],
)
def test_what_vonage_may_not_take_is_told_once(
    customer: Customer, bot: Bot, sent: bytes | str, warning: str
) -> None:
    def twice(connection: ServerConnection) -> None:
        connection.send(sent)
        connection.send(sent)

    bot.react = on("websocket:connected", twice)
    outcome = call(customer, bot, {"wait": 2}, HANG_UP)
    assert [line["reason"] for line in lines(outcome, "warning")] == [warning]


def test_more_than_a_minute_of_audio_does_not_fit(customer: Customer, bot: Bot) -> None:
    bot.react = on("websocket:connected", lambda c: speak(c, 70_000))
    outcome = call(customer, bot, {"wait": 90}, HANG_UP)

    assert heard_ms(outcome) == [pytest.approx(3072 * pcm.FRAME_MS, abs=2000)]
    assert [line["reason"].partition(" ")[0] for line in lines(outcome, "warning")] == ["more"]
