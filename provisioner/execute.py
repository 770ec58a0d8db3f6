"""Doing the steps of a plan, in order, each with its undo.

When a step fails, what was done is undone in reverse order, and the failure says what could not be undone.
A step may be done twice: the request that a dead function left behind is delivered again, and begins with
what it finds.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from provisioner import number_steps, perform_application, perform_key, perform_number, steps
from provisioner.bench import Bench, Undo
from provisioner.errors import ProvisionerError
from provisioner.steps import Step

log = logging.getLogger("provisioner")

PERFORM: dict[type[Step], Callable[[Any, Any], Undo | None]] = {
    steps.StoreKey: perform_key.store,
    steps.MoveKey: perform_key.move,
    steps.StoreNextKey: perform_key.store_next,
    steps.PutNextKey: perform_key.put_next,
    steps.TryNextKey: perform_key.try_next,
    steps.PromoteNextKey: perform_key.promote,
    steps.DropNextKey: perform_key.drop_next,
    steps.CreateApplication: perform_application.create,
    steps.ClaimApplication: perform_application.claim,
    steps.PutApplication: perform_application.put,
    steps.SaveApplication: perform_application.save,
    steps.RestoreApplication: perform_application.restore,
    steps.DeleteApplication: perform_application.delete,
    steps.EmptySecret: perform_application.empty_secret,
    number_steps.ClaimNumber: perform_number.claim,
    number_steps.LinkNumber: perform_number.link,
    number_steps.RestoreNumber: perform_number.restore,
    number_steps.ReleaseNumber: perform_number.release,
}


def execute(plan: Sequence[Step], bench: Bench) -> None:
    """Do the steps.

    Raises:
        ProvisionerError: a step failed; what was done has been undone, or the text says what remains.
    """
    undo: list[tuple[Step, Undo]] = []
    for step in plan:
        log.info("%s: %s", bench.owner, step)
        try:
            bench.deadline.check()
            undoing = PERFORM[type(step)](step, bench)
        except Exception as error:
            remains = _undone(undo, bench)
            if isinstance(error, ProvisionerError):
                error.next_step += remains
            raise
        if isinstance(step, steps.PromoteNextKey):
            undo.clear()
        elif undoing:
            undo.append((step, undoing))


def _undone(undo: Sequence[tuple[Step, Undo]], bench: Bench) -> str:
    """Undo in reverse order; what remains, as a sentence."""
    bench.deadline.undoing = True
    remains = []
    for step, undoing in reversed(undo):
        try:
            undoing()
        except ProvisionerError as error:
            remains.append(f"({step}: {error.cause})")
    return f" Not undone: {' '.join(remains)}" if remains else ""
