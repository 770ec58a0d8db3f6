"""Hot reload of the user's stack: saved code of a function is put in place; anything else is deployed."""

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from watchfiles import watch

from local.live.reload import DEBOUNCE_MS, STEP_MS, Reloader, Tell
from local.yours.beside import deploy
from operate import paths
from operate.yours import beside

# What is neither deployed nor part of a function.
_LEFT_ALONE = ("tests", ".local", ".aws-sam", "__pycache__")


@dataclass
class Follower:
    """Keeps the stack beside `ours` at what is saved in app/, from its first resource on."""

    aws_url: str
    ours: str
    tell: Tell

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Follow app/ until the block ends; there need not be one."""
        finished = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(finished,), name="reload-app", daemon=True)
        if paths.APP.is_dir():
            watcher.start()
        try:
            yield
        finally:
            finished.set()
            if watcher.ident:
                watcher.join()

    def saved(self, files: set[Path]) -> None:
        """Bring the stack up to date with these files."""
        meant = {file for file in files if not set(_LEFT_ALONE) & set(file.relative_to(paths.APP).parts)}
        functions = {file for file in meant if file.suffix == ".py"}
        if meant - functions:
            self._deploy()
        elif functions and beside.template():
            name = beside.stack_name(self.ours)
            Reloader(self.aws_url, name, self.tell, paths.APP).saved(functions)

    def _deploy(self) -> None:
        begun = time.perf_counter()
        if deploy(self.aws_url, self.ours):
            self.tell("reloaded", f"app/: deployed, live after {time.perf_counter() - begun:.1f} s")

    def _watch(self, finished: threading.Event) -> None:
        for changes in watch(paths.APP, debounce=DEBOUNCE_MS, step=STEP_MS, stop_event=finished):
            try:
                self.saved({Path(path) for _, path in changes})
            except Exception as error:  # noqa: BLE001 - the next save may succeed
                self.tell("not reloaded", str(error))
