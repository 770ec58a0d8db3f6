"""Writes docs/performance.md, with nothing in it that the run did not measure."""

from pathlib import Path

from benchmarks import plot, subjects, tables
from benchmarks.results import Results
from local import paths

_PAGE = paths.ROOT / "docs" / "performance.md"
_PICTURE = paths.ROOT / "docs" / "performance.svg"
_LAYOUT = Path(__file__).with_name("performance.md.txt")


def write(results: Results) -> Path:
    """Write the page and its picture. Returns the page's path."""
    plot.cold_starts(results, _PICTURE)
    webhooks, secret, queue = (results.groups[name] for name in ("webhooks", "secret", "queue"))
    noise = (
        webhooks.times(subjects.CONTROL, "cold", "cpu_ms"),
        webhooks.times(subjects.CONTROL, "warm", "p50_us"),
    )
    text = _LAYOUT.read_text().format(
        about=results.about,
        rounds=len(webhooks.cold[subjects.FLOOR]["cpu_ms"]),
        warm_rounds=len(webhooks.warm[subjects.FLOOR]["p50_us"]),
        noise=noise,
        budgets=tables.budgets(results),
        cold=tables.cold(results),
        warm=tables.warm(webhooks),
        imports=tables.imports(results.import_ms),
        secret_reads=tables.secret_reads(secret),
        queue_sends=tables.queue_sends(queue),
        load=tables.load(results.load),
    )
    _PAGE.write_text(text)
    return _PAGE
