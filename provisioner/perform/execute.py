"""Doing the steps of a plan, in order, each with its undo.

When a step fails, what was done is undone in reverse order, and the failure says what could not be undone.
A step may be done twice: the request that a dead function left behind is delivered again, and begins with
what it finds.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from provisioner.errors import ProvisionerError
from provisioner.perform import application, key, number
from provisioner.perform.bench import Bench, Undo
from provisioner.plan import number_steps, steps
from provisioner.plan.steps import Step

log = logging.getLogger("provisioner")

PERFORM: dict[type[Step], Callable[[Any, Any], Undo | None]] = {
    steps.StoreKey: key.store,
    steps.MoveKey: key.move,
    steps.StoreNextKey: key.store_next,
    steps.PutNextKey: key.put_next,
    steps.TryNextKey: key.try_next,
    steps.PromoteNextKey: key.promote,
    steps.DropNextKey: key.drop_next,
    steps.CreateApplication: application.create,
    steps.ClaimApplication: application.claim,
    steps.PutApplication: application.put,
    steps.SaveApplication: application.save,
    steps.RestoreApplication: application.restore,
    steps.DeleteApplication: application.delete,
    steps.EmptySecret: application.empty_secret,
    number_steps.ClaimNumber: number.claim,
    number_steps.LinkNumber: number.link,
    number_steps.RestoreNumber: number.restore,
    number_steps.ReleaseNumber: number.release,
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
