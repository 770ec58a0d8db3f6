"""The one answer to CloudFormation: sent once, before Lambda's time is up, and received for certain.

Source: CloudFormation User Guide, "Custom resource response objects"; the URL is presigned for an empty
content type, so any other one is refused with 403.
"""

import http.client
import logging
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable

from provisioner.cloudformation import protocol
from provisioner.cloudformation.protocol import Answer, Request

# FAILED is sent with at least this much of Lambda's time left.
RESERVE_S = 10.0

# All attempts with their pauses end within the reserve.
ATTEMPTS = 3
ATTEMPT_TIMEOUT_S = 2.5
log = logging.getLogger("provisioner")


class NotDeliveredError(Exception):
    """No attempt reached CloudFormation: raised out of the handler, so that Lambda delivers again."""


class Callback:
    """Answers one request once; by itself, with FAILED, when the time is nearly up.

    Args:
        request: the request to answer.
        remaining_s: Lambda's remaining time, in seconds.
        pause: waits between attempts, in seconds.
    """

    def __init__(
        self, request: Request, remaining_s: float, pause: Callable[[float], object] = time.sleep
    ) -> None:
        self._request = request
        self._pause = pause
        self._lock = threading.Lock()
        self._answered = False
        self._timer = threading.Timer(max(0.0, remaining_s - RESERVE_S), self._time_is_up)
        self._timer.daemon = True
        self._timer.start()

    def send(self, answer: Answer) -> None:
        """Answer, unless the answer has been given.

        Raises:
            NotDeliveredError: CloudFormation could not be told.
        """
        with self._lock:
            if self._answered:
                return
            deliver(self._request, answer, self._pause)
            self._answered = True

    def close(self) -> None:
        """Stop the timer: the request is answered, or somebody else will answer it."""
        self._timer.cancel()

    def _time_is_up(self) -> None:
        reason = (
            "The provisioner ran out of time. What was begun is recorded: delete or update the stack again, "
            "and look at the function's log for the last step."
        )
        try:
            self.send(protocol.failed(self._request, reason))
        except NotDeliveredError as error:
            log.error("%s", error)


def deliver(request: Request, answer: Answer, pause: Callable[[float], object] = time.sleep) -> None:
    """PUT the answer to CloudFormation, a few times if need be.

    Raises:
        NotDeliveredError: every attempt failed; the cause of the last one is in its text, the URL is not.
    """
    body, cause = protocol.body(request, answer), ""
    for attempt in range(ATTEMPTS):
        if attempt:
            pause(0.25 * 2**attempt)
        cause = _put(request.response_url, body)
        if not cause:
            log.info("answered %s to %s of %s", answer.status, request.type, request.logical_id)
            return
        log.warning("CloudFormation did not take the answer (attempt %d): %s", attempt + 1, cause)
    raise NotDeliveredError(
        f"CloudFormation could not be told {answer.status} about {request.logical_id}: {cause}"
    )


def _put(url: str, body: bytes) -> str:
    """Send it once; the reason why it failed, or nothing."""
    if not url.startswith(("https://", "http://")):
        return "the response URL is not an HTTP URL"
    put = urllib.request.Request(url, data=body, method="PUT", headers={"Content-Type": ""})  # noqa: S310
    try:
        with urllib.request.urlopen(put, timeout=ATTEMPT_TIMEOUT_S) as reply:  # noqa: S310 - scheme checked above
            return "" if 200 <= reply.status < 300 else f"HTTP {reply.status}"
    except urllib.error.HTTPError as error:
        with error:
            return f"HTTP {error.code}"
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__
