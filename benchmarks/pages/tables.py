"""The tables of a run, in Markdown: the same on the terminal and in docs/performance.md."""

from collections.abc import Callable, Iterable

from benchmarks import dialogs, subjects
from benchmarks.load import POOLS, row
from benchmarks.ratios import ratio
from benchmarks.results import Group, Results

ANSWER_ROWS = [
    subjects.FLOOR,
    subjects.CONTROL,
    subjects.ANSWER_WITH_SECRET,
    subjects.ANSWER,
    *subjects.PEER_NAMES.values(),
]

Cell = Callable[[str], str]


def budgets(results: Results) -> str:
    """Each budget, what it came to, and whether it was met."""
    webhooks = results.groups["webhooks"]
    ours = subjects.ANSWER_WITH_SECRET
    cold = webhooks.times(ours, "cold", "cpu_ms").median
    first_read = webhooks.times(subjects.ANSWER, "cold", "cpu_ms").median
    warm = webhooks.times(ours, "warm", "p50_us").median
    peer = min(webhooks.times(name, "cold", "cpu_ms", ours).median for name in subjects.PEER_NAMES.values())
    met = {
        "answer, cold CPU, × bare handler": (f"{cold:.2f}", "≤ 1.4", cold <= 1.4),
        "the cheapest peer, cold CPU, × answer": (f"{peer:.2f}", "≥ 3.5", peer >= 3.5),
        "answer, warm p50, × bare handler": (f"{warm:.2f}", "≤ 1.45", warm <= 1.45),
        "answer with its first read of the secret over TLS, cold CPU, × bare handler": (
            f"{first_read:.2f}",
            "≤ 2.2",
            first_read <= 2.2,
        ),
        "both layers, unzipped, in MB": (f"{results.layers_mb:.1f}", "≤ 35", results.layers_mb <= 35),
    }
    if group := results.groups.get("caller"):
        first = group.times(subjects.ANSWER, "cold", "first_ms", subjects.BY_EVENT).median
        met["a first event's wait, × if it had to read the secret"] = (f"{first:.2f}", "≤ 0.5", first <= 0.5)
    if group := results.groups.get("dialogs"):
        met |= {
            name: (f"{measured:.2f}", f"≤ {most}", measured <= most)
            for name, (measured, most) in dialogs.budgets(group).items()
        }
    columns: dict[str, Cell] = {
        "measured": lambda name: met[name][0],
        "budget": lambda name: met[name][1],
        "": lambda name: "met" if met[name][2] else "**missed**",
    }
    return table(met, columns)


def cold(results: Results, names: Iterable[str]) -> str:
    """Cold starts, with one event each."""
    group = results.groups["webhooks"]
    return table(
        names,
        {
            "CPU ms": _median(group, "cold", "cpu_ms"),
            "× floor": _times(group, "cold", "cpu_ms"),
            "wall ms": _median(group, "cold", "wall_ms"),
            "of it first event": _median(group, "cold", "first_ms"),
            "RSS MB": _median(group, "cold", "rss_mb"),
            "modules": lambda name: str(results.modules[name]),
            "package MB": lambda name: f"{results.package_mb[name]:.1f}",
        },
    )


def warm(results: Results, names: Iterable[str]) -> str:
    """Invocations of an environment that has had many."""
    group = results.groups["webhooks"]
    return table(
        names,
        {
            "p50 µs": _median(group, "warm", "p50_us"),
            "× floor": _times(group, "warm", "p50_us"),
            "p99 µs": _median(group, "warm", "p99_us"),
            "CPU µs": _median(group, "warm", "cpu_us"),
            "CPU × floor": _times(group, "warm", "cpu_us"),
            "RSS MB": _median(group, "warm", "rss_mb"),
        },
    )


def others(results: Results) -> list[str]:
    """The rows of the webhooks that are not in the comparison."""
    return [subjects.FLOOR, *(name for name in results.groups["webhooks"].cold if name not in ANSWER_ROWS)]


def of_dialogs(results: Results) -> str:
    """A call that is one function; a sentence in place of what an older run didn't measure."""
    group = results.groups.get("dialogs")
    if group is None:
        return "The run on this page is older than dialogs: `make bench` measures them.\n"
    return table(
        dialogs.ROWS,
        {
            "cold CPU ms": _median(group, "cold", "cpu_ms"),
            "× floor": _times(group, "cold", "cpu_ms"),
            "warm p50 µs": _median(group, "warm", "p50_us"),
            "warm p50 × floor": _times(group, "warm", "p50_us"),
            "warm CPU µs": _median(group, "warm", "cpu_us"),
            "warm CPU × floor": _times(group, "warm", "cpu_us"),
        },
    )


def comparison(before: Group, after: Group) -> str:
    """Two runs of the same rows: what each row costs in multiples of its own run's floor."""
    names = [name for name in after.cold if name in before.cold and name != subjects.FLOOR]
    return table(
        names,
        {
            f"{kind} {quantity}, × floor, {when}": _times(group, kind, quantity)
            for kind, quantity in (("cold", "cpu_ms"), ("warm", "p50_us"))
            for when, group in (("before", before), ("now", after))
        },
    )


