"""The thread that is open. Each message is drawn once, so a click on it counts though its status changes."""

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from vonage_simulator.console import cards, controls
from vonage_simulator.console.entries import pretty
from vonage_simulator.console.threads import Bubble, Thread
from vonage_simulator.vonage import Vonage

NOTHING = "No messages yet. What you write here arrives at the application's inbound webhook."
LOG = 'role="log" aria-label="What was written" tabindex="0"'


class OpenThread:
    """What both sides have written, the latest at the bottom."""

    def __init__(self, vonage: Vonage) -> None:
        self._vonage = vonage
        self._thread: Thread | None = None
        self._receipts: dict[str, TextElement] = {}

    def build(self) -> None:
        """The element the messages appear in."""
        with ui.element("div").classes("transcript").props(LOG) as self._log:
            self._nothing = controls.text(NOTHING, tag="p", classes="bubble note")
            self._messages = ui.element("div").classes("drawn")
            with ui.element("div").classes("drawn").props('role="alert"'):
                self._problem = controls.text("", tag="p", classes="bubble note bad")

    def show(self, thread: Thread, bubbles: list[Bubble], problem: str = "") -> None:
        """Show what is new in a thread, or another thread, and why something could not be written."""
        to_the_end = thread != self._thread or bool(problem)
        if thread != self._thread:
            self._thread = thread
            self._messages.clear()
            self._receipts = {}
        for bubble in bubbles:
            if bubble.uuid not in self._receipts:
                self._draw(bubble)
                to_the_end = to_the_end or bubble.from_customer
            words = " · ".join(filter(None, [bubble.at[11:19], bubble.status]))
            receipt = self._receipts[bubble.uuid]
            receipt.set_text(words)
            receipt.classes(**{"add" if bubble.failed else "remove": "bad"})
        self._nothing.set_visibility(not bubbles)
        self._problem.set_text(problem)
        method = "end" if to_the_end else "follow"
        self._log.client.run_javascript(f"reading.{method}(getHtmlElement({self._log.id}))")

    def _draw(self, bubble: Bubble) -> None:
        """A message, with all that is known of it while the simulator runs."""
        message = self._vonage.mailbox.messages.get(bubble.uuid)
        body = message.body if message else {}
        side = "mine" if bubble.from_customer else "theirs"
        with self._messages:
            controls.html(
                "bubble.html",
                uuid=bubble.uuid,
                side=side,
                words=cards.words(body, bubble.text) if body else bubble.text,
                cards=cards.cards(body, self._vonage.account.switches.rcs_action),
                json=pretty(elaborate) if (elaborate := cards.elaborate(body)) else "",
            ).classes("drawn")
            self._receipts[bubble.uuid] = controls.text("", tag="p", classes=f"receipt {side}")
