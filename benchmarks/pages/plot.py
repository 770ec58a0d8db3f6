"""The one picture: what a first call costs, ours beside the others."""

from pathlib import Path

import matplotlib as mpl

from benchmarks import subjects
from benchmarks.results import Results

mpl.use("svg")
import matplotlib.pyplot as plt

_OURS, _OTHERS, _FLOOR = "#1f6feb", "#b8bfc8", "#6e7781"


def cold_starts(results: Results, path: Path) -> None:
    """Draw each row's cold CPU as a multiple of the bare handler's, with the middle half of the rounds."""
    group = results.groups["webhooks"]
    shown = [subjects.FLOOR, subjects.ANSWER_WITH_SECRET, *_stack(results), *subjects.PEER_NAMES.values()]
    ratios = [group.times(name, "cold", "cpu_ms") for name in shown]
    medians = [one.median for one in ratios]
    errors = [[one.median - one.low for one in ratios], [one.high - one.median for one in ratios]]
    colours = [_FLOOR] + [_OTHERS if name in subjects.PEER_NAMES.values() else _OURS for name in shown[1:]]
    mpl.rcParams.update({"svg.hashsalt": "switchboard", "svg.fonttype": "none", "font.size": 10})
    figure, axes = plt.subplots(figsize=(8, 4.4), layout="constrained")
    bars = axes.barh(shown, medians, color=colours, xerr=errors, error_kw={"ecolor": "#24292f", "capsize": 2})
    axes.bar_label(bars, fmt="%.1f", padding=6)
    axes.invert_yaxis()
    axes.set_xlim(0, max(one.high for one in ratios) * 1.1)
    axes.set_xlabel("CPU time of a cold start and its first event, × bare handler")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def _stack(results: Results) -> list[str]:
    """The functions as deployed, in the order in which they were measured."""
    others = {subjects.FLOOR, subjects.CONTROL, subjects.ANSWER_WITH_SECRET, *subjects.PEER_NAMES.values()}
    return [name for name in results.groups["webhooks"].cold if name not in others]
