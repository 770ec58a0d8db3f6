"""Whatever valid NCCO an answer returns, whatever the caller does, every leg comes to an end."""

import random
from typing import Any

import pytest
from websockets.sync.server import ServerConnection

from tests.vonage_simulator.bot import FORMAT, Bot, speak
from tests.vonage_simulator.customer import CALLEE, NUMBER, Customer, ncco
from vonage_simulator.ncco import check as nccos

Json = dict[str, Any]
STEPS = [
    {"wait": 1},
    {"wait": 12},
    {"say": "Sales, please."},
    {"press": "1"},
    {"press": "12#"},
    {"hear": "Welcome", "within": 5},
    {"hang_up": True},
]
SOCKET = "wss://example.com/a"
BEHAVIOURS = ["answer", "busy", "no_answer", "unavailable", "decline", "out_of_service", "machine"]


def some(chosen: random.Random, options: Json) -> Json:
    """Each of the options, or not."""
    return {name: value for name, value in options.items() if chosen.random() < 0.4}


def chat(connection: ServerConnection, message: bytes | Json) -> None:
    """Speak for four seconds, and close then, or when somebody presses a key."""
    match message:
        case {"event": "websocket:connected"}:
            speak(connection, 4000)
            connection.send('{"action": "notify", "payload": {}}')
        case {"event": "websocket:dtmf" | "websocket:notify"}:
            connection.close()


def endpoint(chosen: random.Random, url: str, server: str) -> Json:
    phone = {"type": "phone", "number": CALLEE}
    return chosen.choice(
        [
            {**phone, **some(chosen, {"dtmfAnswer": "1p2#", "onAnswer": {"url": f"{url}/own"}})},
            {"type": "sip", "uri": "sip:desk@example.com"},
            {"type": "websocket", "uri": SOCKET, "content-type": "audio/l16;rate=8000"},
            {"type": "websocket", "uri": server, "content-type": FORMAT},
            {"type": "vbc", "extension": "42"},
            {"type": "app", "user": "jamie"},
        ]
    )


def action(chosen: random.Random, url: str, server: str) -> Json:
    mode = chosen.choice(["default", "detect", "detect_beep"])
    detection = {"behavior": chosen.choice(["continue", "hangup"]), "mode": mode}
    event = {"eventUrl": [f"{url}/event"], "eventMethod": chosen.choice(["POST", "GET"])}
    options: dict[str, Json] = {
        "talk": {"loop": 3, "level": 0.5, "language": "en-GB"},
        "stream": {"loop": 2},
        "input": {"dtmf": {"maxDigits": 2, "submitOnHash": True}, "speech": {"endOnSilence": 1.0}, **event},
        "record": {"endOnSilence": 3, "endOnKey": "#", "timeOut": 20, "beepStart": True, "transcription": {}},
        "notify": {},
        "wait": {},
        "conversation": {"startOnEnter": False, "endOnExit": True, "record": True},
        "transfer": {},
        "connect": {"timeout": 8, "limit": 30, "eventType": "synchronous", **event}
        | {"advancedMachineDetection": detection},
    }
    required: list[Json] = [
        {"action": "talk", "text": "Welcome."},
        {"action": "stream", "streamUrl": ["https://example.com/a.mp3"]},
        {"action": "input", "type": chosen.choice([["dtmf"], ["speech"], ["dtmf", "speech"]])},
        {"action": "record"},
        {"action": "notify", "payload": {"step": 1}, "eventUrl": [f"{url}/event"]},
        {"action": "wait", "timeout": 3},
        {"action": "conversation", "name": "room"},
        {"action": "transfer", "conversationId": "CON-unknown"},
        {"action": "connect", "endpoint": [endpoint(chosen, url, server)], "from": NUMBER},
    ]
    picked = chosen.choice([*required, {"action": "input", "type": ["dtmf"], "mode": "asynchronous"}])
    return picked if "mode" in picked else {**picked, **some(chosen, options[picked["action"]])}


@pytest.mark.parametrize("seed", range(5))
def test_every_valid_ncco_comes_to_an_end(customer: Customer, bot: Bot, seed: int) -> None:
    chosen = random.Random(seed)  # noqa: S311 - a seed that repeats
    journal = customer.vonage.journal
    bot.react = chat
    customer.on("own", ncco({"action": "talk", "text": "A call for you."})).create()
    for _ in range(12):
        bot.refuses = chosen.choice([None, None, 503])
        actions = [action(chosen, customer.url, bot.uri) for _ in range(chosen.randint(1, 4))]
        assert [problem for problem in nccos.problems_of(actions) if problem.rejected] == []
        customer.on("answer", ncco(*actions))
        leaving = {"picks": "answer", "steps": [{"wait": 4}, {"hang_up": True}]}
        callees = {CALLEE: {"picks": chosen.choice(BEHAVIOURS)}, SOCKET: leaving}

        outcome = customer.call(*chosen.choices(STEPS, k=chosen.randint(0, 4)), callees=callees)

        assert outcome["status"] == "completed", (actions, outcome)
        sent = [entry["request"]["body"] for entry in journal.entries(call=outcome["call"], kind="webhook")]
        started = {event["uuid"] for event in sent if event.get("status") == "started"}
        ended = {event["uuid"] for event in sent if event.get("status") in {"completed", "rejected"}}
        assert started == ended, (actions, outcome["transcript"])
