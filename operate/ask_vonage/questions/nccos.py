"""Questions of the long call about NCCOs: what Vonage takes, and what it makes of it."""

from operate.ask_vonage.phone_call import PhoneCall
from operate.ask_vonage.question import Seen, UndecidedError
from operate.ask_vonage.questions.step import ACCEPT_OR_REFUSE, Step, accepts, arrived, notify, talk
from operate.ask_vonage.webhooks import Reply, Webhooks


def _play_text_for_number(call: PhoneCall) -> None:
    call.play("text_for_number", talk("One.", loop="1", level="0"))


def _play_number_for_text(call: PhoneCall) -> None:
    call.play("number_for_text", talk("Two.") | {"text": 2})


def _play_plain(call: PhoneCall) -> None:
    call.play("text_plain_ncco", talk("Three."), content_type="text/plain")


def _prepare_other_json(hooks: Webhooks) -> None:
    hooks.plans["other-json"] = lambda _: Reply(200, b'{"ok": true}')


def _play_other_json(call: PhoneCall) -> None:
    call.play("non_ncco_event_reply", notify(call.hooks.at("other-json")))


def _other_json(call: PhoneCall) -> Seen:
    refusal = call.refusal("non_ncco_event_reply")
    arrived(call, "other-json")
    if refusal is None:
        return Seen("ignore", "the call went on")
    return Seen("fail", f"the fallback was asked: {refusal}")


def _prepare_moved(hooks: Webhooks) -> None:
    hooks.plans["moved"] = lambda _: Reply(307, location=hooks.at("there"))


def _play_moved(call: PhoneCall) -> None:
    call.play("redirects", notify(call.hooks.at("moved")))


def _moved(call: PhoneCall) -> Seen:
    refusal = call.refusal("redirects")
    arrived(call, "moved")
    if call.hooks.of("there"):
        return Seen("follow", "the new address was asked")
    if refusal is not None:
        return Seen("fail", f"the fallback was asked: {refusal}")
    raise UndecidedError("neither the new address nor the fallback was asked")


QUESTIONS = (
    Step(
        "text_for_number",
        ACCEPT_OR_REFUSE,
        "whether a number may be given as a text",
        lambda call: accepts(call, "text_for_number"),
        play=_play_text_for_number,
    ),
    Step(
        "number_for_text",
        ACCEPT_OR_REFUSE,
        "whether a text may be given as a number",
        lambda call: accepts(call, "number_for_text"),
        play=_play_number_for_text,
    ),
    Step(
        "text_plain_ncco",
        ACCEPT_OR_REFUSE,
        "whether an NCCO may be text/plain",
        lambda call: accepts(call, "text_plain_ncco"),
        play=_play_plain,
    ),
    Step(
        "non_ncco_event_reply",
        ("ignore", "fail"),
        "what JSON that isn't an array does, in reply to notify",
        _other_json,
        prepare=_prepare_other_json,
        play=_play_other_json,
    ),
    Step(
        "redirects",
        ("fail", "follow"),
        "whether a redirect is followed",
        _moved,
        prepare=_prepare_moved,
        play=_play_moved,
    ),
)
