"""A call that is conducted: what is played next is decided while it goes on.

Every NCCO ends with a `notify` whose reply brings the next one. One that Vonage doesn't take brings it to the
fallback, which leads back to the same path; so no question ends the call for those after it.
Source: Vonage webhooks reference, "Fallback Answer URL"; NCCO reference, "notify".
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import httpx

from operate.ask_vonage.account import AskedError, Json, token
from operate.ask_vonage.inquiry import Inquiry
from operate.ask_vonage.question import UndecidedError
from operate.ask_vonage.webhooks import ANSWER, FALLBACK, GOODBYE, Reply, Waiting, Webhooks

# Real seconds for one action to be over: somebody may be thinking what to say.
_PATIENCE_S = 90
_RINGS_S = 45
# A call ends as `completed`, unless it was `rejected`.
_ENDS = ("completed", "rejected")
_ENDS_WITHIN_S = 60


class CallOverError(Exception):
    """The call has ended, so nothing more can be played."""


@dataclass
class PhoneCall:
    """A call to one of the person's telephones.

    Attributes:
        inquiry: Who calls.
        uuid: Its first leg, as the Voice API names it.
        refusals: Why Vonage did not play something, or None, by the name it was played under.
    """

    inquiry: Inquiry
    uuid: str = ""
    refusals: dict[str, str | None] = field(default_factory=dict)
    _asked: Waiting | None = None

    @property
    def hooks(self) -> Webhooks:
        """What has arrived."""
        return self.inquiry.open_webhooks()

    def play(self, name: str, *actions: Json, content_type: str = "application/json") -> None:
        """Play something, and wait until it is over or refused.

        Args:
            name: Of what is played, for `refusals`.
            actions: The actions.
            content_type: How it is served.

        Raises:
            CallOverError: The call ended meanwhile.
        """
        self._reply([*actions, self._onward()], content_type)
        self._asked = self._next()
        if self._asked.arrived.name != FALLBACK:
            self.refusals[name] = None
            return
        self.refusals[name] = str(self._asked.arrived.fields.get("reason"))
        self._reply([self._onward()])
        self._asked = self._next()

    def play_last(self, *actions: Json) -> None:
        """Play something with which the call ends, and wait for that."""
        self._reply(actions)
        with suppress(CallOverError):
            self._asked = self._next()
        self.lets_go()

    def lets_go(self) -> None:
        """Say goodbye to whatever still waits."""
        if self._asked:
            self._asked.reply.set_result(GOODBYE)
            self._asked = None

    def refusal(self, name: str) -> str | None:
        """Why something was refused, or None.

        Raises:
            UndecidedError: It was never played to its end.
        """
        if name not in self.refusals:
            raise UndecidedError("the call ended before that was played")
        return self.refusals[name]

    def statuses(self, name: str = "event", *, of: str = "") -> list[str]:
        """The statuses that were told at an address, of one leg if it is given, with or without dashes."""
        told = [each.fields for each in self.hooks.of(name)]
        return [
            str(each["status"])
            for each in told
            if "status" in each and of.replace("-", "") in ("", str(each.get("uuid")).replace("-", ""))
        ]

    def is_over(self) -> bool:
        """Whether Vonage has told its end."""
        return any(status in _ENDS for status in self.statuses(of=self.uuid))

    def waits_for_an_answer(self) -> None:
        """Wait until somebody has picked up.

        Raises:
            CallOverError: Nobody has.
        """
        self._asked = self._next()

    def _onward(self) -> Json:
        return {"action": "notify", "payload": {"onward": True}, "eventUrl": [self.hooks.at("onward")]}

    def _reply(self, actions: Sequence[Json], content_type: str = "application/json") -> None:
        if self._asked is None:
            raise CallOverError
        asked, self._asked = self._asked, None
        asked.reply.set_result(Reply(200, json.dumps(list(actions)).encode(), content_type))

    def _next(self) -> Waiting:
        with self.hooks.changed:
            self.hooks.changed.wait_for(lambda: self.hooks.asked or self.is_over(), _PATIENCE_S)
            if not self.hooks.asked:
                raise CallOverError
            return self.hooks.asked.popleft()


@contextmanager
def calling(inquiry: Inquiry, phone: str, longest_s: int) -> Iterator[PhoneCall]:
    """Call a telephone; the block conducts the call, which is over when it has ended.

    Args:
        inquiry: Who calls.
        phone: Whom.
        longest_s: When Vonage ends it whatever happens.

    Raises:
        UndecidedError: Nobody picked up.
    """
    application, hooks = inquiry.called(), inquiry.open_webhooks()
    hooks.conducted = True
    call = PhoneCall(inquiry)
    try:
        call.uuid = _placed(inquiry, phone, application, longest_s)
        try:
            call.waits_for_an_answer()
        except CallOverError:
            raise UndecidedError(f"nobody picked up: {', '.join(call.statuses())}") from None
        with suppress(CallOverError):
            yield call
    finally:
        call.lets_go()
        hooks.ends_conducting()
        if call.uuid and not call.is_over():
            with suppress(AskedError, httpx.HTTPError):  # it may have ended just now
                inquiry.account.voice("PUT", token(application), f"/{call.uuid}", {"action": "hangup"})
    inquiry.wait_for(call.is_over, _ENDS_WITHIN_S)


def _placed(inquiry: Inquiry, phone: str, application: Json, longest_s: int) -> str:
    """Place the call; its uuid."""
    call = {
        "to": [{"type": "phone", "number": phone}],
        "from": {"type": "phone", "number": inquiry.number},
        "answer_url": [inquiry.open_webhooks().at(ANSWER)],
        "answer_method": "POST",
        "ringing_timer": _RINGS_S,
        "length_timer": longest_s,
    }
    return str(inquiry.account.voice("POST", token(application), body=call)["uuid"])
