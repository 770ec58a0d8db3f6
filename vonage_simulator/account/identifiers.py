"""Ids as Vonage makes them; with a seed, the same ones in every run."""

import random
import uuid


class Identifiers:
    """The one source of randomness of a simulated account."""

    def __init__(self, seed: int | None = None) -> None:
        self.random = random.Random(seed)  # noqa: S311 - ids of a simulator, and a seed must repeat them

    def uuid(self) -> str:
        """An id with dashes, as applications, messages and API calls have."""
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def hex(self) -> str:
        """32 hex digits: what real payloads show for a call leg, and errors for `instance`."""
        return uuid.UUID(int=self.random.getrandbits(128), version=4).hex

    def conversation(self) -> str:
        """A `conversation_uuid`."""
        return f"CON-{self.uuid()}"
