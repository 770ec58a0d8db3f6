"""How AWS counts what it lets through in a second."""


class Bucket:
    """Tokens that come back at a rate, up to what may be taken at once."""

    def __init__(self, rate: float, at_once: float | None = None) -> None:
        self._rate = rate
        self._most = max(1.0, rate if at_once is None else at_once)
        self._tokens = self._most
        self._at = 0.0

    def takes(self, now: float, tokens: float = 1.0) -> bool:
        """Whether it lets this through; what it does not costs nothing."""
        if now > self._at:
            self._tokens = min(self._most, self._tokens + (now - self._at) * self._rate)
            self._at = now
        if self._tokens < tokens:
            return False
        self._tokens -= tokens
        return True
