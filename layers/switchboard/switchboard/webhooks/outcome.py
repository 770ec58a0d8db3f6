"""How a webhook request ends: the response for API Gateway, and what the log and the metrics say."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypedDict

from switchboard import telemetry
from switchboard.errors import (
    ApplicationError,
    AwsError,
    BodyTooLargeError,
    BypassedError,
    SignatureError,
    SwitchboardError,
)
from switchboard.webhooks.policy import Policy

_SEVERITIES: Mapping[str, telemetry.Severity] = {
    "Answered": "INFO",
    "Accepted": "INFO",
    "Unsigned": "INFO",
    "Bypassed": "INFO",
    "Checked": "INFO",
    "Consent": "INFO",
    "Refused": "WARNING",
    "OtherApplication": "WARNING",
    "Misdirected": "WARNING",
}

# What the internet knocks with. It is answered as any refusal, but nobody has to hear of it.
_UNSIGNED = {"missing", "malformed", "algorithm"}


class Response(TypedDict, total=False):
    """What API Gateway makes an HTTP response of (payload format version 2.0)."""

    statusCode: int
    headers: dict[str, str]
    body: str


class Outcome(NamedTuple):
    """How a request ended.

    Attributes:
        name: its name in the log and in the metrics.
        response: what Vonage is answered.
        commands: what is left to do.
        facts: what else the log says of it.
        failure: what led to it, which the log doesn't say.
    """

    name: str
    response: Response
    commands: Sequence[Mapping[str, Any]] = ()
    facts: Mapping[str, object] = {}
    failure: BaseException | None = None

    @property
    def severity(self) -> telemetry.Severity:
        """How much the log makes of it."""
        return _SEVERITIES.get(self.name, "ERROR")

    def told(self) -> "Outcome":
        """The same, whose response says why: for whoever signs as the account, and tries a deployment."""
        why = json_response(json.dumps([{"outcome": self.name, **self.facts}]))
        return self._replace(response={**why, "statusCode": self.response["statusCode"]})


def with_status(name: str, status: int, failure: BaseException | None = None, **facts: object) -> Outcome:
    """An outcome whose response is a status alone."""
    return Outcome(name, {"statusCode": status}, facts=facts, failure=failure)


def of_failure(failure: Exception, policy: Policy) -> Outcome:
    """The outcome of a request that could not be handled."""
    match failure:
        case SignatureError():
            name = "Unsigned" if failure.reason in _UNSIGNED else "Refused"
            return with_status(name, policy.refused, reason=failure.reason)
        case ApplicationError():
            return with_status("OtherApplication", policy.refused, application=failure.application_id)
        case BypassedError():
            return with_status("Bypassed", 403)
        case BodyTooLargeError():
            return with_status("TooLarge", policy.too_large)
        case AwsError():
            return with_status("NotQueued", policy.unavailable, failure, reason=str(failure))
        case SwitchboardError():
            return with_status("Unavailable", policy.unavailable, failure, reason=str(failure))
    return with_status("Failed", policy.unavailable, failure, **telemetry.where(failure))


def json_response(body: str) -> Response:
    """A response of JSON, such as an NCCO."""
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": body}
