"""The fault lab: choose what goes wrong with the next webhooks, or the next requests to Vonage's APIs."""

from collections.abc import Mapping
from typing import Any

from nicegui import ui

from vonage_simulator.console import controls
from vonage_simulator.faults import ApiFault, Faults, WebhookFault
from vonage_simulator.types import Json
from vonage_simulator.vonage import Vonage

# What can go wrong: a name, the words for it, and the fault's details.
Effects = Mapping[str, tuple[str, Json]]

WEBHOOKS = {
    "answer": "Answer",
    "event": "Call event",
    "input": "Input",
    "inbound": "Inbound message",
    "status": "Message status",
    "*": "Any webhook",
}
WEBHOOK_EFFECTS: Effects = {
    "500": ("Your code answers 500", {"status": 500}),
    "503": ("Your code answers 503", {"status": 503}),
    "slow": ("Your code answers too late", {"slow": True}),
    "delay": ("Sent 3 seconds late", {"delay_s": 3.0}),
    "drop": ("Never sent", {"drop": True}),
    "duplicate": ("Sent twice", {"duplicate": True}),
    "reorder": ("Overtaken by the next one", {"reorder": True}),
    "unsigned": ("Not signed", {"signature": "unsigned"}),
    "forged": ("Signed by somebody else", {"signature": "forged"}),
    "stale": ("Signed a week ago", {"signature": "stale"}),
    "huge": ("A megabyte too large", {"huge_bytes": 1_000_000}),
}
APIS = {
    "* /v1/messages*": "Messages API",
    "* /v1/calls*": "Voice API",
    "* /v2/applications*": "Application API",
    "* /number/*": "Numbers API",
    "* /*": "Any API",
}
API_EFFECTS: Effects = {
    "429": ("Answers 429, retry after 2 s", {"status": 429, "retry_after": 2}),
    "503": ("Answers 503", {"status": 503}),
    "html": ("Answers with a proxy's HTML page", {"html": True}),
    "slow": ("Answers after 3 seconds", {"delay_ms": 3000}),
    "hang": ("Never answers", {"hang": True}),
    "reset": ("Cuts the connection", {"reset": True}),
    "lost": ("Does the work, loses the reply", {"lost_reply": True}),
}
TIMES = {"1": "Once", "5": "5 times", "1000000": "Until cleared"}
CHANCES = {"1": "Always", "0.5": "Every other one", "0.1": "One in ten"}


class FaultLab:
    """The panel."""

    def __init__(self, vonage: Vonage) -> None:
        self._vonage = vonage

    def build(self) -> None:
        """The panel's elements."""
        with ui.element("div").classes("faultlab"):
            self._waiting = controls.html("faults.html", faults=[]).classes("waiting")
            self._clear = controls.button("Clear all faults", icon="close", classes="button")
            self._clear.on("click", self._clear_all)
            self._form("Webhooks to your code", WEBHOOKS, WEBHOOK_EFFECTS, self._vonage.webhook_faults)
            self._form("Requests to Vonage", APIS, API_EFFECTS, self._vonage.faults)
        ui.timer(0.5, self._show)  # they are also set by requests and from other pages, and are used up

    def _form(self, title: str, targets: Mapping[str, str], effects: Effects, faults: Faults[Any]) -> None:
        def add(sent: controls.Sent) -> None:
            _, details = effects[sent["effect"]]
            faults.next(sent["target"], **details, times=int(sent["times"]), chance=float(sent["chance"]))
            self._show()

        controls.text(title, tag="h3")
        with controls.form(add, "fault"):
            controls.choice("target", "Which", targets)
            controls.choice(
                "effect", "What goes wrong", {name: words for name, (words, _) in effects.items()}
            )
            controls.choice("times", "How often", TIMES)
            controls.choice("chance", "Hits", CHANCES)
            controls.button("Switch on", icon="bolt", sends=True)

    def _clear_all(self) -> None:
        self._vonage.faults.clear()
        self._vonage.webhook_faults.clear()
        self._show()

    def _show(self) -> None:
        waiting: list[ApiFault | WebhookFault] = [
            *self._vonage.webhook_faults.waiting(),
            *self._vonage.faults.waiting(),
        ]
        self._waiting.set_content(
            controls.shown("faults.html", faults=[fault_words(fault) for fault in waiting])
        )
        self._clear.set_visibility(bool(waiting))


def fault_words(fault: ApiFault | WebhookFault) -> tuple[str, str, str]:
    """What a fault is for, what it does, and how often it is still to be done."""
    members = fault.as_json()
    targets, effects = (WEBHOOKS, WEBHOOK_EFFECTS) if "webhook" in members else (APIS, API_EFFECTS)
    words = next((words for words, details in effects.values() if details.items() <= members.items()), "")
    left = "until cleared" if fault.times > 1000 else f"{fault.times} more" if fault.times > 1 else "once"
    chance = "" if fault.chance == 1 else f", {fault.chance:.0%} of the time"
    effect = words or ", ".join(
        f"{name} {value}" for name, value in members.items() if name not in {"times", "chance"}
    )
    return targets.get(fault.target, fault.target), effect, left + chance
