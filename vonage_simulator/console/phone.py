"""The phone: dial or be called, press keys, speak by text, read and hear what is heard."""

import asyncio

from nicegui import ui
from nicegui.events import KeyEventArguments

from vonage_simulator.calls.call import CallOutcome
from vonage_simulator.calls.callers import Caller, is_sip
from vonage_simulator.console import controls
from vonage_simulator.console.feed import Feed
from vonage_simulator.console.handset import Handset
from vonage_simulator.console.ringing import RingingBanner
from vonage_simulator.console.transcript import Transcript
from vonage_simulator.types import Json
from vonage_simulator.vonage import Vonage

LETTERS = ("", "ABC", "DEF", "GHI", "JKL", "MNO", "PQRS", "TUV", "WXYZ", "", "+", "")
KEYS = dict(zip("123456789*0#", LETTERS, strict=True))
CALLER = "447700900123"
STATES = {
    "answered": "Connected",
    "listening": "Listening to you",
    "talk": "Connected",
    "pressed": "Connected",
    "recording": "Recording",
    "recorded": "Connected",
}


class PhonePanel:
    """The panel and the call it is in."""

    def __init__(self, vonage: Vonage, feed: Feed) -> None:
        self._vonage = vonage
        self._transcript = Transcript()
        self.handset = Handset(
            vonage,
            heard=lambda text: feed.call_soon(lambda: self._transcript.hear(text)),
            ended=lambda outcome: feed.call_soon(lambda: self._ended(outcome)),
        )
        self._ringing = RingingBanner(vonage, self.handset, self._picked_up)
        feed.read(self._take)

    def build(self) -> None:
        """The panel's elements."""
        with ui.element("div").classes("phone"):
            self._ringing.build()
            self._dialler()
            self._in_call()
            self._keypad()
        self._show(dialler=True)
        ui.keyboard(self._typed, repeating=False, ignore=["input", "select", "textarea"])

    def _dialler(self) -> None:
        numbers = self._vonage.account.numbers
        with controls.form(self._dial, "dialler") as self._idle:
            with ui.element("datalist").props("id=owned-numbers"):
                for number in numbers:
                    ui.element("option").props(f'value="{number}"')
            props = 'inputmode="tel" list="owned-numbers" required'
            self._to = controls.field("to", "Call", next(iter(numbers), ""), props=props).classes("number")
            who = 'required title="A number, a sip: address, the name of a Client SDK user, or withheld"'
            controls.field("from", "You are", CALLER, props=who)
            controls.button("Call", icon="call", classes="button call", sends=True)

    def _in_call(self) -> None:
        with ui.element("div").classes("in-call") as self._busy:
            with ui.element("div").classes("line"):
                self._number = controls.text("", classes="line-number")
                self._state = controls.text("", classes="line-state").props('role="status"')
                speaker = controls.button(
                    "", icon="volume_up", classes="icon-button speaker", label="Speak aloud"
                )
                speaker.on("click", js_handler="(event) => speech.toggle(event.currentTarget)")
                speaker.client.run_javascript(f"speech.show(getHtmlElement({speaker.id}))")
            self._transcript.build()
            with controls.form(self._say, "say") as self._speak:
                hint = 'placeholder="Say something…"'
                controls.field("text", "Say something", label_shown=False, props=hint)
                controls.button("", icon="send", classes="icon-button", sends=True, label="Say it")
            self._hang_up = controls.button("Hang up", icon="call_end", classes="button hang-up")
            self._hang_up.on("click", self.handset.hang_up)
            self._again = controls.button("New call", icon="dialpad", classes="button")
            self._again.on("click", lambda: self._show(dialler=True))

    def _keypad(self) -> None:
        with ui.element("div").classes("keypad").props('role="group" aria-label="Keypad"'):
            for key, letters in KEYS.items():
                with controls.button("", classes="key", label=f"Key {key}") as element:
                    controls.text(key, classes="key-digit")
                    controls.text(letters, classes="key-letters").props('aria-hidden="true"')
                element.on("click", lambda key=key: self._press(key))

    def _dial(self, sent: controls.Sent) -> None:
        self._transcript.clear()
        self._number.set_text(sent["to"])
        self._enter("calling", "Calling…")
        self.handset.dial(caller(sent["from"]), sent["to"])

    def _picked_up(self, from_: str) -> None:
        self._transcript.clear()
        self._number.set_text(from_)
        self._enter("connected", "Connected")

    def _say(self, sent: controls.Sent) -> None:
        if sent["text"]:
            self.handset.say(sent["text"])
        controls.empty(self._speak)

    async def _press(self, key: str) -> None:
        if self.handset.line is None:
            self._to.client.run_javascript(f"getHtmlElement({self._to.id}).value += {key!r}")
        elif not await asyncio.wrap_future(self.handset.press(key)):
            self._transcript.add("note", "Nothing listens for keys right now.")

    async def _typed(self, event: KeyEventArguments) -> None:
        key, held = str(event.key), event.modifiers
        shortcut = held.ctrl or held.alt or held.meta  # the browser's own, such as for its tabs
        if event.action.keydown and key in KEYS and self.handset.line and not shortcut:
            await self._press(key)

    def _take(self, entry: Json) -> None:
        if entry["kind"] != "call":
            return
        self._ringing.take(entry)
        self._transcript.learn_language(entry)
        line = self.handset.line
        if line is None or entry["call"] != line.call.id:
            return
        if entry["leg"] == line.leg.uuid:
            self._transcript.tell(entry)
            if entry["what"] in STATES:
                self._enter("connected", STATES[entry["what"]])
        elif entry["what"] == "connected":
            self._transcript.add("note", f"Connected with {entry['number']}")

    def _ended(self, outcome: CallOutcome) -> None:
        over = f"Ended after {outcome.duration_s} s" if outcome.status == "completed" else outcome.status
        self._enter("over", over.capitalize())
        told = self._vonage.journal.entries(kind="call", leg=outcome.leg, what="not answered")
        for why in filter(None, [outcome.failure, *(entry["reason"] for entry in told)]):
            self._transcript.add("note bad", why)
        self._transcript.hush()

    def _enter(self, phase: str, words: str) -> None:
        """Show what fits the call's phase: calling, connected or over."""
        self._show(dialler=False)
        self._ringing.wait(busy=phase != "over")
        self._busy.props(f'data-phase="{phase}"')
        self._state.set_text(words)
        self._speak.set_visibility(phase == "connected")
        self._hang_up.set_visibility(phase != "over")
        self._again.set_visibility(phase == "over")

    def _show(self, *, dialler: bool) -> None:
        self._idle.set_visibility(dialler)
        self._busy.set_visibility(not dialler)


def caller(written: str) -> Caller:
    """Who calls: a telephone by its number or `withheld`, a SIP endpoint by its URI, a user by name."""
    if written.casefold() == "withheld":
        return Caller.unknown()
    if is_sip(written):
        return Caller.sip(written)
    return Caller(written) if written.isdecimal() else Caller.user(written)
