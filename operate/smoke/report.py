"""The page: a line for each thing that was expected, with what was seen. It can be shown to others.

Account ids and phone numbers are masked; secrets are never read into it.
"""

import re
from collections.abc import Sequence
from typing import Any

from operate.smoke.line import Result, Verdict

_ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")
_PHONE = re.compile(r"(?<![\w.-])\+?[1-9]\d{6,14}(?![\w.-])")
_MARKS = {Verdict.OK: "✓", Verdict.DIFFERS: "✗", Verdict.NOT_TRIED: "-"}
_LONGEST = 400


def masked(text: str) -> str:
    """A text without account ids and phone numbers, on one line.

    >>> masked("arn:aws:sqs:eu-west-1:123456789012:q of 447700900123")
    'arn:aws:sqs:eu-west-1:<account>:q of …123'
    """
    text = _ACCOUNT.sub("<account>", " ".join(text.split()))
    return _PHONE.sub(lambda found: f"…{found[0][-3:]}", text)


def told(result: Result) -> str:
    """A result for a terminal."""
    mark, word = _MARKS[result.verdict], result.line.word
    seen = _seen(result)
    return f"{mark} {word:<12} {result.verdict}\n    expected  {result.line.expected}\n    seen      {seen}"


def document(facts: dict[str, str], results: Sequence[Result]) -> dict[str, Any]:
    """The page for a program."""
    lines = [
        {
            "line": each.line.word,
            "verdict": str(each.verdict),
            "expected": each.line.expected,
            "seen": _seen(each),
            "seconds": round(each.took_s),
        }
        for each in results
    ]
    return {**{name: masked(fact) for name, fact in facts.items()}, "lines": lines}


def page(facts: dict[str, str], results: Sequence[Result]) -> str:
    """The page as Markdown."""
    head = ["# Smoke test", "", *(f"* {name}: {masked(fact)}" for name, fact in facts.items()), ""]
    table = ["| line | | expected | seen | s |", "|---|---|---|---|---|"]
    rows = [
        f"| {each.line.word} | {each.verdict} | {_cell(each.line.expected)} | {_cell(_seen(each))} "
        f"| {each.took_s:.0f} |"
        for each in results
    ]
    return "\n".join([*head, *table, *rows, ""])


def _seen(result: Result) -> str:
    seen = masked(result.seen)
    return seen if len(seen) <= _LONGEST else f"{seen[:_LONGEST]}…"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
