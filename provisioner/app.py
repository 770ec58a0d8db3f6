"""Entry of the provisioner's Lambda function: custom resources, and the operator's actions.

CloudFormation calls it for `Custom::VonageApplication`, `Custom::VonageNumber` and `Custom::WebhookCheck`; an
operator with `{"action": "plan" | "check" | "rotate" | "doctor"}`. Everything that could fail to import is
imported inside the guarded part, so that a broken layer is a FAILED deployment with a reason, not a stack
that waits for an hour.
"""

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from provisioner.cloudformation import protocol, response_url
from provisioner.cloudformation.callback import Callback
from provisioner.errors import ProvisionerError, StillRunningError

if TYPE_CHECKING:
    from provisioner.resources.tools import Tools

log = logging.getLogger("provisioner")
log.setLevel(logging.INFO)


class LambdaContext(Protocol):
    """The part of Lambda's context that is used."""

    invoked_function_arn: str

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda ends the function."""


def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any] | None:
    """Answer CloudFormation, or do an operator's action and return its report.

    A request whose answer would not reach CloudFormation isn't CloudFormation's: nothing is done for it.

    Raises:
        NotDeliveredError: CloudFormation could not be told; Lambda delivers the request again.
        StillRunningError: another delivery of the same request is at work and will answer.
    """
    if "ResponseURL" not in event:
        from provisioner.operator.actions import act
        from provisioner.resources.tools import Tools

        tools = Tools.from_environment(context.get_remaining_time_in_millis() / 1000)
        return act(event, context.invoked_function_arn, tools)
    if not response_url.is_cloudformations(event["ResponseURL"]):
        host = response_url.host(event["ResponseURL"])
        log.error("FOREIGN_REQUEST: %.100r isn't where CloudFormation takes answers; nothing was done", host)
        return None
    serve(protocol.parse(event), context.get_remaining_time_in_millis() / 1000)
    return None


def serve(
    request: protocol.Request, remaining_s: float, make_tools: "Callable[[float], Tools] | None" = None
) -> None:
    """Answer one request of CloudFormation, whatever happens.

    Args:
        request: the request.
        remaining_s: Lambda's remaining time, in seconds.
        make_tools: builds the tools from the remaining time; from the environment when left out.
    """
    log.info("%s of %s %s, request %s", request.type, request.resource_type, request.logical_id, request.id)
    callback = Callback(request, remaining_s)
    try:
        callback.send(_answer(request, remaining_s, make_tools))
    finally:
        callback.close()


def _answer(
    request: protocol.Request, remaining_s: float, make_tools: "Callable[[float], Tools] | None"
) -> protocol.Answer:
    if request.type not in protocol.REQUEST_TYPES:
        known = ", ".join(protocol.REQUEST_TYPES)
        return protocol.failed(request, f"{request.type!r} is not a request type. Known: {known}.")
    try:
        from provisioner.resources.handle import handle
        from provisioner.resources.tools import Tools

        return handle(request, (make_tools or Tools.from_environment)(remaining_s))
    except StillRunningError:
        raise
    except ProvisionerError as error:
        return protocol.failed(request, str(error))
    except Exception as error:  # noqa: BLE001 - anything at all must become an answer
        # The text of an unforeseen error may quote what it was working on, a key included; its type may not.
        log.error("unforeseen %s in %s of %s", type(error).__name__, request.type, request.logical_id)
        reason = (
            f"The provisioner failed with {_origin(error)}. It has a fault, or was not deployed completely: "
            "check that both layers are attached, then run `sam build && sam deploy` again."
        )
        return protocol.failed(request, reason)


def _origin(error: BaseException) -> str:
    """The error's type and the line that raised it; for an import, what is missing."""
    if isinstance(error, ImportError):
        return f"{type(error).__name__} ({error.name})"
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace else ""
    return type(error).__name__ + place
