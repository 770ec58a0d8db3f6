"""The steps of a key's life: stored, given to Vonage, tried, made current. Each returns how to undo it."""

from provisioner.errors import ProvisionerError
from provisioner.perform.bench import ApplicationBench as Bench
from provisioner.perform.bench import Undo
from provisioner.plan import document
from provisioner.plan.steps import (
    DropNextKey,
    MoveKey,
    PromoteNextKey,
    PutNextKey,
    StoreKey,
    StoreNextKey,
    TryNextKey,
)
from provisioner.world.secret import Content

TRIES = 6
FIRST_PAUSE_S = 0.5


def store(step: StoreKey, bench: Bench) -> None:
    """Make the first pair and store it. Nothing to undo: without an application id no reader uses it."""
    made = Content(bench.make_key(), key_version=step.key_version, others=bench.current.others)
    bench.current = bench.secret.put(made, f"{bench.token}:key")


def move(step: MoveKey, bench: Bench) -> None:
    """Store the pair in another secret. Nothing to undo: the old secret keeps it too."""
    bench.current = bench.secret.put(step.content, f"{bench.token}:key")


def store_next(step: StoreNextKey, bench: Bench) -> Undo:
    """Make the next pair and store it beside the current one, which stays in use."""
    bench.secret.drop_pending()
    made = Content(
        bench.make_key(),
        application_id=bench.current.application_id,
        key_version=step.key_version,
        others=bench.current.others,
    )
    bench.pending = bench.secret.put(made, f"{bench.token}:next-key", pending=True)
    return bench.secret.drop_pending


def put_next(step: PutNextKey, bench: Bench) -> Undo:
    """Give Vonage the public half of the next pair: from here on only the next key signs."""
    before = document.for_put(bench.live, bench.key.public_pem)

    def do() -> None:
        sent = document.for_put(bench.live, bench.pending.public_key)
        bench.live = bench.vonage.put_application(step.application_id, sent)

    return bench.surely(do, lambda: bench.vonage.put_application(step.application_id, before))


def try_next(step: TryNextKey, bench: Bench) -> None:
    """Ask until Vonage accepts a token of the next key; how long it takes to know one is not documented."""
    if bench.pending.key is None:
        raise ValueError("the plan tries a key that it has not stored")
    for attempt in range(TRIES):
        if attempt:
            bench.deadline.pause(FIRST_PAUSE_S * 2 ** (attempt - 1))
        if bench.vonage.accepts(step.application_id, bench.pending.key.private_pem):
            return
    raise ProvisionerError(
        f"Vonage took the new public key of the application {step.application_id}, but refuses its tokens.",
        "The old key was put back and stays in use; try the rotation again later.",
    )


def promote(_step: PromoteNextKey, bench: Bench) -> None:
    """Make the next pair the current one. From here on the old one must not come back."""
    bench.secret.promote(bench.pending.version_id)
    bench.current = bench.pending


def drop_next(_step: DropNextKey, bench: Bench) -> None:
    """Forget the next pair."""
    bench.secret.drop_pending()
