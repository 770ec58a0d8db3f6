"""`make ask-vonage`: says what it will do, asks, and writes the page."""

import argparse
import signal
from datetime import UTC, datetime
from pathlib import Path

import httpx

from operate.arguments import number, port
from operate.ask_vonage import report, run
from operate.ask_vonage.account import AskedError, VonageAccount
from operate.ask_vonage.given import credentials, origin, phones, webhooks_at
from operate.ask_vonage.inquiry import Inquiry, leftovers
from operate.ask_vonage.person import AtTheTerminal
from operate.ask_vonage.server import HOST
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
)
from operate.credentials import vonage_url
from operate.errors import OperatorError

REPORT = "docs/asked.md"
PORT = 8765


def _options(parser: argparse.ArgumentParser) -> None:
    what = "a number of the account that nothing uses; it is given back"
    parser.add_argument("--number", type=number, metavar="NUMBER", help=what)
    what = "your telephone, or two with a comma; they are called when you have agreed"
    parser.add_argument("--phone", type=phones, metavar="PHONES", default=(), help=what)
    what = f"the https address of a tunnel to {HOST} and the port, at which Vonage reaches this machine"
    parser.add_argument("--url", type=origin, metavar="URL", help=what)
    what = "where the tunnel leads (default: %(default)s)"
    parser.add_argument("--port", type=port, metavar="PORT", default=PORT, help=what)
    what = "take the credentials of this stage's secret, rather than ask for them"
    parser.add_argument("--env", metavar="STAGE", help=what)
    parser.add_argument("--only", metavar="SWITCHES", default="", help="some switches, with commas")
    what = "where the page is written (default: %(default)s)"
    parser.add_argument("--report", metavar="FILE", type=Path, default=Path(REPORT), help=what)
    takes_confirmation(parser, "agree to every call and message beforehand")
    switch(parser, "--json", "print the page as JSON")


def _ask_vonage(out: Output, given: argparse.Namespace) -> int:
    only = {word for word in given.only.split(",") if word}
    if unknown := only - {question.switch for question in run.QUESTIONS}:
        raise UsageError(f"no question is called {', '.join(sorted(unknown))}")
    if out.as_json and not given.confirm:
        raise UsageError("--json needs --confirm, as questions would be printed before the JSON")
    if given.report.is_dir() or not given.report.parent.is_dir():
        raise UsageError(f"{given.report} can't be the page: name a file in a folder that exists")
    if only and given.report.exists():
        raise UsageError(f"{given.report} would lose its other answers; name another page: --report FILE")
    account = VonageAccount(*credentials(given.env))
    person = AtTheTerminal(out, given.confirm)
    interrupted_by(signal.SIGTERM, signal.SIGHUP)
    with webhooks_at(given.url, given.port) as webhooks:
        inquiry = Inquiry(account, person, given.number or "", given.phone, webhooks)
        _begin(inquiry)
        begun = datetime.now(UTC).isoformat(timespec="seconds")
        asked = run.run(inquiry, only, lambda each: out.advise(report.told(each, account.api_key)))
    account.close()
    return _told(out, given.report, asked, {"asked": vonage_url(), "at": begun}, account.api_key)


def _told(out: Output, file: Path, asked: run.Asked, facts: dict[str, str], api_key: str) -> int:
    file.write_text(report.page(facts, asked.answers, api_key))
    document = report.document(facts, asked.answers, api_key)
    out.tell(f"The page is in {file}.", {**document, "left": asked.left})
    for each in asked.left:
        out.advise(f"Left, as it could not be removed: {each}")
    if asked.interrupted:
        return INTERRUPTED
    return AMISS if asked.left else WELL


def _begin(inquiry: Inquiry) -> None:
    """Look before anything is made, and ask.

    Raises:
        OperatorError: It can't, or mustn't begin.
    """
    try:
        left = leftovers(inquiry.account)
        if left and inquiry.person.agrees(
            f"A run that was cut off has left {len(left)} applications, “{left[0]['name']}”. They are "
            "deleted now, and the number is unlinked from them."
        ):
            _clear(inquiry, {str(each["id"]) for each in left})
        if inquiry.number:
            inquiry.lent().refuse_if_used()
    except AskedError as refusal:
        raise OperatorError(
            f"Vonage refused the first request: {refusal}.", "Check the API key and secret."
        ) from refusal
    except httpx.HTTPError as error:
        raise OperatorError(
            f"Vonage could not be reached: {type(error).__name__}.", "Check the network, then run this again."
        ) from error
    _begins(inquiry)


def _begins(inquiry: Inquiry) -> None:
    number = (
        f"the number {inquiry.number}, which is linked to them meanwhile" if inquiry.number else "no number"
    )
    agreed = inquiry.person.agrees(
        f"Makes applications “{inquiry.name}” in the Vonage account, with {number}, asks, and deletes them. "
        "Nothing else of the account is changed. You are asked again before each call and message."
    )
    if not agreed:
        raise OperatorError("Nothing was made or asked.", "To begin: answer yes, or CONFIRM=yes.")


def _clear(inquiry: Inquiry, left: set[str]) -> None:
    """Remove what a run that was cut off has left."""
    if inquiry.number and inquiry.lent().read().get("app_id") in left:
        inquiry.lent().give_back()
    for application_id in left:
        inquiry.delete_application(application_id)


COMMAND = Command(
    "Ask a real Vonage account what its documentation leaves open, and write one page about it",
    _ask_vonage,
    (
        "make ask-vonage NUMBER=447700900000",
        "make ask-vonage NUMBER=447700900000 PHONE=447700900111,447700900222 URL=https://….example.com",
        "python -m operate ask-vonage --only put_without_keys,unknown_fields",
    ),
    _options,
)
