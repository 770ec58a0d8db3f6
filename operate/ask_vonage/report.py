"""The page: for each switch what Vonage turned out to do, and what showed it. It can be shown to others.

Phone numbers are masked; secrets are never read into it.
"""

from collections.abc import Sequence
from typing import Any

from operate.ask_vonage.question import Answer, Position
from operate.smoke.report import masked

_NOT_DECIDED = "not decided"


def written(position: Position) -> str:
    """A position as it is given on a command line.

    >>> written(True)
    'true'
    """
    return str(position).lower() if isinstance(position, bool) else str(position)


def told(answer: Answer, account: str) -> str:
    """An answer for a terminal."""
    if answer.found is None:
        return f"- {answer.switch}: {_NOT_DECIDED}: {_seen(answer, account)}"
    mark = "✓" if answer.found == answer.assumed else "✗"
    return f"{mark} {answer.switch} = {written(answer.found)}: {_seen(answer, account)}"


def document(facts: dict[str, str], answers: Sequence[Answer], account: str) -> dict[str, Any]:
    """The page for a program."""
    switches = [
        {
            "switch": each.switch,
            "asks": each.asks,
            "assumed": each.assumed,
            "found": each.found,
            "seen": _seen(each, account),
        }
        for each in answers
    ]
    return {**facts, "switches": switches}


def page(facts: dict[str, str], answers: Sequence[Answer], account: str) -> str:
    """The page as Markdown.

    Args:
        facts: When and with what it was asked.
        answers: What became of each question.
        account: The API key, which is masked wherever it occurs.
    """
    head = ["# What Vonage does", "", *(f"* {name}: {_text(fact)}" for name, fact in facts.items()), ""]
    table = ["| switch | asks | assumed | found | seen |", "|---|---|---|---|---|"]
    rows = [
        f"| `{each.switch}` | {_text(each.asks)} | `{written(each.assumed)}` | {_found(each)} "
        f"| {_text(_seen(each, account))} |"
        for each in answers
    ]
    return "\n".join([*head, *table, *rows, "", *_changes(answers), ""])


def _changes(answers: Sequence[Answer]) -> list[str]:
    """What to change, so that the simulator does as Vonage does."""
    found = {each.switch: each.found for each in answers if each.has_switch and each.found != each.assumed}
    other = {name: position for name, position in found.items() if position is not None}
    if not other:
        return ["What was decided is what the simulator assumes."]
    options = " ".join(f"--assume {name}={written(position)}" for name, position in other.items())
    return [
        "The simulator does the same with these options:",
        "",
        "```sh",
        f"python -m vonage_simulator {options}",
        "```",
        "",
        "For good, give the fields of `vonage_simulator/switches.py` these defaults, and move their rows in",
        "`docs/simulator.md`:",
        "",
        "```python",
        *(f"{name} = {_literal(position)}" for name, position in other.items()),
        "```",
    ]


def _literal(position: Position) -> str:
    return f'"{position}"' if isinstance(position, str) else str(position)


def _found(answer: Answer) -> str:
    return _NOT_DECIDED if answer.found is None else f"`{written(answer.found)}`"


def _seen(answer: Answer, account: str) -> str:
    return masked(answer.seen, account)


def _text(text: str) -> str:
    """What Markdown shows as it is."""
    return text.replace("|", "\\|").replace("<", "&lt;")
