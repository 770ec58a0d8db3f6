"""The Vonage account's signature secrets, from Secrets Manager, kept between invocations.

The secret is JSON, made once by the user: `{"api_key", "signature_secret", "signature_secrets"?}`, the last
one with a signature secret per subaccount's api_key. The account's API secret is in another one, which the
functions behind webhooks may not read. Its previous version counts, too, for some time after the current one
was made: a rotation refuses no webhook that was signed just before, and one that leaked and was renewed is
worth nothing once that time is over.
"""

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from switchboard import telemetry
from switchboard.aws.secret import Version, apart, as_meant, read_version
from switchboard.environment import required
from switchboard.errors import SecretError

if TYPE_CHECKING:
    from switchboard.aws.first_read import FirstRead

# A copy older than this is renewed while the request that finds it so goes on.
_KEEP_S = 240
# A copy older than this is renewed before it judges, so that a leaked secret is worth nothing 5 minutes after
# `make credentials LEAKED=true`, in an environment that rested for hours, too.
_TRUST_S = 300
# How often a wrong signature may cause a look at Secrets Manager: forgeries must not become load or cost. It
# is also the longest that one of them can make a rotation refuse what is genuine.
_LOOK_INTERVAL_S = 2
# How long a caller waits for a look that another request began and Lambda froze.
_LOCK_S = 0.5
# How soon after a failure Secrets Manager is asked again while nothing is known.
_FAILURE_INTERVAL_S = 1


class _Held(NamedTuple):
    """What was read: versions, newest first, of each the secrets by account, and the account itself."""

    versions: Sequence[Version] = ()
    secrets: Sequence[Mapping[str | None, str]] = ()
    account: str = ""

    @classmethod
    def of(cls, *versions: Version) -> "_Held":
        account = as_meant(versions[0].value.get("api_key"))
        return cls(versions, [_by_account(version.value) for version in versions], account)


class SignatureSecrets:
    """The signature secrets of the account and its subaccounts; read when first asked for.

    When Secrets Manager is down, what was read before stays in use.

    Args:
        read_version: gives a version of the secret by its label; `None` when there is no such version.
        clock: Unix time in seconds.
    """

    def __init__(
        self,
        read_version: Callable[[str], Version | None] | None = None,
        clock: Callable[[], float] = time.time,  # a frozen environment's monotonic clock may stand still
    ) -> None:
        self._read_version = read_version or _read_version
        self._clock = clock
        self._held = _Held()
        self._knows_previous = False
        self._read_at = self._looked_at = self._failed_at = float("-inf")
        self._lock = threading.Lock()
        self._first = _prepare(self._current, clock)

    @property
    def account(self) -> str:
        """The account's own API key, once a secret was read; else empty."""
        return self._held.account

    def known(self, api_key: str | None, overlap_s: float) -> Sequence[str]:
        """The secrets held for an account. Only the first call, or the first in a long while, waits.

        Args:
            api_key: the account's or subaccount's; `None` is the account's.
            overlap_s: how long the previous version counts after the current one was made, in seconds.

        Raises:
            SecretError: none was ever read, and none can be read now.
        """
        if self._first:
            self._take_first()
        now = self._clock()
        if not self._held.versions:
            self._read_first(now)
        elif now - self._read_at > _KEEP_S and self._may_look(now):
            if now - self._read_at > _TRUST_S:
                self._renew()
            else:
                threading.Thread(target=apart, args=(self._renew,), name="_renew", daemon=True).start()
        return self._of(api_key, overlap_s)

    def reread(self, api_key: str | None, overlap_s: float) -> Sequence[str]:
        """The secrets after another look, previous version included; empty when one was taken just now.

        As long as the current version is the one that is held, a forgery costs a single question.
        """
        if not self._may_look(self._clock()):
            return ()
        self._renew(only_if_rotated=True)
        return self._of(api_key, overlap_s)

    def settle(self) -> None:
        """End Lambda's INIT, which may have begun to read."""
        if self._first:
            self._first.settle()

    def _take_first(self) -> None:
        """Take what INIT has read, as old as it is by now."""
        first, self._first = self._first, None
        if first and (version := first.found()):
            self._held, self._read_at = _Held.of(version), first.begun_at

    def _read_first(self, now: float) -> None:
        if now - self._failed_at < _FAILURE_INTERVAL_S:
            raise SecretError("Secrets Manager failed just now.")
        try:
            self._held, self._read_at = _Held.of(self._current()), now
        except SecretError:
            self._failed_at = self._clock()
            raise

    def _may_look(self, now: float) -> bool:
        if now - self._looked_at < _LOOK_INTERVAL_S:
            return False
        self._looked_at = now
        return True

    def _renew(self, *, only_if_rotated: bool = False) -> None:
        if not self._lock.acquire(timeout=_LOCK_S):
            return
        try:
            asked_at = self._clock()  # Lambda may freeze a look for hours between its question and its end
            current = self._current()
            if only_if_rotated and self._knows_previous and current == self._held.versions[0]:
                return
            previous = self._read_version("AWSPREVIOUS")
            self._held = _Held.of(current, *([previous] if previous else []))
            self._knows_previous, self._read_at = True, asked_at
        except SecretError as failure:
            # What is held stays in use until the next look.
            telemetry.outcome("SecretNotRenewed", "signature", "WARNING", reason=str(failure))
        finally:
            self._lock.release()

    def _current(self) -> Version:
        current = self._read_version("AWSCURRENT")
        if current is None:
            raise SecretError("The signature secret does not exist or has no value. Run `make credentials`.")
        return current

    def _of(self, api_key: str | None, overlap_s: float) -> Sequence[str]:
        versions, secrets, _ = self._held
        if len(versions) > 1 and not _is_within(overlap_s, versions[0].created_at, self._clock()):
            secrets = secrets[:1]
        return [of_account[api_key] for of_account in secrets if api_key in of_account]


def _is_within(overlap_s: float, created_at: float | None, now: float) -> bool:
    """Whether the previous version still counts, by when the current one was made.

    Without a date it doesn't, nor with one far ahead: nothing would ever end its time.
    """
    return created_at is not None and abs(now - created_at) < overlap_s


def _by_account(credentials: dict[str, Any]) -> dict[str | None, str]:
    """The accounts' secrets in one version; a token that names no account can only be the main one's."""
    given = credentials.get("signature_secrets")
    main = credentials.get("signature_secret")
    accounts: dict[str | None, Any] = {**given} if isinstance(given, dict) else {}
    accounts |= {None: main, as_meant(credentials.get("api_key")): main}
    # An empty key would verify anybody's signature.
    return {account: secret for account, given in accounts.items() if (secret := as_meant(given))}


def _read_version(label: str) -> Version | None:
    return read_version(required("SWITCHBOARD_SIGNATURE_SECRET"), label)


def _prepare(read: Callable[[], Version], clock: Callable[[], float]) -> "FirstRead | None":
    """Do during Lambda's INIT what the first read needs, and begin it, rather than while a caller waits."""
    if "AWS_LAMBDA_RUNTIME_API" not in os.environ:
        return None
    from switchboard.aws import first_read, signed

    signed.prepare()
    return first_read.begin(read, clock)
