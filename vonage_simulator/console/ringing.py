"""Somebody is being called: numbers that nobody answers for ring here, and can be picked up by hand."""

from collections.abc import Callable

from nicegui import ui

from vonage_simulator.console import controls
from vonage_simulator.console.handset import Handset
from vonage_simulator.types import Json
from vonage_simulator.vonage import Vonage

PickedUp = Callable[[str], None]


class RingingBanner:
    """The leg that rings, if any, with a button to answer it."""

    def __init__(self, vonage: Vonage, handset: Handset, picked_up: PickedUp) -> None:
        self._vonage = vonage
        self._handset = handset
        self._picked_up = picked_up
        self._leg = ""
        self._from = ""

    def build(self) -> None:
        """The banner; hidden while nothing rings."""
        with ui.element("div").classes("ringing").props('role="alert"') as self._banner:
            self._words = controls.text("")
            answer = controls.button("Answer", icon="call", classes="button call")
            answer.on("click", self._answer)
        self._banner.set_visibility(False)

    def take(self, entry: Json) -> None:
        """A line of some call's story: a leg begins to ring, or does no longer."""
        if entry["what"] == "dialled" and self._rings_by_hand(entry["leg"]):
            leg = self._vonage.exchange.legs[entry["leg"]]
            self._leg, self._from = leg.uuid, leg.from_
            self._words.set_text(f"{leg.to} is called by {leg.from_}")
            self._banner.set_visibility(True)
        elif entry["leg"] == self._leg:
            self._leg = ""
            self._banner.set_visibility(False)

    def _rings_by_hand(self, leg_uuid: str) -> bool:
        leg = self._vonage.exchange.legs[leg_uuid]
        callee = self._vonage.exchange.callee(leg.to, leg.endpoint_type)
        return leg.direction == "outbound" and callee.picks == "no_answer" and self._handset.line is None

    def _answer(self) -> None:
        self._handset.pick_up(self._leg)
        self._picked_up(self._from)
