"""The picture of the simulation: waiting and loss by rate."""

from pathlib import Path

import matplotlib as mpl

from benchmarks.scale.curves import Curves

mpl.use("svg")
import matplotlib.pyplot as plt

_COLOURS = ("#6e7781", "#1f6feb", "#bf8700", "#cf222e", "#1a7f37")
_LINES = {"p50": ":", "p95": "--", "p99": "-"}


def waits(curves: Curves, path: Path) -> None:
    """Draw the caller's wait, an event's way to the timeline, and the calls that we don't answer."""
    mpl.rcParams.update({"svg.hashsalt": "switchboard", "svg.fonttype": "none", "font.size": 9})
    figure, (answers, events, lost) = plt.subplots(1, 3, figsize=(12, 4.6), layout="constrained")
    for colour, (name, curve) in zip(_COLOURS, curves.items(), strict=True):
        rates = [each.rate for each in curve.steady]
        for place, (label, line) in enumerate(_LINES.items()):
            style = {"color": colour, "linestyle": line, "linewidth": 1.2}
            told = name if label == "p99" else None
            answers.plot(rates, [each.answer_s[place] for each in curve.steady], label=told, **style)
            events.plot(rates, [each.recorded_s[place] for each in curve.steady], **style)
        lost.plot(rates, [100 * (each.fallback + each.lost) for each in curve.steady], color=colour)
        lost.plot(rates, [100 * each.lost for each in curve.steady], color=colour, linestyle="--")
    for axes, title in (
        (answers, "until the NCCO is there, s (p50 ··, p95 --, p99 —)"),
        (events, "until an event is in the timeline, s"),
        (lost, "calls answered by the fallback or lost —, lost --, %"),
    ):
        axes.set_xscale("log")
        axes.set_title(title, fontsize=9)
        axes.set_xlabel("calls a second")
        axes.spines[["top", "right"]].set_visible(False)
    answers.set_yscale("log")
    events.set_yscale("log")
    figure.legend(loc="outside lower center", ncols=3, frameon=False)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
