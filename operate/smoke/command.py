"""`make smoke`: says what it will do, what that costs, and asks; then tries the lines and writes the page."""

import argparse
import signal
from datetime import UTC, datetime
from pathlib import Path

from operate.command_line import (
    AMISS,
    INTERRUPTED,
    WELL,
    Command,
    Output,
    UsageError,
    interrupted_by,
    switch,
    takes_confirmation,
    takes_stage,
)
from operate.errors import OperatorError
from operate.smoke import report, run
from operate.smoke.bench import Bench
from operate.smoke.given import bench_of
from operate.smoke.line import Verdict
from operate.smoke.lines import LINES, REMOVAL

REPORT = "smoke-report.md"


def _options(parser: argparse.ArgumentParser) -> None:
    takes_stage(parser)
    words = ", ".join(line.word for line in LINES)
    parser.add_argument("--only", metavar="LINES", default="", help=f"some lines, with commas: {words}")
    what = "parameters of the template for the run's stack, such as CredentialsSecret=… (default: none)"
    parser.add_argument("--parameters", metavar="PARAMETERS", default="", help=what)
    what = "numbers of the Vonage account that nobody calls now, with commas; they are given back"
    parser.add_argument("--numbers", metavar="NUMBERS", default="", help=what)
    what = "a KMS key to encrypt the run's stack with"
    parser.add_argument("--kms-key-arn", metavar="ARN", default="", help=what)
    what = "a template that `sam package` wrote, rather than this folder's"
    parser.add_argument("--template", metavar="FILE", type=Path, help=what)
    what = "where the page is written (default: %(default)s)"
    parser.add_argument("--report", metavar="FILE", type=Path, default=Path(REPORT), help=what)
    takes_confirmation(parser, "begin without asking")
    switch(parser, "--json", "print the page as JSON")


def _smoke(out: Output, given: argparse.Namespace) -> int:
    only = {word for word in given.only.split(",") if word}
    if unknown := only - {line.word for line in LINES}:
        raise UsageError(f"no line is called {', '.join(sorted(unknown))}")
    if out.as_json and not given.confirm:
        raise UsageError("--json needs --confirm, as a question would be printed before the JSON")
    if given.report.is_dir() or not given.report.parent.is_dir():
        raise UsageError(f"{given.report} can't be the page: name a file in a folder that exists")
    bench = bench_of(given)
    removing = only == {REMOVAL.word}
    if not removing:
        _refuse_leftovers(bench)
    _announce(out, bench, removing=removing)
    if not given.confirm and not _agreed():
        raise OperatorError("Nothing was created or removed.", "To begin: answer yes, or CONFIRM=yes.")
    interrupted_by(signal.SIGTERM, signal.SIGHUP)
    facts = {
        "stack": bench.name,
        "Region": bench.deployment.region,
        "account": bench.account,
        "begun": datetime.now(UTC).isoformat(timespec="seconds"),
        "parameters": " ".join(bench.deployment.given) or "all defaults",
    }
    results, interrupted = run.run(bench, only, lambda result: out.advise(report.told(result, bench.account)))
    if out.as_json:
        out.tell("", report.document(facts, results))
    given.report.write_text(report.page(facts, results))
    out.advise(f"The page is in {given.report}.")
    if interrupted:
        return INTERRUPTED
    return AMISS if any(each.verdict == Verdict.DIFFERS for each in results) else WELL


def _refuse_leftovers(bench: Bench) -> None:
    """A run never adopts a stack: it might be somebody's."""
    if status := bench.deployment.status():
        raise OperatorError(
            f"There is a stack {bench.name} already ({status}), perhaps of a run that was cut off.",
            f"If nobody needs it, remove it first: {bench.removal}",
        )


def _announce(out: Output, bench: Bench, *, removing: bool) -> None:
    where = f"account {bench.account}, Region {bench.deployment.region}"
    if removing:
        out.advise(f"Removes the stack {bench.name} and all that a run makes, in {where}.")
        return
    vonage = (
        f"It makes a Vonage application of its own with the credentials in {bench.credentials_secret}, and a "
        f"copy of that secret for a few minutes. Numbers it links: {len(bench.numbers)}."
        if bench.has_vonage
        else f"There is no secret {bench.credentials_secret}, so what needs a Vonage account isn't tried."
    )
    out.advise(
        f"Deploys a stack {bench.name} in {where}, breaks it in several ways, and removes it. {vonage}\n"
        "Other stacks aren't touched. It takes about 25 minutes. AWS charges for what exists while it "
        "exists: a few cents, and at most 12 dollars if AWS charged the whole month."
    )


def _agreed() -> bool:
    try:
        return input("Begin? Only yes begins: ").strip() == "yes"
    except EOFError:
        return False


COMMAND = Command(
    "Try on a stack of its own what only a real AWS account can show, and write one page about it",
    _smoke,
    (
        "make smoke ENV=dev",
        "make smoke ONLY=commands,fallback CONFIRM=yes",
        "python -m operate smoke --only delete --confirm",
    ),
    _options,
)
