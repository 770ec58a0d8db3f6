"""A note that somebody who is called hears before the two are joined: an NCCO that Vonage fetches by GET.

Whether such a request is signed isn't documented, and a GET's signature couldn't be relied on. So the address
proves itself: the note is in it, sealed, with the time until which it is told. Nothing is looked up, run or
queued for it, and whoever has another address learns nothing.

Source: Vonage NCCO reference, "connect": `onAnswer` of a phone endpoint; its use case "Add a Call Whisper to
an Inbound Call", whose server is asked by GET with `from` and `to` in the query.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs

from switchboard.errors import DialogError, SecretError
from switchboard.webhooks import query as queries
from switchboard.webhooks import sealed
from switchboard.webhooks.outcome import Outcome, json_response, with_status
from switchboard.webhooks.pipeline import current
from switchboard.webhooks.reception import arrived
from switchboard.webhooks.reply import to_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from switchboard.webhooks.signature import SecretSource

    Action = dict[str, Any]

# What is said before may take its time, and then it rings.
_TOLD_FOR_S = 1800

_FIELD = "note"


class Note(NamedTuple):
    """What a callee hears.

    Attributes:
        text: plain or as SSML.
        language: such as `de-DE`; None is Vonage's own.
        at: when it was written, as Unix time that a replay repeats.
    """

    text: str
    language: str | None
    at: float


def with_note(connect: Action, note: Note) -> Action:
    """A `connect` whose callee hears the note first.

    Raises:
        DialogError: the callee isn't called by phone, hears something else already, or the note is too long.
    """
    [endpoint] = connect["endpoint"]
    if endpoint["type"] != "phone" or "onAnswer" in endpoint:
        raise DialogError("a note is for whom `phone` calls, without an `onAnswer`")
    return {**connect, "endpoint": [{**endpoint, "onAnswer": {"url": _url(note)}}]}


def _url(note: Note) -> str:
    received = current.get()
    spoken = {"language": note.language} if note.language else {}
    ncco = [{"action": "talk", "text": note.text, **spoken}]
    text = json.dumps([received.subject, note.at + _TOLD_FOR_S, ncco], ensure_ascii=False)
    # Whoever fetches it doesn't say for which of the account's subaccounts.
    secrets = received.secrets.known(None, overlap_s=0)
    if not secrets:
        raise SecretError("The account has no signature secret any more.")
    words = sealed.seal(text, _FIELD, secrets[0])
    if len(words) > queries.LONGEST:
        raise DialogError(f"the note has {len(note.text)} characters, which no address has room for")
    return f"{received.request.base_url}/webhooks/answer?{_FIELD}={words}"


def told(event: Mapping[str, Any], secrets: SecretSource) -> Outcome:
    """What whoever fetches a note is answered: its NCCO, or nothing.

    Raises:
        BypassedError: it did not come through CloudFront, as all has to.
        SecretError: there is no secret to open it with.
    """
    words = parse_qs(arrived(event).query).get(_FIELD, [])
    text = None
    if len(words) == 1 and len(words[0]) <= queries.LONGEST:
        text = sealed.unseal(words[0], _FIELD, secrets.known(None, _TOLD_FOR_S))
        if text is None:  # or another environment knows a newer secret already
            text = sealed.unseal(words[0], _FIELD, secrets.reread(None, _TOLD_FOR_S))
    if text is None:
        return with_status("Unsigned", 401, reason="no note")
    call, until, ncco = json.loads(text)
    if time.time() > until:
        return with_status("Unsigned", 401, reason="a note whose time is over", conversation_uuid=call)
    return Outcome("Answered", json_response(to_json(ncco)), facts={"conversation_uuid": call})
