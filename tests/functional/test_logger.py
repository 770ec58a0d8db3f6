"""What a flow logs for itself carries the ids of the call or message, and of no other one."""

import io
import json

import pytest
from switchboard import AnswerRequest, Ncco, answer, logger

from tests.factories import answer_request, webhook_event

pytestmark = pytest.mark.usefixtures("aws")


@answer
def talkative(call: AnswerRequest) -> Ncco:
    logger.info("thinking", extra={"region": call.get("region_url")})
    return []


def test_a_flows_own_line_carries_the_ids_of_its_call(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(logger.handlers[0], "stream", stream)

    talkative(webhook_event("answer", answer_request(conversation_uuid="CON-1", message_uuid="m-1")))
    talkative(webhook_event("answer", answer_request(conversation_uuid="CON-2")))

    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert (first["message"], first["conversation_uuid"], first["message_uuid"]) == (
        "thinking",
        "CON-1",
        "m-1",
    )
    assert second["conversation_uuid"] == "CON-2"
    assert "message_uuid" not in second
    assert answer_request()["from"] not in stream.getvalue()
