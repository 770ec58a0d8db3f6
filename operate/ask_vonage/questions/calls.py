"""The long call: one telephone is called once, and most of what concerns NCCOs and events is asked in it."""

from collections.abc import Iterator, Sequence

from operate.ask_vonage.inquiry import Inquiry
from operate.ask_vonage.person import Favour
from operate.ask_vonage.phone_call import PhoneCall, calling
from operate.ask_vonage.question import Answer, UndecidedError, answers
from operate.ask_vonage.questions import events, inputs, nccos, retries, sockets
from operate.ask_vonage.questions.step import Step, talk

_LONGEST_S = 240
# What may still come after it: a retry, the event of a recording.
_SETTLES_S = 60
_ABOUT = (
    "A call from {number} to {phone}: you pick up, say something when you are asked to, and hang up. It "
    "takes about a minute and a half. Vonage ends it after {minutes} minutes at the latest, so it costs at "
    "most {minutes} minutes at your account's price for a call to that telephone."
)

# In the order in which they are played; the last one ends with the person hanging up.
QUESTIONS: tuple[Step, ...] = (
    *events.QUESTIONS,
    *retries.QUESTIONS,
    *nccos.QUESTIONS,
    *sockets.QUESTIONS,
    *inputs.QUESTIONS,
    events.HUNG_UP,
)


def ask(inquiry: Inquiry, wanted: Sequence[Step]) -> Iterator[Answer]:
    """Ask these in one call.

    Raises:
        UndecidedError: There was no call.
    """
    yield from answers(wanted, _call(inquiry, wanted))


def _call(inquiry: Inquiry, wanted: Sequence[Step]) -> PhoneCall:
    """The call, when it is over."""
    if not inquiry.phones:
        raise UndecidedError("no telephone was given: PHONE=…")
    inquiry.called()
    phone, hooks = inquiry.phones[0], inquiry.open_webhooks()
    about = _ABOUT.format(number=inquiry.number, phone=phone, minutes=_LONGEST_S // 60)
    if not inquiry.person.agrees(about):
        raise UndecidedError("the call was not agreed to")
    hooks.forget()
    for step in wanted:
        step.prepare(hooks)
    inquiry.person.is_asked_to(Favour.PICK_UP, phone=phone)
    with calling(inquiry, phone, _LONGEST_S) as call:
        call.play("greeting", talk("Hello. Please wait until you are asked something."))
        for step in wanted:
            step.play(call)
        call.play_last(talk("Thank you. That was all. Goodbye."))
    inquiry.person.is_asked_to(Favour.WAIT)
    inquiry.sleep(_SETTLES_S)
    return call
