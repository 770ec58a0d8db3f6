"""`python -m vonage_simulator`: the simulated Vonage in the foreground, for any SDK in any language."""

import argparse
import importlib.util
import os
import sys
import threading
from pathlib import Path

from rich.console import Console

from vonage_simulator.account.account import Account
from vonage_simulator.origin import certificate
from vonage_simulator.origin.origin import DEFAULT_PORT, PortInUseError
from vonage_simulator.server import Front, running
from vonage_simulator.store import StoreError
from vonage_simulator.switches import SwitchError, Switches, changed
from vonage_simulator.vonage import Vonage


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted; returns the exit status."""
    options = _parse(arguments)
    environment = {name: os.environ.get(f"VONAGE_{name.upper()}") for name in CREDENTIALS}
    try:
        switches = changed(Switches(rate_limits=options.rate_limits), dict(options.assume))
        account = Account.seeded(**environment, switches=switches, seed=options.seed)
        live, front = not options.jump, None if options.jump else _console()
        tls = certificate.make(options.tls) if options.tls else None
        with running(
            account, port=options.port, live=live, front=front, db=options.db, certificate=tls
        ) as vonage:
            _introduce(vonage, options.tls, live=live, with_console=front is not None)
            threading.Event().wait()
    except (PortInUseError, StoreError, SwitchError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


def _console() -> Front | None:
    """The page for people, who need real time, unless it isn't installed; loading it takes a second."""
    if importlib.util.find_spec("nicegui") is None:
        return None
    from vonage_simulator.console.serve import in_front_of

    return in_front_of


CREDENTIALS = ("api_key", "api_secret", "signature_secret")


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    installed = Path(sys.argv[0]).stem == "vonage-simulator"
    prog = "vonage-simulator" if installed else "python -m vonage_simulator"
    about = "The simulated Vonage in the foreground, for any SDK in any language."
    parser = argparse.ArgumentParser(prog=prog, description=about)
    parser.add_argument(
        "--port",
        type=int,
        default=DEFAULT_PORT,
        help="port on 127.0.0.1 (default %(default)s); 0 takes a free one",
    )
    parser.add_argument("--jump", action="store_true", help="let time jump to the next thing that happens")
    parser.add_argument("--rate-limits", action="store_true", help="enforce the APIs' requests per second")
    parser.add_argument(
        "--assume",
        action="append",
        default=[],
        type=_switch,
        metavar="SWITCH=VALUE",
        help="how to behave where Vonage's behaviour is not certain; any wrong name is told the right ones",
    )
    parser.add_argument("--tls", type=Path, metavar="FOLDER", help="speak https; write its certificate there")
    parser.add_argument("--db", type=Path, help="remember everything in this SQLite file")
    parser.add_argument("--seed", type=int, help="make ids the same in each run")
    return parser.parse_args(arguments)


def _switch(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value


def first_request(vonage: Vonage, tls: Path | None) -> str:
    """A command for a shell that lists the account's applications; what the shell has is left to it."""
    key, secret = (
        f"$VONAGE_{name.upper()}"
        if os.environ.get(f"VONAGE_{name.upper()}")
        else getattr(vonage.account, name)
        for name in ("api_key", "api_secret")
    )
    trusting = f'--cacert "{tls / "certificate.pem"}" ' if tls else ""
    return f'curl {trusting}-u "{key}:{secret}" {vonage.url}/v2/applications'


def _introduce(vonage: Vonage, tls: Path | None, *, live: bool, with_console: bool) -> None:
    account, out = vonage.account, Console(highlight=False, soft_wrap=True)
    out.print(f"[bold]The simulated Vonage listens on {vonage.url}[/bold]  (Ctrl+C stops it)")
    if with_console:
        out.print(f"A phone, messages and a timeline are in the browser: {vonage.url}/")
    elif live:
        out.print("A page with a phone comes with the extra: vonage-simulator[console]", markup=False)
    out.print()
    for name in CREDENTIALS:
        given = os.environ.get(f"VONAGE_{name.upper()}")
        out.print(f"  {name:<18}{'as in VONAGE_' + name.upper() if given else getattr(account, name)}")
    out.print(f"  {'owned numbers':<18}{', '.join(account.numbers)}\n")
    out.print("Use it as api_host and rest_host of any Vonage SDK, or try:")
    out.print(f"  {first_request(vonage, tls)}", markup=False)


if __name__ == "__main__":
    sys.exit(main())
