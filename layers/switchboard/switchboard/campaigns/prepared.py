"""A campaign that is prepared: every row judged as the command that it will be, before anything is sent."""

import functools
import hashlib
import json
import math
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any, NamedTuple

from switchboard.campaigns.message import Message
from switchboard.campaigns.people import Fault, Row, Sheet
from switchboard.errors import CampaignEmptyError, CampaignError, SettingError
from switchboard.outbound.countries import calling_code, is_allowed
from switchboard.outbound.reach import reached
from switchboard.reach.campaigns import MOST_ROWS, ROWS_A_PART
from switchboard.reach.ladder import Rung, places
from switchboard.reach.people import normal
from switchboard.reach.turns import Part, quiet_for, windows
from switchboard.reach.windows import Window, next_opening
from switchboard.wire.judge.judgement import judge_command
from switchboard.wire.reach.marks import Window as Asked
from switchboard.wire.validate import command_problems

# A queue takes 256 KiB, and SQS's own words come to it.
_MOST_BYTES = 200_000


class Bounds(NamedTuple):
    """Whom the stack may reach, when, and how many a day.

    Attributes:
        allowed: its parameter AllowedCountries.
        own: Numbers.
        quiet: QuietHours.
        messages: DailyMessages, 0 for any number.
        calls: DailyCalls.
    """

    allowed: str
    own: str
    quiet: str
    messages: int = 0
    calls: int = 0


class Recipient(NamedTuple):
    """A row that is sent to."""

    line: int
    to: str
    zones: tuple[str, ...]
    command: Mapping[str, Any]
    then: Sequence[Mapping[str, Any]] = ()

    def as_json(self) -> str:
        """Its line in a part; `then` are the commands of the ladder's other steps."""
        return json.dumps({"line": self.line, "to": self.to, "command": self.command, "then": self.then})


@dataclass(frozen=True)
class Prepared:
    """A campaign's rows.

    Attributes:
        campaign: its id.
        recipients: the rows that are sent to, those together that may be in the same time zones.
        invalid: the others.
        window: when it may reach people.
        open_in: gives the windows of people who may be in these time zones.
        bounds: whom the stack may reach.
        ladder: the steps at which each is tried; none if everybody gets one message or call.
    """

    campaign: str
    recipients: Sequence[Recipient]
    invalid: Sequence[Fault]
    window: Asked | None
    open_in: Callable[[tuple[str, ...]], Sequence[Window]]
    bounds: Bounds
    ladder: Sequence[Rung] = ()

    @cached_property
    def hash(self) -> str:
        """Of all that will be sent: what is confirmed is this, and nothing else."""
        ladder = [self.ladder] if self.ladder else []
        digest = hashlib.sha256(json.dumps([self.campaign, *self.invalid, *ladder]).encode())
        for each in self.recipients:
            digest.update(f"\n{each.as_json()}".encode())
        return digest.hexdigest()[:12]

    def parts(self) -> Iterator[tuple[Part, Sequence[Recipient]]]:
        """A part at a time, and what is in it."""
        for zones, those in groupby(self.recipients, lambda each: each.zones):
            rows = list(those)
            for begin in range(0, len(rows), ROWS_A_PART):
                part = rows[begin : begin + ROWS_A_PART]
                yield Part(len(part), zones), part

    def steps(self) -> list[tuple[str, int]]:
        """The channel of each step, `voice` of a call, and how many times it's tried at most."""
        first, attempts = self.recipients[0], [each.attempts for each in self.ladder] or [1]
        channels = [each["detail"].get("channel", "voice") for each in (first.command, *first.then)]
        return list(zip(channels, attempts, strict=True))

    def countries(self) -> Counter[str]:
        """How many there are of each calling code."""
        numbers = [normal(each.to) for each in self.recipients]
        return Counter(calling_code(number) for number in numbers if number.isdecimal())

    def doubts(self) -> list[str]:
        """What Vonage may ignore or take otherwise, of the first of them; and what is too much for a day."""
        first = self.recipients[0]
        doubtful = [str(each) for of in (first.command, *first.then) for each in judge_command(of).doubtful]
        return [*doubtful, *self._too_many()]

    def _too_many(self) -> Iterator[str]:
        """What the stack may reject, as everybody's first try may be on one day."""
        command = self.recipients[0].command
        kind = "messages" if command["name"] == "messages.send" else "calls"
        limit, tries = getattr(self.bounds, kind), len(self.recipients) * len(reached(command))
        if 0 < limit < tries:
            yield (
                f"{tries} {kind} are more than the {limit} that the stack's Daily{kind.capitalize()} allows "
                "a day, for all that it sends: those beyond it are rejected"
            )


