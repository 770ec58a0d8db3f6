"""Lines about deployments: one that goes well, and those that must be rolled back without a trace."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from switchboard.aws.secret import signature_secret_of

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

    Copies of the secrets are deleted, so that the account's own are never touched.
    """
    bench.deployed()
    with _copied_credentials(bench) as (name, delete):
        moved = bench.update(CredentialsSecret=name)
        if moved.status != "UPDATE_COMPLETE":
            raise NotTriedError(f"the stack could not be given copies of the secrets: {moved}")
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


def copies_of_credentials(bench: Bench) -> tuple[str, str]:
    """The names of the copies that `missing_secret` makes, that of the signature secret last."""
    name = f"{bench.name}/vonage"
    return name, signature_secret_of(name)


@contextmanager
def _copied_credentials(bench: Bench) -> Iterator[tuple[str, Callable[[], object]]]:
    """Copies of the credentials, and how to delete them. Restored in the end: removing a stack needs them."""
    secrets, copies = bench.client("secretsmanager"), copies_of_credentials(bench)
    own = bench.credentials_secret, signature_secret_of(bench.credentials_secret)
    for original, copy in zip(own, copies, strict=True):
        value = secrets.get_secret_value(SecretId=original)["SecretString"]
        secrets.create_secret(Name=copy, SecretString=value, Description="A copy for make smoke: delete it")

    def delete() -> None:
        for copy in copies:
            secrets.delete_secret(SecretId=copy, RecoveryWindowInDays=_RECOVERABLE_DAYS)

    try:
        yield copies[0], delete
    finally:
        for copy in copies:
            secrets.restore_secret(SecretId=copy)
