"""What can be read in what is recorded of a chat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from switchboard.dialogs.chats.steps import ANSWERS, LATE, Answer
from switchboard.dialogs.replay import ENDED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from switchboard.dialogs.history import Recorded
    from switchboard.dialogs.replay import Waiting


def deadline_of(waiting: Waiting, begun: Mapping[str, Any], recorded: Sequence[Recorded]) -> float:
    """Until when an answer is in time: so long after the message that the customer was asked at."""
    answers = (at for kind, _, at in reversed(recorded) if kind in ANSWERS)
    return float(next(answers, begun["at"])) + answer_of(waiting).within_s


def places(uuid: str, begun: Mapping[str, Any] | None, recorded: list[Recorded]) -> list[int]:
    """The steps of a chat that something led to, by its uuid; -1 is the beginning."""
    answers = [
        index
        for index, (kind, result, _) in enumerate(recorded)
        if (kind in ANSWERS or kind == ENDED) and result["message_uuid"] == uuid
    ]
    return [-1, *answers] if begun and begun["message_uuid"] == uuid else answers


def is_end(index: int, recorded: list[Recorded], *, late: bool) -> bool:
    """Whether a step was the end of a chat: since no message came in time, or by STOP."""
    return index >= 0 and recorded[index][0] == ENDED and (LATE in recorded[index][1]) is late


def answer_of(waiting: Waiting) -> Answer:
    """The step that a chat waits at."""
    assert isinstance(waiting.step, Answer)  # noqa: S101 - a chat has no other step that waits
    return waiting.step


def is_last(index: int, recorded: list[Recorded]) -> bool:
    """Whether no other message came after a step."""
    return not any(kind in ANSWERS or kind == ENDED for kind, _, _ in recorded[index + 1 :])
