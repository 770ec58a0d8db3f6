"""`make campaign`: one message to many people, looked at first, then started, paused, resumed, cancelled."""

import argparse
import re
import time
from argparse import ArgumentTypeError
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from rich.progress import Progress as Bar
from switchboard.campaigns import estimate, message, people, runs
from switchboard.campaigns.prepared import prepare
from switchboard.campaigns.rows import gone
from switchboard.campaigns.runs import Campaign
from switchboard.errors import CampaignError

from operate.campaigns import dry_run, results
from operate.campaigns.runs import Campaigns
from operate.command_line import AMISS, WELL, Command, Output, UsageError, switch, takes_json, takes_stage
from operate.errors import OperatorError
from operate.stack import Stack

_CONFIRMATION = re.compile("yes|[0-9a-f]{12}")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9:-]{0,39}")
# With a leading zero, such as the second one of `0,04`, it's what follows a decimal comma.
_AMOUNT = re.compile(r"(0|[1-9][0-9]{0,8})(\.[0-9]{1,9})?|\.[0-9]{1,9}")
_LOOK_AGAIN_S = 2


def _identity(text: str) -> str:
    if not _ID.fullmatch(text):
        raise ArgumentTypeError(f"{text!r} isn't an id; give up to 40 letters, digits and hyphens")
    return text.replace(":", "-")  # as an event's, in which a time may be


def _amount(text: str) -> Decimal:
    if not _AMOUNT.fullmatch(text):
        raise ArgumentTypeError(f"{text!r} isn't a number such as 0.5")
    return Decimal(text)


def _prices(text: str) -> tuple[Decimal, ...]:
    prices = [each.strip() for each in text.split(",")]
    if not all(map(_AMOUNT.fullmatch, prices)):
        raise ArgumentTypeError(
            f"{text!r} isn't a price. Write 0.04, or 0.05,0.04 for a ladder's steps: commas separate prices"
        )
    return tuple(map(Decimal, prices))


def _confirmation(text: str) -> str:
    if not _CONFIRMATION.fullmatch(text):
        raise ArgumentTypeError(f"{text!r} isn't the hash that was told, nor yes")
    return text


def _options(parser: argparse.ArgumentParser) -> None:
    takes_stage(parser)
    parser.add_argument("--file", type=Path, help="the CSV file with the people; its column `to` says whom")
    parser.add_argument("--message", type=Path, help="the JSON file with the message or call, without `to`")
    parser.add_argument("--id", type=_identity, help="the campaign's; else made from the message")
    parser.add_argument(
        "--price", type=_prices, default=(), help="of a message, a part of an SMS or a call; or of each step"
    )
    parser.add_argument("--pace", type=_amount, default=Decimal(0), help="at most so many a second")
    parser.add_argument(
        "--confirm",
        type=_confirmation,
        metavar="HASH",
        help="start exactly this, or with `yes` what is prepared",
    )
    switch(parser, "--pause", "queue nothing more until it's resumed")
    switch(parser, "--resume", "go on where it was")
    switch(parser, "--cancel", "end it; what isn't queued is never sent")
    switch(parser, "--follow", "wait until everything is queued, with a bar")
    parser.add_argument("--result", type=Path, help="the CSV file to write what became of each row to")
    takes_json(parser)


def _campaign(out: Output, given: argparse.Namespace) -> int:
    wishes = [given.pause, given.resume, given.cancel, given.result]
    if bool(given.file) != bool(given.message) or (any(wishes) if given.file else not given.id):
        raise UsageError("Give FILE=… and MESSAGE=… to prepare a campaign, or ID=… of one that was started")
    if sum(map(bool, wishes)) > 1:
        raise UsageError("Give one of PAUSE=true, RESUME=true, CANCEL=true and RESULT=…")
    if not given.file and (given.confirm or given.pace or given.price):
        raise UsageError("Give FILE=… and MESSAGE=… with CONFIRM=…, PACE=… or PRICE=…")
    those = Campaigns(Stack.of_stage(given.env))
    if given.file:
        return _prepare(out, given, those)
    if given.result:
        return _tell_result(out, those.read(given.id), given.result)
    if given.resume:
        those.resume(given.id)
    elif given.pause or given.cancel:
        those.mark(given.id, "paused" if given.pause else "cancelled")
    return _show(out, those, given.id, follow=given.follow)


