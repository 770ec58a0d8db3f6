"""The keys that the others in a conversation press, whoever comes and goes."""

import contextlib

from vonage_simulator.calls.legs import Leg
from vonage_simulator.calls.sounds import Ear, Pressed


class HeardKeys:
    """Listens to everybody whom a leg hears."""

    def __init__(self, leg: Leg) -> None:
        self._leg = leg
        self._company: list[Leg] = []
        self._ears: list[tuple[Leg, Ear]] = []
        self._listening = contextlib.ExitStack()

    def pressed(self) -> list[str]:
        """The keys since the last look, oldest first for each leg."""
        keys = [
            sound.key
            for other, ear in self._ears
            for sound in ear.taken()
            if isinstance(sound, Pressed) and self._leg.hears(other)
        ]
        if self._company is not self._leg.conversation.legs:
            self._listen_again()
        return keys

    def close(self) -> None:
        """Listen to nobody any more."""
        self._listening.close()

    def _listen_again(self) -> None:
        self._listening.close()
        self._company = self._leg.conversation.legs
        others = [leg for leg in self._company if leg is not self._leg] if self._leg in self._company else []
        self._ears = [(other, self._listening.enter_context(other.listening())) for other in others]
