"""What a call goes on with: the NCCO up to where its dialog waits, or a farewell."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, cast

from switchboard.dialogs import sentences
from switchboard.dialogs.calls.place import Place
from switchboard.dialogs.calls.steps import Last
from switchboard.reading import msisdn
from switchboard.webhooks.pipeline import current
from switchboard.webhooks.reply import FlowReply, read_reply, with_caller

if TYPE_CHECKING:
    from switchboard.dialogs.calls.run import CallRun
    from switchboard.dialogs.replay import Waiting


def reply(run: CallRun, waiting: Waiting | None) -> FlowReply | None:
    """The NCCO that a call goes on with; None where nothing is left to say."""
    actions: list[Any] = run.call.actions()
    steps: list[Any] = []
    facts: dict[str, object] = {}
    if run.gave_up:
        actions += farewell(run)
    if waiting:
        place = _place(run, waiting)
        payload = place.fields() | ({} if run.history else {"call": dict(run.call.request)})
        (actions if waiting.step.kind == Last.kind else steps).extend(
            cast(Any, waiting.step).actions(place.url(), payload)
        )
        facts = {"waits": f"{waiting.file}:{waiting.line} {waiting.step.kind}"}
    if run.call.is_over or not (actions or steps):
        return None
    # The event function hears of what a step doesn't wait for.
    actions = with_caller(actions, current.get()._replace(caller=run.call.request))
    return read_reply([*actions, *steps, *run.commands], "event")._replace(facts=facts)


def farewell(run: CallRun) -> list[Any]:
    """What is left to say to somebody whom the dialog can't go on with."""
    language = run.call.language
    spoken = {"language": language} if language else {}
    text = sentences.in_language(sentences.GOODBYE, language)
    actions: list[Any] = [{"action": "talk", "text": text, **spoken}]
    number = msisdn(os.environ.get("FALLBACK_NUMBER", ""))
    if number and number != run.call.called:
        endpoint = {"type": "phone", "number": number}
        actions.append({"action": "connect", "endpoint": [endpoint], "randomFromNumber": True})
    return actions


def _place(run: CallRun, waiting: Waiting) -> Place:
    request = run.call.request
    return Place(
        key=run.call.id,
        index=waiting.index,
        kind=waiting.step.kind,
        checksum=waiting.checksum,
        line=waiting.line,
        began_ms=round(request["at"] * 1000),
        region_url=str(request.get("region_url", "")),
    )
