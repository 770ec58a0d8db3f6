"""The answer webhook with Chalice and the official Vonage SDK."""

import os
from typing import Any

from chalice import Chalice, UnauthorizedError
from vonage_jwt import verify_signature
from vonage_voice import Talk
from vonage_voice.models import AnswerWebhook

SECRET = os.environ["VONAGE_SIGNATURE_SECRET"]
app = Chalice(app_name="peer")


@app.route("/webhooks/answer", methods=["POST"])
def answer() -> list[dict[str, Any]]:
    """Verify, parse, log, answer."""
    request = app.current_request
    if not verify_signature(request.headers["authorization"].removeprefix("Bearer "), SECRET):
        raise UnauthorizedError
    call = AnswerWebhook(**request.json_body)
    app.log.error("Answered %s", call.conversation_uuid)
    talk = Talk(text="Hello, this is a peer. Your call has arrived.")
    return [talk.model_dump(by_alias=True, exclude_none=True)]


def lambda_handler(event: dict[str, Any], context: object) -> Any:  # noqa: ANN401 - Chalice's own
    """Chalice's router reads events of REST APIs (payload format 1.0): the 2.0 event is re-shaped for it."""
    http = event["requestContext"]["http"]
    rest = {
        "body": event["body"],
        "headers": event["headers"],
        "isBase64Encoded": event["isBase64Encoded"],
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {"httpMethod": http["method"], "resourcePath": http["path"], "path": http["path"]},
    }
    return app(rest, context)
