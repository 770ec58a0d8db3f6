"""Questions of a call: the caller answers by keys or words, and is asked again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from switchboard.dialogs import sentences
from switchboard.dialogs.calls.questions import MOST_KEYS, Ask, AskSecret, asked
from switchboard.dialogs.calls.speaking import Speaking
from switchboard.dialogs.dialog import UNKNOWN
from switchboard.errors import NoChoiceError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from switchboard.wire.actions import Stream, Talk

Chosen = TypeVar("Chosen")
Default = TypeVar("Default")

_RAISE: Any = object()


class Asking(Speaking):
    """A call in which something is asked."""

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
            if tries:
                own, ours = (nonsense, sentences.NONSENSE) if heard else (silence, sentences.SILENCE)
                self.say(own or sentences.in_language(ours, self.language))
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


def _said(heard: str, choices: Mapping[str, Any]) -> str | None:
    """Which of the choices was said, whatever its case and punctuation."""
    said = heard.strip(" .,!?").lower()
    return next((choice for choice in choices if choice.lower() == said), None) if said else None
