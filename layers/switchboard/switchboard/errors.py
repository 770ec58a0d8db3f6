"""What can go wrong, as one tree.

SwitchboardError
├── SettingError        an environment variable is missing or wrong
├── BypassedError       a webhook's request did not come through CloudFront
├── BodyTooLargeError   a webhook's body is larger than anything Vonage sends
├── SignatureError      a webhook is not signed by the Vonage account, or is stale
├── ApplicationError    the account signed a webhook for another of its applications
├── NccoError           a flow returned an NCCO that Vonage would refuse
├── ReturnedError       a flow returned something that is no answer to its webhook
├── DialogError         a dialog does what no replay could repeat
│   └── DialogChangedError  its code is not the one that the call began with
├── NoChoiceError       a caller was asked, and gave no answer
├── HistoryError        a dialog's history could not be read or written
├── SecretError         Secrets Manager did not answer, or the secret is not usable
├── AwsError            an AWS service refused or did not answer
├── CampaignError       a campaign that cannot be prepared, or not be started or stopped as it is
│   ├── CampaignChangedError  somebody else has changed it at the same moment
│   ├── CampaignEmptyError    it is for nobody
│   └── CampaignGoneError     its rows are no longer kept
├── BarredError         a command costs more than the stack's owner allows
├── OptedOutError       a command is for somebody who has opted out
├── UnreachableError    a request to Vonage was not sent
├── ReplyLostError      a request to Vonage was sent and no reply came
└── RefusedError        Vonage answered with an error
"""


class SwitchboardError(Exception):
    """Any failure this package raises on purpose; its message holds nothing private unless it says so."""


class SettingError(SwitchboardError):
    """An environment variable is missing or has a value that cannot be used."""


class BypassedError(SwitchboardError):
    """A webhook's request did not come through CloudFront, which is the only way."""


class BodyTooLargeError(SwitchboardError):
    """A webhook's body is larger than what the queue, the bus and the timeline can carry."""


class SignatureError(SwitchboardError):
    """A webhook's signature does not hold.

    `reason` is one word for logs and metrics. The sender is never told which check failed.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ApplicationError(SwitchboardError):
    """The account signed a webhook for another of its applications, `application_id`."""

    def __init__(self, application_id: str) -> None:
        super().__init__(f"the application is {application_id}")
        self.application_id = application_id


class NccoError(SwitchboardError):
    """A flow returned an NCCO that Vonage would refuse; the message has a line for each problem."""


class ReturnedError(SwitchboardError):
    """A flow returned something that is no answer to its webhook; the message names types alone.

    `returned` is what it was, which may be private.
    """

    def __init__(self, message: str, returned: object) -> None:
        super().__init__(message)
        self.returned = returned


class DialogError(SwitchboardError):
    """A dialog does what no replay could repeat; the message has the file and line of the user's code."""


class DialogChangedError(DialogError):
    """A dialog's steps aren't those that are recorded: its code has changed, or depends on something else."""


class NoChoiceError(SwitchboardError):
    """A caller was asked as often as was to be, and gave no answer that stands for anything."""

    def __init__(self) -> None:
        super().__init__("the caller gave no answer")


class HistoryError(SwitchboardError):
    """A dialog's history could not be read or written: the webhook has to come again."""


class SecretError(SwitchboardError):
    """The secret could not be read, or does not hold what it should."""


class AwsError(SwitchboardError):
    """An AWS service refused a request, or did not answer in time.

    `code` is AWS's own error code (`ThrottlingException`), or the name of the Python exception when AWS
    did not answer at all. `message` is AWS's own sentence, or empty.
    """

    def __init__(self, action: str, code: str, message: str = "", *, retryable: bool) -> None:
        super().__init__(f"{action} failed: {code}")
        self.code = code
        self.message = message
        self.retryable = retryable


class CampaignError(SwitchboardError):
    """A campaign can't be prepared or changed: `cause` is a sentence that says why, `next_step` what to do.

    Never log it: it may quote a row.
    """

    def __init__(self, cause: str, next_step: str) -> None:
        super().__init__(f"{cause}\n{next_step}")
        self.cause = cause
        self.next_step = next_step


class CampaignChangedError(CampaignError):
    """Somebody else has changed a campaign at the same moment: look at it again."""


class CampaignEmptyError(CampaignError):
    """There is nobody in a campaign's list: nothing to send, and nothing wrong."""


class CampaignGoneError(CampaignError):
    """A campaign's rows are no longer kept: it can be cancelled or started again, and nothing else."""


class BarredError(SwitchboardError):
    """A command goes where the stack's owner allows none to, or costs more. Never log it: it has a number."""


class OptedOutError(SwitchboardError):
    """Somebody whom a command is for has opted out of messages and calls from its sender."""

    def __init__(self) -> None:
        super().__init__(
            "Whom it is for has opted out of this sender. What they have asked for themselves may be marked "
            "as transactional; nothing else is sent until they opt in again."
        )


class UnreachableError(SwitchboardError):
    """A request to Vonage was not sent: it can be sent again."""


class ReplyLostError(SwitchboardError):
    """A request to Vonage was sent and no reply came: whether Vonage acted on it is not known."""


class RefusedError(SwitchboardError):
    """Vonage answered with an error. `reason` is Vonage's text, which may quote a number: never log it.

    `status` is 0 for what was not even asked. `retry_after_s` is how long Vonage wants to be left alone;
    None when it does not say.
    """

    def __init__(self, status: int, reason: str, *, retry_after_s: int | None = None) -> None:
        super().__init__(f"Vonage answered {status}.")
        self.status = status
        self.reason = reason
        self.retry_after_s = retry_after_s
