"""What AWS refuses, told apart by what AWS says, and what can be done about it.

A secret that does not exist is denied, not missing, to a role that may use it by its name or tag: IAM answers
before the service does.
Source: AWS Secrets Manager API reference (GetSecretValue, Errors); IAM user guide, "Troubleshoot access
denied error messages".
"""

MAX_MESSAGE = 400
THROTTLED = {
    "ThrottlingException", "Throttling", "RequestLimitExceeded", "TooManyRequestsException", "TooManyUpdates",
}  # fmt: skip
DENIED = {"AccessDeniedException", "AccessDenied"}
BY_OTHERS = ("service control policy", "resource control policy", "permissions boundary", "explicit deny")


def one_line(code: str, message: str) -> str:
    """AWS's code and sentence, fit for a stack's events."""
    printable = "".join(each if each.isprintable() else " " for each in message)
    text = " ".join(printable.split()).rstrip(".")
    if len(text) > MAX_MESSAGE:
        text = text[: MAX_MESSAGE - 1] + "…"
    return f"{code} ({text})" if text and text != code else code


def is_about_kms(code: str, message: str) -> bool:
    """Whether the key refused, not the secret."""
    return "KMS" in message or "KMS" in code or code in {"DecryptionFailure", "EncryptionFailure"}


def is_scheduled_for_deletion(code: str, message: str) -> bool:
    """Whether the secret waits for its deletion, and can be restored."""
    return code == "InvalidRequestException" and "delet" in message


def may_be_missing(code: str, message: str) -> bool:
    """Whether the secret does not exist, as far as anybody can tell: it may be there and not be allowed."""
    is_denied = code in DENIED and not is_about_kms(code, message)
    return code == "ResourceNotFoundException" or (is_denied and not is_denied_by_others(message))


def is_denied_by_others(message: str) -> bool:
    """Whether a policy above the role's own ones denies it."""
    return any(policy in message for policy in BY_OTHERS)


def next_step(code: str, message: str, denied: str, secret: str = "") -> str:
    """What can be done.

    Args:
        code: AWS's name of the error.
        message: AWS's sentence.
        denied: what to do when the role may not.
        secret: the secret that it was about, if any.
    """
    if code in THROTTLED:
        return "Deploy again in a minute."
    if is_about_kms(code, message):
        return (
            "The KMS key must be enabled and let the functions decrypt: give its ARN as KmsKeyArn "
            "(docs/security.md has the key policy), or encrypt the secret with aws/secretsmanager."
        )
    if is_scheduled_for_deletion(code, message):
        return (
            f"Bring it back with `aws secretsmanager restore-secret --secret-id {secret}`, and deploy again."
        )
    if code in DENIED and is_denied_by_others(message):
        return "A policy above the function's role denies this: ask whoever looks after the AWS account."
    if code in DENIED or code == "ResourceNotFoundException":
        return denied
    return "Deploy again; if that does not help, look at the AWS status."
