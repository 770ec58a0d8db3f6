"""Builders write Vonage's own shapes, and so do the official SDK's models."""

import json
import subprocess
import sys
from typing import Any

import pytest
from pydantic import BaseModel, Field
from switchboard.ncco import (
    Ncco,
    app,
    as_wire,
    connect,
    conversation,
    input_,
    notify,
    phone,
    record,
    sip,
    stream,
    talk,
    transfer,
    vbc,
    wait,
    websocket,
)
from switchboard.wire.actions import Action
from switchboard.wire.validate import ncco_problems

URL = "https://example.com/sound.mp3"
BUILT: list[tuple[Action, dict[str, Any]]] = [
    (talk("Hello.", bargeIn=True, loop=0), {"action": "talk", "text": "Hello.", "bargeIn": True, "loop": 0}),
    (stream(URL, level=-0.5), {"action": "stream", "streamUrl": [URL], "level": -0.5}),
    (
        input_("dtmf", "speech", dtmf={"maxDigits": 1}),
        {"action": "input", "type": ["dtmf", "speech"], "dtmf": {"maxDigits": 1}},
    ),
    (record(endOnKey="#", beepStart=True), {"action": "record", "endOnKey": "#", "beepStart": True}),
    (conversation("room", canSpeak=[]), {"action": "conversation", "name": "room", "canSpeak": []}),
    (notify({"step": 1}, URL), {"action": "notify", "payload": {"step": 1}, "eventUrl": [URL]}),
    (wait(0.5), {"action": "wait", "timeout": 0.5}),
    (transfer("CON-1", mute=True), {"action": "transfer", "conversationId": "CON-1", "mute": True}),
    (
        connect(phone("447700900456", dtmfAnswer="1p2"), caller_id="447700900000", timeout=20),
        {
            "action": "connect",
            "endpoint": [{"type": "phone", "number": "447700900456", "dtmfAnswer": "1p2"}],
            "from": "447700900000",
            "timeout": 20,
        },
    ),
    (connect(app("alice")), {"action": "connect", "endpoint": [{"type": "app", "user": "alice"}]}),
    (
        connect(websocket("wss://example.com/socket", rate=8000, headers={"account": "42"})),
        {
            "action": "connect",
            "endpoint": [
                {
                    "type": "websocket",
                    "uri": "wss://example.com/socket",
                    "content-type": "audio/l16;rate=8000",
                    "headers": {"account": "42"},
                }
            ],
        },
    ),
    (
        connect(sip("sip:alice@example.com;transport=tls", standardHeaders={"User-to-User": "31"})),
        {
            "action": "connect",
            "endpoint": [
                {
                    "type": "sip",
                    "uri": "sip:alice@example.com;transport=tls",
                    "standardHeaders": {"User-to-User": "31"},
                }
            ],
        },
    ),
    (
        connect(sip(domain="shop-trunk", user="maria", headers={"floor": "3"})),
        {
            "action": "connect",
            "endpoint": [{"type": "sip", "domain": "shop-trunk", "user": "maria", "headers": {"floor": "3"}}],
        },
    ),
    (
        talk("Hello.", provider="ElevenLabs", providerOptions={"voice": "v1"}),
        {"action": "talk", "text": "Hello.", "provider": "ElevenLabs", "providerOptions": {"voice": "v1"}},
    ),
    (connect(vbc("123")), {"action": "connect", "endpoint": [{"type": "vbc", "extension": "123"}]}),
]


@pytest.mark.parametrize(("built", "wire"), BUILT, ids=lambda value: value["action"])
def test_builder_writes_the_literal(built: Action, wire: dict[str, Any]) -> None:
    assert built == wire
    assert ncco_problems([built, input_("dtmf")], strict=True) == []


class SdkPhone(BaseModel):
    """As the official SDK models an endpoint: snake_case names with the wire's as aliases."""

    number: str
    dtmf_answer: str | None = Field(None, serialization_alias="dtmfAnswer")
    type: str = "phone"


class SdkConnect(BaseModel):
    endpoint: list[SdkPhone]
    from_: str | None = Field(None, serialization_alias="from")
    event_url: list[str] | None = Field(None, serialization_alias="eventUrl")
    can_speak: list[str] | None = Field(None, serialization_alias="canSpeak")
    action: str = "connect"


def test_sdk_models_and_literals_mix() -> None:
    ncco = as_wire(
        [talk("Connecting."), SdkConnect(endpoint=[SdkPhone(number="447700900456")], from_="447700900000")]
    )

    assert ncco == [
        {"action": "talk", "text": "Connecting."},
        {
            "action": "connect",
            "endpoint": [{"number": "447700900456", "type": "phone"}],
            "from": "447700900000",
        },
    ]
    assert ncco_problems(ncco) == []


def test_empty_list_of_speakers_survives_an_sdk_model() -> None:
    [action] = as_wire([SdkConnect(endpoint=[], can_speak=[])])

    assert action["canSpeak"] == []


@pytest.mark.parametrize("action", ["talk", 3, None])
def test_what_is_no_action_is_named(action: object) -> None:
    with pytest.raises(TypeError, match=f"^{type(action).__name__} isn't an action: write a dict"):
        as_wire([action])  # type: ignore[list-item]


def test_wire_form_is_json() -> None:
    ncco: Ncco = [built for built, _ in BUILT]

    assert json.loads(json.dumps(as_wire(ncco))) == [wire for _, wire in BUILT]


def test_answer_path_loads_neither_pydantic_nor_the_types_of_actions() -> None:
    script = "import sys, switchboard.ncco, switchboard.wire.voice; print(*sys.modules)"

    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=_env()
    )

    loaded = set(found.stdout.split())
    assert not loaded & {"pydantic", "annotated_types", "switchboard.wire.actions"}
    if sys.version_info >= (3, 12):
        assert not loaded & {"typing_extensions", "dataclasses", "inspect"}


def _env() -> dict[str, str]:
    return {"PYTHONPATH": ":".join(filter(None, sys.path))}
