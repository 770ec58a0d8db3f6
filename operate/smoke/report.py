"""The page: a line for each thing that was expected, with what was seen. It can be shown to others.

Account ids and phone numbers are masked; secrets are never read into it.
"""

import re
from collections.abc import Sequence
from typing import Any

from operate.smoke.line import Result, Verdict

_ACCOUNT = "<account>"
_IN_ARN = re.compile(r"(?<=:)\d{12}(?=:)")
# Not part of a decimal or of an id; a full stop may follow.
_PHONE = re.compile(r"(?<![\w.-])\+?[1-9]\d{6,14}(?!\w|[.-]\w)")
_MARKS = {Verdict.OK: "✓", Verdict.DIFFERS: "✗", Verdict.NOT_TRIED: "-"}
# Room for every command that removes what a run has left.
_LONGEST = 1500


def masked(text: str, account: str) -> str:
    """A text without this account's id, any id in an ARN, and phone numbers, on one line.

    >>> masked("arn:aws:sqs:eu-west-1:123456789012:q of 447700900123", account="210987654321")
    'arn:aws:sqs:eu-west-1:<account>:q of …123'
    """
    text = re.sub(rf"(?<!\d){account}(?!\d)", _ACCOUNT, " ".join(text.split()))
    text = _IN_ARN.sub(_ACCOUNT, text)
    return _PHONE.sub(lambda found: f"…{found[0][-3:]}", text)


def told(result: Result, account: str) -> str:
    """A result for a terminal."""
    mark, word = _MARKS[result.verdict], result.line.word
    seen = _seen(result, account)
    return f"{mark} {word:<12} {result.verdict}\n    expected  {result.line.expected}\n    seen      {seen}"


def document(facts: dict[str, str], results: Sequence[Result]) -> dict[str, Any]:
    """The page for a program. Its facts are those of `page`."""
    account = facts["account"]
    lines = [
        {
            "line": each.line.word,
            "verdict": str(each.verdict),
            "expected": each.line.expected,
            "seen": _seen(each, account),
            "seconds": round(each.took_s),
        }
        for each in results
    ]
    return {**{name: masked(fact, account) for name, fact in facts.items()}, "lines": lines}


def page(facts: dict[str, str], results: Sequence[Result]) -> str:
    """The page as Markdown.

    Args:
        facts: What was tried, where and when; `account` is the account's id.
        results: What became of each line.
    """
    account = facts["account"]
    begun = (f"* {name}: {_text(masked(fact, account))}" for name, fact in facts.items())
    head = ["# Smoke test", "", *begun, ""]
    table = ["| line | | expected | seen | s |", "|---|---|---|---|---|"]
    rows = [
        f"| {each.line.word} | {each.verdict} | {_text(each.line.expected)} | {_text(_seen(each, account))} "
        f"| {each.took_s:.0f} |"
        for each in results
    ]
    return "\n".join([*head, *table, *rows, ""])


def _seen(result: Result, account: str) -> str:
    seen = masked(result.seen, account)
    return seen if len(seen) <= _LONGEST else f"{seen[:_LONGEST]}…"


def _text(text: str) -> str:
    """What Markdown shows as it is: not as the border of a cell, nor as a tag of HTML's."""
    return text.replace("|", "\\|").replace("<", "&lt;")
