"""A clock that stands still unless somebody waits."""


class Clock:
    """What `Deadline` takes for `now` and `sleep`: no test waits, and none is hurried by a slow machine."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def now(self) -> float:
        """Seconds."""
        return self.now_s

    def sleep(self, seconds: float) -> None:
        """Let them pass at once."""
        self.now_s += seconds