def _prepare(out: Output, given: argparse.Namespace, those: Campaigns) -> int:
    now = time.time()
    try:
        text = message.read(given.message)
        identity = given.id or text.campaign()
        prepared = prepare(identity, people.read(given.file), text, those.bounds(), now)
        ends_at = estimate.end(prepared, now, float(given.pace), those.days())
        if given.confirm:
            runs.check(prepared, given.confirm)
    except CampaignError as error:
        raise OperatorError(error.cause, error.next_step) from error
    if not given.confirm:
        about = dry_run.about(prepared, those.opted_out(prepared), given.price, ends_at)
        out.tell("\n".join(dry_run.sentences(prepared, about)), about)
        return WELL
    begins = those.start(prepared, float(given.pace))
    out.advise(f"The campaign {identity} is started." if begins else f"The campaign {identity} runs already.")
    return _show(out, those, identity, follow=given.follow)


def _tell_result(out: Output, found: Campaign, path: Path) -> int:
    outcomes, expected, progress = results.read(found), results.expected(found), found.state.progress
    counted = results.write(outcomes, path)
    told = ", ".join(f"{outcome} {number}" for outcome, number in sorted(counted.items()))
    known = {"rows": len(outcomes), "expected": expected, "progress": progress}
    out.tell(f"{len(outcomes)} rows in {path}: {told}.", known | counted)
    if (left := counted["queued"]) and progress in ("done", "cancelled"):
        out.advise(
            f"{left} rows are still queued, and the campaign is {progress}. Unless it was minutes ago, look "
            "into the queue of bulk commands and its dead-letter queue."
        )
    if len(outcomes) == expected:
        return WELL
    out.advise(f"It was prepared with {expected} rows: somebody has changed its files in the bucket since.")
    return AMISS


def _show(out: Output, those: Campaigns, identity: str, *, follow: bool) -> int:
    found = those.read(identity)
    if follow:
        with Bar(console=out.console, disable=out.as_json) as bar:
            task = bar.add_task(identity, total=found.rows(), completed=found.queued())
            while found.state.progress == "running" and not found.has_failed and not _climbs_only(found):
                time.sleep(_LOOK_AGAIN_S)
                found = those.read(identity)
                bar.update(task, completed=found.queued())
    progress, queued, rows = found.state.progress, found.queued(), found.rows()
    told = {"id": identity, "progress": progress, "queued": queued, "rows": rows, "failed": found.has_failed}
    if found.summary is None:
        why = gone()
        out.tell(f"{identity}: {progress}. {why.cause}\n{why.next_step}", told | {"gone": True})
        return WELL
    sentence = f"{identity}: {progress}, {queued} of {rows} queued."
    if next_look := found.next_look():
        at = datetime.fromtimestamp(next_look, UTC).isoformat(timespec="seconds")
        told |= {"climbing": found.climbing(), "next_look": at}
        sentence += f" Of {found.climbing()}, some may be tried again; the next look is at {at}."
    out.tell(sentence + (" Its run has failed: RESUME=true." if found.has_failed else ""), told)
    return WELL


def _climbs_only(found: Campaign) -> bool:
    """Whether everybody's first try is queued, and a ladder goes on, which may take days."""
    return found.queued() == found.rows() and found.next_look() is not None


COMMAND = Command(
    "One message to many people: prepare it, start it, pause it, see what became of it",
    _campaign,
    (
        "make campaign FILE=people.csv MESSAGE=message.json",
        "make campaign FILE=people.csv MESSAGE=message.json CONFIRM=0123456789ab",
        "make campaign ID=campaign-01234567 PAUSE=true",
        "python -m operate campaign --id campaign-01234567 --result out.csv --env prod",
    ),
    _options,
)
