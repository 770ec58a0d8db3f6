"""One call, one SMS and one e-mail through the deployed stack, and what happened, for a person to read."""

from collections import Counter
from typing import Any

import httpx
from rich.console import Console

from local import up
from local.report import Report
from local.stage import Stage
from local.state import State
from operate.errors import OperatorError
from vonage_simulator.journal.story import call_story, message_story

CALLER = "447700900111"

Json = dict[str, Any]


def show(report: Report, running: State) -> None:
    """Show the stack, place a call, send an SMS and an e-mail, and tell what each led to.

    Raises:
        OperatorError: The call was not answered and forwarded, or the message was not taken.
    """
    introduce(report, running)
    _call(report.console, running)
    number = running.numbers[0]
    sms = {"channel": "sms", "from": CALLER, "to": number, "text": "Are you open today?"}
    _message(report.console, running, "A message[/] by SMS", sms)
    mail = {
        "channel": "email",
        "from": "alice@example.com",
        "to": up.MAIL,
        "text": "Is there a table for two?",
    }
    _message(report.console, running, "An e-mail[/]", {**mail, "email": {"subject": "Tonight"}})
    report.console.print(
        "\n[bold]What next[/]\n"
        "  Change what the caller hears: edit [bold]functions/answer/app.py[/], `make demo` again.\n"
        "  Keep all of this running: `make up`. Deploy it to your own account: README.md."
    )


def introduce(report: Report, running: State) -> None:
    """Show what was deployed: the stack's resources, and the application as Vonage sees it."""
    stage = up.stage_of(running)
    _resources(report, stage)
    _application(report.console, stage, running)


def _resources(report: Report, stage: Stage) -> None:
    counts = Counter(kind.removeprefix("AWS::") for kind in stage.resources().values())
    title = f"\n[bold]The stack {stage.stack_name}[/], {counts.total()} resources in the embedded AWS"
    report.console.print(title)
    report.list(f"{count} {kind}" for kind, count in counts.most_common())


def _application(out: Console, stage: Stage, running: State) -> None:
    application: Json = stage.application().json()
    out.print(f"\n[bold]The application, as Vonage sees it[/]: {application['name']}")
    for capability, settings in application["capabilities"].items():
        for name, hook in settings.get("webhooks", {}).items():
            what = f"  {capability:<9} {name:<20} [dim]{hook['http_method']} {hook['address']}[/]"
            out.print(what)
    out.print(f"  linked numbers: [bold]{', '.join(running.numbers)}[/]")
    out.print(f"  public key: {stage.outputs()['PublicKeyFingerprint']}")
    out.print("  private key: made by the stack, kept in Secrets Manager, never seen by Vonage")


def _call(out: Console, running: State) -> None:
    number = running.numbers[0]
    out.print(f"\n[bold]A call[/] from {CALLER} to {number}, simulated time on the left")
    outcome = _simulate(running, "calls", {"from": CALLER, "to": number})
    entries = _journal(running, call=outcome["call"])
    for line in call_story(entries):
        out.print(line)
    if not any(entry.get("what") == "connected" for entry in entries):
        raise OperatorError(
            f"The call was not forwarded: {outcome.get('failure') or outcome['status']}.",
            "The story above says where it ended. The functions' code is in functions/, layers/switchboard/.",
        )


def _message(out: Console, running: State, what: str, message: Json) -> None:
    out.print(f"\n[bold]{what} from {message['from']} to {message['to']}")
    outcome = _simulate(running, "messages", message)
    for line in message_story(_journal(running, message=outcome["message_uuid"])):
        out.print(line)
    if not outcome["delivered"]:
        raise OperatorError(f"The message was not taken: {outcome['failure']}.", "Read .local/logs/aws.log.")


def _simulate(running: State, what: str, body: Json) -> Json:
    reply = httpx.post(f"{running.vonage_url}/_simulator/{what}", json=body, timeout=60, trust_env=False)
    answer: Json = reply.json()
    if reply.is_error:
        raise OperatorError(f"The simulated Vonage refused: {answer.get('error')}", "Run `make demo` again.")
    return answer


def _journal(running: State, **wanted: str) -> list[Json]:
    reply = httpx.get(f"{running.vonage_url}/_simulator/journal", params=wanted, trust_env=False)
    entries: list[Json] = reply.raise_for_status().json()["entries"]
    return entries
