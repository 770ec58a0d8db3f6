"""`python -m vonage_simulator.testing.script_runner FILE…`: run scripts, here or on a deployed stack.

The call goes through a simulated Vonage that is running, to the application of its numbers. With `--url`, one
of its own calls the webhooks under that URL (`/webhooks/answer` and the others), signed with
`VONAGE_SIGNATURE_SECRET` and `VONAGE_API_KEY`.
"""

import argparse
import contextlib
import math
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import httpx
from rich.console import Console
from rich.markup import escape
from switchboard.wire.printable import printable

from vonage_simulator.account.account import Account
from vonage_simulator.journal import words
from vonage_simulator.journal.story import call_story, message_story
from vonage_simulator.origin.origin import DEFAULT_PORT, HOST
from vonage_simulator.server import running
from vonage_simulator.testing import script, verdict
from vonage_simulator.testing.script_chat import Chatting
from vonage_simulator.testing.script_messages import PATIENCE_S, Outbox
from vonage_simulator.types import Json

WEBHOOKS = {"answer_url": "answer", "fallback_answer_url": "fallback", "event_url": "event"}
LONGEST_RUN_S = 600


def main(arguments: list[str] | None = None) -> int:
    """Run scripts; returns 0 when all passed, 1 when one did not, 2 when one could not be run."""
    options = _parse(arguments)
    out = Console(highlight=False)
    try:
        scripts = [(path, script.read(path)) for path in options.files]
        if options.url:
            _refuse_messages(scripts)
        with _own(options.url) if options.url else _running(options.simulator) as control:
            passed = [
                run(one, control, out, path.name, options.patience, is_told=not options.url)
                for path, one in scripts
            ]
    except (script.ScriptError, httpx.HTTPError) as error:
        sys.stderr.write(f"error: {printable(str(error), lines=True)}\n")
        return 2
    return 0 if all(passed) else 1


def run(
    wanted: script.Script,
    control: httpx.Client,
    out: Console,
    name: str,
    patience_s: float = PATIENCE_S,
    *,
    is_told: bool = False,
) -> bool:
    """Place the script's call, or write its message, print the story and the verdict.

    Args:
        wanted: the script.
        control: the control API of a simulated Vonage.
        out: where the story goes.
        name: of the script, in what is printed.
        patience_s: how long messages are waited for, in real time.
        is_told: whether the simulated Vonage is told what dialogs do after their calls.
    """
    numbers = control.get("/account").raise_for_status().json()["numbers"]
    linked = [number["msisdn"] for number in numbers if "app_id" in number]
    to = wanted.to or next(iter(linked), None)
    if to is None:
        raise script.ScriptError("no number is linked to an application; deploy first, or give `to`")
    outbox = Outbox(control) if wanted.messages else None
    end_s = math.ceil(patience_s) if is_told else 0
    failures = _happens(wanted, to, control, out, name, patience_s, end_s) + _not_live(control)
    if outbox:
        failures += outbox.missing(wanted.messages, patience_s)
    for failure in failures:
        out.print(f"[red]✗ {escape(printable(failure, lines=True))}[/]", soft_wrap=True)
    out.print(f"[red]FAILED[/] {escape(name)}" if failures else f"[green]PASSED[/] {escape(name)}")
    return not failures


def _happens(
    wanted: script.Script,
    to: str,
    control: httpx.Client,
    out: Console,
    name: str,
    patience_s: float,
    end_s: int,
) -> list[str]:
    """Do what the script says; gives what went wrong."""

    def write(message: Json) -> list[str]:
        return _write(message, control, out, name)

    if wanted.chat:
        return Chatting(control, write, patience_s).follow(wanted.chat, to)
    if wanted.message:
        return write({**wanted.message, "to": to})
    return _call(wanted, to, control, out, name, end_s)


def _call(
    wanted: script.Script, to: str, control: httpx.Client, out: Console, name: str, end_s: int
) -> list[str]:
    request = {**wanted.calling, "to": to, "script": wanted.caller, "callees": wanted.callees}
    outcome = _done(control, "/calls", request, name)
    entries = _journal(control, call=outcome["call"])
    if end_s and any(map(words.waits, entries)):  # a dialog hears of the end after the call
        _journal(control, call=outcome["call"], webhook="told", wait=str(end_s))
        entries = _journal(control, call=outcome["call"])
    caller = str(wanted.calling.get("from_user", wanted.calling.get("from", "a withheld number")))
    _tell(out, f"[bold]{escape(name)}[/]: {escape(caller)} calls {escape(to)}", call_story(entries))
    return [
        *filter(None, [outcome.get("failure")]),
        *([] if wanted.expect.get("fallback") else verdict.failures(entries)),
        *script.undelivered(entries),
        *script.unmet(wanted.expect, outcome, entries),
    ]


def _write(message: Json, control: httpx.Client, out: Console, name: str) -> list[str]:
    outcome = _done(control, "/messages", message, name)
    entries = _journal(control, message=outcome["message_uuid"])
    who, to = escape(message["from"]), escape(message["to"])
    title = f"[bold]{escape(name)}[/]: {who} writes to {to} by {message['channel']}"
    _tell(out, title, message_story(entries))
    failure = outcome.get("failure")
    not_taken = [f"the inbound webhook did not take the message: {failure}"] if failure else []
    return not_taken + verdict.failures(entries)


