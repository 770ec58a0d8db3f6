"""Try the lines one after the other. Whatever happens, what was made is removed."""

import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress

from botocore.exceptions import BotoCoreError, ClientError

from operate.errors import OperatorError
from operate.smoke.bench import Bench, DiffersError, NotTriedError
from operate.smoke.line import Line, Result, Verdict
from operate.smoke.lines import LINES

Report = Callable[[Result], None]
# What a report raises when nobody reads it any more: rich ends the program when a pipe is closed, and a
# terminal that is gone can't be written to.
_UNHEARD = (SystemExit, OSError)
_INTERRUPTIONS = (KeyboardInterrupt, *_UNHEARD)


def run(
    bench: Bench, only: Collection[str], report: Report, lines: Sequence[Line] = LINES
) -> tuple[list[Result], bool]:
    """What became of each line, and whether somebody interrupted, or stopped reading.

    Args:
        bench: What the lines work with.
        only: Words of the lines to try; all when empty. Removal is always tried.
        report: Hears of each result at once.
        lines: The lines; the last one removes.
    """
    *others, removal = lines
    chosen = [line for line in others if not only or line.word in only]
    results: list[Result] = []
    interrupted = False
    try:
        for line in chosen:
            results.append(_tried(line, bench))
            report(results[-1])
    except _INTERRUPTIONS:
        interrupted = True
        untried = [Result(line, Verdict.NOT_TRIED, "interrupted", 0) for line in chosen[len(results) :]]
        results += untried
        with suppress(*_INTERRUPTIONS):
            for result in untried:
                report(result)
    finally:
        results.append(_removed(removal, bench))
    with suppress(*_INTERRUPTIONS):
        report(results[-1])
    return results, interrupted


def _removed(line: Line, bench: Bench) -> Result:
    try:
        return _tried(line, bench)
    except KeyboardInterrupt:
        by = f"interrupted, so {bench.name} is left; remove it: {bench.removal}"
        return Result(line, Verdict.DIFFERS, by, 0)


def _tried(line: Line, bench: Bench) -> Result:
    begun = time.monotonic()

    def result(verdict: Verdict, seen: str) -> Result:
        return Result(line, verdict, seen, time.monotonic() - begun)

    if line.needs_vonage and not bench.has_vonage:
        return result(Verdict.NOT_TRIED, f"no secret {bench.credentials_secret}: `make credentials`")
    if line.impossible_there and bench.is_emulator:
        return result(Verdict.NOT_TRIED, f"not in the embedded AWS: {line.impossible_there}")
    try:
        seen = line.look(bench)
    except DiffersError as found:
        return result(Verdict.DIFFERS, str(found))
    except NotTriedError as reason:
        return result(Verdict.NOT_TRIED, str(reason))
    except (ClientError, BotoCoreError) as error:
        return result(Verdict.NOT_TRIED, f"AWS did not let us: {error}")
    except OperatorError as error:
        return result(Verdict.NOT_TRIED, f"{error.cause} {error.next_step}")
    except Exception as error:  # noqa: BLE001 - what was made must be removed whatever happens
        return result(Verdict.DIFFERS, f"not understood: {type(error).__name__}: {error}")
    weaker = f" (in the embedded AWS {line.weaker_there})" if bench.is_emulator and line.weaker_there else ""
    return result(Verdict.OK, seen + weaker)
