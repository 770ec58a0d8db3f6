"""The one error of the commands, on a real account and on a laptop."""


class OperatorError(Exception):
    """Something that whoever typed the command can act on.

    Args:
        cause: One sentence that says what went wrong.
        next_step: One sentence that says what to do about it.
    """

    def __init__(self, cause: str, next_step: str) -> None:
        super().__init__(f"{cause}\n{next_step}")
        self.cause = cause
        self.next_step = next_step
