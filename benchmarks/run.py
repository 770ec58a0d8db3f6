"""One whole run: everything that the page shows."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from benchmarks import cloud, cost, dialogs, load, loading, measure, sites, subjects
from benchmarks.cloud import Cloud
from benchmarks.measure import Samples
from benchmarks.results import Group, Results, about
from benchmarks.subjects import Subject


class Effort(NamedTuple):
    """How often everything is measured."""

    cold_rounds: int
    warm_rounds: int
    invocations: int
    batches: int
    load_rounds: int
    events: int
    profiles: int


FULL = Effort(
    cold_rounds=13, warm_rounds=5, invocations=800, batches=30, load_rounds=5, events=480, profiles=5
)
QUICK = Effort(
    cold_rounds=3, warm_rounds=2, invocations=300, batches=20, load_rounds=2, events=240, profiles=2
)


def run(effort: Effort, say: Callable[[str], None]) -> Results:
    """Build, then measure. `say` is told what is going on."""
    say("Building the stack and the peers...")
    sites.stack()
    with cloud.running(sites.FOLDER / "cloud") as aws:
        sites.trust(aws.certificate)
        webhooks, consumers = _webhooks(aws), subjects.consumers(aws)
        say("Measuring the webhooks, ours and the peers'...")
        groups = {"webhooks": _group(webhooks, effort, effort.invocations)}
        say("Measuring ways to read the secret and to send to the queue...")
        groups["secret"] = _group([subjects.floor(), *subjects.secret_reads(aws)], effort, 0)
        say("Measuring what a caller waits for...")
        groups["caller"] = Group(cold=_waited(aws, effort), warm={})
        groups["queue"] = _group([subjects.floor(), *subjects.queue_sends(aws)], effort, effort.invocations)
        say("Measuring a call that is one function...")
        groups["dialogs"] = _group(dialogs.rows(aws), effort, effort.invocations)
        say("Measuring what is behind the queues...")
        groups["consumers"] = _group([subjects.floor(), *consumers], effort, effort.batches)
        say("Loading pools of environments...")
        groups["load"] = Group(cold={}, warm=_loaded(subjects.under_load(aws), effort))
        loaded = {subject.name: loading.modules(sites.python(), subject) for subject in webhooks}
        answer = next(subject for subject in webhooks if subject.name == subjects.ANSWER)
        import_ms = loading.import_ms(sites.python(), answer, loaded[answer.name], effort.profiles)
    return Results(
        groups=groups,
        modules={name: len(names) for name, names in loaded.items()},
        package_mb={subject.name: sites.size_mb(subject.package) for subject in webhooks},
        import_ms=import_ms,
        batch_sizes={subject.name: subject.size for subject in consumers},
        layers_mb=sites.size_mb(sites.layers()),
        about=about(),
    )


def _webhooks(aws: Cloud) -> list[Subject]:
    ours = [subjects.answer_with_secret(aws), *subjects.stack(aws)]
    return [subjects.floor(), subjects.floor(subjects.CONTROL), *ours, *subjects.peers()]


def _group(rows: list[Subject], effort: Effort, invocations: int) -> Group:
    """Cold starts and, when there are to be invocations, warm ones."""
    python = sites.python()
    return Group(
        cold=measure.rehearsed(rows, effort.cold_rounds, partial(measure.cold, python)),
        warm=measure.warm(python, rows, effort.warm_rounds, invocations) if invocations else {},
    )


def _waited(aws: Cloud, effort: Effort) -> dict[str, Samples]:
    """Cold starts as a caller meets them: with a share of a processor, and Secrets Manager some way off."""
    with cloud.far_away(aws) as distant:
        limited = partial(measure.cold, sites.python(), share=cost.share(cost.MEMORY_MB))
        return measure.rehearsed(subjects.waited_for(distant), effort.cold_rounds, limited)


def _loaded(rows: list[Subject], effort: Effort) -> dict[str, Samples]:
    """Pools of environments under load."""
    pools = [load.Pool(row, environments) for row in rows for environments in load.POOLS]
    drive = partial(load.drive, sites.python(), events=effort.events)
    return measure.in_rounds(pools, effort.load_rounds, drive)
