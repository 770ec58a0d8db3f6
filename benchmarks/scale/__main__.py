"""`make scale`: simulates one to 20,000 calls a second, and writes the page."""

import sys
import time

from benchmarks.pages import performance
from benchmarks.results import Results
from benchmarks.scale import curves


def main() -> None:
    """Simulate with the functions' times of the last `make bench`."""
    started, results = time.monotonic(), Results.read()
    curves.write(curves.simulate(results))
    page = performance.write(results)
    sys.stdout.write(f"Wrote {page}; the numbers are in {curves.FILE}. {time.monotonic() - started:.0f} s\n")


main()
