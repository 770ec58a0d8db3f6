"""The live timeline: a card for each call and message, with every webhook and API request."""

from nicegui import ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from vonage_simulator.console import controls
from vonage_simulator.console.entries import Entry, pretty
from vonage_simulator.console.feed import Feed
from vonage_simulator.console.filters import Filters
from vonage_simulator.console.subjects import TITLES, Subject
from vonage_simulator.journal import words
from vonage_simulator.types import Json
from vonage_simulator.vonage import Vonage

# Of those that the filters show, and of those that they don't. Older ones leave the page until more happens.
CARDS = 30
# Of requests that belong to no call or message, which can be any number in a row.
ROWS = 50
# So that a page that is opened late opens as fast.
ENTRIES_AT_FIRST = 150


class Card:
    """A subject on the page."""

    def __init__(self, key: str) -> None:
        self.subject = Subject(key)
        self._rows: list[tuple[Entry, Element]] = []
        with ui.element("section").classes("card") as self.element:
            self._head = ui.html("", sanitize=False)
            self._body = ui.element("div").classes("entries")

    def add(self, entry: Entry, filters: Filters) -> None:
        """Show one more entry."""
        self.subject.entries.append(entry)
        with self._body:
            offset_s = self.subject.offset_s(entry)
            row = controls.html(
                "entry.html", entry=entry, offset_s=offset_s, pretty=pretty, of_problem=words.of_problem
            ).classes("moment")
        place = self._place(entry)
        row.move(target_index=place)
        self._rows.insert(place, (entry, row))
        if self.subject.key in TITLES and len(self._rows) > ROWS:
            _, oldest = self._rows.pop(0)
            oldest.delete()
        self._head.set_content(controls.shown("card.html", subject=self.subject))
        row.set_visibility(filters.admit(entry, self.subject))
        self._show_if_any()

    def _place(self, entry: Entry) -> int:
        """A retry or fallback stands right below what it stands in for, everything else where its time is.

        A webhook is written down when it is answered; what happened meanwhile began after it.
        """
        known = [row.id for row, _ in self._rows]
        if entry.again_for in known:
            return known.index(entry.again_for) + 1
        later = (row.again_for is None and row.at > entry.at for row, _ in self._rows)
        return next((place for place, is_later in enumerate(later) if is_later), len(known))

    def sift(self, filters: Filters) -> None:
        """Show what the filters admit."""
        for entry, row in self._rows:
            row.set_visibility(filters.admit(entry, self.subject))
        self._show_if_any()

    @property
    def visible(self) -> bool:
        """Whether any of its entries can be seen."""
        return any(row.visible for _, row in self._rows)

    def _show_if_any(self) -> None:
        self.element.set_visibility(self.visible)


class Timeline:
    """The cards, newest on top."""

    def __init__(self, vonage: Vonage, feed: Feed) -> None:
        self._vonage = vonage
        self._feed = feed
        self._filters = Filters()
        self._cards: list[Card] = []
        self._known: dict[str, list[Entry]] = {}  # what belongs to each call and message, also without a card

    def build(self) -> None:
        """The filters and what has happened so far."""
        with ui.element("header").classes("timeline-head"):
            controls.text("Timeline", tag="h2")
            self._filters.build(self._sift)
        with (
            ui.element("div").classes("cards").props('role="feed" aria-label="What happened"') as self._column
        ):
            self._empty = controls.html("empty.html").classes("empty")
        ui.on("replay", self._replay)
        entries = self._vonage.journal.entries()
        for entry in entries[:-ENTRIES_AT_FIRST]:
            self._remember(Entry(entry))
        for entry in entries[-ENTRIES_AT_FIRST:]:
            self._take(entry)
        self._feed.read(self._take)

    def _take(self, entry: Json) -> None:
        shown = Entry(entry)
        self._remember(shown)
        card = self._find(shown.subject)
        if card:
            card.add(shown, self._filters)
        else:
            self._begin(shown)
        self._empty.set_visibility(not any(card.visible for card in self._cards))

    def _remember(self, entry: Entry) -> None:
        if entry.subject not in TITLES:
            self._known.setdefault(entry.subject, []).append(entry)

    def _find(self, key: str) -> Card | None:
        """The card of a subject; what is about no call or message shares one until something else begins."""
        candidates = self._cards[:1] if key in TITLES else self._cards
        return next((card for card in candidates if card.subject.key == key), None)

    def _begin(self, entry: Entry) -> None:
        """A card on top, with all that is known of what it is about."""
        with self._column:
            card = Card(entry.subject)
        card.element.move(target_index=0)
        for known in self._known.get(entry.subject, [entry]):
            card.add(known, self._filters)
        self._cards.insert(0, card)
        alike = [other for other in self._cards if other.visible == card.visible]
        for old in alike[CARDS:]:
            old.element.delete()
            self._cards.remove(old)

    def _replay(self, event: GenericEventArguments) -> None:
        """Send a webhook again, to the present code."""
        entry = self._vonage.journal.entry(int(event.args))
        if entry:
            self._vonage.engine.start(self._vonage.delivery.replay(entry))

    def _sift(self) -> None:
        for card in self._cards:
            card.sift(self._filters)
        self._empty.set_visibility(not any(card.visible for card in self._cards))
