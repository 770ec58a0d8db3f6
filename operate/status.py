"""What the status of a stack means for whoever deploys or examines it, and the command that helps.

Source: AWS, "Stack status codes", "Continue rolling back an update" and "Stack failure options" in the
CloudFormation user guide. Only a stack whose update failed on its way back takes `continue-update-rollback`;
only a first deployment that failed leaves a stack that nothing but a deletion helps.
"""

from operate.errors import OperatorError
from operate.stack import Stack

# As the SAM CLI sees it: a stack that has only a change set has never been deployed.
NEVER_DEPLOYED = "REVIEW_IN_PROGRESS"
# Nothing, or not yet everything, of a stack in one of these is there to be examined.
NOT_THERE = {
    NEVER_DEPLOYED, "CREATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED",
    "DELETE_IN_PROGRESS", "DELETE_FAILED",
}  # fmt: skip
# A deployment failed and was told to leave everything as it was at that moment. It can be deployed over.
_LEFT_AS_IT_WAS = {"CREATE_FAILED", "UPDATE_FAILED"}
_SAM_DELETE = "`.local/sam/bin/sam delete {options}`"


def hindrance(stack: Stack, status: str) -> OperatorError | None:
    """Why no deployment can begin while the stack is in this status, and what to do first.

    Args:
        stack: The stack.
        status: CloudFormation's word for its state; empty when there is no stack.

    Raises:
        OperatorError: AWS refused to say which resources failed.
    """
    if status == "UPDATE_ROLLBACK_FAILED":
        return _stuck(stack)
    if status in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED"):
        return _never_was(stack, status)
    if status == "DELETE_FAILED":
        return _half_deleted(stack)
    if status.endswith("_IN_PROGRESS") and status != NEVER_DEPLOYED:
        query = f"aws cloudformation describe-stacks {stack.options} --query Stacks[0].StackStatus"
        return OperatorError(
            f"The stack {stack.name} is in {status}: CloudFormation is still at work on it.",
            f"Wait until it's through, then run the same command again: `{query}`",
        )
    return None


def trouble(stack: Stack, status: str) -> OperatorError | None:
    """What is amiss with a stack in this status, whether or not it takes a deployment.

    Raises:
        OperatorError: AWS refused to say which resources failed.
    """
    if status in _LEFT_AS_IT_WAS:
        return OperatorError(
            f"The stack {stack.name} is in {status}: a deployment failed, and its rollback was turned off. "
            f"{_reasons(stack.failed())}",
            "Put that right and deploy again, or go back: "
            f"`aws cloudformation rollback-stack {stack.options}`",
        )
    return hindrance(stack, status)


def after_failure(stack: Stack) -> str:
    """What has become of the stack after a deployment failed, and what to do next."""
    try:
        status = stack.described().get("StackStatus", "")
        if amiss := trouble(stack, status):
            return str(amiss)
    except OperatorError as error:
        return f"What became of the stack isn't known: {error}"
    again = "Put the cause right, then run the same command again."
    if status == "UPDATE_ROLLBACK_COMPLETE":
        return f"The stack {stack.name} is rolled back: what ran before still runs. {again}"
    unchanged = "is as it was" if status not in ("", NEVER_DEPLOYED) else "has not been made"
    return f"The stack {stack.name} {unchanged}. {again}"


def _stuck(stack: Stack) -> OperatorError:
    failed = stack.failed()
    go_on = f"aws cloudformation continue-update-rollback {stack.options}"
    return OperatorError(
        f"The stack {stack.name} is in UPDATE_ROLLBACK_FAILED: an update failed, and so did the rollback. "
        f"What ran before it is still there. {_reasons(failed)}",
        f"Put that right, then: `{go_on}`\n"
        f"If it can't be put right, leave it out: `{go_on} --resources-to-skip {' '.join(failed)}`\n"
        "Then deploy again. docs/runbook.md has more.",
    )


def _never_was(stack: Stack, status: str) -> OperatorError:
    delete = _SAM_DELETE.format(options=stack.options)
    return OperatorError(
        f"The stack {stack.name} is in {status}: its first deployment failed, and what is left of it takes "
        f"no other. {_reasons(stack.failed())}".rstrip(),
        f"Delete it, then deploy again: {delete}",
    )


def _half_deleted(stack: Stack) -> OperatorError:
    failed = stack.failed()
    keep = f"aws cloudformation delete-stack {stack.options} --retain-resources {' '.join(failed)}"
    return OperatorError(
        f"The stack {stack.name} is in DELETE_FAILED: part of it could not be deleted. {_reasons(failed)}",
        f"Put that right and delete it again: {_SAM_DELETE.format(options=stack.options)}\n"
        f"To leave behind what can't be deleted: `{keep}`",
    )


def _reasons(failed: dict[str, str]) -> str:
    return " ".join(f"{name}: {reason or 'no reason was given'}" for name, reason in failed.items())
