"""The message of a campaign: a message or call as Vonage takes it, without its `to`, with placeholders.

With `steps`, it's a ladder of several messages and calls.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Never, cast

from switchboard.campaigns import filling, steps
from switchboard.campaigns.people import Row
from switchboard.errors import CampaignError
from switchboard.reach import zones
from switchboard.reach.campaign_ids import command_id
from switchboard.reach.ladder import Rung
from switchboard.reach.people import digits, normal
from switchboard.reach.turns import windows
from switchboard.wire.reach.marks import REACHING, broken_mark_rules
from switchboard.wire.reach.marks import Window as Asked
from switchboard.wire.validate import problems

Json = dict[str, Any]

# What is said to the stack, not to Vonage.
_MARKS = ("purpose", "window")
_MOST_LEVELS = 100


class Message(NamedTuple):
    """What everybody gets, or first.

    Attributes:
        name: of the command, `messages.send` or `voice.call`.
        detail: what Vonage is asked, but for whom it's to.
        marks: what the command says to the stack instead, `pace` and `purpose`.
        window: when it may reach people.
        rung: of the ladder, the step that it is.
        then: the steps after it.
    """

    name: str
    detail: Mapping[str, Any]
    marks: Mapping[str, Any]
    window: Asked | None
    rung: Rung
    then: "tuple[Message, ...]" = ()

    def ladder(self) -> list[Rung]:
        """The steps of the ladder; none if everybody gets one message or call."""
        rungs = [each.rung for each in (self, *self.then)]
        return rungs if sum(each.attempts for each in rungs) > 1 else []

    def campaign(self) -> str:
        """The id of a campaign that has no other: of what is said alone, so that nobody gets it twice."""
        first, *then = ([each.name, each.detail] for each in (self, *self.then))
        said = json.dumps([*first, *then], sort_keys=True)
        return f"campaign-{hashlib.sha256(said.encode()).hexdigest()[:8]}"

    def zones(self, row: Row) -> tuple[str, ...]:
        """The time zones in which somebody may be: as the row says, the window, or else their number."""
        return zones.of_person(self._window_of(row), [normal(row.to)])

    def columns(self) -> list[str]:
        """The columns that it has placeholders for."""
        return sorted({name for each in (self, *self.then) for name in filling.names(each.detail)})

    def commands(self, campaign: str, row: Row) -> list[Json]:
        """The commands that send it to a row: one for each step, as it's first tried."""
        person = normal(row.to)
        found = [
            each.command(command_id(campaign, person, (number, 0)), row)
            for number, each in enumerate((self, *self.then))
        ]
        mark = {"ladder": sorted({*map(sender, found)})} if self.ladder() else {}
        return [{**each, **mark} for each in found]

    def command(self, identity: str, row: Row) -> Json:
        """The command that sends it to a row."""
        to = digits(row.to)
        is_call = self.name == "voice.call"
        whom = [{"type": "phone", "number": to}] if is_call else to
        detail = {**filling.filled(self.detail, row.cells), "to": whom}
        window = self._window_of(row)
        marks = {**self.marks, **({"window": window} if window else {})}
        return {"id": identity, "name": self.name, **marks, "detail": detail}

    def _window_of(self, row: Row) -> Asked | None:
        """The window, with the row's own zone in place of what it says; of one that says no hours, all."""
        if not row.zone:
            return self.window
        window: Asked = {**(self.window or {"hours": "00:00-24:00"}), "zone": row.zone}
        window.pop("country", None)
        return window


def sender(command: Mapping[str, Any]) -> str:
    """Whom a command is from."""
    found = command["detail"].get("from", "")
    return normal(str(found.get("number", "") if isinstance(found, dict) else found))


def read(path: Path) -> Message:
    """The message in a file.

    Raises:
        CampaignError: It can't be read, or says something that a campaign's can't.
    """
    try:
        found = json.loads(path.read_text("utf-8-sig"), parse_constant=_refuse)
    except OSError as error:
        raise CampaignError(f"{path} can't be read: {error.strerror}.", "Give a JSON file.") from error
    except (RecursionError, ValueError) as error:
        raise CampaignError(f"{path} can't be read: {error}.", "Give a JSON file.") from error
    return parse(found, str(path))


def _refuse(constant: str) -> Never:
    """Refuse what Python alone takes for JSON, and no queue does."""
    raise ValueError(f"{constant} isn't JSON")


def parse(found: object, source: str) -> Message:
    """The message in a document.

    Args:
        found: as it was parsed from JSON.
        source: what to call it, the subject of a sentence.

    Raises:
        CampaignError: It says something that a campaign's message can't.
    """
    if not isinstance(found, dict):
        raise CampaignError(
            f"{source} isn't a message.", 'Such as {"channel": "sms", "message_type": "text", …}.'
        )
    if filling.is_deeper(found, _MOST_LEVELS):
        raise CampaignError(f"{source} is nested too deeply.", f"{_MOST_LEVELS} levels are enough.")
    marks = {"pace": "bulk", **({"purpose": found["purpose"]} if "purpose" in found else {})}
    window = _window(found.get("window"), source)
    first, *then = (
        Message("voice.call" if rung.is_call else "messages.send", detail, marks, window, rung)
        for detail, rung in steps.read(found, source, beside=_MARKS)
    )
    return first._replace(then=tuple(then))


def _window(window: Any, source: str) -> Asked | None:  # noqa: ANN401 - whatever is in the document
    if window is None:
        return None
    if wrong := _faults(window):
        raise CampaignError(
            f"{source} has a window that isn't one: {'; '.join(wrong)}.",
            'Such as {"hours": "Mon-Fri 09:00-20:00", "without": ["2026-12-25"]}, with a zone or country.',
        )
    return cast(Asked, window)


def _faults(window: Any) -> Sequence[str]:  # noqa: ANN401 - whatever is in the file
    """What is wrong with a window: all that would be with that of a command, and what no row can change."""
    if wrong := problems(Asked, window, strict=True):
        return wrong
    if wrong := [str(each) for each in broken_mark_rules({"name": REACHING[0], "window": window})]:
        return wrong
    try:
        windows(window, [])
    except ValueError as error:
        return [str(error)]
    country = window.get("country")
    return [] if country is None or zones.of_country(country) else [f"there is no country {country}"]
