"""The steps that link a number and put it back. Each returns how to undo it."""

from provisioner.perform.bench import Bench, Undo
from provisioner.plan.number_steps import ClaimNumber, LinkNumber, ReleaseNumber, RestoreNumber
from provisioner.remembered.ownership import Claim


def claim(step: ClaimNumber, bench: Bench) -> Undo:
    """Write down what the number was, before it is changed."""
    earlier = [each for each in bench.ownership.of(step.msisdn) if each.owner == bench.owner]
    details = {"application_id": step.application_id}
    bench.ownership.claim(step.msisdn, Claim(bench.owner, step.before, details))
    if earlier:
        return lambda: bench.ownership.claim(step.msisdn, earlier[0])
    return lambda: bench.ownership.release(step.msisdn, bench.owner)


def link(step: LinkNumber, bench: Bench) -> Undo:
    """Link the number, with its other settings as they are."""
    vonage = bench.vonage
    return bench.surely(
        lambda: vonage.update_number(step.settings), lambda: vonage.update_number(step.before)
    )


def restore(step: RestoreNumber, bench: Bench) -> Undo:
    """Put the number back."""
    vonage = bench.vonage
    return bench.surely(lambda: vonage.update_number(step.settings), lambda: vonage.update_number(step.now))


def release(step: ReleaseNumber, bench: Bench) -> None:
    """Strike this resource off the number's owners."""
    bench.ownership.release(step.msisdn, bench.owner)
