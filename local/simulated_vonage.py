"""`python -m local.simulated_vonage`: the simulated Vonage of the local stage, beside its embedded AWS.

`local.up` starts it, with the account's credentials in the environment. Webhooks for the stack's addresses go
to the embedded AWS. For a person, time is real, the console is there, and the stack follows the code on disk.
"""

import argparse
import contextlib
import os
import signal

from local.gateway import EmbeddedGateway
from local.live.functions import Functions
from local.live.reload import Reloader, Tell
from local.yours.following import Follower
from vonage_simulator.account.account import Account
from vonage_simulator.server import Front, running

DEPLOYED = "`make up` deployed what had changed."


def main(arguments: list[str] | None = None) -> None:
    """Serve until ended; at each SIGHUP, take note that the stack was deployed again."""
    options = _parse(arguments)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})  # in all threads: it waits until it's asked for
    account = Account.seeded(
        api_key=os.environ["VONAGE_API_KEY"],
        api_secret=os.environ["VONAGE_API_SECRET"],
        signature_secret=os.environ["VONAGE_SIGNATURE_SECRET"],
    )
    functions = Functions()
    transport = EmbeddedGateway(options.embedded_aws, functions=functions)
    live = options.reload is not None
    front = _console() if live else None
    with running(account, port=options.port, live=live, transport=transport, front=front) as vonage:

        def tell(what: str, words: str) -> None:
            vonage.journal.add("code", vonage.clock.timestamp(), what=what, text=words)

        with _following(options, tell, functions) if live else contextlib.nullcontext():
            while signal.sigwait({signal.SIGHUP}):
                functions.crashed.clear()  # what kept one from starting may be there now
                tell("reloaded", DEPLOYED)


def _console() -> Front:
    """The page for people; loading it takes a second."""
    from vonage_simulator.console.serve import in_front_of

    return in_front_of


def _following(
    options: argparse.Namespace, tell: Tell, functions: Functions
) -> contextlib.AbstractContextManager[object]:
    """Keep the stacks at the code on disk, and tell the console; the gateway, what it has to know of it."""
    following = contextlib.ExitStack()
    following.enter_context(
        Reloader(options.embedded_aws, options.reload, tell, functions=functions).watching()
    )
    following.enter_context(Follower(options.embedded_aws, options.reload, tell).watching())
    return following


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.simulated_vonage", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="port on 127.0.0.1")
    parser.add_argument("--embedded-aws", required=True, metavar="URL", help="where the stack is")
    parser.add_argument("--reload", metavar="STACK", help="for a person; keep this stack at the code on disk")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
