"""`python -m operate COMMAND`, as `make` calls it; what a command takes comes from the environment."""

import os
import sys
from collections.abc import Callable, Iterable

from rich.console import Console
from rich.markup import escape

from operate import logs, orphans, provisioner, queues, replay, timeline
from operate.errors import OperatorError
from operate.stack import Stack

VONAGE_API_URL = "https://api.nexmo.com"
Command = Callable[[Console, Stack], int]


def main(command: str) -> int:
    """Run one command and return its exit status: 1 for what is amiss, or cannot be done."""
    out = Console(highlight=False, soft_wrap=True)
    try:
        return COMMANDS[command](out, Stack.of_stage(given("ENV") or "default"))
    except OperatorError as error:
        out.print(f"[bold red]{escape(error.cause)}[/]\n{escape(error.next_step)}")
        return 1
    except KeyboardInterrupt:
        return 130


def given(name: str) -> str:
    """What was given on make's command line; empty when nothing was."""
    return os.environ.get(name, "").strip()


def is_on(name: str) -> bool:
    """Whether a switch was given as true.

    Raises:
        OperatorError: It was given as something else, which must not pass for a no.
    """
    if given(name) not in ("", "true", "false"):
        raise OperatorError(f"{name}={given(name)} is neither true nor false.", f"Write it so: {name}=true")
    return given(name) == "true"


def _redrive(out: Console, stack: Stack) -> int:
    moved = queues.redrive(stack, given("QUEUE"))
    out.print(f"Put back where they belong, of {given('QUEUE')}: {moved}.")
    return 0


def _replay(out: Console, stack: Stack) -> int:
    if given("CALL"):
        count = replay.call(stack, given("CALL"))
        out.print(f"{count} events of {given('CALL')} are on the bus again.")
        return 0
    name = replay.stretch(stack, given("FROM"), given("TO"))
    out.print(f"The replay {name} has begun: aws events describe-replay --replay-name {name}")
    return 0


def _logs(out: Console, stack: Stack) -> int:
    minutes = given("MINUTES") or "60"
    if not minutes.isdecimal():
        raise OperatorError(f"MINUTES={minutes} is no number.", "Give a whole number: make logs MINUTES=15")
    what = {"call": given("CALL"), "function": given("FUNCTION")}
    since_s = int(minutes) * 60.0
    read = logs.follow if is_on("FOLLOW") else logs.lines
    found: Iterable[logs.Line] = read(stack, **what, since_s=since_s)
    shown = 0
    for line in found:
        out.print(f"[dim]{line.function:<12}[/] {escape(line.text)}")
        shown += 1
    if not shown:
        sought = "line" if any(what.values()) else "line that is no success"
        out.print(f"No {sought} in the last {minutes} minutes. Further back: MINUTES=1440")
    return 0


def _history(out: Console, stack: Stack) -> int:
    number = given("NUMBER")
    exported = timeline.export_of(stack, number) if number else timeline.export(stack, given("CALL"))
    out.out(exported, highlight=False)
    return 0


def _erase(out: Console, stack: Stack) -> int:
    if given("CONFIRM") not in ("", "yes"):
        raise OperatorError(f"CONFIRM={given('CONFIRM')} is no confirmation.", "Write it so: CONFIRM=yes")
    confirmed = given("CONFIRM") == "yes"
    count = timeline.erase(stack, given("NUMBER"), confirmed=confirmed)
    if not confirmed:
        out.print(f"{count} items would be deleted. To delete them: make erase NUMBER=… CONFIRM=yes")
        return 0
    out.print(
        f"{count} items are deleted. Backups of the table (35 days), the archive, dead-letter queues and "
        "kept media end with their own retention: docs/privacy.md."
    )
    return 0


def _asked(action: str) -> Command:
    def ask(out: Console, stack: Stack) -> int:
        options: dict[str, object] = {"resource": given("RESOURCE")} if given("RESOURCE") else {}
        if action == "check" and is_on("REPAIR"):
            options["repair"] = True
        report = provisioner.ask(stack, action, **options)
        out.print(escape(provisioner.render(report)))
        return 0 if provisioner.is_well(report) else 1

    return ask


def _orphans(out: Console, _stack: Stack) -> int:
    if given("DELETE"):
        orphans.delete(given("DELETE"), given("VONAGE_API_URL") or VONAGE_API_URL)
        out.print(f"The application {given('DELETE')} is deleted.")
        return 0
    found = orphans.find()
    for orphan in found:
        out.print(f"{orphan.application_id}  made by the stack {orphan.stack}, which is gone")
    out.print("To delete one: make orphans DELETE=<id>" if found else "No application is left behind.")
    return 0


COMMANDS: dict[str, Command] = {
    "redrive": _redrive,
    "replay": _replay,
    "logs": _logs,
    "history": _history,
    "erase": _erase,
    "orphans": _orphans,
    "plan": _asked("plan"),
    "drift": _asked("check"),
    "rotate": _asked("rotate"),
    "doctor": _asked("doctor"),
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
