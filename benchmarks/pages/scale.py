"""The tables of the simulation, in Markdown: what holds, and what comes of some rates."""

from benchmarks import cost
from benchmarks.pages.tables import table
from benchmarks.results import Results
from benchmarks.scale.curves import Curve, Curves, holds_up_to
from benchmarks.scale.durations import Durations

_SHOWN = (1, 10, 100, 200, 1000, 2000, 10_000, 20_000)
_RECORD = ("the environments of `record`", "`RecordConcurrency`")
_MET = {
    "gateway": ("API Gateway's throttle", "`ThrottlingRateLimit`, then a quota"),
    "Lambda": ("Lambda's environments", "a quota"),
    "EventBridge": ("PutEvents", "fewer `RecordConcurrency`, or a quota"),
    "SQS": ("sends to a FIFO queue", "a quota"),
    "index": ("the keys of the index", "`SHARDS` in the timeline"),
    "table": ("the table's writes", "a quota"),
}


def limits(curves: Curves) -> str:
    """Up to which rate each setting holds, and what the next rate meets."""
    return table(
        curves,
        {
            "calls/s": lambda name: f"{holds_up_to(curves[name].steady):,.0f}",
            "in bursts": lambda name: f"{holds_up_to(curves[name].bursts):,.0f}",
            "met next": lambda name: " and ".join(met for met, _ in _next(curves[name])),
            "moved by": lambda name: "; ".join(moves for _, moves in _next(curves[name])),
        },
    )


def points(results: Results, curve: Curve) -> str:
    """What comes of some rates."""
    shown = {f"{each.rate:,.0f}/s": each for each in curve.steady if each.rate in _SHOWN}
    return table(
        shown,
        {
            "answer ms: p50": lambda name: _ms(shown[name].answer_s[0]),
            "p95": lambda name: _ms(shown[name].answer_s[1]),
            "p99": lambda name: _ms(shown[name].answer_s[2]),
            "recorded ms: p50": lambda name: _ms(shown[name].recorded_s[0]),
            " p95": lambda name: _ms(shown[name].recorded_s[1]),
            " p99": lambda name: _ms(shown[name].recorded_s[2]),
            "by fallback": lambda name: _percent(shown[name].fallback),
            "calls lost": lambda name: _percent(shown[name].lost),
            "events lost": lambda name: _percent(shown[name].events_lost),
            "events a batch": lambda name: f"{shown[name].batch:.1f}",
            "$ a million events": lambda name: f"{dollars(results, shown[name].batch):.2f}",
        },
    )


def dollars(results: Results, batch: float) -> float:
    """What a million events cost from the queue to the table, without the bus and the table themselves."""
    record = Durations(results).record(batch)
    lambda_ = cost.PRICES["lambda"]
    billed = lambda_["million_requests"] + record * 1e6 * lambda_["gb_second_arm64"] * cost.MEMORY_MB / 1024
    return billed / batch + cost.PRICES["sqs"]["million_requests"] * (1 + 2 / batch)


def _next(curve: Curve) -> list[tuple[str, str]]:
    """What the next rate meets, and what moves that: whoever refuses, or what events wait for."""
    held = holds_up_to(curve.steady)
    refused = next(each for each in curve.steady if each.rate > held).refused_by
    most = max(refused.values(), default=0)
    return [_MET[who] for who, times in refused.items() if times > most / 4] or [_RECORD]


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:,.0f}"


def _percent(part: float) -> str:
    return f"{part:.1%}" if part >= 0.0005 else "<0.1%" if part else "0"
