"""One message of a chat: the history is replayed to where the chat waits, and goes on from there with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from switchboard import telemetry
from switchboard.dialogs import sentences
from switchboard.dialogs.chats.chat import Chat
from switchboard.dialogs.chats.effects import Effects
from switchboard.dialogs.chats.item import AGAIN_FOR_S, ChatItem, OvertakenError
from switchboard.dialogs.chats.steps import LATE, Answer, kept
from switchboard.dialogs.chats.words import keyword
from switchboard.dialogs.replay import ENDED, Replay, Waiting
from switchboard.errors import DialogChangedError, HistoryError, NoChoiceError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from switchboard.dialogs.history import Recorded
    from switchboard.dialogs.steps import Do

    ChatFlow = Callable[[Chat], Coroutine[Any, Any, None]]
    Values = dict[str, Any]

# How often one message may be overtaken by others of its chat.
_MOST_TRIES = 5

_TO_THE_END = 1 << 30


class ChatRun:
    """One message of a chat.

    Args:
        flow: the user's function.
        message: what the customer wrote.
        at: when, in seconds of Unix time.
        on_changed: what is said to whom the chat begins anew, since its code has changed; None is nothing.

    Attributes:
        commands: what is to be sent, each with its id.
        is_left_out: whether the message is none for the chat, such as STOP.
        waits: where the chat waits now, for people: `app.py:17 message`; empty if it doesn't.
    """

    def __init__(
        self, flow: ChatFlow, message: Mapping[str, Any], at: float, on_changed: str | None = None
    ) -> None:
        self.commands: list[dict[str, Any]] = []
        self.is_left_out = False
        self.waits = ""
        self._flow = flow
        self._message = message
        self._at = at
        self._on_changed = on_changed
        self._item = ChatItem(message)
        self._is_just_asked = False

    def take(self) -> None:
        """Go on with the message, or send once more what it led to before.

        Raises:
            HistoryError: it has to come again: the history is out of reach, or somebody is at an effect.
        """
        for tries_left in range(_MOST_TRIES - 1, -1, -1):
            self.commands, self.is_left_out = [], False
            self._item = ChatItem.read(self._message)
            try:
                if not self._again():
                    self._go_on()
                break
            except OvertakenError:
                if not tries_left:
                    raise

    def _again(self) -> bool:
        """Whether the message has come before; then what it led to is sent again, with the same ids."""
        uuid, history = self._message["message_uuid"], self._item.history
        found = [
            (chat["begun"], chat["recorded"], index)
            for chat in self._item.earlier(uuid)
            for index in _places(uuid, chat["begun"], chat["recorded"])
        ]
        for place in found:
            self._repeat(*place)
        now = _places(uuid, history.begun, history.recorded) if history.begun else []
        for index in now:
            if _is_last(index, history.recorded) and not history.has_ended:
                self._finish(index)
            else:
                self._repeat(history.begun or {}, history.recorded, index)
            if _ended(index, history.recorded, late=True):
                self._begin()
        return bool(found or now)

    def _finish(self, index: int) -> None:
        """Go on from the last message once more: whoever was at it may have died."""
        try:
            self._segment(index, {})
        except DialogChangedError as failure:
            _tell(failure)
            self._begin(self._on_changed)

    def _repeat(self, begun: Mapping[str, Any], recorded: list[Recorded], index: int) -> None:
        """Send again what followed a step long ago, if the code still says so."""
        self.is_left_out = self.is_left_out or _ended(index, recorded, late=False)
        try:
            chat, _ = self._play(begun, recorded, index)
        except DialogChangedError:
            return
        self.commands += chat.commands

    def _go_on(self) -> None:
        history, waiting, apology = self._item.history, None, None
        if history.begun and not history.has_ended:
            try:
                waiting = self._where_it_waits(history.begun)
            except DialogChangedError as failure:
                _tell(failure)
                apology = self._on_changed
        if self._is_for_others(waiting):
            self.is_left_out = True
        elif waiting is None:
            self._begin(apology)
        else:
            self._answer(waiting)

    def _is_for_others(self, waiting: Waiting | None) -> bool:
        """Whether it is one of the words that no chat gets to see; after STOP the chat is over."""
        word = keyword(self._message)
        if not word or (waiting and _answer_of(waiting).offers(self._message["text"])):
            return False
        if waiting and word == "stop":
            self._end(waiting, {})
        return True

    def _begin(self, apology: str | None = None) -> None:
        begun = {**self._message, "at": self._at}
        if apology:
            chat = Chat(begun)
            chat.say(apology)
            self.commands += [{**command, "id": f"{command['id']}.changed"} for command in chat.commands]
        self._segment(-1, {"begun": begun})

    def _answer(self, waiting: Waiting) -> None:
        """The message is what the chat waits for, unless it comes too late."""
        step = _answer_of(waiting)
        is_late = not self._is_just_asked and self._at - self._waits_since() > step.within_s
        if is_late and step.ends_late:
            self._end(waiting, {LATE: True})
            self._begin()
            return
        result = {**self._named(), LATE: True} if is_late else kept(self._message)
        self._segment(waiting.index, {f"s{waiting.index}": [step.kind, result, self._at]})

    def _end(self, waiting: Waiting, why: Values) -> None:
        """The function hears, where it waits, that nobody will answer."""
        recorded = [ENDED, {**self._named(), **why}, self._at]
        self._segment(waiting.index, {f"s{waiting.index}": recorded})

    def _named(self) -> Values:
        return {"message_uuid": self._message["message_uuid"]}

    def _where_it_waits(self, begun: Mapping[str, Any]) -> Waiting | None:
        """The step that waits; None if the chat is over. What was cut off before is done now.

        Raises:
            DialogChangedError: that isn't where it has waited, or the chat is too long.
            HistoryError: somebody is at an effect.
        """
        if self._item.history.is_full:
            raise DialogChangedError("the chat is longer than can be kept")
        effects = Effects(self._item, {}, self._at, may_be_anothers=True)
        chat, waiting = self._play(begun, self._item.history.recorded, _TO_THE_END, effects)
        history = self._item.history
        asked = history.note(len(history.recorded))
        if asked is not None and (waiting is None or waiting.checksum != asked):
            raise DialogChangedError("other steps lead to where the chat waits than when it was asked")
        self._is_just_asked = effects.have_begun
        if self._is_just_asked:
            self.commands += chat.commands
        return waiting

    def _segment(self, index: int, claim: Values) -> None:
        """Run on from a step to the next one that waits, and write down both.

        Args:
            index: the step that has its result now; -1 is the beginning.
            claim: that result, or the beginning, as the item is to have it; empty if it has it. Where the
                function does something, it is written before; else with what comes of it, so that nothing is
                written if the function raises.
        """
        history = self._item.history
        begun = claim.get("begun") or history.begun
        recorded = [] if "begun" in claim else [*history.recorded, *claim.values()]
        effects = Effects(self._item, claim, self._at)
        chat, waiting = self._play(begun, recorded, index, effects)
        is_claimed = effects.have_begun or not claim
        found: Values = {f"n{waiting.index}": waiting.checksum} if waiting else {"ended": self._at}
        lifetime_s = AGAIN_FOR_S + (_answer_of(waiting).within_s if waiting else 0)
        if not (is_claimed and self._is_known(waiting)):
            self._item.write(found if is_claimed else {**claim, **found}, lifetime_s)
        self.commands += chat.commands
        self.waits = f"{waiting.file}:{waiting.line} {waiting.step.kind}" if waiting else ""

    def _is_known(self, waiting: Waiting | None) -> bool:
        """Whether it is written down what the customer was asked last."""
        return waiting is not None and self._item.history.note(waiting.index) is not None

    def _play(
        self,
        begun: Mapping[str, Any] | None,
        recorded: list[Recorded],
        last: int,
        effects: Effects | None = None,
    ) -> tuple[Chat, Waiting | None]:
        """Run the function, up to the pause behind a step; without effects, it has none left."""
        assert begun is not None  # noqa: S101 - a chat has begun
        chat = Chat(begun)
        perform = effects.perform if effects else _nothing
        try:
            return chat, Replay(self._run(chat), chat, recorded, perform).until(last)
        except HistoryError:
            raise
        except Exception:
            if effects:
                effects.fail()
            raise

    async def _run(self, chat: Chat) -> None:
        try:
            await self._flow(chat)
        except NoChoiceError:
            chat.say(sentences.in_language(sentences.GOODBYE, chat.language))

    def _waits_since(self) -> float:
        """When the message came that the customer was asked after."""
        history = self._item.history
        answers = [at for kind, _, at in history.recorded if kind == Answer.kind]
        begun_at: float = (history.begun or {})["at"]
        return answers[-1] if answers else begun_at


def _tell(failure: DialogChangedError) -> None:
    telemetry.outcome("DialogChanged", "inbound", "ERROR", failure, reason=str(failure))


def _places(uuid: str, begun: Mapping[str, Any], recorded: list[Recorded]) -> list[int]:
    """The steps of a chat that a message is the result of; -1 is its beginning."""
    answers = [
        index
        for index, (kind, result, _) in enumerate(recorded)
        if kind in (Answer.kind, ENDED) and result["message_uuid"] == uuid
    ]
    return [-1, *answers] if begun["message_uuid"] == uuid else answers


def _ended(index: int, recorded: list[Recorded], *, late: bool) -> bool:
    """Whether a step was the end of a chat: by a message that came too late, or by STOP."""
    return index >= 0 and recorded[index][0] == ENDED and (LATE in recorded[index][1]) is late


def _is_last(index: int, recorded: list[Recorded]) -> bool:
    """Whether no other message came after a step."""
    return not any(kind in (Answer.kind, ENDED) for kind, _, _ in recorded[index + 1 :])


def _answer_of(waiting: Waiting) -> Answer:
    assert isinstance(waiting.step, Answer)  # noqa: S101 - a chat has no other step that waits
    return waiting.step


def _nothing(_step: Do[Any], _index: int) -> list[Recorded]:
    raise DialogChangedError("what is repeated did this before")
