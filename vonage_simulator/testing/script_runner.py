"""`python -m vonage_simulator.testing.script_runner FILE…`: run scripts, here or on a deployed stack.

The call goes through a simulated Vonage that is running, to the application of its numbers. With `--url`, one
of its own calls the webhooks under that URL (`/webhooks/answer` and the others), signed with
`VONAGE_SIGNATURE_SECRET` and `VONAGE_API_KEY`.
"""

import argparse
import sys
from pathlib import Path

import httpx
from rich.console import Console
from switchboard.wire.printable import printable

from vonage_simulator.origin.origin import DEFAULT_PORT, HOST
from vonage_simulator.testing import script
from vonage_simulator.testing.script_control import calling, running
from vonage_simulator.testing.script_messages import PATIENCE_S
from vonage_simulator.testing.script_run import run


def main(arguments: list[str] | None = None) -> int:
    """Run scripts; returns 0 when all passed, 1 when one did not, 2 when one could not be run."""
    options = _parse(arguments)
    out = Console(highlight=False)
    try:
        scripts = [(path, script.read(path)) for path in options.files]
        if options.url:
            _refuse_messages(scripts)
        vonage = calling(options.url) if options.url else running(options.simulator)
        with vonage as control:
            passed = [
                run(one, control, out, path.name, options.patience, is_told=not options.url)
                for path, one in scripts
            ]
    except (script.ScriptError, httpx.HTTPError) as error:
        sys.stderr.write(f"error: {printable(str(error), lines=True)}\n")
        return 2
    return 0 if all(passed) else 1


def _refuse_messages(scripts: list[tuple[Path, script.Script]]) -> None:
    """A deployed stack sends by the real Vonage, and the webhooks named here are those of calls alone."""
    for path, one in scripts:
        if one.message or one.chat or one.messages:
            raise script.ScriptError(
                f"{path}: messages can be seen only where the stack speaks to a simulated Vonage: "
                "run it without --url"
            )


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
