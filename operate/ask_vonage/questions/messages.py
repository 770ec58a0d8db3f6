"""Questions that one SMS of the person's answers: where it goes, what it says, when it comes again."""

from collections.abc import Iterator, Sequence

from operate.ask_vonage.inquiry import Inquiry
from operate.ask_vonage.person import Favour
from operate.ask_vonage.question import Answer, Question, Seen, UndecidedError, answers
from operate.ask_vonage.webhooks import Arrived, Reply, Webhooks

# The first attempt fails so that it comes again, the second so that it may not.
_REPLIES = (503, 401, 200)
_WRITES_WITHIN_S, _COMES_AGAIN_WITHIN_S = 180, 60
_ABOUT = (
    "You send one SMS to {number}. It costs what your telephone company takes, and at most one inbound SMS "
    "at your account's price."
)


def _setting(came: list[Arrived]) -> Seen:
    if came:
        return Seen("messages", "it came to the application's inbound webhook")
    return Seen("sms", "it was sent, and did not come to the application's inbound webhook")


def _message_type(came: list[Arrived]) -> Seen:
    has = "message_type" in _first(came).fields
    return Seen(has, "it has one" if has else "it has none")


def _retry(came: list[Arrived]) -> Seen:
    _first(came)
    if len(came) == 1:
        raise UndecidedError(f"answered 503, it did not come again within {_COMES_AGAIN_WITHIN_S} s")
    if len(came) == len(_REPLIES) - 1:
        return Seen("transient", "answered 503 it came again, answered 401 it did not")
    return Seen("any", "answered 503 it came again, and answered 401, too")


def _first(came: list[Arrived]) -> Arrived:
    if not came:
        raise UndecidedError("no SMS came")
    return came[0]


QUESTIONS = (
    Question("sms_setting", ("messages", "sms"), "which API the account's SMS go to", _setting),
    Question("sms_message_type", (True, False), "whether an inbound SMS has a message_type", _message_type),
    Question("message_retry", ("transient", "any"), "which failed message webhooks are sent again", _retry),
)


def ask(inquiry: Inquiry, wanted: Sequence[Question[list[Arrived]]]) -> Iterator[Answer]:
    """Ask these with one SMS.

    Raises:
        UndecidedError: None can have been sent, or nobody knows.
    """
    yield from answers(wanted, _came(inquiry))


def _came(inquiry: Inquiry) -> list[Arrived]:
    """The attempts to deliver it; none when it went elsewhere."""
    number = inquiry.lent().read()
    if "SMS" not in number.get("features", []):
        raise UndecidedError("the number takes no SMS")
    inquiry.called()
    if not inquiry.person.agrees(_ABOUT.format(number=inquiry.number)):
        raise UndecidedError("the SMS was not agreed to")
    hooks = inquiry.open_webhooks()
    hooks.forget()
    hooks.plans["inbound"] = lambda _: _reply(hooks)
    inquiry.person.is_asked_to(Favour.WRITE, number=inquiry.number)
    if inquiry.wait_for(lambda: hooks.of("inbound"), _WRITES_WITHIN_S):
        inquiry.wait_for(lambda: len(hooks.of("inbound")) == len(_REPLIES), _COMES_AGAIN_WITHIN_S)
    elif not inquiry.person.confirms("No SMS has come. Did you send it?"):
        raise UndecidedError("no SMS came, and nobody says that one was sent")
    return hooks.of("inbound")


def _reply(hooks: Webhooks) -> Reply:
    attempt = min(len(hooks.of("inbound")), len(_REPLIES))
    return Reply(_REPLIES[attempt - 1])
