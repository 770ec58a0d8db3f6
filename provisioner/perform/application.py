"""The steps that make, change, give back and delete an application. Each returns how to undo it."""

import dataclasses

from provisioner.perform.bench import ApplicationBench as Bench
from provisioner.perform.bench import Undo
from provisioner.plan import document
from provisioner.plan.steps import (
    ClaimApplication,
    CreateApplication,
    DeleteApplication,
    EmptySecret,
    PutApplication,
    RestoreApplication,
    SaveApplication,
)
from provisioner.remembered.ownership import Claim
from provisioner.world.vonage_errors import VonageError


def create(step: CreateApplication, bench: Bench) -> Undo:
    """Create the application, unless the resource is being deleted."""
    bench.stop_if_cancelled()
    bench.memory.note(public_key=bench.key.public_pem)
    try:
        bench.live = bench.vonage.create_application(document.for_put(step.document, bench.key.public_pem))
    except VonageError as error:
        if not error.uncertain:
            bench.memory.note(public_key=None)  # surely nothing was made: a Delete has nothing to look for
        raise
    application_id = bench.live["id"]

    def undo() -> None:
        bench.vonage.delete_application(application_id)
        bench.memory.note(public_key=None, application_id=None)

    return undo


def claim(step: ClaimApplication, bench: Bench) -> Undo:
    """Write down who manages the application and what it was, before it is changed."""
    application_id = bench.live["id"]
    bench.ownership.claim(application_id, Claim(bench.owner, step.before, {}))
    bench.memory.note(application_id=application_id)
    return lambda: bench.ownership.release(application_id, bench.owner)


def put(step: PutApplication, bench: Bench) -> Undo:
    """Replace the document."""

    def do() -> None:
        sent = document.for_put(step.document, bench.key.public_pem)
        bench.live = bench.vonage.put_application(step.application_id, sent)

    return bench.surely(
        do, lambda: bench.vonage.put_application(step.application_id, document.for_put(step.before))
    )


def save(step: SaveApplication, bench: Bench) -> Undo:
    """Write the application's id beside its key, unless the resource is being deleted."""
    bench.stop_if_cancelled()
    before = bench.current
    after = dataclasses.replace(
        before,
        application_id=bench.live["id"],
        key_version=before.key_version or step.key_version,
    )
    bench.current = bench.secret.put(after, f"{bench.token}:application")
    return lambda: bench.secret.put(before, f"{bench.token}:undo")


def restore(step: RestoreApplication, bench: Bench) -> None:
    """Give it back as it was."""
    bench.vonage.put_application(step.application_id, step.document)


def delete(step: DeleteApplication, bench: Bench) -> None:
    """Delete it; there is no way back."""
    bench.vonage.delete_application(step.application_id)


def empty_secret(step: EmptySecret, bench: Bench) -> None:
    """Take the key of an application that is gone out of the secret."""
    bench.secret.empty(step.content, f"{bench.token}:empty")
