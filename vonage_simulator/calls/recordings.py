"""Recordings, and how long they are kept.

Source: Vonage recording guide.
"""

from dataclasses import dataclass, field

from vonage_simulator.types import Json

KEPT_S = 30 * 86400


@dataclass
class Recording:
    """One recording, kept under its file id by the exchange.

    Attributes:
        uuid: what events call it; not the file's id.
        format: `mp3`, `wav` or `ogg`.
        url: where it can be downloaded.
        begun_at_s: on the simulator's clock.
        words: what was said meanwhile, as sentences of a transcription.
        has_sentiment: each sentence of it comes with what it sounds like.
    """

    file_id: str
    uuid: str
    application_id: str | None
    format: str
    url: str
    begun_at_s: float = 0.0
    duration_s: float = 0.0
    words: list[Json] = field(default_factory=list)
    has_sentiment: bool = False
