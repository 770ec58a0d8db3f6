"""Something happens to a chat: it is replayed to where it waits, and goes on from there to its next pause."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from switchboard import telemetry
from switchboard.dialogs import sentences
from switchboard.dialogs.chats.chat import Chat
from switchboard.dialogs.chats.effects import Effects
from switchboard.dialogs.chats.item import AGAIN_FOR_S, ChatItem, OvertakenError
from switchboard.dialogs.chats.recorded import answer_of, deadline_of, is_last, places
from switchboard.dialogs.chats.steps import LATE
from switchboard.dialogs.chats.wake import LONGEST_S, Wake
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
    """What a chat's function makes of one thing that happens: a message, or that none came in time.

    Args:
        flow: the user's function.
        key: the id of the chat's item.
        uuid: names what happens, the same if it comes again.
        at: when, in seconds of Unix time.

    Attributes:
        commands: what is to be sent, each with its id.
        wakes: what is to be scheduled, so that the chat hears of its time.
        waits: where the chat waits now, for people: `app.py:17 message`; empty if it doesn't.
    """

    def __init__(self, flow: ChatFlow, key: str, uuid: str, at: float) -> None:
        self.commands: list[dict[str, Any]] = []
        self.wakes: list[Wake] = []
        self.waits = ""
        self._flow = flow
        self._uuid = uuid
        self._at = at
        self._item = ChatItem(key)
        self._stands: tuple[Chat, Replay] | None = None
        self._is_just_asked = False

    def take(self) -> None:
        """Go on with what happens, or send once more what it led to before.

        Raises:
            HistoryError: it has to come again: the history is out of reach, or somebody is at an effect.
        """
        for tries_left in range(_MOST_TRIES - 1, -1, -1):
            self.commands, self.wakes = [], []
            self._item = ChatItem.read(self._item.key)
            try:
                self._go_on()
                break
            except OvertakenError:
                if not tries_left:
                    raise
            finally:
                self._leave()

    def _leave(self) -> None:
        """Leave the function, if it stands where the chat waits."""
        if self._stands:
            self._stands[1].close()
            self._stands = None

    def _go_on(self) -> None:
        raise NotImplementedError

    def _begin_anew(self) -> None:
        """The chat began with other code, and can't go on."""

    def _again(self) -> bool:
        """Whether it has happened before; then what it led to is sent again, with the same ids."""
        history = self._item.history
        found = [
            (chat["begun"], chat["recorded"], index)
            for chat in self._item.earlier(self._uuid)
            for index in places(self._uuid, chat["begun"], chat["recorded"])
        ]
        for place in found:
            self._repeat(*place)
        now = places(self._uuid, history.begun, history.recorded)
        for index in now:
            if is_last(index, history.recorded) and not history.has_ended:
                self._finish(index)
            else:
                self._repeat(history.begun or {}, history.recorded, index)
        return bool(found or now)

    def _finish(self, index: int) -> None:
        """Go on from the last message once more: whoever was at it may have died."""
        try:
            self._segment(index, {})
        except DialogChangedError as failure:
            tell(failure)
            self._begin_anew()

    def _repeat(self, begun: Mapping[str, Any], recorded: list[Recorded], index: int) -> None:
        """Send again what followed a step long ago, if the code still says so."""
        chat, replay = self._begun(begun, recorded)
        try:
            replay.until(index)
        except DialogChangedError:
            return
        self.commands += chat.commands

    def _no_answer(self, waiting: Waiting) -> None:
        """No message came in time: the function goes on with the default, or hears that it is over."""
        step = answer_of(waiting)
        kind = ENDED if step.ends_late else step.kind
        recorded = [kind, {"message_uuid": self._uuid, LATE: True}, self._at]
        self._segment(waiting.index, {f"s{waiting.index}": recorded})

    def _where_it_waits(self, begun: Mapping[str, Any]) -> Waiting | None:
        """The step that waits; None if the chat is over. What was cut off before is done now.

        Raises:
            DialogChangedError: that isn't where it has waited, or the chat is too long.
            HistoryError: somebody is at an effect.
        """
        if self._item.history.is_full:
            raise DialogChangedError("the chat is longer than can be kept")
        effects = Effects(self._item, {}, self._at, may_be_anothers=True)
        chat, replay = self._stands = self._begun(begun, self._item.history.recorded, effects)
        waiting = _driven(lambda: replay.reach(_TO_THE_END), effects)
        history = self._item.history
        asked = history.note(len(history.recorded))
        if asked is not None and (waiting is None or waiting.checksum != asked):
            raise DialogChangedError("other steps lead to where the chat waits than when it was asked")
        self._is_just_asked = effects.have_begun
        if self._is_just_asked:
            self.commands += chat.written_out()
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
        begun = claim.get("begun") or history.begun or {}
        recorded = [] if "begun" in claim else [*history.recorded, *claim.values()]
        effects = Effects(self._item, claim, self._at, may_be_anothers=not claim)
        if self._stands and "begun" not in claim:
            chat, replay = self._stands
            self._stands = None
            waiting = _driven(lambda: replay.go_on(recorded, effects.perform, index), effects)
        else:
            chat, replay = self._begun(begun, recorded, effects)
            waiting = _driven(lambda: replay.until(index), effects)
        self._write_down(claim, waiting, is_claimed=effects.have_begun or not claim)
        self.commands += chat.commands
        self.waits = f"{waiting.file}:{waiting.line} {waiting.step.kind}" if waiting else ""
        if waiting and answer_of(waiting).within_s <= LONGEST_S:
            deadline = deadline_of(waiting, begun, chat.recorded)
            self.wakes.append(Wake(self._item.key, begun["message_uuid"], waiting.index, deadline))

    def _write_down(self, claim: Values, waiting: Waiting | None, *, is_claimed: bool) -> None:
        """Write what the function came to, and with it the claim, unless that is written."""
        found: Values = {f"n{waiting.index}": waiting.checksum} if waiting else {"ended": self._at}
        lifetime_s = AGAIN_FOR_S + (answer_of(waiting).within_s if waiting else 0)
        if not (is_claimed and self._is_known(waiting)):
            self._item.write(found if is_claimed else {**claim, **found}, lifetime_s)

    def _is_known(self, waiting: Waiting | None) -> bool:
        """Whether it is written down what the customer was asked last."""
        return waiting is not None and self._item.history.note(waiting.index) is not None

    def _begun(
        self, begun: Mapping[str, Any], recorded: list[Recorded], effects: Effects | None = None
    ) -> tuple[Chat, Replay]:
        """The function, called and not begun; without effects, it has none left."""
        chat = Chat(begun)
        perform = effects.perform if effects else _nothing
        return chat, Replay(self._run(chat), chat, recorded, perform)

    async def _run(self, chat: Chat) -> Any:  # noqa: ANN401 - nothing, or what is told to whoever wrote it
        try:
            return await self._flow(chat)
        except NoChoiceError:
            chat.say(sentences.in_language(sentences.GOODBYE, chat.language))


def tell(failure: DialogChangedError) -> None:
    """Say in the log that a chat's code is another one."""
    telemetry.outcome("DialogChanged", "inbound", "ERROR", failure, reason=str(failure))


def _driven(go: Callable[[], Waiting | None], effects: Effects) -> Waiting | None:
    """Run the function; where it raises, its message is as if it had not come."""
    try:
        return go()
    except HistoryError:
        raise
    except Exception:
        effects.fail()
        raise


def _nothing(_step: Do[Any], _index: int) -> list[Recorded]:
    raise DialogChangedError("what is repeated did this before")
