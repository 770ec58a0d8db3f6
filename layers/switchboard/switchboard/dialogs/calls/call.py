"""A call as its dialog sees it: what can be said, asked and done, each in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Never, TypeVar, overload

from switchboard import reading
from switchboard.dialogs import sentences
from switchboard.dialogs.calls.steps import (
    MOST_KEYS,
    Ask,
    AskSecret,
    Connect,
    Last,
    Record,
    Said,
    Screened,
    asked,
    spoken,
)
from switchboard.dialogs.dialog import UNKNOWN, Dialog
from switchboard.errors import NoChoiceError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Unpack

    from switchboard.dialogs.calls.note import Note
    from switchboard.dialogs.calls.outcomes import ConnectOutcome, Recording
    from switchboard.wire.actions import (
        Action,
        ConnectOptions,
        ConversationOptions,
        RecordOptions,
        Stream,
        StreamOptions,
        Talk,
        TalkOptions,
    )
    from switchboard.wire.commands import CallToPlace
    from switchboard.wire.endpoints import Endpoint

Chosen = TypeVar("Chosen")
Default = TypeVar("Default")

_RAISE: Any = object()


class Call(Dialog):
    """A call.

    What is said is heard before whatever is awaited next. Once the caller has hung up, an await raises
    `CallEnded`, once; what is said then is heard by nobody, and what is sent and done is.

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

    @overload
    async def ask(
        self,
        prompt: str | Talk | Stream,
        *,
        choices: Mapping[str, Chosen],
        tries: int = ...,
        timeout_s: int = ...,
        silence: str | None = ...,
        nonsense: str | None = ...,
    ) -> Chosen: ...
    @overload
    async def ask(
        self,
        prompt: str | Talk | Stream,
        *,
        choices: Mapping[str, Chosen],
        default: Default,
        tries: int = ...,
        timeout_s: int = ...,
        silence: str | None = ...,
        nonsense: str | None = ...,
    ) -> Chosen | Default: ...
    @overload
    async def ask(
        self,
        prompt: str | Talk | Stream,
        *,
        max_digits: int | None = ...,
        speech: bool = ...,
        tries: int = ...,
        timeout_s: int = ...,
        silence: str | None = ...,
    ) -> str: ...
    @overload
    async def ask(
        self,
        prompt: str | Talk | Stream,
        *,
        default: Default,
        max_digits: int | None = ...,
        speech: bool = ...,
        tries: int = ...,
        timeout_s: int = ...,
        silence: str | None = ...,
    ) -> str | Default: ...
    async def ask(
        self,
        prompt: Any,
        *,
        choices: Mapping[str, Any] | None = None,
        default: Any = _RAISE,
        max_digits: int | None = None,
        speech: bool = False,
        tries: int = 3,
        timeout_s: int = 5,
        silence: str | None = None,
        nonsense: str | None = None,
    ) -> Any:
        """Ask for keys or words, and ask again when there are none, or none of the choices.

        Args:
            prompt: what is asked; the caller may interrupt it.
            choices: what each answer stands for: keys of a telephone (`"1"`), or words (`"sales"`), for
                which the caller is listened to. Without choices the answer itself comes back.
            default: what comes back in the end, where no answer is no error.
            max_digits: how many keys are taken without choices; 20 unless `speech`.
            speech: whether words are taken without choices.
            tries: how often it is asked.
            timeout_s: seconds of silence that are an answer, too.
            silence: what is said before asking again after silence, in place of a sentence in `language`.
            nonsense: the same, after what is none of the choices.

        Raises:
            NoChoiceError: there was no answer. A dialog that doesn't catch it apologises and connects to the
                stack's FallbackNumber, if there is one.
        """
        shape = asked(tuple(choices or ()))
        while tries > 0:
            tries -= 1
            heard = self.known("ask", shape)
            if heard is UNKNOWN:
                heard = await Ask(choices, (prompt, max_digits, speech, self.language, timeout_s))
            if choices is None:
                if heard:
                    return heard
            elif heard in choices:
                return choices[heard]
            elif (choice := _said(heard, choices)) is not None:
                return choices[choice]
            if tries and heard:
                self.say(nonsense or sentences.in_language(sentences.NONSENSE, self.language))
            elif tries:
                self.say(silence or sentences.in_language(sentences.SILENCE, self.language))
        if default is _RAISE:
            raise NoChoiceError
        return default

    async def ask_secret(
        self,
        prompt: str | Talk | Stream,
        check: Callable[[str], Chosen | None],
        *,
        max_digits: int = MOST_KEYS,
        tries: int = 3,
        timeout_s: int = 5,
        nonsense: str | None = None,
    ) -> Chosen:
        """Ask for keys that nobody keeps, such as a PIN: neither the dialog nor the timeline has them.

        Args:
            prompt: what is asked.
            check: gets the keys, and gives what they stand for, such as the customer; None if nothing. Its
                result is remembered as that of `do`.
            max_digits: how many keys there are.
            tries: how often it is asked.
            timeout_s: seconds to wait for the next key.
            nonsense: what is said before asking again.

        Raises:
            NoChoiceError: there was no answer that stands for anything.
        """
        for again in range(tries - 1, -1, -1):
            asked = (prompt, max_digits, False, self.language, timeout_s)
            found: Chosen | None = await AskSecret(check, asked)
            if found is not None:
                return found
            if again:
                self.say(nonsense or sentences.in_language(sentences.NONSENSE, self.language))
        raise NoChoiceError

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

    def place(self, call: CallToPlace) -> None:
        """Place another call, as the command `voice.call` does."""
        self.send({"name": "voice.call", "detail": call})

    def actions(self) -> list[dict[str, Any]]:
        """What was said since the last pause, as the beginning of an NCCO."""
        return [spoken(said) for said in self._said]

    def _note(self, text: str | None) -> Note | None:
        if text is None:
            return None
        from switchboard.dialogs.calls.note import Note  # for the few who have one

        return Note(text, self.language, self.at)

    def _add(self, said: Any) -> None:  # noqa: ANN401 - an action, or what becomes one
        if not self._is_sealed:
            self._said.append(said)


def _is_hung_up_on(detection: Mapping[str, Any]) -> bool:
    """Whether a machine is hung up on while the caller waits for an NCCO: only then is one read."""
    return (detection.get("mode"), detection.get("behavior")) == ("default", "hangup")


def _said(heard: str, choices: Mapping[str, Any]) -> str | None:
    """Which of the choices was said, whatever its case and punctuation."""
    said = heard.strip(" .,!?").lower()
    return next((choice for choice in choices if choice.lower() == said), None) if said else None
