"""Tell the caller when there is no assistant, or no longer one."""

from switchboard import Ncco, VoiceEvent, event, talk


@event
def lambda_handler(happened: VoiceEvent) -> Ncco | None:
    """An assistant that has said goodbye hangs up by the Voice API, so `disconnected` means that it broke."""
    match happened:
        case {"status": "failed" | "unanswered" | "disconnected"}:
            return [talk("Our assistant is not available. Please call again later.")]
    return None
