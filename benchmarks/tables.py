"""The tables of a run, in Markdown: the same on the terminal and in docs/performance.md."""

from collections.abc import Iterable

from benchmarks import subjects
from benchmarks.load import Load
from benchmarks.results import Group, Results

_MARK = {True: "met", False: "**missed**"}


def budgets(results: Results) -> str:
    """Each budget, what it came to, and whether it was met."""
    webhooks = results.groups["webhooks"]
    ours = subjects.ANSWER_WITH_SECRET
    cold = webhooks.times(ours, "cold", "cpu_ms").median
    first_read = webhooks.times(subjects.ANSWER, "cold", "cpu_ms").median
    warm = webhooks.times(ours, "warm", "p50_us").median
    peer = min(webhooks.times(name, "cold", "cpu_ms", ours).median for name in subjects.PEER_NAMES.values())
    rows = [
        ("answer, cold CPU, against the bare handler", "≤ 2.2", f"{cold:.2f}", cold <= 2.2),
        ("the cheapest peer's cold CPU, against answer's", "≥ 3.5", f"{peer:.2f}", peer >= 3.5),
        ("answer, warm p50, against the bare handler", "≤ 1.5", f"{warm:.2f}", warm <= 1.5),
        (
            "answer, cold CPU with the first read of the secret over TLS",
            "≤ 4.0",
            f"{first_read:.2f}",
            first_read <= 4,
        ),
        ("both layers, unzipped", "≤ 35 MB", f"{results.layers_mb:.1f} MB", results.layers_mb <= 35),
    ]
    return _table(
        ["budget", "limit", "measured", ""],
        [(name, limit, measured, _MARK[met]) for name, limit, measured, met in rows],
    )


def cold(results: Results) -> str:
    """Cold starts of every row."""
    group = results.groups["webhooks"]
    return _table(
        [
            "",
            "CPU ms",
            "× floor (middle half)",
            "wall ms",
            "of it first event",
            "RSS MB",
            "modules",
            "package MB",
        ],
        [
            (
                name,
                f"{group.median(name, 'cold', 'cpu_ms'):.0f}",
                str(group.times(name, "cold", "cpu_ms")),
                f"{group.median(name, 'cold', 'wall_ms'):.0f}",
                f"{group.median(name, 'cold', 'first_ms'):.0f}",
                f"{group.median(name, 'cold', 'rss_mb'):.0f}",
                str(results.modules[name]),
                f"{results.package_mb[name]:.1f}",
            )
            for name in group.cold
        ],
    )


def warm(group: Group) -> str:
    """Warm invocations of a group's rows."""
    return _table(
        ["", "p50 µs", "× floor (middle half)", "p99 µs", "CPU µs", "× floor (middle half)", "RSS MB"],
        [
            (
                name,
                f"{group.median(name, 'warm', 'p50_us'):.0f}",
                str(group.times(name, "warm", "p50_us")),
                f"{group.median(name, 'warm', 'p99_us'):.0f}",
                f"{group.median(name, 'warm', 'cpu_us'):.0f}",
                str(group.times(name, "warm", "cpu_us")),
                f"{group.median(name, 'warm', 'rss_mb'):.0f}",
            )
            for name in group.warm
        ],
    )


def secret_reads(group: Group) -> str:
    """Ways to read the secret for the first time."""
    return _table(
        ["", "cold CPU ms", "× floor (middle half)", "first event, wall ms", "RSS MB"],
        [
            (
                name,
                f"{group.median(name, 'cold', 'cpu_ms'):.0f}",
                str(group.times(name, "cold", "cpu_ms")),
                f"{group.median(name, 'cold', 'first_ms'):.0f}",
                f"{group.median(name, 'cold', 'rss_mb'):.0f}",
            )
            for name in group.cold
        ],
    )


def queue_sends(group: Group) -> str:
    """Ways to put an event in the queue."""
    return _table(
        ["", "cold CPU ms", "× floor (middle half)", "warm p50 µs", "warm CPU µs", "× floor (middle half)"],
        [
            (
                name,
                f"{group.median(name, 'cold', 'cpu_ms'):.0f}",
                str(group.times(name, "cold", "cpu_ms")),
                f"{group.median(name, 'warm', 'p50_us'):.0f}",
                f"{group.median(name, 'warm', 'cpu_us'):.0f}",
                str(group.times(name, "warm", "cpu_us")),
            )
            for name in group.cold
        ],
    )


def load(runs: list[Load]) -> str:
    """Throughput, latency and errors of pools of environments."""
    floor_us = {run.environments: run.cpu_us for run in runs if run.name == subjects.FLOOR}
    return _table(
        ["", "environments", "events/s each", "p50 ms", "p99 ms", "CPU µs per event", "× floor", "errors"],
        [
            (
                run.name,
                str(run.environments),
                f"{run.per_second:.0f}",
                f"{run.p50_ms:.2f}",
                f"{run.p99_ms:.2f}",
                f"{run.cpu_us:.0f}",
                f"{run.cpu_us / floor_us[run.environments]:.2f}",
                f"{run.errors} of {run.events}",
            )
            for run in runs
        ],
    )


def imports(import_ms: dict[str, float], most: int = 10) -> str:
    """What the answer function spends on imports, dearest first."""
    rest = sum(list(import_ms.values())[most:])
    rows = [(f"`{name}`", f"{taken:.1f}") for name, taken in list(import_ms.items())[:most]]
    return _table(["package", "ms"], [*rows, ("all others", f"{rest:.1f}")])


def _table(head: list[str], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table, its columns padded so that it reads well on a terminal."""
    cells = [tuple(head), *rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    lines = [_line(row, widths) for row in cells]
    lines.insert(
        1, "|" + "|".join("-" * (width + 1) + ("-" if not i else ":") for i, width in enumerate(widths)) + "|"
    )
    return "\n".join(lines) + "\n"


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    padded = (
        cell.rjust(width) if column else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return f"| {' | '.join(padded)} |"
