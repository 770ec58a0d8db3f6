"""Payloads made up from the types keep their name and shape, whatever fields Vonage adds."""

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from switchboard.catalogue import CATALOGUE, MESSAGES, VOICE, shape_of
from switchboard.webhooks.marks import meant_for
from switchboard.wire.classify import WebhookName, classify
from switchboard.wire.shapes import members
from switchboard.wire.validate import problems
from switchboard.wire.voice_events import Input

from tests.payloads import JSON, payload

NAMES = [name for name in {**VOICE, **MESSAGES} if name not in ("voice.answer", "voice.fallback")]


def webhook(name: str) -> WebhookName:
    if name.startswith("voice."):
        return "event"
    return "inbound" if name.endswith("inbound") else "status"


@pytest.mark.filterwarnings("ignore:Ignoring unsupported")
@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=60)
@given(st.sampled_from(NAMES), st.data(), st.dictionaries(st.text(min_size=1).map("x_{}".format), JSON))
def test_made_up_payload_is_named_by_its_type(
    name: str, data: st.DataObject, unknown: dict[str, Any]
) -> None:
    shape = data.draw(st.sampled_from(members(CATALOGUE[name])))
    received = {**data.draw(payload(shape)), **unknown}
    assume(shape is not Input or {"dtmf", "speech"} & received.keys())

    assert meant_for(received, webhook(name)) == webhook(name)
    event = classify(webhook(name), received)

    assert shape_of(event, received) is shape
    assert problems(shape, received) == []
