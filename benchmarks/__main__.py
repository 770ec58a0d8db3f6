"""`make bench`: builds, measures, prints, and writes the page and its numbers."""

import argparse
import sys
import time

from benchmarks.pages import cost, performance, tables
from benchmarks.results import FILE, Results
from benchmarks.run import FULL, QUICK, run
from benchmarks.scale import curves

_LAMBDA_PYTHON = (3, 13)


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds, to try it; writes no page")
    parser.add_argument("--page", action="store_true", help="write the pages from the last run's numbers")
    arguments = parser.parse_args()
    if arguments.page:
        _write(Results.read())
        return 0
    if sys.platform != "linux":
        _say("The benchmark reads CPU time from Linux's /proc. Run it on Linux, as Lambda does.")
        return 1
    _compare_python()
    started = time.monotonic()
    before = Results.read() if FILE.exists() else None
    results = run(QUICK if arguments.quick else FULL, _say)
    _print(results)
    if before:
        _say(f"Compared with {before.about['commit']}, from {FILE.name}\n")
        _say(tables.comparison(before.groups["webhooks"], results.groups["webhooks"]))
    if not arguments.quick:
        results.write()
        _write(Results.read())
    _say(f"Took {time.monotonic() - started:.0f} s.")
    return 0


def _compare_python() -> None:
    if sys.version_info[:2] != _LAMBDA_PYTHON:
        version = sys.version.split()[0]
        _say(f"This is Python {version}, not the functions' 3.13: its ratios are not the published ones.")
        _say("To measure 3.13, install it, remove .venv and .local/bench, and: make bench PYTHON=python3.13")


def _print(results: Results) -> None:
    for title, table in {
        "Budgets": tables.budgets(results),
        "The answer webhook, cold": tables.cold(results, tables.ANSWER_ROWS),
        "The answer webhook, warm": tables.warm(results, tables.ANSWER_ROWS),
        "The other webhooks, cold": tables.cold(results, tables.others(results)),
        "The other webhooks, warm": tables.warm(results, tables.others(results)),
        "Reading the secret for the first time": tables.secret_reads(results.groups["secret"]),
        "What a caller waits for": tables.caller(results),
        "Putting an event in the queue": tables.queue_sends(results.groups["queue"]),
        "A call or a chat that is one function": tables.of_dialogs(results),
        "Behind the queues": tables.consumers(results),
        "Under load": tables.load(results),
    }.items():
        _say(f"\n{title}\n\n{table}")


def _write(results: Results) -> None:
    _say("Simulating one to 20,000 calls a second...")
    curves.write(curves.simulate(results))
    _say(f"Wrote {performance.write(results)} and {cost.write(results)}; the numbers are in {FILE}.")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
