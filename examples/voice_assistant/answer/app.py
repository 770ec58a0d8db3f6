"""Connect the caller to a voice assistant: a WebSocket server that hears and speaks."""

from switchboard import AnswerRequest, Ncco, answer, caller_id, connect, talk, websocket

ASSISTANT = "ws://127.0.0.1:8765/"  # wss:// in production


@answer
def lambda_handler(call: AnswerRequest) -> Ncco:
    """Vonage shows the assistant its signed token, and who calls."""
    caller = call.get("from") or call.get("from_user", "withheld")
    assistant = websocket(ASSISTANT, headers={"caller": caller}, authorization={"type": "vonage"})
    return [
        talk("One moment, please."),
        connect(assistant, **caller_id(call), eventType="synchronous"),
    ]
