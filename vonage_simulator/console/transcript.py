"""What was said and pressed in the present call, as the person with the handset experienced it."""

import json

from nicegui import ui

from vonage_simulator.console import controls
from vonage_simulator.types import Json

# Of `talk` without one.
LANGUAGE = "en-US"


class Transcript:
    """Bubbles, the latest at the bottom. What is heard is also spoken by the browser."""

    def __init__(self) -> None:
        self._languages: dict[str, str] = {}

    def build(self) -> None:
        """The element they appear in."""
        props = 'role="log" aria-label="What is said" tabindex="0"'
        self._log = ui.element("div").classes("transcript").props(props)

    def clear(self) -> None:
        """Begin a new call."""
        self._log.clear()

    def add(self, kind: str, words: str) -> None:
        """One more bubble: `mine`, `theirs`, `pressed` or `note`."""
        with self._log:
            controls.text(words, tag="p", classes=f"bubble {kind}")
        method = "end" if kind in ("mine", "pressed") else "follow"
        self._run(f"reading.{method}(getHtmlElement({self._log.id}))")

    def hear(self, text: str) -> None:
        """The platform or somebody else on the line was heard."""
        self.add("theirs", text)
        language = self._languages.get(text, LANGUAGE)
        self._run(f"speech.say({json.dumps(text)}, {json.dumps(language)})")

    def hush(self) -> None:
        """Stop speaking."""
        self._run("speech.stop()")

    def learn_language(self, entry: Json) -> None:
        """Remember in which language a text is spoken; whoever hears it is told the words alone."""
        if "language" in entry:
            self._languages[entry["text"]] = entry["language"]

    def tell(self, entry: Json) -> None:
        """A line of the call's story about this end of it."""
        match entry:
            case {"what": "pressed", "keys": keys}:
                self.add("pressed", keys)
            case {"what": "said", "text": text}:
                self.add("mine", text)
            case {"what": "interrupted"}:
                self.hush()

    def _run(self, javascript: str) -> None:
        self._log.client.run_javascript(javascript)
