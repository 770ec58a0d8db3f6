"""Questions about applications: what a PUT leaves, and what is read back. Each makes one of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

from operate.ask_vonage.account import AskedError, Json
from operate.ask_vonage.inquiry import Inquiry
from operate.ask_vonage.question import Question, Seen, UndecidedError

# Nobody calls these applications, so nothing is ever sent there.
_ADDRESS = "https://example.com/never-asked"
VOICE = {"webhooks": {"answer_url": {"address": _ADDRESS}, "event_url": {"address": _ADDRESS}}}
MESSAGES = {"webhooks": {"inbound_url": {"address": _ADDRESS}, "status_url": {"address": _ADDRESS}}}


def _put(inquiry: Inquiry) -> Seen:
    with _application(inquiry, {"voice": VOICE, "messages": _posted(MESSAGES)}) as made:
        keys = {"public_key": made["keys"]["public_key"]}
        inquiry.account.application("PUT", made["id"], {"name": made["name"], "keys": keys})
        kept = sorted(inquiry.account.application("GET", made["id"]).get("capabilities", {}))
    if not kept:
        return Seen("replace", "a PUT without capabilities left none")
    if kept == ["messages", "voice"]:
        return Seen("merge", "a PUT without capabilities left both")
    raise UndecidedError(f"a PUT without capabilities left {', '.join(kept)}")


def _without_keys(inquiry: Inquiry) -> Seen:
    with _application(inquiry, {"voice": VOICE}) as made:
        changed = {"name": made["name"], "capabilities": {"voice": VOICE}}
        inquiry.account.application("PUT", made["id"], changed)
        key = inquiry.account.application("GET", made["id"])["keys"]["public_key"]
    if key.strip() == made["keys"]["public_key"].strip():
        return Seen("keep", "the public key is the one before")
    return Seen("rotate", "the public key is another one")


def _unknown_field(inquiry: Inquiry) -> Seen:
    hook = {"address": _ADDRESS, "connection_timeout": 500}
    voice = {"webhooks": {**VOICE["webhooks"], "answer_url": hook}}
    try:
        with _application(inquiry, {"voice": voice}) as made:
            read = inquiry.account.application("GET", made["id"])
    except AskedError as refusal:
        if refusal.status == 400:
            return Seen("refuse", f"connection_timeout: {refusal}")
        raise
    if "connection_timeout" in read["capabilities"]["voice"]["webhooks"]["answer_url"]:
        return Seen("keep", "connection_timeout is read back")
    return Seen("drop", "taken, and connection_timeout isn't read back")


def _unset_fallback(inquiry: Inquiry) -> Seen:
    with _application(inquiry, {"voice": VOICE}) as made:
        read = inquiry.account.application("GET", made["id"])
    hook = read["capabilities"]["voice"]["webhooks"].get("fallback_answer_url")
    if hook is None:
        return Seen("absent", "there is no fallback_answer_url")
    if hook.get("address") == "":
        return Seen("empty", "its address is an empty text")
    raise UndecidedError("fallback_answer_url is there, with an address that nobody set")


@contextmanager
def _application(inquiry: Inquiry, capabilities: Json) -> Iterator[Json]:
    """An application of one question's own."""
    made = inquiry.make_application(capabilities)
    try:
        yield made
    finally:
        inquiry.delete_application(made["id"])


def _posted(messages: Json) -> Json:
    hooks = {kind: {**hook, "http_method": "POST"} for kind, hook in messages["webhooks"].items()}
    return {"webhooks": hooks}


QUESTIONS = (
    Question("application_put", ("replace", "merge"), "what a PUT does to what it leaves out", _put),
    Question("put_without_keys", ("keep", "rotate"), "what a PUT without keys does to them", _without_keys),
    Question(
        "unknown_fields",
        ("drop", "keep", "refuse"),
        "what becomes of a field that the reference doesn't list",
        _unknown_field,
    ),
    Question("unset_fallback", ("absent", "empty"), "how an unset fallback is read back", _unset_fallback),
)
