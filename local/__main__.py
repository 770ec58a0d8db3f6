"""`python -m local demo|up|down|call|timeline|credentials`, as `make` calls it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable

from rich.console import Console
from rich.markup import escape

from local import aws, demo, state, up
from local.report import Report
from operate import credentials, deploy, paths
from operate.errors import OperatorError

DEFAULT_PORTS = {"AWS_PORT": "4566", "VONAGE_PORT": "4010"}


def main(command: str) -> int:
    """Run one command and return its exit status: 1 for a problem that the user can act on."""
    console = Console(highlight=False)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # to be ended is to clean up, too
    commands: dict[str, Callable[[Report], None]] = {
        "demo": _demo,
        "up": _up,
        "down": _down,
        "call": _call,
        "timeline": _timeline,
        "credentials": lambda report: credentials.ask(report.console),
        "deploy": lambda report: deploy.deploy(report.console),
    }
    try:
        commands[command](Report(console))
    except OperatorError as error:
        console.print(f"\n[bold red]{escape(error.cause)}[/]\n{escape(error.next_step)}", soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("\nStopped.")
        return 130
    return 0


def _demo(report: Report) -> None:
    running = up.start(report, **_ports(), parameters=up.PARAMETERS, live=False)
    try:
        demo.show(report, running)
    finally:
        up.stop(running.services)


def _up(report: Report) -> None:
    if state.running():
        raise OperatorError(
            "It is running already.", "`make down` stops it; .local/state.json says where it is."
        )
    running = up.start(report, **_ports(), parameters=up.PARAMETERS, live=True)
    state.save(running)
    demo.introduce(report, running)
    report.console.print(
        f"\n[bold]In your browser: {running.console_url}[/]  a phone, messages and a live timeline\n"
        "  What you save in functions/ or layers/switchboard is live at the next call. `make down` stops all."
    )


def _down(report: Report) -> None:
    with report.step("Stopping the embedded AWS and the simulated Vonage"):
        up.stop(state.load().services)
        state.forget()


def _call(_report: Report) -> None:
    """Run call scripts through the simulated Vonage of the stage that is up."""
    from vonage_simulator.testing import script_runner

    sys.exit(script_runner.main(["--simulator", state.load().vonage_url, *sys.argv[2:]]))


def _timeline(_report: Report) -> None:
    """Show the timeline of the stage that is up; for a deployed stack see docs/operations.md."""
    stage = up.stage_of(state.load())
    environment = {
        **aws.environment(stage.aws_url),
        "SWITCHBOARD_TABLE_NAME": stage.outputs()["TimelineTableName"],
        "PYTHONPATH": str(paths.ROOT / "layers" / "switchboard"),
    }
    subprocess.run(
        [sys.executable, "-m", "switchboard.timeline", *sys.argv[2:]], env=environment, check=False
    )


def _ports() -> dict[str, int]:
    ports = {name: os.environ.get(name, default) for name, default in DEFAULT_PORTS.items()}
    for name, value in ports.items():
        if not value.isdigit() or not 0 < int(value) < 65536:
            raise OperatorError(
                f"{name} is {value!r}.", f"Give a port from 1 to 65535: make … {name}={DEFAULT_PORTS[name]}"
            )
    return {name.lower(): int(value) for name, value in ports.items()}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
