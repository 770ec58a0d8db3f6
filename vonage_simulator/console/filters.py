"""What of the timeline is shown."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from nicegui import ui
from nicegui.events import GenericEventArguments

from vonage_simulator.console import controls
from vonage_simulator.console.entries import Entry
from vonage_simulator.console.subjects import Subject

KINDS = {"all": "All", "call": "Calls", "message": "Messages", "api": "API"}


@dataclass
class Filters:
    """The choice a person made.

    Attributes:
        kind: of the card: `all`, `call`, `message` or `api`.
        only_problems: nothing but what went wrong, and what was done about it.
        words: must be found somewhere in the entry or in its card's title, whatever their case.
    """

    kind: str = "all"
    only_problems: bool = False
    words: str = ""

    def admit(self, entry: Entry, subject: Subject) -> bool:
        """Whether an entry is to be seen."""
        if self.kind not in {"all", subject.kind}:
            return False
        if self.only_problems and entry.tone not in {"bad", "warn"} and entry.role is None:
            return False
        text = f"{subject.title} {json.dumps(entry.json, ensure_ascii=False)}"
        return self.words.casefold() in text.casefold()

    def build(self, changed: Callable[[], None]) -> None:
        """The controls; `changed` is called after each change."""

        def choose(event: GenericEventArguments) -> None:
            self.kind = event.args["kind"]
            self.only_problems = "problems" in event.args
            self.words = event.args["words"].strip()
            changed()

        everything = "(event) => emit(Object.fromEntries(new FormData(event.currentTarget)))"
        with ui.element("form").classes("filters").props('role="search"') as element:
            element.on("input", choose, throttle=0.1, js_handler=everything)
            element.on("submit.prevent", lambda: None)
            with ui.element("div").classes("segments").props('role="radiogroup" aria-label="Show"'):
                for kind, words in KINDS.items():
                    self._segment(kind, words)
            with ui.element("label").classes("toggle"):
                ui.element("input").props('type="checkbox" name="problems"')
                controls.text("Problems only")
            controls.field("words", "Search", label_shown=False, props='type="search" placeholder="Search"')

    def _segment(self, kind: str, words: str) -> None:
        with ui.element("label").classes("segment"):
            control = ui.element("input").props(f'type="radio" name="kind" value="{kind}"')
            control.props["checked"] = kind == self.kind
            controls.text(words)