def _not_live(control: httpx.Client) -> list[str]:
    """What keeps the code that was saved last from being live; nothing when it is."""
    saved = _journal(control, kind="code")
    broken = saved and saved[-1]["what"] in {"not reloaded", "not started"}
    return [f"what was saved isn't live: {saved[-1]['text']}"] if broken else []


def _done(control: httpx.Client, path: str, request: Json, name: str) -> Json:
    """What became of a request to the control API."""
    with _jumping(control):
        reply = control.post(path, json=request)
    if reply.is_error:
        raise script.ScriptError(f"{name}: {_reason(reply)}")
    outcome: Json = reply.json()
    return outcome


def _journal(control: httpx.Client, **about: str) -> list[Json]:
    entries: list[Json] = control.get("/journal", params=about).json()["entries"]
    return entries


def _tell(out: Console, title: str, story: Iterable[str]) -> None:
    out.print(title)
    for line in story:
        out.print(printable(line), soft_wrap=True)


def _reason(reply: httpx.Response) -> str:
    """Why the simulated Vonage refused: in its own words, unless it failed."""
    try:
        return str(reply.json()["error"])
    except ValueError:
        return f"the simulated Vonage failed ({reply.status_code}); what it printed says why"


def _refuse_messages(scripts: list[tuple[Path, script.Script]]) -> None:
    """A deployed stack sends by the real Vonage, and the webhooks named here are those of calls alone."""
    for path, one in scripts:
        if one.message or one.chat or one.messages:
            raise script.ScriptError(
                f"{path}: messages can be seen only where the stack speaks to a simulated Vonage: "
                "run it without --url"
            )


@contextlib.contextmanager
def _running(simulator: str) -> Iterator[httpx.Client]:
    try:
        httpx.get(f"{simulator.rstrip('/')}/_simulator/account", trust_env=False).raise_for_status().json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise script.ScriptError(
            f"no simulated Vonage answers at {simulator} ({error}): start one with "
            "`python -m vonage_simulator`, or say with --simulator where it is"
        ) from error
    with control_of(simulator.rstrip("/")) as control:
        yield control


@contextlib.contextmanager
def _own(url: str) -> Iterator[httpx.Client]:
    api_key, signature_secret = (os.environ.get(f"VONAGE_{name}") for name in ("API_KEY", "SIGNATURE_SECRET"))
    if not (api_key and signature_secret):
        raise script.ScriptError(
            "--url needs VONAGE_API_KEY and VONAGE_SIGNATURE_SECRET in the environment: "
            "the deployed webhooks accept only what the account signed"
        )
    account = Account.seeded(api_key=api_key, signature_secret=signature_secret)
    with running(account) as vonage, control_of(vonage.url) as control:
        _link(vonage.url, vonage.credentials, url.rstrip("/"))
        yield control


def control_of(url: str) -> httpx.Client:
    """A client of the control API of a simulated Vonage, for `run`."""
    return httpx.Client(base_url=f"{url}/_simulator", timeout=LONGEST_RUN_S, trust_env=False)


def _link(vonage_url: str, credentials: tuple[str, str], url: str) -> None:
    hooks = {
        kind: {"address": f"{url}/webhooks/{path}", "http_method": "POST"} for kind, path in WEBHOOKS.items()
    }
    application = {"name": "call script", "capabilities": {"voice": {"webhooks": hooks}}}
    with httpx.Client(base_url=vonage_url, auth=credentials, trust_env=False) as api:
        made = api.post("/v2/applications", json=application)
        if made.is_error:
            raise script.ScriptError(f"{url} isn't an address of webhooks: {made.text}")
        for number in api.get("/account/numbers").json()["numbers"]:
            link = {"country": number["country"], "msisdn": number["msisdn"], "app_id": made.json()["id"]}
            api.post("/number/update", data=link).raise_for_status()


@contextlib.contextmanager
def _jumping(control: httpx.Client) -> Iterator[None]:
    """Let time jump during the script, unless somebody is on the phone, who needs real time."""
    live = control.get("/clock").raise_for_status().json()["live"]
    if not live or control.get("/calls").json()["legs"]:
        yield
        return
    control.post("/clock", json={"live": False})
    try:
        yield
    finally:
        control.post("/clock", json={"live": True})


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    installed = Path(sys.argv[0]).stem == "vonage-call"
    prog = "vonage-call" if installed else "python -m vonage_simulator.testing.script_runner"
    parser = argparse.ArgumentParser(prog=prog, description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="call scripts in YAML")
    parser.add_argument(
        "--patience",
        type=float,
        default=PATIENCE_S,
        metavar="S",
        help="how many seconds to wait for messages that are expected (default %(default)g)",
    )
    called = parser.add_mutually_exclusive_group()
    called.add_argument(
        "--simulator",
        default=f"http://{HOST}:{DEFAULT_PORT}",
        metavar="URL",
        help="a simulated Vonage that is running (default %(default)s)",
    )
    called.add_argument("--url", help="base URL of deployed webhooks, such as https://….amazonaws.com")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
