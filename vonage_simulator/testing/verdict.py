"""What fails a test or a script although every step was done: flows that failed, NCCOs that were refused."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from vonage_simulator.journal import troubles, words
from vonage_simulator.journal.story import plain, webhook_story
from vonage_simulator.testing.doubts import DoubtfulWarning
from vonage_simulator.types import Json
from vonage_simulator.vonage import Vonage

if TYPE_CHECKING:
    from vonage_simulator.testing.simulation import Simulation


def failures(entries: list[Json]) -> list[str]:
    """A sentence for everything bad about the webhooks of these entries, each once."""
    return list(dict.fromkeys(_sentences(entries, bad=True)))


def not_done(simulation: "Simulation") -> list[str]:
    """A sentence for everything that flows have asked for too early or in vain, for whoever waits for it."""
    waits = [
        f"{command['name']} waits until {command['due']}; `sms.waits` and `.waits_until` let time pass"
        for command in simulation.waiting()
    ]
    rejected = [
        f"{event['payload']['command']} was rejected: {event['payload']['reason']}"
        for event in simulation.events
        if event["name"].endswith(".rejected")
    ]
    return list(dict.fromkeys([*waits, *rejected]))


def cause(vonage: Vonage, entries: list[Json]) -> BaseException | None:
    """The exception that a handler in this process raised last, in the webhooks of these entries.

    Its traceback begins in the user's own code.
    """
    raised = vonage.delivery.raised
    failure = next((raised[entry["id"]] for entry in reversed(entries) if entry["id"] in raised), None)
    trace = failure.__traceback__ if failure else None
    while trace and trace.tb_next and trace.tb_frame.f_globals.get("__name__", "").startswith("switchboard."):
        trace = trace.tb_next
    return failure.with_traceback(trace) if failure else None


def check(vonage: Vonage) -> None:
    """Fail a test in which a flow failed or an NCCO was refused.

    Raises:
        AssertionError: with each such webhook, from the exception that a flow raised last.
    """
    entries = [entry for entry in vonage.journal.entries(kind="webhook") if _is_meant(entry)]
    bad = [entry for entry in entries if any(trouble.is_bad for trouble in troubles.of(entry))]
    if bad:
        story = plain(line for entry in bad for line in webhook_story("", entry))
        message = (
            f"a flow failed, though the test went well:\n{story}\n"
            "A test that means it to fail says so: @pytest.mark.flows_may_fail"
        )
        raise AssertionError(message) from cause(vonage, bad)


def warn(vonage: Vonage, test: Path, line: int) -> None:
    """Warn of what is doubtful about the webhooks of a test."""
    for sentence in dict.fromkeys(_sentences(vonage.journal.entries(kind="webhook"), bad=False)):
        warnings.warn_explicit(sentence, DoubtfulWarning, str(test), line)


def _sentences(entries: list[Json], *, bad: bool) -> Iterator[str]:
    for entry in entries:
        if entry["kind"] == "webhook" and _is_meant(entry):
            for trouble in troubles.of(entry):
                if trouble.is_bad == bad:
                    yield ", ".join((f"{words.event_name(entry)}: {trouble.text}", *trouble.details))


def _is_meant(entry: Json) -> bool:
    """Whether what came of a webhook is the code's own doing, and not that of an injected fault."""
    return "fault" not in entry
