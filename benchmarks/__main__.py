"""`make bench`: builds, measures, prints, and writes the page and its numbers."""

import argparse
import sys
import time
from functools import partial

from benchmarks import cloud, load, loading, measure, page, sites, subjects, tables
from benchmarks.cloud import Cloud
from benchmarks.results import FILE, Group, Results, about

_LAMBDA_PYTHON = (3, 13)
_POOLS = (1, 2, 4, 8)


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds, to try it; writes no page")
    parser.add_argument("--page", action="store_true", help="write docs/performance.md from the last run")
    arguments = parser.parse_args()
    if arguments.page:
        _say(f"Wrote {page.write(Results.read())}.")
        return 0
    if sys.platform != "linux":
        _say("The benchmark reads CPU time from Linux's /proc. Run it on Linux, as Lambda does.")
        return 1
    if sys.version_info[:2] != _LAMBDA_PYTHON:
        version = sys.version.split()[0]
        _say(f"This is Python {version}, not the functions' 3.13: its ratios are not the published ones.")
        _say("To measure 3.13, install it, remove .local/bench, and run: make bench PYTHON=python3.13")
    started = time.monotonic()
    results = _run(quick=arguments.quick)
    _print(results)
    if not arguments.quick:
        results.write(FILE)
        _say(f"Wrote {page.write(results)} and {FILE}.")
    _say(f"Took {time.monotonic() - started:.0f} s.")
    return 0


def _run(*, quick: bool) -> Results:
    _say("Building the stack and the peers...")
    python = sites.python()
    sites.stack()
    cold_rounds, warm_rounds, invocations, events = (3, 2, 300, 400) if quick else (21, 7, 1000, 2000)
    cold = partial(measure.cold, python)
    warm = partial(measure.warm, python, invocations=invocations)
    with cloud.running(sites.FOLDER / "cloud") as aws:
        webhooks = _webhooks(aws)
        groups = {}
        for name, rows in {
            "webhooks": webhooks,
            "secret": [subjects.floor(), *subjects.secret_reads(aws)],
            "queue": [subjects.floor(), *subjects.queue_sends(aws)],
        }.items():
            _say(f"Measuring {name}: {len(rows)} rows...")
            is_warm = name != "secret"
            groups[name] = Group(
                cold=measure.in_rounds(rows, cold_rounds, cold),
                warm=measure.in_rounds(rows, warm_rounds, warm) if is_warm else {},
            )
        _say("Loading pools of environments...")
        loaded = [
            load.run(python, subject, pool, events)
            for subject in [subjects.floor(), *subjects.under_load(aws)]
            for pool in _POOLS
        ]
        modules = {subject.name: loading.modules(python, subject) for subject in webhooks}
        answer = next(subject for subject in webhooks if subject.name == subjects.ANSWER)
        return Results(
            groups=groups,
            modules={name: len(loaded_modules) for name, loaded_modules in modules.items()},
            package_mb={subject.name: sites.size_mb(subject.package) for subject in webhooks},
            import_ms=loading.import_ms(python, answer, modules[subjects.ANSWER], runs=2 if quick else 9),
            load=loaded,
            layers_mb=sites.size_mb(sites.layers()),
            log_bytes={},
            about=about(),
        )


def _webhooks(aws: Cloud) -> list[subjects.Subject]:
    ours = [subjects.answer_with_secret(aws), *subjects.stack(aws)]
    return [subjects.floor(), subjects.floor(subjects.CONTROL), *ours, *subjects.peers()]


def _print(results: Results) -> None:
    webhooks = results.groups["webhooks"]
    for title, table in {
        "Budgets": tables.budgets(results),
        "Cold": tables.cold(results),
        "Warm": tables.warm(webhooks),
        "Reading the secret for the first time": tables.secret_reads(results.groups["secret"]),
        "Putting an event in the queue": tables.queue_sends(results.groups["queue"]),
        "Under load": tables.load(results.load),
    }.items():
        _say(f"\n{title}\n\n{table}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
