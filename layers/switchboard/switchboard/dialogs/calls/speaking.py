"""What the caller is told in a dialog, and what is known of the call."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from switchboard import reading
from switchboard.dialogs.calls.steps import spoken
from switchboard.dialogs.dialog import Dialog

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Unpack

    from switchboard.wire.actions import Action, StreamOptions, TalkOptions


class Speaking(Dialog):
    """A call in which something is said.

    Args:
        request: what the answer webhook said, and `at`, when.

    Attributes:
        language: of what is said and heard from now on, such as `de-DE`; None is Vonage's own, `en-US`.
    """

    def __init__(self, request: Mapping[str, Any]) -> None:
        ours = reading.caller_id(request).get("from", "")
        super().__init__(request["conversation_uuid"], request["at"], ours)
        self.language: str | None = None
        self._request = request

    @property
    def id(self) -> str:
        """The `conversation_uuid` that the call began with, which names its timeline."""
        return str(self._request["conversation_uuid"])

    @property
    def caller(self) -> str:
        """Who calls: a number, SIP address or user; empty when withheld."""
        return reading.caller(self._request)

    @property
    def called(self) -> str:
        """The number of yours that was called."""
        return str(self._request.get("to", ""))

    @property
    def _with_whom(self) -> str:
        """The caller; in a call from a number of yours, which you have placed yourself, whom it is to."""
        ours = map(reading.msisdn, os.environ.get("SWITCHBOARD_NUMBERS", "").split(","))
        return self.called if self.caller and self.caller in ours else self.caller

    @property
    def request(self) -> Mapping[str, Any]:
        """All that Vonage said when the call came: `uuid`, `region_url`, `custom_data`, SIP headers, …."""
        return self._request

    def say(self, text: str, **options: Unpack[TalkOptions]) -> None:
        """Speak a text, plain or as SSML inside `<speak>`."""
        if not self._is_sealed:
            self._said.append(("talk", "text", text, options, self.language))

    def play(self, url: str, **options: Unpack[StreamOptions]) -> None:
        """Play the mp3 or 16-bit wav file at `url`."""
        self._add(("stream", "streamUrl", [url], options, None))

    def act(self, action: Action) -> None:
        """Put any action of an NCCO among what is said. Its own webhooks go to your event function."""
        self._add(action)

    def actions(self) -> list[dict[str, Any]]:
        """What was said since the last pause, as the beginning of an NCCO."""
        return [spoken(said) for said in self._said]

    def _add(self, said: Any) -> None:  # noqa: ANN401 - an action, or what becomes one
        if not self._is_sealed:
            self._said.append(said)
