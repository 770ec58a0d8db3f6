"""Lines about deployments: one that goes well, and those that must be rolled back without a trace."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from operate.smoke import variants
from operate.smoke.bench import Bench, DiffersError, NotTriedError
from operate.smoke.deployment import Outcome

ROLLED_BACK = "UPDATE_ROLLBACK_COMPLETE"
_RECOVERABLE_DAYS = 7


def defaults(bench: Bench) -> str:
    """A first deployment in which nobody gave a parameter."""
    return _expect(bench.first(), "CREATE_COMPLETE")


def broken_flow(bench: Bench) -> str:
    """A release whose answer can't be loaded is found by the deployment's own check."""
    return _expect(bench.update(variants.broken_flow), ROLLED_BACK, "WebhookCheck")


def missing_secret(bench: Bench) -> str:
    """The credentials are deleted under a working stack: neither the release nor the way back can read them.

    A copy of the secret is deleted, so that the account's own is never touched.
    """
    bench.deployed()
    with _copied_credentials(bench) as (name, delete):
        moved = bench.update(CredentialsSecret=name)
        if moved.status != "UPDATE_COMPLETE":
            raise NotTriedError(f"the stack could not be given a copy of the secret: {moved}")
        delete()
        return _expect(bench.update(CredentialsSecret=name), ROLLED_BACK)


def numbers(bench: Bench) -> str:
    """As many numbers as somebody has, linked within the time that a deployment gives."""
    if not bench.numbers:
        raise NotTriedError(
            "give up to 40 numbers of the Vonage account that nobody calls now: NUMBERS=44…,44…"
        )
    seen = _expect(bench.update(Numbers=",".join(bench.numbers)), "UPDATE_COMPLETE")
    return f"{len(bench.numbers)} linked; {seen}"


def kms_key(bench: Bench) -> str:
    """Everything is encrypted with a key of the customer's."""
    if not bench.kms_key_arn:
        raise NotTriedError("give a key whose policy is that of docs/security.md: KMS_KEY_ARN=arn:…")
    return _expect(bench.update(KmsKeyArn=bench.kms_key_arn), "UPDATE_COMPLETE")


def _expect(outcome: Outcome, status: str, cause: str = "") -> str:
    if outcome.status != status or cause not in outcome.reason:
        raise DiffersError(str(outcome))
    return str(outcome)


def copy_of_credentials(bench: Bench) -> str:
    """The name of the copy that `missing_secret` makes."""
    return f"{bench.name}/vonage"


@contextmanager
def _copied_credentials(bench: Bench) -> Iterator[tuple[str, Callable[[], object]]]:
    """A copy of the credentials, and how to delete it. Restored in the end: removing the stack needs it."""
    secrets, name = bench.client("secretsmanager"), copy_of_credentials(bench)
    value = secrets.get_secret_value(SecretId=bench.credentials_secret)["SecretString"]
    secrets.create_secret(Name=name, SecretString=value, Description="A copy for make smoke: delete it")
    try:
        yield name, lambda: secrets.delete_secret(SecretId=name, RecoveryWindowInDays=_RECOVERABLE_DAYS)
    finally:
        secrets.restore_secret(SecretId=name)
