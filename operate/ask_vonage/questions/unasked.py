"""Switches that nothing here decides, with the reason."""

from collections.abc import Callable

from operate.ask_vonage.inquiry import Inquiry
from operate.ask_vonage.question import Question, Seen, UndecidedError


def _not_asked(reason: str) -> Callable[[Inquiry], Seen]:
    def look(_: Inquiry) -> Seen:
        raise UndecidedError(f"not asked: {reason}")

    return look


_TAKES_A_PHONE = "it takes a phone that gets codes, and each costs money"

QUESTIONS = (
    Question(
        "verify_retry",
        ("any", "transient"),
        "after which replies a verification's webhook comes again",
        _not_asked(_TAKES_A_PHONE),
    ),
    Question(
        "silent_auth",
        ("unanswered", "unsupported"),
        "what becomes of a phone that can't be recognised silently",
        _not_asked("it takes a mobile network that Vonage knows"),
    ),
    Question(
        "cancel_verification",
        ("after_30_s", "always"),
        "when a verification can be cancelled",
        _not_asked(_TAKES_A_PHONE),
    ),
    Question(
        "whatsapp_custom",
        ("accept", "refuse"),
        "what becomes of a custom message that WhatsApp can't read",
        _not_asked("it takes a WhatsApp sender"),
    ),
    Question(
        "rcs_action",
        ("button", "reply"),
        "what comes of a tap on a suggestion that isn't a reply",
        _not_asked("it takes an RCS sender, and a phone that taps"),
    ),
    Question(
        "custom_data_on_get",
        ("json", "brackets"),
        "how custom_data is written in a GET webhook",
        _not_asked("it takes an app with Vonage's Client SDK that calls in"),
    ),
    Question(
        "blocked_status",
        ("rejected", "undeliverable"),
        "which status a message has to somebody who has opted out",
        _not_asked("it takes a number with Opt-Out Assist, and a person who opts out"),
    ),
    Question(
        "suppressed_mail",
        ("rejected", "undeliverable"),
        "which status an e-mail has to an address that bounced before",
        _not_asked("it takes a verified domain, and an address that bounces"),
    ),
    Question(
        "mail_attachments",
        ("content", "attachments", "left_out"),
        "how the files of an e-mail arrive",
        _not_asked("it takes a verified domain, and a mail with a file"),
    ),
    Question(
        "sender_limits",
        ("none", "us_long_numbers"),
        "what a US long number may send in a second",
        _not_asked("it would burden Vonage, and each message costs money"),
    ),
    Question(
        "rate_second",
        ("sliding", "of_the_clock"),
        "which second the limits are for",
        _not_asked("it would burden Vonage"),
    ),
    Question(
        "rate_limits",
        (False, True),
        "whether the limits per second are enforced",
        _not_asked("it would burden Vonage; off for the simulator's speed, not out of doubt"),
    ),
)
