"""What a call and a chat have in common: effects, messages to send, time and chance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from switchboard.dialogs.steps import CallEnded, Do
from switchboard.errors import DialogError
from switchboard.reading import msisdn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime, tzinfo
    from random import Random

    from switchboard.dialogs.history import Recorded
    from switchboard.dialogs.person import Person
    from switchboard.dialogs.steps import Step
    from switchboard.wire.commands import CallToPlace, Command
    from switchboard.wire.message_requests import MessageRequest

# There is no result yet: the step has to be awaited.
UNKNOWN: Any = object()

Result = TypeVar("Result")
Arguments = ParamSpec("Arguments")


class Dialog:
    """A conversation with somebody, as its function sees it.

    Args:
        identity: what names it, such as a call's `conversation_uuid`.
        began_at: Unix time in seconds.
        ours: the number of yours that messages are from, where they don't say so.

    Attributes:
        is_over: whether nobody is there any more, and the function knows.
        commands: what is to be sent since the last pause, each with an id that a replay gives it again.
        earlier: what was to be sent before that.
        shapes: of the steps so far, each with its kind in a line before it.
        recorded: the steps' results, oldest first.
    """

    # Raised where the function waits, once nobody is there any more.
    ended: type[CallEnded] = CallEnded

    def __init__(self, identity: str, began_at: float, ours: str = "") -> None:
        self.is_over = self._is_sealed = False
        self.commands: list[dict[str, Any]] = []
        self.earlier: list[dict[str, Any]] = []
        self._identity = identity
        self._ours = ours
        self._began_at = began_at
        self._said: list[Any] = []
        self.shapes: list[str] = []
        self._passed = self._effects = 0
        self.recorded: Sequence[Recorded] = ()
        self._quick = 0
        self._random: Random | None = None

    async def do(
        self,
        action: Callable[Arguments, Result],
        /,
        *arguments: Arguments.args,
        **named: Arguments.kwargs,
    ) -> Result:
        """Call a function that has an effect, or asks something outside, and remember its result.

        It is called once, unless the webhook is cut off before its result is recorded: give it `key`, where
        it matters. The result has to survive JSON, and have 32,000 characters at most, 250,000 with all
        others of the dialog. An exception that the dialog doesn't catch makes the webhook fail, and is tried
        again with it.
        """
        step: Do[Result] = Do(action, arguments, named)
        return await step

    async def person(self, of: str | None = None, /, **changes: Any) -> Person:  # noqa: ANN401 - JSON
        """What is remembered of the person, for calls and messages alike, by name.

        Args:
            of: somebody else than whom the dialog is with, by their number.
            changes: what to remember from now on, by name; None forgets. The rest stays as it is. Values
                have to survive JSON; all of it together has 16,000 characters at most.

        Returns:
            All that is remembered, the changes included. Of somebody who doesn't show who they are nothing
            is, and its `is_withheld` says so.

        Raises:
            DialogError: whom it is about isn't a text.
        """
        if not (of is None or isinstance(of, str)):
            raise DialogError(
                f"person was given {type(of).__name__} for whom it is about, which is a number as a text; "
                'what to remember has a name: person("447700900123", language="de-DE")'
            )
        from switchboard.dialogs.person import Remember  # for those who ask

        return await Remember(self._with_whom if of is None else of, changes)

    @property
    def _with_whom(self) -> str:
        """The number, or other address, of whom the dialog is with; empty when withheld."""
        raise NotImplementedError

    def send(self, command: MessageRequest | Command) -> None:
        """Send a message, or carry out another command, once the dialog waits; once only.

        Raises:
            DialogError: a message doesn't say whom it is from, and this can't.
        """
        if self._is_sealed:
            return
        item: dict[str, Any] = dict(command)
        if "channel" in item:
            if not item.setdefault("from", self._ours):
                raise DialogError("which number of yours is it from? Say so: sms(to, text, sender=…)")
            item = {"name": "messages.send", "detail": item}
        identity = f"{self._identity}.{self._passed - self._effects}.{len(self.commands)}"
        self.commands.append({"id": identity, **item})

    def place(self, call: CallToPlace) -> None:
        """Place a call, as the command `voice.call` does."""
        self.send({"name": "voice.call", "detail": call})

    def now(self, timezone: str | tzinfo = "UTC") -> datetime:
        """The time of the dialog's last step, where it is so late: `call.now("Europe/London").hour`.

        A replay sees the same time, which `datetime.now()` would not.

        Raises:
            zoneinfo.ZoneInfoNotFoundError: there is no such time zone.
        """
        from datetime import UTC, datetime

        if isinstance(timezone, str) and timezone != "UTC":
            from zoneinfo import ZoneInfo

            timezone = ZoneInfo(timezone)
        return datetime.fromtimestamp(self.at, UTC if isinstance(timezone, str) else timezone)

    @property
    def at(self) -> float:
        """When the last step had its result, as Unix time; of a dialog without one, when it began."""
        return float(self.recorded[self._passed - 1][2]) if self._passed else self._began_at

    @property
    def random(self) -> Random:
        """Chance that a replay repeats: `call.random.choice(AGENTS)`."""
        if self._random is None:
            from random import Random

            self._random = Random(self._identity)  # noqa: S311 - for music on hold, not for secrets
        return self._random

    @property
    def key(self) -> str:
        """Names the next step, in each replay the same: for whoever has to recognise an effect done twice."""
        return f"{self._identity}.{self._passed}"

    @property
    def index(self) -> int:
        """Which step is the next one."""
        return self._passed

    def go_quickly_to(self, last: int) -> None:
        """Don't wait for recorded results before that of the step `last`, which a webhook is about."""
        self._quick = min(last, len(self.recorded))

    def known(self, kind: str, shape: str) -> Any:  # noqa: ANN401 - JSON
        """The result of the next step, a pause long ago, or `UNKNOWN`.

        What is asked for here needn't be awaited, which is most of what makes a replay quick.

        Args:
            kind: of the step.
            shape: its kind and shape, as two lines.
        """
        index = self._passed
        if index >= self._quick:
            return UNKNOWN
        recorded = self.recorded[index]
        if recorded[0] != kind:
            return UNKNOWN  # whoever awaits it will see
        self._passed = index + 1
        self._said.clear()
        self.shapes.append(shape)
        if self.commands:
            self._sent()
        return recorded[1]

    def passed(self, step: Step[Any]) -> None:
        """A step has its result: what was said and sent before one that pauses has been said and sent."""
        self._passed += 1
        if step.pauses:
            self._said.clear()
            self._sent()
        else:
            self._effects += 1

    def _sent(self) -> None:
        self.earlier += self.commands
        self.commands = []

    def seal(self) -> None:
        """Nothing that the function does from now on has an effect."""
        self._is_sealed = True
        self._quick = 0


def sms(to: str, text: str, *, sender: str = "") -> MessageRequest:
    """An SMS, for `send`; in a dialog it is from the number that was called or written to.

    Args:
        to: the number, as people write it.
        text: what it says.
        sender: another number of yours, or a name.
    """
    message = {"channel": "sms", "message_type": "text", "to": msisdn(to), "text": text}
    return cast("MessageRequest", {**message, "from": sender} if sender else message)
