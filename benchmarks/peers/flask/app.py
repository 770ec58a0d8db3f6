"""The answer webhook with Flask, apig-wsgi and the official Vonage SDK."""

import os

from apig_wsgi import make_lambda_handler
from flask import Flask, Response, abort, jsonify, request
from vonage_jwt import verify_signature
from vonage_voice import Talk
from vonage_voice.models import AnswerWebhook

SECRET = os.environ["VONAGE_SIGNATURE_SECRET"]
app = Flask(__name__)


@app.post("/webhooks/answer")
def answer() -> Response:
    """Verify, parse, log, answer."""
    if not verify_signature(request.headers["Authorization"].removeprefix("Bearer "), SECRET):
        abort(401)
    call = AnswerWebhook(**request.get_json())
    app.logger.warning("Answered %s", call.conversation_uuid)
    talk = Talk(text="Hello, this is a peer. Your call has arrived.")
    return jsonify([talk.model_dump(by_alias=True, exclude_none=True)])


lambda_handler = make_lambda_handler(app)
