"""`make smoke`: says what it will do, what that costs, and asks; then tries the lines and writes the page."""

import argparse
import shlex
import signal
from datetime import UTC, datetime
from pathlib import Path

import boto3
from botocore.exceptions import NoRegionError

from operate.arguments import number
from operate.command_line import AMISS, INTERRUPTED, WELL, Command, Output, UsageError, switch, takes_stage
from operate.credentials import SECRET_NAME
from operate.errors import OperatorError
from operate.refusals import asking_aws_to
from operate.smoke import report, run
from operate.smoke.bench import Bench
from operate.smoke.deployment import Deployment
from operate.smoke.line import Verdict
from operate.smoke.lines import LINES, REMOVAL
from operate.stack import Stack

REPORT = "smoke-report.md"
_SUFFIX = "-smoke"


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
    sure = "begin without asking"
    parser.add_argument("--confirm", nargs="?", choices=("yes",), const="yes", metavar="yes", help=sure)
    switch(parser, "--json", "print the page as JSON")


def _smoke(out: Output, given: argparse.Namespace) -> int:
    only = {word for word in given.only.split(",") if word}
    if unknown := only - {line.word for line in LINES}:
        raise UsageError(f"no line is called {', '.join(sorted(unknown))}")
    bench = _bench(given)
    removing = only == {REMOVAL.word}
    if not removing:
        _refuse_leftovers(bench)
    _announce(out, bench, removing=removing)
    if given.confirm != "yes" and not _agreed():
        raise OperatorError("Nothing was created or removed.", "To begin: answer yes, or CONFIRM=yes.")
    facts = {
        "stack": bench.name,
        "Region": bench.deployment.region,
        "account": bench.account,
        "begun": datetime.now(UTC).isoformat(timespec="seconds"),
        "parameters": " ".join(bench.deployment.given) or "all defaults",
    }
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    results, interrupted = run.run(bench, only, lambda result: out.advise(report.told(result, bench.account)))
    given.report.write_text(report.page(facts, results))
    if out.as_json:
        out.tell("", report.document(facts, results))
    out.advise(f"The page is in {given.report}.")
    if interrupted:
        return INTERRUPTED
    return AMISS if any(each.verdict == Verdict.DIFFERS for each in results) else WELL


def _bench(given: argparse.Namespace) -> Bench:
    parameters, numbers = _parameters(given.parameters), _numbers(given.numbers)
    name = f"{Stack.of_stage(given.env).name}{_SUFFIX}"
    with asking_aws_to("say who asks"):
        account = boto3.client("sts").get_caller_identity()["Account"]
        region = boto3.Session().region_name
        if region is None:
            raise NoRegionError
        secret = parameters.get("CredentialsSecret", SECRET_NAME)
        has_vonage = _exists(secret)
    return Bench(
        deployment=Deployment(name, region, parameters, given.template),
        account=account,
        credentials_secret=secret,
        has_vonage=has_vonage,
        numbers=numbers,
        kms_key_arn=given.kms_key_arn,
    )


def _exists(secret: str) -> bool:
    client = boto3.client("secretsmanager")
    try:
        return "DeletedDate" not in client.describe_secret(SecretId=secret)
    except client.exceptions.ResourceNotFoundException:
        return False


def _parameters(given: str) -> dict[str, str]:
    pairs = [text.partition("=") for text in shlex.split(given)]
    if wrong := [name for name, equals, _ in pairs if not (name and equals)]:
        raise UsageError(f"{wrong[0]!r} isn't a parameter; write NAME=VALUE")
    parameters = {name: value for name, _, value in pairs}
    if taken := {"Numbers", "AllowTakeover", "DomainName"} & parameters.keys():
        raise UsageError(f"{min(taken)} could take what callers of a live stack use; see --numbers")
    return parameters


def _numbers(given: str) -> tuple[str, ...]:
    try:
        return tuple(number(text) for text in given.split(",") if text)
    except argparse.ArgumentTypeError as error:
        raise UsageError(str(error)) from error


def _refuse_leftovers(bench: Bench) -> None:
    """A run never adopts a stack: it might be somebody's."""
    with asking_aws_to(f"look for a stack {bench.name}"):
        status = bench.deployment.status()
    if status:
        raise OperatorError(
            f"There is a stack {bench.name} already ({status}), perhaps of a run that was cut off.",
            "If nobody needs it, remove it first: make smoke ONLY=delete",
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
        "Other stacks aren't touched. It takes about 25 minutes. AWS charges for what exists as long as it "
        "exists: some cents, and 12 dollars at most if nothing of a month were prorated."
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
