"""Ratios between rows: what a noisy machine leaves comparable."""

import statistics
from collections.abc import Sequence
from typing import NamedTuple


class Ratio(NamedTuple):
    """How many times one row is another: the median over the rounds, and the middle half of them."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.low:.2f}-{self.high:.2f})"


def ratio(row: Sequence[float], floor: Sequence[float]) -> Ratio:
    """The ratio of two rows, taken round by round: what slowed a whole round down does not count."""
    ratios = [one / other for one, other in zip(row, floor, strict=True)]
    low, median, high = (
        statistics.quantiles(ratios, n=4, method="inclusive") if len(ratios) > 1 else ratios * 3
    )
    return Ratio(median, low, high)
