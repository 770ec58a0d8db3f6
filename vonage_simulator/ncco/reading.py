"""NCCOs out of replies: which replies are read, and what makes one unusable.

Source: Vonage Voice API webhooks reference; help-centre article on failing NCCO downloads, which names
text/html and application/xml as wrong; an older guide to inbound calls lets an NCCO be text/plain.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vonage_simulator.ncco import check
from vonage_simulator.switches import Switches
from vonage_simulator.types import Json
from vonage_simulator.webhooks.reply import Reason, Reply

Ncco = list[Json]


@dataclass(frozen=True)
class Reading:
    """What a reply says about how the call goes on.

    Attributes:
        failure: why there is no NCCO although there should be one; `reason` is the same in Vonage's words.
    """

    ncco: Ncco | None = None
    failure: str | None = None
    reason: Reason = "Invalid NCCO."
    problems: tuple[check.NccoProblem, ...] = ()

    def as_json(self) -> Json:
        """What the journal adds to the webhook's entry."""
        problems = [problem.as_json() for problem in self.problems] or None
        return {"ncco": self.ncco, "problems": problems, "ncco_failure": self.failure}


Reader = Callable[[Reply, Switches], Reading]

INVALID = "invalid NCCO"


def read_required(reply: Reply, switches: Switches) -> Reading:
    """The reply of an answer or fallback URL: 200, JSON, an NCCO; anything else is a failure."""
    if reply.status != 200:
        return _failed(reply)
    if not _may_be_ncco(reply.content_type, switches):
        return Reading(failure=f"content type {reply.content_type or 'missing'}")
    return _parsed(reply.body, switches, non_array="fail")


def read_optional(reply: Reply, switches: Switches) -> Reading:
    """The reply to an event that may return an NCCO: an empty one lets the call go on."""
    if reply.failure:
        return _failed(reply)
    if reply.status != 200 or not reply.body.strip():
        return Reading()
    reading = _parsed(reply.body, switches, switches.non_ncco_event_reply)
    if reading.ncco is not None and not _may_be_ncco(reply.content_type, switches):
        return Reading(failure=f"content type {reply.content_type or 'missing'}")
    return reading


def _failed(reply: Reply) -> Reading:
    """What comes of a reply whose body isn't looked at."""
    return Reading(
        failure=reply.failure or f"status {reply.status}", reason=reply.reason or "Invalid response code."
    )


def _parsed(body: bytes, switches: Switches, non_array: str) -> Reading:
    try:
        value: Any = json.loads(body)
    except (ValueError, RecursionError):
        return Reading(failure="the body isn't JSON") if non_array == "fail" else Reading()
    if not isinstance(value, list) and non_array == "ignore":
        return Reading()
    problems = tuple(check.problems_of(value, switches))
    if any(problem.rejected for problem in problems):
        return Reading(failure=INVALID, problems=problems)
    return Reading(ncco=value, problems=problems)


def _may_be_ncco(content_type: str, switches: Switches) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    is_text = kind == "text/plain" and switches.text_plain_ncco == "accept"
    return kind == "application/json" or kind.endswith("+json") or is_text
