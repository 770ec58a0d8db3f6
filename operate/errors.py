"""What can go wrong on the local stage."""


class StageError(Exception):
    """Something the user can act on: one sentence of cause and one of what to do next."""

    def __init__(self, cause: str, next_step: str) -> None:
        super().__init__(f"{cause}\n{next_step}")
        self.cause = cause
        self.next_step = next_step
