"""What a flow logs for itself has the ids of its call or message, of no other one, and the stack's level."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
from switchboard import AnswerRequest, Ncco, answer, logger, telemetry

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


@pytest.fixture
def no_logger(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As in a function that has just started."""
    monkeypatch.delitem(vars(telemetry), "logger")
    telemetry._least_rank.cache_clear()
    yield
    telemetry._least_rank.cache_clear()


@pytest.mark.usefixtures("no_logger")
@pytest.mark.parametrize("lambdas", [None, "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"])
@pytest.mark.parametrize("level", ["DEBUG", "INFO", "WARNING", "ERROR"])
def test_the_stacks_level_counts_whatever_lambdas_is(
    monkeypatch: pytest.MonkeyPatch, level: str, lambdas: str | None
) -> None:
    """Without a warning either: here they are errors."""
    monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", level)
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", f"{level}-{lambdas}")
    if lambdas:
        monkeypatch.setenv("AWS_LAMBDA_LOG_LEVEL", lambdas)

    assert logging.getLevelName(telemetry.logger.log_level) == level
