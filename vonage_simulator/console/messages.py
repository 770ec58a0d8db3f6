"""Messages: a thread for each channel and customer. Write as the customer, read what is sent."""

import json
from collections.abc import Callable
from concurrent.futures import Future

from nicegui import ui
from nicegui.events import GenericEventArguments

from vonage_simulator.console import cards, composing, controls
from vonage_simulator.console.feed import Feed
from vonage_simulator.console.open_thread import OpenThread
from vonage_simulator.console.threads import Thread, Threads
from vonage_simulator.messages import inbound
from vonage_simulator.types import Json
from vonage_simulator.vonage import Vonage

CUSTOMER = "447700900123"
NAMES = {
    "sms": "SMS",
    "mms": "MMS",
    "rcs": "RCS",
    "whatsapp": "WhatsApp",
    "messenger": "Messenger",
    "viber_service": "Viber",
    "email": "E-mail",
}


class Row:
    """A thread in the list of them."""

    def __init__(self, thread: Thread, on_click: Callable[[], None]) -> None:
        with controls.button("", classes="thread") as self._button:
            controls.text(NAMES.get(thread.channel, thread.channel), classes="chip")
            controls.text(thread.customer, classes="who")
            self._last = controls.text("", classes="last")
        self._button.on("click", on_click)

    def tell(self, last: str) -> None:
        """Show its latest message, above all other threads."""
        self._last.set_text(last)
        self._button.move(target_index=0)

    def keep_focus(self) -> None:
        """Give it back the focus that it lost when it was moved."""
        self._button.client.run_javascript(f"reading.refocus(getHtmlElement({self._button.id}))")

    def choose(self, *, chosen: bool) -> None:
        """Whether it is the one that is open."""
        self._button.props(f'aria-current="{str(chosen).lower()}"')


class MessagesPanel:
    """The panel and the thread that is open in it."""

    def __init__(self, vonage: Vonage, feed: Feed) -> None:
        self._vonage = vonage
        self._feed = feed
        self._threads = Threads()
        self._rows: dict[Thread, Row] = {}
        self._open_thread = OpenThread(vonage)
        self._open = Thread("sms", CUSTOMER, next(iter(vonage.account.numbers), ""))
        self._kind = "text"

    def build(self) -> None:
        """The panel's elements."""
        for entry in self._vonage.journal.entries():
            self._open = self._threads.read(entry) or self._open
        with ui.element("div").classes("messages"):
            self._address()
            self._list = ui.element("nav").classes("threads").props('aria-label="Threads"')
            self._open_thread.build()
            with controls.form(self._send, "say") as self._composer:
                self._written = controls.field("written", "Message", label_shown=False, props="required")
                controls.button("", icon="send", classes="icon-button", sends=True, label="Send")
        ui.on("tap", self._tap)
        for thread in self._threads.bubbles:
            self._list_thread(thread)
        self._offer_kinds()
        self._show()
        self._feed.read(self._take)

    def _address(self) -> None:
        values = "(event) => emit(Object.fromEntries(new FormData(event.currentTarget)))"
        with ui.element("form").classes("address") as self._form:
            self._form.on("change", self._choose, js_handler=values).on("submit.prevent", lambda: None)
            names = {channel: NAMES.get(channel, channel) for channel in inbound.CHANNELS}
            controls.choice("channel", "Channel", names, self._open.channel)
            self._kinds = controls.choice("kind", "Type", {})
            controls.field("customer", "Customer", self._open.customer)
            controls.field("number", "Writes to", self._open.number, props='list="owned-numbers"')

    def _choose(self, event: GenericEventArguments) -> None:
        chosen = {name: value.strip() for name, value in event.args.items()}
        self._open = Thread(chosen["channel"], chosen["customer"], chosen["number"])
        self._kind = chosen["kind"]
        self._offer_kinds()
        self._show()

    def _offer_kinds(self) -> None:
        """Offer what the channel carries."""
        types = composing.TYPES[self._open.channel]
        if self._kind not in types:
            self._kind = "text"
        names = {kind: composing.KINDS[kind].words for kind in types}
        controls.offer(self._kinds, names, self._kind)
        self._written.props["placeholder"] = composing.KINDS[self._kind].hint

    def _send(self, sent: controls.Sent) -> None:
        parties = {"channel": self._open.channel, "from": self._open.customer, "to": self._open.number}
        try:
            message = parties | composing.content(self._kind, sent["written"])
        except composing.UnreadableError as problem:
            self._show(problem=str(problem))
            return
        self._write(message, sent["written"])
        controls.empty(self._composer)

    def _tap(self, event: GenericEventArguments) -> None:
        """Send what comes of a tap, as a phone would."""
        uuid, _, number = str(event.args).partition(" ")
        message = self._vonage.mailbox.messages.get(uuid)
        rcs_action = self._vonage.account.switches.rcs_action
        comes = cards.tapped(message.body, int(number), rcs_action) if message else {}
        if message and comes:
            parties = {"from": message.body["to"], "to": message.body["from"]}
            self._write({"channel": message.channel, **parties, **comes})

    def _write(self, message: Json, written: str = "") -> None:
        sending = self._vonage.engine.start(inbound.receive(self._vonage.mailbox, message))
        sending.add_done_callback(lambda done: self._feed.call_soon(lambda: self._complain(done, written)))

    def _complain(self, done: "Future[Json]", written: str) -> None:
        """Tell why it could not be sent, and give back what was written, unless something else has been."""
        problem = None if done.cancelled() else done.exception()
        if problem:
            self._show(problem=str(problem))
            field = f"getHtmlElement({self._written.id})"
            self._written.client.run_javascript(f"{field}.value ||= {json.dumps(written)}")

    def _take(self, entry: Json) -> None:
        thread = self._threads.read(entry)
        if thread and entry.get("what") in ("sent", "received"):
            self._list_thread(thread)
            self._rows[thread].keep_focus()
        if thread == self._open:
            self._show()

    def _list_thread(self, thread: Thread) -> None:
        """Show a thread on top. Its row is made once, so a click on it counts though a message comes in."""
        if thread not in self._rows:
            with self._list:
                self._rows[thread] = Row(thread, lambda: self._switch(thread))
        self._rows[thread].tell(self._threads.bubbles[thread][-1].text)

    def _show(self, problem: str = "") -> None:
        for thread, row in self._rows.items():
            row.choose(chosen=thread == self._open)
        self._open_thread.show(self._open, self._threads.bubbles.get(self._open, []), problem)

    def _switch(self, thread: Thread) -> None:
        self._open = thread
        for name, value in thread._asdict().items():
            ui.run_javascript(
                f"getHtmlElement({self._form.id}).elements[{name!r}].value = {json.dumps(value)}"
            )
        self._offer_kinds()
        self._show()
