"""A call as its dialog sees it: what is said and asked in it, and where the caller is led."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Never

from switchboard import reading
from switchboard.dialogs.calls.asking import Asking
from switchboard.dialogs.calls.steps import Connect, Last, Record, Said, Screened

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Unpack

    from switchboard.dialogs.calls.note import Note
    from switchboard.dialogs.calls.outcomes import ConnectOutcome, Recording
    from switchboard.wire.actions import ConnectOptions, ConversationOptions, RecordOptions
    from switchboard.wire.endpoints import Endpoint


class Call(Asking):
    """A call.

    What is said is heard before whatever is awaited next. Once the caller has hung up, an await raises
    `CallEnded`, once; what is said then is heard by nobody, and what is sent and done is.
    """

    async def record(
        self,
        *,
        end_on: str | None = "#",
        silence_s: int | None = None,
        longest_s: int = 120,
        beep: bool = True,
        **options: Unpack[RecordOptions],
    ) -> Recording:
        """Record the caller until a key, a silence, or the longest time; who hangs up has been recorded.

        Args:
            end_on: the key that ends it, if any.
            silence_s: the seconds of silence that end it, from 3 to 10, if any do.
            longest_s: seconds, from 3 to 7200.
            beep: whether there is a tone at its beginning.
            options: Vonage's own options of `record`.
        """
        ends: dict[str, Any] = {"timeOut": longest_s}
        if end_on:
            ends["endOnKey"] = end_on
        if silence_s:
            ends["endOnSilence"] = silence_s
        if beep:
            ends["beepStart"] = True
        if self._said:
            await Said()  # who hangs up before the tone has left no recording that we could wait for
        return await Record({**ends, **options})

    async def connect(
        self,
        endpoint: Endpoint,
        *,
        timeout_s: int | None = None,
        caller_id: str | None = None,
        note: str | None = None,
        goes_on: bool = False,
        **options: Unpack[ConnectOptions],
    ) -> ConnectOutcome:
        """Call somebody and join the two: comes back when there is no answer, or after the conversation.

        Args:
            endpoint: whom to call, as `phone`, `app`, `sip`, `websocket` or `vbc` make it.
            timeout_s: how long it rings; Vonage's own is 60.
            caller_id: the number of yours that is shown; that which was called, where that is certain.
            note: what the callee hears before the two are joined, and the caller doesn't; of whom `phone`
                calls.
            goes_on: whether to go on with the caller when the other side has hung up. Vonage doesn't say
                whether it can: try it with a telephone. Else the call ends with that conversation.
            options: Vonage's own options of `connect`. With `advancedMachineDetection` of mode `default` and
                behavior `hangup` it comes back as soon as a machine has answered.
        """
        shown = {"from": caller_id} if caller_id else reading.caller_id(self._request)
        rings = {"timeout": timeout_s} if timeout_s else {}
        action = {"action": "connect", "endpoint": [endpoint], **shown, **rings, **options}
        step = Screened if _is_hung_up_on(options.get("advancedMachineDetection", {})) else Connect
        return await step(action, self._note(note), goes_on=goes_on)

    async def transfer(
        self,
        endpoint: Endpoint,
        *,
        caller_id: str | None = None,
        note: str | None = None,
        **options: Unpack[ConnectOptions],
    ) -> Never:
        """Connect the caller to somebody, who hears the note first, and leave the call to them.

        A busy line ends it.
        """
        shown = {"from": caller_id} if caller_id else reading.caller_id(self._request)
        action = {"action": "connect", "endpoint": [endpoint], **shown, **options}
        await Last(action, self._note(note))

    async def conversation(self, name: str, **options: Unpack[ConversationOptions]) -> Never:
        """Join the conversation `name` of the application, and leave the call there."""
        await Last({"action": "conversation", "name": name, **options})

    async def hold(self, name: str, music_url: str) -> Never:
        """Wait in the conversation `name`, with music, until somebody else joins it who begins it."""
        await self.conversation(name, startOnEnter=False, musicOnHoldUrl=[music_url])

    async def hang_up(self) -> Never:
        """End the call when all has been said."""
        await Last()

    def _note(self, text: str | None) -> Note | None:
        if text is None:
            return None
        from switchboard.dialogs.calls.note import Note  # for the few who have one

        return Note(text, self.language, self.at)


def _is_hung_up_on(detection: Mapping[str, Any]) -> bool:
    """Whether a machine is hung up on while the caller waits for an NCCO: only then is one read."""
    return (detection.get("mode"), detection.get("behavior")) == ("default", "hangup")
