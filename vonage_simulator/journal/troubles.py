"""What is wrong with a webhook, in words about the code behind it: on terminal, on the page and in tests."""

from collections.abc import Iterator
from typing import NamedTuple

from vonage_simulator.journal import words
from vonage_simulator.types import Json


class Trouble(NamedTuple):
    """One thing that is wrong.

    Attributes:
        is_bad: something failed or was refused; else it is doubtful.
        text: what, in a line or two.
        details: the lines of code that led there, and what was returned.
    """

    is_bad: bool
    text: str
    details: tuple[str, ...] = ()


def of(entry: Json) -> Iterator[Trouble]:
    """What is wrong with the webhook of a journal entry, whatever its status was."""
    for outcome in entry.get("outcomes") or []:
        if outcome["severity"] != "INFO":
            yield _of_outcome(outcome)
    problems = entry.get("problems") or []
    for problem in problems:
        yield Trouble(problem.get("rejected", True), words.of_problem(problem))
    unread = entry.get("ncco_failure") or "status"
    if not (
        problems or entry.get("failure") or unread.startswith("status")
    ):  # which is told beside the reply
        yield Trouble(is_bad=True, text=f"no NCCO can be read: {unread}")


def _of_outcome(outcome: Json) -> Trouble:
    why = outcome.get("raised") or outcome.get("reason")
    details = [f"at {line}" for line in outcome.get("at", ())]
    if "returned" in outcome:
        details.append(f"returned: {outcome['returned']}")
    return Trouble(
        outcome["severity"] == "ERROR", ": ".join(filter(None, (outcome["name"], why))), tuple(details)
    )
