"""The answer webhook with FastAPI, Mangum and the official Vonage SDK."""

import logging
import os
from typing import Annotated, Any

from fastapi import FastAPI, Header, HTTPException
from mangum import Mangum
from vonage_jwt import verify_signature
from vonage_voice import Talk
from vonage_voice.models import AnswerWebhook

SECRET = os.environ["VONAGE_SIGNATURE_SECRET"]
app = FastAPI()


@app.post("/webhooks/answer")
async def answer(call: AnswerWebhook, authorization: Annotated[str, Header()]) -> list[dict[str, Any]]:
    """Verify, parse, log, answer."""
    if not verify_signature(authorization.removeprefix("Bearer "), SECRET):
        raise HTTPException(401)
    logging.getLogger(__name__).warning("Answered %s", call.conversation_uuid)
    talk = Talk(text="Hello, this is a peer. Your call has arrived.")
    return [talk.model_dump(by_alias=True, exclude_none=True)]


lambda_handler = Mangum(app, lifespan="off")