def secret_reads(group: Group) -> str:
    """Ways to read the secret for the first time."""
    return table(
        group.cold,
        {
            "cold CPU ms": _median(group, "cold", "cpu_ms"),
            "× floor": _times(group, "cold", "cpu_ms"),
            "wall ms": _median(group, "cold", "wall_ms"),
            "RSS MB": _median(group, "cold", "rss_mb"),
        },
    )


def caller(results: Results) -> str:
    """What a caller waits for; a sentence in place of what an older run didn't measure."""
    group = results.groups.get("caller")
    if group is None:
        return "The run on this page is older than this table: `make bench` measures it.\n"
    return table(
        group.cold,
        {
            "start ms": _median(group, "cold", "init_ms"),
            "first event ms": _median(group, "cold", "first_ms", 1),
            "both ms": _median(group, "cold", "wall_ms"),
            "both × floor": _times(group, "cold", "wall_ms"),
        },
    )


def queue_sends(group: Group) -> str:
    """Ways to put an event in the queue."""
    return table(
        group.cold,
        {
            "cold CPU ms": _median(group, "cold", "cpu_ms"),
            "× floor": _times(group, "cold", "cpu_ms"),
            "warm p50 µs": _median(group, "warm", "p50_us"),
            "warm CPU µs": _median(group, "warm", "cpu_us"),
            "warm CPU × floor": _times(group, "warm", "cpu_us"),
        },
    )


def consumers(results: Results) -> str:
    """The functions behind the queues."""
    group, sizes = results.groups["consumers"], results.batch_sizes
    return table(
        sizes,
        {
            "cold CPU ms": _median(group, "cold", "cpu_ms"),
            "× floor": _times(group, "cold", "cpu_ms"),
            "CPU µs per batch": _median(group, "warm", "cpu_us"),
            "p50 µs": _median(group, "warm", "p50_us"),
            "p99 µs": _median(group, "warm", "p99_us"),
            "CPU µs per event": lambda name: f"{group.median(name, 'warm', 'cpu_us') / sizes[name]:.0f}",
            "RSS MB": _median(group, "warm", "rss_mb"),
        },
    )


def load(results: Results) -> str:
    """Throughput, latency and errors of pools of environments, and how dear load makes an event."""
    group = results.groups["load"]
    pools = {row(name, size): (name, size) for name in subjects.LOADED for size in POOLS}

    def times_floor(pool: str) -> str:
        return str(group.times(pool, "warm", "cpu_us", row(subjects.FLOOR, pools[pool][1])))

    def growth(pool: str) -> str:
        name, size = pools[pool]
        return str(ratio(_per_floor(group, name, size), _per_floor(group, name, 1)))

    def failed(pool: str) -> str:
        samples = group.warm[pool]
        return f"{sum(samples['errors']):.0f} of {sum(samples['events']):.0f}"

    return table(
        pools,
        {
            "events/s each": _median(group, "warm", "per_second"),
            "p50 ms": _median(group, "warm", "p50_ms", 2),
            "p99 ms": _median(group, "warm", "p99_ms", 2),
            "CPU µs per event": _median(group, "warm", "cpu_us"),
            "CPU × floor": times_floor,
            "that, × 1 at once": growth,
            "errors": failed,
        },
    )


def _per_floor(group: Group, name: str, size: int) -> list[float]:
    """For each round the CPU time of an event, in multiples of what the floor's took in a pool as large."""
    samples, floor = (group.warm[row(each, size)]["cpu_us"] for each in (name, subjects.FLOOR))
    return [one / other for one, other in zip(samples, floor, strict=True)]


def imports(import_ms: dict[str, float], most: int = 10) -> str:
    """What the answer function spends on imports, dearest first."""
    rest = sum(list(import_ms.values())[most:])
    shown = {f"`{name}`": taken for name, taken in list(import_ms.items())[:most]} | {"all others": rest}
    return table(shown, {"ms": lambda name: f"{shown[name]:.1f}"})


def _median(group: Group, kind: str, quantity: str, digits: int = 0) -> Cell:
    return lambda name: f"{group.median(name, kind, quantity):.{digits}f}"


def _times(group: Group, kind: str, quantity: str) -> Cell:
    return lambda name: str(group.times(name, kind, quantity))


def table(names: Iterable[str], columns: dict[str, Cell]) -> str:
    """A Markdown table with a row per name, its columns padded so that it reads well on a terminal."""
    rows = [["", *columns], *([name, *(cell(name) for cell in columns.values())] for name in names)]
    widths = [max(len(row[index]) for row in rows) for index in range(len(columns) + 1)]
    lines = []
    for first, *cells in rows:
        padded = [cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True)]
        lines.append(f"| {' | '.join([first.ljust(widths[0]), *padded])} |")
    lines.insert(1, f"|{'-' * (widths[0] + 2)}|" + "".join(f"{'-' * (width + 1)}:|" for width in widths[1:]))
    return "\n".join(lines) + "\n"
