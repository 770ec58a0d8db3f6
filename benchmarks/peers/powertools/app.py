"""The answer webhook with Powertools' event handler and the official Vonage SDK."""

import os
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.exceptions import UnauthorizedError
from aws_lambda_powertools.utilities.typing import LambdaContext
from vonage_jwt import verify_signature
from vonage_voice import Talk
from vonage_voice.models import AnswerWebhook

SECRET = os.environ["VONAGE_SIGNATURE_SECRET"]
logger = Logger()
app = APIGatewayHttpResolver()


@app.post("/webhooks/answer")
def answer() -> tuple[list[dict[str, Any]], int]:
    """Verify, parse, log, answer."""
    token = app.current_event.headers["authorization"].removeprefix("Bearer ")
    if not verify_signature(token, SECRET):
        raise UnauthorizedError("The signature does not hold.")
    call = AnswerWebhook(**app.current_event.json_body)
    logger.info("Answered", extra={"conversation_uuid": call.conversation_uuid})
    talk = Talk(text="Hello, this is a peer. Your call has arrived.")
    return [talk.model_dump(by_alias=True, exclude_none=True)], 200


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """API Gateway's event to its response."""
    return app.resolve(event, context)
