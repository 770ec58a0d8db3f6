"""What the local stage tells the person who waits for it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console


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
