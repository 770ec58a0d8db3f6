"""Somebody is being called: numbers that nobody answers for ring here, and can be picked up by hand."""

from collections.abc import Callable

from nicegui import ui

from vonage_simulator.calls.legs import Leg
from vonage_simulator.console import controls
from vonage_simulator.console.handset import Handset
from vonage_simulator.types import Json
from vonage_simulator.vonage import Vonage

PickedUp = Callable[[str], None]


class RingingBanner:
    """The leg that has rung for longest, if any, with a button to answer it."""

    def __init__(self, vonage: Vonage, handset: Handset, picked_up: PickedUp) -> None:
        self._vonage = vonage
        self._handset = handset
        self._picked_up = picked_up
        self._ringing: dict[str, Leg] = {}
        self._busy = False

    def build(self) -> None:
        """The banner; hidden while nothing rings."""
        with ui.element("div").classes("ringing").props('role="alert"') as self._banner:
            self._words = controls.text("")
            answer = controls.button("Answer", icon="call", classes="button call")
            answer.on("click", self._answer)
        for entry in self._vonage.journal.entries(kind="call", what="dialled"):
            self._begin(entry["leg"])  # before the page was opened
        self._show()

    def take(self, entry: Json) -> None:
        """A line of some call's story: a leg begins to ring, or does no longer."""
        if entry["what"] == "dialled":
            self._begin(entry["leg"])
        else:
            self._ringing.pop(entry["leg"], None)
        self._show()

    def wait(self, *, busy: bool) -> None:
        """The handset takes one call at a time: while it is busy, what rings has to wait."""
        self._busy = busy
        self._show()

    def _begin(self, leg_uuid: str) -> None:
        leg = self._vonage.exchange.legs.get(leg_uuid)  # None: of an earlier run
        if leg and not leg.over.is_set() and leg.answered_at is None and self._rings_by_hand(leg):
            self._ringing[leg.uuid] = leg

    def _rings_by_hand(self, leg: Leg) -> bool:
        callee = self._vonage.exchange.callee(leg.to, leg.endpoint_type)
        return leg.direction == "outbound" and callee.picks == "no_answer"

    def _show(self) -> None:
        leg = next(iter(self._ringing.values()), None)
        if leg:
            self._words.set_text(f"{leg.to} is called by {leg.from_}")
        self._banner.set_visibility(bool(leg) and not self._busy)

    def _answer(self) -> None:
        leg = next(iter(self._ringing.values()), None)
        if leg and not self._busy:
            self._handset.pick_up(leg.uuid)
            self._picked_up(leg.from_)
