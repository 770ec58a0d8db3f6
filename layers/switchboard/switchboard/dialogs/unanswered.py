"""What a dialog's function does while nobody waits for a reply: at a call's end, and when a time is over."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from switchboard import telemetry
from switchboard.environment import tells_all
from switchboard.errors import DialogError, HistoryError


@contextmanager
def unanswered(webhook: str, when: str, ids: Mapping[str, str]) -> Iterator[None]:
    """Say in the log that the function failed; Lambda tries again.

    Args:
        webhook: which function it is.
        when: what was told, such as `when its call was over`.
        ids: of the call or message, for the log.

    Raises:
        HistoryError: what is known couldn't be read or written, or somebody is at an effect.
        DialogError: the function failed.
    """
    try:
        yield
    except HistoryError:
        raise
    except BaseException as failure:  # sys.exit() included
        telemetry.outcome("FlowFailed", webhook, "ERROR", failure, **ids, **telemetry.where(failure))
        if tells_all() and isinstance(failure, Exception):
            raise
        # Lambda would log the words of the user's own exception, which may be private.
        raise DialogError(f"the dialog failed {when}") from None
