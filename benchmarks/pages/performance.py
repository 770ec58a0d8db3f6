"""Writes docs/performance.md, with nothing in it that the run did not measure."""

from pathlib import Path

from benchmarks import cost, subjects
from benchmarks.cloud import SECRET_AFTER_MS
from benchmarks.pages import scale, tables
from benchmarks.results import Results
from benchmarks.scale import curves, settings
from operate import paths

PAGE = paths.ROOT / "docs" / "performance.md"
_PICTURE = paths.ROOT / "docs" / "performance.svg"
_SCALE = paths.ROOT / "docs" / "scale.svg"
_LAYOUT = Path(__file__).with_name("performance.md.txt")


def write(results: Results) -> Path:
    """Write the page and its pictures. Returns the page's path."""
    from benchmarks.pages import plot, scale_plot  # matplotlib, which only `make bench` installs

    plot.cold_starts(results, _PICTURE)
    scale_plot.waits(curves.read(), _SCALE)
    PAGE.write_text(text(results))
    return PAGE


def text(results: Results) -> str:
    """The page, from a run's numbers."""
    simulated = curves.read()
    webhooks = results.groups["webhooks"]
    return _LAYOUT.read_text().format(
        about=results.about,
        cost=cost,
        rounds=len(webhooks.cold[subjects.FLOOR]["cpu_ms"]),
        warm_rounds=len(webhooks.warm[subjects.FLOOR]["p50_us"]),
        cold_noise=webhooks.times(subjects.CONTROL, "cold", "cpu_ms"),
        warm_noise=webhooks.times(subjects.CONTROL, "warm", "p50_us"),
        budgets=tables.budgets(results),
        cold=tables.cold(results, tables.ANSWER_ROWS),
        warm=tables.warm(results, tables.ANSWER_ROWS),
        other_cold=tables.cold(results, tables.others(results)),
        other_warm=tables.warm(results, tables.others(results)),
        imports=tables.imports(results.import_ms),
        secret_reads=tables.secret_reads(results.groups["secret"]),
        caller=tables.caller(results),
        secret_after_ms=SECRET_AFTER_MS,
        share=cost.share(cost.MEMORY_MB),
        queue_sends=tables.queue_sends(results.groups["queue"]),
        dialogs=tables.of_dialogs(results),
        consumers=tables.consumers(results),
        load=tables.load(results),
        scale_limits=scale.limits(simulated),
        scale={
            setting.name: scale.points(results, simulated[setting.name])
            for setting in (settings.DEPLOYED, settings.PARAMETERS, settings.QUOTAS)
        },
    )
