"""Questions about who is seen to call: each takes a short call of its own."""

from operate.ask_vonage.inquiry import Inquiry
from operate.ask_vonage.person import Favour
from operate.ask_vonage.phone_call import calling
from operate.ask_vonage.question import Question, Seen, UndecidedError
from operate.ask_vonage.questions.step import talk

# Of a range that Ofcom keeps for drama: nobody's.
_FOREIGN = "447700900888"
_FORWARDED_S, _RINGS_S, _TALKS_S, _SETTLES_S = 60, 20, 5, 5
_DIALS_WITHIN_S = 180
_FORWARDED = (
    "A call from {number} to {phone}, which is then connected to {other} with {foreign} as its caller, a "
    "number that is nobody's. It takes half a minute, and costs at most a minute to the first and half a "
    "minute to the second, at your account's price."
)
_WITHHELD = (
    "You call {number} yourself, with your own number withheld; it says thank you. It takes a few seconds, "
    "and costs at most a minute at your account's price for calls to that number, and what your telephone "
    "company takes."
)
_UNREACHED = {"failed", "rejected", "unanswered"}


def _foreign(inquiry: Inquiry) -> Seen:
    if len(inquiry.phones) < 2:
        raise UndecidedError("no second telephone was given: PHONE=…,…")
    inquiry.called()
    phone, other = inquiry.phones[:2]
    about = _FORWARDED.format(number=inquiry.number, phone=phone, other=other, foreign=_FOREIGN)
    if not inquiry.person.agrees(about):
        raise UndecidedError("the call was not agreed to")
    inquiry.open_webhooks().forget()
    inquiry.person.is_asked_to(Favour.PICK_UP_BOTH, phone=phone, other=other)
    with calling(inquiry, phone, _FORWARDED_S) as call:
        connect = {
            "action": "connect",
            "from": _FOREIGN,
            "endpoint": [{"type": "phone", "number": other}],
            "timeout": _RINGS_S,
            "limit": _TALKS_S,
            "eventUrl": [call.hooks.at("forwarded")],
        }
        call.play("foreign", talk("Now the second telephone rings."), connect)
        call.play_last(talk("Thank you. Goodbye."))
    inquiry.sleep(_SETTLES_S)
    statuses = call.statuses("forwarded")
    told = ", ".join(statuses)
    if "ringing" not in statuses and _UNREACHED & set(statuses):
        return Seen("not_connected", told)
    if "ringing" not in statuses and "answered" not in statuses:
        raise UndecidedError(f"its leg was {told or 'never heard of'}")
    shown = inquiry.person.confirms(f"Did the second telephone show {_FOREIGN} as its caller?")
    if shown:
        raise UndecidedError("it was connected, and showed that number, which no position has")
    looked = "nobody said what it showed" if shown is None else "it did not show that number"
    return Seen("unknown", f"{told}; {looked}")


def _withheld(inquiry: Inquiry) -> Seen:
    inquiry.called()
    if not inquiry.person.agrees(_WITHHELD.format(number=inquiry.number)):
        raise UndecidedError("the call was not agreed to")
    hooks = inquiry.open_webhooks()
    hooks.forget()
    inquiry.person.is_asked_to(Favour.CALL_WITHHELD, number=inquiry.number)
    if not inquiry.wait_for(lambda: hooks.of("answer"), _DIALS_WITHIN_S):
        raise UndecidedError(f"no call came within {_DIALS_WITHIN_S // 60} minutes")
    shown = hooks.of("answer")[0].fields.get("from")
    positions = {"anonymous": "anonymous", "unknown": "unknown", "": "empty"}
    if shown is None:
        raise UndecidedError("there is no from at all")
    if (position := positions.get(str(shown).lower())) is not None:
        return Seen(position, f"from is “{shown}”")
    if str(shown).isdecimal():
        raise UndecidedError("from is a number: it was not withheld, or the network shows another")
    raise UndecidedError(f"from is “{shown}”, which no position has")


QUESTIONS = (
    Question(
        "foreign_caller_id",
        ("unknown", "not_connected"),
        "what becomes of a phone that is connected from somebody else's number",
        _foreign,
    ),
    Question(
        "withheld_caller",
        ("anonymous", "unknown", "empty"),
        "the from of a caller who withholds the number",
        _withheld,
    ),
)
