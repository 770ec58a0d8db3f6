"""What is where on the page: panels left, the timeline right; on a narrow screen, one at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from nicegui import ui

from vonage_simulator.console import controls
from vonage_simulator.console.account import AccountPanel
from vonage_simulator.console.faultlab import FaultLab
from vonage_simulator.console.feed import Feed
from vonage_simulator.console.messages import MessagesPanel
from vonage_simulator.console.phone import PhonePanel
from vonage_simulator.console.timeline import Timeline
from vonage_simulator.vonage import Vonage

HEAD = """
<link rel="stylesheet" href="/console/console.css">
<script src="/console/console.js"></script>
"""
VIEWS = {
    "phone": ("Phone", "call"),
    "messages": ("Messages", "chat_bubble"),
    "account": ("Account", "badge"),
    "faults": ("Faults", "bolt"),
    "timeline": ("Timeline", "timeline"),
}
FIRST = "phone"


@dataclass
class Page:
    """The console of one simulated Vonage; `build` is called for each browser that opens it."""

    vonage: Vonage

    def build(self) -> None:
        """Fill the page and follow the simulator until the browser leaves."""
        feed = Feed(self.vonage.journal)
        phone = PhonePanel(self.vonage, feed)
        ui.add_head_html(HEAD)
        with ui.element("div").classes("console").props(f'data-view="{FIRST}"'):
            _header()
            with ui.element("main").classes("stage"):
                with _panel("phone"):
                    phone.build()
                with _panel("messages"):
                    MessagesPanel(self.vonage, feed).build()
                with _panel("account"):
                    AccountPanel(self.vonage, feed).build()
                with _panel("faults"):
                    FaultLab(self.vonage).build()
                with _panel("timeline"):
                    Timeline(self.vonage, feed).build()
        client = ui.context.client
        client.on_delete(phone.handset.hang_up)
        client.on_delete(feed.close)


def _header() -> None:
    with ui.element("header").classes("top"):
        controls.html("brand.html").classes("brand")
        with ui.element("div").classes("tabs").props('role="tablist" aria-label="Panels"') as tabs:
            tabs.on("keydown", js_handler="(event) => views.walk(event)")
            for view, (words, icon) in VIEWS.items():
                tab = controls.button(words, icon=icon, classes=f"tab tab-{view}")
                chosen = str(view == FIRST).lower()
                tab.props(f'role="tab" id="tab-{view}" aria-controls="panel-{view}" aria-selected="{chosen}"')
                tab.on("click", js_handler=f"() => views.show({view!r})")
        theme = controls.button(
            "", icon="contrast", classes="icon-button theme", label="Change between light and dark"
        )
        theme.on("click", js_handler="() => theme.change()")


@contextmanager
def _panel(view: str) -> Iterator[None]:
    # Named by itself: of a tab that is hidden, as on a wide screen, a browser would read the icon, too.
    props = f'role="tabpanel" id="panel-{view}" aria-label="{VIEWS[view][0]}"'
    with ui.element("section").classes(f"panel panel-{view}").props(props):
        yield
