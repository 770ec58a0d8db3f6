"""Questions about the link between a number and an application; nobody is called."""

from collections.abc import Iterator
from contextlib import contextmanager

from operate.ask_vonage.account import AskedError
from operate.ask_vonage.inquiry import Inquiry
from operate.ask_vonage.lent import LentNumber
from operate.ask_vonage.question import Question, Seen, UndecidedError
from operate.ask_vonage.questions.application import VOICE

# Longer than any number of an account can be.
_NOBODYS = "999999999999999"
_UNLINKED_WITHIN_S = 15


def _none(inquiry: Inquiry) -> Seen:
    reply = inquiry.account.owned_numbers(_NOBODYS)
    if not reply:
        return Seen("empty_object", "{}")
    if reply.get("count") == 0 and reply.get("numbers") == []:
        return Seen("empty_list", '{"count": 0, "numbers": []}')
    raise UndecidedError(f"the reply has {', '.join(sorted(reply))}")


def _update(inquiry: Inquiry) -> Seen:
    with _linked(inquiry) as (number, application_id):
        left = number.update()
    if left.get("app_id") == application_id:
        return Seen("merge", "an update without app_id left the link")
    return Seen("replace", "an update without app_id unlinked the number")


def _callback(inquiry: Inquiry) -> Seen:
    with _linked(inquiry) as (number, application_id):
        callback = {"voiceCallbackType": "app", "voiceCallbackValue": application_id}
        left = number.update(**callback)
    if left.get("app_id") == application_id:
        return Seen("links", "an update with the callback alone left the link")
    return Seen("follows", "an update with the callback, but no app_id, unlinked the number")


def _empty_link(inquiry: Inquiry) -> Seen:
    with _linked(inquiry) as (number, application_id):
        try:
            left = number.update(app_id="")
        except AskedError as refusal:
            return Seen("fail", str(refusal))
    if left.get("app_id") == application_id:
        raise UndecidedError("the update with app_id= was taken, and the link is still there")
    return Seen("unlink", "an update with app_id= unlinked the number")


def _deleted(inquiry: Inquiry) -> Seen:
    with _linked(inquiry) as (number, application_id):
        inquiry.account.application("DELETE", application_id)
        until = inquiry.now() + _UNLINKED_WITHIN_S
        while (linked := number.read().get("app_id") == application_id) and inquiry.now() < until:
            inquiry.sleep(3)
    if linked:
        return Seen(False, f"{_UNLINKED_WITHIN_S} s after the deletion the number still has its id")  # noqa: FBT003 - a position
    return Seen(True, "the number is linked to nothing any more")  # noqa: FBT003 - a position


@contextmanager
def _linked(inquiry: Inquiry) -> Iterator[tuple[LentNumber, str]]:
    """The number, linked to an application of one question's own.

    Raises:
        UndecidedError: Vonage took the link, and it can't be read back.
    """
    number = inquiry.lent()
    made: str = inquiry.make_application({"voice": VOICE})["id"]
    try:
        with number.linked(made):
            if number.read().get("app_id") != made:
                raise UndecidedError("the number was linked, and has no app_id when it is read back")
            yield number, made
    finally:
        inquiry.delete_application(made)


QUESTIONS = (
    Question("no_numbers", ("empty_object", "empty_list"), "what a list without numbers looks like", _none),
    Question(
        "number_update", ("replace", "merge"), "what an update does to a link that it leaves out", _update
    ),
    Question(
        "app_callback",
        ("follows", "links"),
        "whether voiceCallbackType=app without app_id keeps the link",
        _callback,
    ),
    Question("empty_app_id", ("unlink", "fail"), "what app_id= does", _empty_link),
    Question(
        "unlink_on_application_delete",
        (True, False),
        "whether deleting an application unlinks its numbers",
        _deleted,
    ),
)
