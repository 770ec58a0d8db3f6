"""Writes docs/cost.md from a run's numbers, the price table and the assumptions."""

import math
from pathlib import Path

from benchmarks import cost, limits
from benchmarks.pages.tables import Cell, table
from benchmarks.results import Results
from operate import paths

# What each line of a call came to in release 0.1.0, at 10,000 calls a second, and what is had for it now.
_LINES = {
    "API Gateway": (4.50, "five requests, each with limits before anything of ours runs"),
    "Lambda, webhooks": (1.28, "signatures checked, flows run, each event queued before Vonage hears of it"),
    "Lambda, record": (0.65, "batches of ten, looked for, published, then written"),
    "SQS": (2.40, "nothing is lost while table or bus are down; the order within a call; dead letters"),
    "DynamoDB": (7.50, "the timeline: one write an event in place of two, one entry in the index a call"),
    "EventBridge": (4.00, "your rules hear of each event"),
    "CloudWatch Logs": (
        5.40,
        "an access line a request, a line and a metric an invocation; no platform lines",
    ),
}

PAGE = paths.ROOT / "docs" / "cost.md"
_LAYOUT = Path(__file__).with_name("cost.md.txt")
_MEMORIES = (256, 512, 1024, 1769)


def write(results: Results) -> Path:
    """Write the page. Returns its path."""
    PAGE.write_text(text(results))
    return PAGE


def text(results: Results) -> str:
    """The page, from a run's numbers."""
    return _LAYOUT.read_text().format(
        about=results.about,
        cost=cost,
        metrics=cost.METRICS,
        polling=cost.polling(),
        lines=_lines(results),
        workloads="\n".join(_workload(results, workload) for workload in cost.WORKLOADS),
        memory=_memory(results),
        limits=_limits(results),
        commands=limits.commands_per_second(results),
        snapstart=_snapstart(results),
    )


def _workload(results: Results, workload: cost.Workload) -> str:
    rates = {rate: cost.per_million(results, workload, rate) for rate in cost.BATCH}
    rows = [*next(iter(rates.values())), "**all**"]
    columns = {
        f"{rate:,}/s": _dollars(parts | {"**all**": sum(parts.values())}) for rate, parts in rates.items()
    }
    return f"## {workload.name[0].upper()}{workload.name[1:]}\n\n{table(rows, columns)}"


def _lines(results: Results) -> str:
    now = cost.per_million(results, cost.WORKLOADS[0], 1000)
    before = {line: was for line, (was, _) in _LINES.items()}
    before["**all**"], now["**all**"] = sum(before.values()), sum(now.values())
    return table(
        before,
        {
            "0.1.0": _dollars(before),
            "now": _dollars(now),
            "what it buys": lambda line: _LINES[line][1] if line in _LINES else "",
        },
    )


def _dollars(parts: dict[str, float]) -> Cell:
    return lambda part: f"{parts[part]:.2f}"


def _memory(results: Results) -> str:
    sizes = {f"{memory:,} MB": memory for memory in _MEMORIES}
    warm = {name: cost.milliseconds(results, "webhooks", "answer", size) for name, size in sizes.items()}
    return table(
        sizes,
        {
            "cold answer, ms": lambda name: f"{cost.cold_ms(results, sizes[name]):.0f}",
            "warm answer, ms": lambda name: f"{warm[name]:.1f}",
            "$ per million answers": lambda name: f"{_compute(warm[name], sizes[name]):.2f}",
        },
    )


def _limits(results: Results) -> str:
    found = {limit.name: limit for limit in limits.of_calls(results)}
    return table(
        found,
        {
            "calls/s": lambda name: f"{found[name].per_second:,.0f}",
            "moved by": lambda name: found[name].moved_by,
        },
    )


def _snapstart(results: Results) -> dict[str, float]:
    """What SnapStart adds per function and month, and per 1,000 restores; what 1,000 cold starts cost."""
    prices, gb = cost.PRICES["lambda"], cost.MEMORY_MB / 1024
    cold_s = cost.cold_ms(results, cost.MEMORY_MB) / 1000
    return {
        "month": prices["snapstart_cached_gb_second"] * gb * cost.MONTH_S,
        "restores": prices["snapstart_restored_gb"] * gb * 1000,
        "cold": prices["gb_second_arm64"] * gb * cold_s * 1000,
    }


def _compute(milliseconds: float, memory_mb: int) -> float:
    """Dollars per million invocations of so many milliseconds, which are rounded up."""
    return math.ceil(milliseconds) * 1000 * memory_mb / 1024 * cost.PRICES["lambda"]["gb_second_arm64"]
