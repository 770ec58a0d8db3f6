"""All points of all curves, as they are kept in scale.json beside the numbers that they come from."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.results import Results
from benchmarks.scale import settings
from benchmarks.scale.run import Point, point

FILE = Path(__file__).with_name("scale.json")
RATES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)


@dataclass(frozen=True)
class Curve:
    """What comes of each rate in one setting: calls that come by chance, and in bursts."""

    steady: list[Point]
    bursts: list[Point]


Curves = dict[str, Curve]


def simulate(results: Results) -> Curves:
    """Simulate everything: under a minute."""
    return {
        setting.name: Curve(
            [point(results, setting, rate) for rate in RATES],
            [point(results, setting, rate, bursts=True) for rate in RATES],
        )
        for setting in settings.ALL
    }


def holds_up_to(points: list[Point]) -> float:
    """The highest of the rates up to which everything holds."""
    held = 0.0
    for each in points:
        if not each.holds:
            break
        held = each.rate
    return held


def write(curves: Curves) -> None:
    """Keep them."""
    kept = {name: asdict(curve) for name, curve in curves.items()}
    lines = json.dumps(kept).replace('{"rate"', '\n  {"rate"').replace('"bursts"', '\n "bursts"')
    FILE.write_text(f"{lines}\n")


def read() -> Curves:
    """What was kept."""
    return {
        name: Curve(*([_point(each) for each in curve[kind]] for kind in ("steady", "bursts")))
        for name, curve in json.loads(FILE.read_text()).items()
    }


def _point(kept: dict[str, object]) -> Point:
    made = {name: tuple(value) if isinstance(value, list) else value for name, value in kept.items()}
    return Point(**made)  # type: ignore[arg-type]  # as `write` wrote it
