"""What the local stage tells the person who waits for it."""

import textwrap
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console

_UNBREAKABLE = "\u00a0"


class Report:
    """Steps with the seconds they took: a spinner on a terminal, plain lines elsewhere."""

    def __init__(self, console: Console) -> None:
        self.console = console

    @contextmanager
    def step(self, title: str) -> Iterator[Callable[[str], None]]:
        """Show a step while it runs. Yields a function that says how far it has got."""
        begun = time.monotonic()
        with self.console.status(f"{title} …") as status:
            try:
                yield lambda detail: status.update(f"{title} … {detail}")
            except BaseException:
                self.console.print(f"[red]✗[/] {title}")
                raise
        self.console.print(f"[green]✓[/] {title} [dim]{time.monotonic() - begun:.1f} s[/]")

    def list(self, items: Iterable[str]) -> None:
        """Show items with commas between them, in indented lines that break none."""
        text = ", ".join(item.replace(" ", _UNBREAKABLE) for item in items)
        lines = textwrap.wrap(text, self.console.width - 2, break_on_hyphens=False)
        for line in lines:
            self.console.print("  " + line.replace(_UNBREAKABLE, " "), markup=False)
