"""Doing the steps of a plan, in order, each with its undo.

When a step fails, what was done is undone in reverse order, and the failure says what could not be undone.
As long as something is left, what was written down about it is kept: a repair or a Delete finds it by that.
A step may be done twice: the request that a dead function left behind is delivered again, and begins with
what it finds.
"""

import logging
from collections.abc import Sequence
from typing import Any, TypeVar

from provisioner.errors import ProvisionerError
from provisioner.steps.context import StepContext, Undo
from provisioner.steps.step import Step

log = logging.getLogger("provisioner")
Context = TypeVar("Context", bound=StepContext)


def execute(plan: Sequence[Step[Context]], context: Context) -> None:
    """Do the steps.

    Raises:
        ProvisionerError: a step failed; what was done has been undone, or the text says what remains.
    """
    done: list[tuple[Step[Context], Undo]] = []
    for step in plan:
        log.info("%s: %s", context.owner, step)
        try:
            context.deadline.check()
            undo = step.do(context)
        except Exception as error:
            remains = _undone(done, context)
            if isinstance(error, ProvisionerError):
                error.next_step += remains
            raise
        if step.is_final:
            done.clear()
        elif undo:
            done.append((step, undo))


def _undone(done: Sequence[tuple[Step[Any], Undo]], context: StepContext) -> str:
    """Undo in reverse order; what remains, as a sentence."""
    context.deadline.undoing = True
    remains = []
    for step, undo in reversed(done):
        if step.is_record and context.leaves_something:
            continue
        try:
            undo()
        except ProvisionerError as error:
            context.leaves_something = True
            remains.append(f"({step}: {error.cause})")
    return f" Not undone: {' '.join(remains)}" if remains else ""
