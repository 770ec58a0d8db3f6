"""Which Vonage application a token is of: an account signs for all of its applications with one secret.

The functions are there before the application, and a repair may make another one. So a deployment tells them
the application that it found, and before anything is refused they ask what the provisioner has written down,
which it does before Vonage hears of a change. While they know none, nothing is compared.
"""

import hashlib
import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from switchboard import telemetry
from switchboard.environment import given
from switchboard.errors import ApplicationError, AwsError, SwitchboardError

if TYPE_CHECKING:
    from switchboard.aws.signed import Service

# The resource of template.yaml, as the provisioner names its record.
_RESOURCE = "VonageApplication"
# How often another application's token may cause a question, and so how long it can make the record of before
# count against a new application.
_LOOK_INTERVAL_S = 2
# How often it is asked aside for what is not written down.
_ASIDE_INTERVAL_S = 240
# How much of an id is told.
_LONGEST_ID = 64
# How long a caller may be kept waiting.
_TIMEOUT_S = 1

Read = Callable[[str], Sequence[str]]


class Applications:
    """The stack's application, those that it had before, and others that its owner allows.

    Args:
        read: gives the applications that are written down, by the account's API key.
        clock: Unix time in seconds; a frozen environment's monotonic clock may stand still.
    """

    def __init__(self, read: Read | None = None, clock: Callable[[], float] = time.time) -> None:
        self._read = read or recorded
        self._clock = clock
        self._ours: set[str] = set()
        self._found: Sequence[str] = ()
        self._looked_at = float("-inf")
        self._is_first = True

    def refuse_others(self, claims: Mapping[str, Any], account: str) -> None:
        """Refuse a token of another application of the account.

        A subaccount is in the secret because its applications' webhooks are wanted, so these pass.

        Args:
            claims: of a token whose signature holds.
            account: the API key of the account itself.

        Raises:
            ApplicationError: it is of another one, for certain.
        """
        application = claims.get("application_id")
        if not application or claims.get("api_key") not in (None, account) or self._is_expected(application):
            return
        if not (self._ours or _deployed_with()):
            self._look_aside(account)
            return
        if self._may_look(_LOOK_INTERVAL_S):
            self._look(account)
        # When nobody can say, it may be genuine.
        if self._found and application not in self._found:
            raise ApplicationError(str(application)[:_LONGEST_ID])

    def _is_expected(self, application: object) -> bool:
        if application in self._ours or application == _deployed_with():
            return True
        allowed = given("SWITCHBOARD_OTHER_APPLICATIONS").replace(" ", "").split(",")
        return application in allowed or "*" in allowed

    def _look_aside(self, account: str) -> None:
        """Not with an environment's first request, whose caller waits for the secret already."""
        if self._is_first:
            self._is_first = False
        elif given("SWITCHBOARD_STACK_ID") and self._may_look(_ASIDE_INTERVAL_S):
            threading.Thread(target=self._look, args=(account,), daemon=True).start()

    def _may_look(self, interval_s: float) -> bool:
        now = self._clock()
        if now - self._looked_at < interval_s:
            return False
        self._looked_at = now
        return True

    def _look(self, account: str) -> None:
        try:
            self._found = self._read(account)
            self._ours.update(self._found)
        except SwitchboardError as failure:
            self._found = ()
            telemetry.outcome("ApplicationNotRead", "signature", "WARNING", reason=str(failure))


def recorded(account: str) -> Sequence[str]:
    """The stack's application as the provisioner has written it down, and those that it took the place of.

    Raises:
        SwitchboardError: Parameter Store refused or failed.
    """
    from switchboard.aws.signed import Service
    from switchboard.environment import required

    name = f"/switchboard/resources/{resource_id(required('SWITCHBOARD_STACK_ID'), _RESOURCE)}"
    # A stack that moves to another account has two records, until its application in the first one goes.
    parameters = Service("ssm", "AmazonSSM", "1.1", "AWS_ENDPOINT_URL_SSM")
    digest = hashlib.sha256(account.encode()).hexdigest()[:12]
    try:
        texts = [_text(parameters, each) for each in (name, f"{name}.{digest}")]
    finally:
        parameters.close()
    return [id_ for text in texts for id_ in _applications_in(text)]


def _text(parameters: "Service", name: str) -> str:
    try:
        reply = parameters.call("GetParameter", {"Name": name}, timeout_s=_TIMEOUT_S)
    except AwsError as error:
        if error.code != "ParameterNotFound":
            raise
        return "{}"
    return str(reply["Parameter"]["Value"])


def resource_id(stack_id: str, logical_id: str) -> str:
    """The name that the provisioner gives to a resource of a stack; a test holds the two equal."""
    place = hashlib.sha256(f"{stack_id}\n{logical_id}".encode()).hexdigest()[:12]
    return f"{stack_id.split('/')[1]}.{logical_id}.{place}"


def _applications_in(text: str) -> list[str]:
    try:
        record = json.loads(text)
        return [id_ for id_ in [record.get("application_id"), *record.get("predecessors", [])] if id_]
    except (ValueError, AttributeError, TypeError):
        return []  # damaged, which the provisioner tells


def _deployed_with() -> str:
    return given("SWITCHBOARD_APPLICATION_ID")