def prepare(
    campaign: str, people: Sheet, message: Message, bounds: Bounds, now: float, until: float = math.inf
) -> Prepared:
    """Judge every row.

    Args:
        campaign: its id.
        people: whom it is for.
        message: what they get.
        bounds: whom the stack may reach, when, and how many a day.
        now: a Unix time, after which its window must open.
        until: the Unix time at which whoever judges it has to be done.

    Raises:
        CampaignEmptyError: There is no row.
        CampaignError: The message doesn't fit the file, nothing could be sent, or it took too long.
    """
    _refuse(people, message, bounds)
    recipients, invalid, first = [], list(people.faults), dict[str, int]()
    open_in = functools.partial(windows, message.window, quiet=quiet_for(message.marks, bounds.quiet))
    never = functools.cache(lambda zones: _never(message, zones, open_in(zones), now))
    for number, row in enumerate(people.rows):
        if time.time() > until:
            raise CampaignError(
                f"There was time to judge {number} rows with this message, and there are {len(people.rows)}.",
                "Give fewer at once, or use make campaign, which has the time.",
            )
        person, zones = normal(row.to), message.zones(row)
        command, *then = commands = message.commands(campaign, row)
        twice = f"the same person as line {first[person]}" if person in first else ""
        if reason := twice or _empty(row, message) or _refused_any(commands, bounds) or never(zones):
            invalid.append(Fault(row.line, row.to, reason))
        else:
            first[person] = row.line
            recipients.append(Recipient(row.line, row.to, zones, command, then))
    if not recipients and not invalid:
        raise CampaignEmptyError("There is nobody to send to.", "Give a list with somebody in it.")
    if not recipients:
        reasons = "; ".join(f"line {each.line}: {each.reason}" for each in invalid[:3])
        raise CampaignError(f"There is nobody to send to. {reasons}", "Correct the file or the message.")
    by_zones = sorted(recipients, key=lambda each: each.zones)  # in the file's order among those
    return Prepared(campaign, by_zones, sorted(invalid), message.window, open_in, bounds, message.ladder())


def _refuse(people: Sheet, message: Message, bounds: Bounds) -> None:
    """Refuse what no row can be judged by."""
    if unknown := [name for name in message.columns() if name not in people.columns]:
        raise CampaignError(
            f"The message has {{{unknown[0]}}}, and the people have no column of that name.",
            f"They have: {', '.join(people.columns)}. A brace itself is written twice: {{{{ and }}}}.",
        )
    tries = len(places(message.ladder())) or 1
    if len(people.rows) * tries > MOST_ROWS:
        times = f", each tried up to {tries} times," if tries > 1 else ""
        raise CampaignError(
            f"{len(people.rows)} rows{times} are too many for one campaign.",
            f"Give {MOST_ROWS // tries} at most, and an ID.",
        )
    try:
        windows(None, [], quiet=bounds.quiet)
    except ValueError as error:
        raise CampaignError(
            f"The stack's QuietHours can't be read: {error}.", "Correct the parameter, and deploy."
        ) from error


def _empty(row: Row, message: Message) -> str:
    empty = [name for name in message.columns() if not row.cells[name]]
    return f"{empty[0]} is empty, and the message needs it" if empty else ""


def _never(message: Message, zones: tuple[str, ...], those: Sequence[Window], now: float) -> str:
    """Why there is no time for people of these zones."""
    if message.window and not zones:
        return "nobody knows their time zone, which the window needs; say it in the column zone"
    if those and next_opening(those, now) is None:
        return f"the window is never open in all of {', '.join(zones)} at once; say which in the column zone"
    return ""


def _refused_any(commands: Sequence[Mapping[str, Any]], bounds: Bounds) -> str:
    """Why one of a row's steps can't be, and which."""
    refusals = (_refused(each, bounds) for each in commands)
    found = next(((step, each) for step, each in enumerate(refusals, 1) if each), None)
    return "" if found is None else f"step {found[0]}: {found[1]}" if len(commands) > 1 else found[1]


def _refused(command: Mapping[str, Any], bounds: Bounds) -> str:
    if wrong := command_problems(command):
        return "; ".join(wrong)
    if len(json.dumps(command)) > _MOST_BYTES:
        return f"with its message it is over {_MOST_BYTES} bytes, more than a queue takes"
    try:
        barred = [
            number
            for _, number in reached(command)
            if number is not None and not is_allowed(number, bounds.allowed, bounds.own)
        ]
    except SettingError as error:
        raise CampaignError(str(error), "Correct the stack's parameter, and deploy.") from error
    return f"{barred[0][:20]!r} is in no country that AllowedCountries has" if barred else ""
