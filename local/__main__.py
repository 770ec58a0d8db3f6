"""`python -m local COMMAND`: the laptop's commands, which make passes on."""

import argparse
import signal
import subprocess
import sys

from local import aws, debugging, demo, state, up
from local.report import Report
from local.stage import Stage
from operate import command_line, deploy, paths, template
from operate.arguments import port
from operate.command_line import AMISS, WELL, Command, Output

ABOUT = """\
Switchboard on this machine: an embedded AWS and a simulated Vonage, explained in README.md.

Make takes each option as a variable in capitals: `make up VONAGE_PORT=4011`."""


def main(arguments: list[str]) -> int:
    """Run what was typed after `python -m local`; returns the exit status."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # to be ended is to clean up, too
    return command_line.main("python -m local", ABOUT, COMMANDS, arguments)


def _options(parser: argparse.ArgumentParser) -> None:
    _ports(parser)
    what = "parameters of the stack, NAME=VALUE with blanks between them: docs/parameters.md"
    parser.add_argument("--parameters", metavar="PARAMETERS", default="", help=what)


def _ports(parser: argparse.ArgumentParser) -> None:
    for name, default, who in (("aws", 4566, "embedded AWS"), ("vonage", 4010, "simulated Vonage")):
        where = f"where the {who} listens (default: {default})"
        parser.add_argument(f"--{name}-port", metavar="PORT", type=port, default=default, help=where)


def _parameters(given: argparse.Namespace) -> dict[str, str]:
    parameters = {**up.PARAMETERS, **deploy.named(given.parameters)}
    template.refuse(template.read(paths.ROOT / "template.yaml"), Stage.stack_name, parameters)
    return parameters


def _start(report: Report, given: argparse.Namespace, *, live: bool) -> state.State:
    return up.start(
        report,
        aws_port=given.aws_port,
        vonage_port=given.vonage_port,
        parameters=_parameters(given),
        live=live,
    )


def _demo(out: Output, given: argparse.Namespace) -> int:
    report = Report(out.console)
    running = _start(report, given, live=False)
    try:
        demo.show(report, running)
    finally:
        up.stop(running.services)
    return WELL


def _up(out: Output, given: argparse.Namespace) -> int:
    report = Report(out.console)
    if state.running():
        running = up.again(report, state.load(), _parameters(given))
    else:
        running = _start(report, given, live=True)
    state.save(running)
    demo.introduce(report, running)
    report.console.print(
        f"\n[bold]In your browser: {running.console_url}[/]  a phone, messages and a live timeline\n"
        "  What you save in functions/, app/ or layers/switchboard is live at the next call.\n"
        "  After a change of template.yaml, run `make up` again. `make down` stops all."
    )
    return WELL


def _down(out: Output, _: argparse.Namespace) -> int:
    with Report(out.console).step("Stopping the embedded AWS and the simulated Vonage"):
        up.stop(state.started())
        state.forget()
    return WELL


def _call(_: Output, given: argparse.Namespace) -> int:
    from vonage_simulator.testing import script_runner

    failed = script_runner.main(["--simulator", state.load().vonage_url, *given.scripts])
    return AMISS if failed else WELL


def _call_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("scripts", nargs="+", metavar="SCRIPT", help="as docs/simulator.md has them")


def _timeline(_: Output, given: argparse.Namespace) -> int:
    """Show the timeline of the stage that is up; for a deployed stack see docs/operations.md."""
    stage = up.stage_of(state.load())
    environment = {
        **aws.environment(stage.aws_url),
        "SWITCHBOARD_TABLE_NAME": stage.outputs()["TimelineTableName"],
        "PYTHONPATH": str(paths.LAYER),
    }
    command = [sys.executable, "-m", "switchboard.timeline", *filter(None, [given.id])]
    return subprocess.run(command, env=environment, check=False).returncode


def _timeline_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", nargs="?", help="a conversation_uuid (CON-…) or message_uuid")


COMMANDS = {
    "demo": Command(
        "Deploy into an embedded AWS, place a call and send an SMS through it, show what happened",
        _demo,
        ("make demo", "python -m local demo --vonage-port 4011"),
        _options,
    ),
    "up": Command(
        "The same, and keep it running; when it runs already, deploy what has changed",
        _up,
        ("make up", 'make up PARAMETERS="Verify=true"', "python -m local up --vonage-port 4011"),
        _options,
    ),
    "down": Command("Stop what `up` started", _down, ("make down", "python -m local down")),
    "call": Command(
        "Run call scripts through the simulated Vonage of what is up",
        _call,
        ("make call SCRIPT=examples/ivr/call.yaml", "python -m local call examples/ivr/call.yaml"),
        _call_options,
    ),
    "timeline": Command(
        "Show recent calls and messages of what is up, or one of them",
        _timeline,
        ("make timeline ID=CON-…", "python -m local timeline CON-…"),
        _timeline_options,
    ),
    "debug": debugging.COMMAND,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
