"""Recordings to download: `/v1/files/{id}`, silence of the right length, and what was said in them.

Source: Vonage recording guide: a JWT of the same application is needed, and files are kept for 30 days. The
layout of a transcription is not confirmed, nor where in it a sentiment stands, or which there are.
"""

import io
import wave
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from vonage_simulator.api.authentication import ApplicationTokens
from vonage_simulator.api.problems import not_found
from vonage_simulator.calls.exchange import Exchange
from vonage_simulator.calls.recordings import KEPT_S, Recording

SAMPLES_PER_SECOND = 8000
LONGEST_S = 60


@dataclass
class RecordingsApi:
    """Its two operations."""

    exchange: Exchange
    tokens: ApplicationTokens

    def routes(self) -> list[Route]:
        """The API's routes."""
        path = "/v1/files/{file_id}"
        return [
            Route(path, self.download, methods=["GET"]),
            Route(path + "/transcription", self.transcription, methods=["GET"]),
        ]

    async def download(self, request: Request) -> Response:
        """The audio: always a wav file, whatever format was asked for, and at most a minute of it."""
        recording = self._find(request)
        return Response(_silence(min(recording.duration_s, LONGEST_S)), media_type="audio/wav")

    async def transcription(self, request: Request) -> Response:
        """What was said, sentence by sentence."""
        recording = self._find(request)
        felt = {"sentiment": "neutral"} if recording.has_sentiment else {}
        sentences = [{**sentence, **felt} for sentence in recording.words]
        return JSONResponse({"ver": "1.0.0", "channels": [{"transcript": sentences}]})

    def _find(self, request: Request) -> Recording:
        application, file_id = self.tokens.application(request), request.path_params["file_id"]
        recording = self.exchange.recordings.get(file_id)
        if recording is None or recording.application_id != application["id"]:
            raise not_found(file_id)
        if self.exchange.platform.clock.seconds() - recording.begun_at_s > KEPT_S:
            raise not_found(file_id)
        return recording


def _silence(seconds: float) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as audio:
        audio.setnchannels(1)
        audio.setsampwidth(2)
        audio.setframerate(SAMPLES_PER_SECOND)
        audio.writeframes(bytes(2 * int(seconds * SAMPLES_PER_SECOND)))
    return file.getvalue()
