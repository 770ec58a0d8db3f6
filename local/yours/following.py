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
from operate.errors import OperatorError
from operate.stages.packages import REQUIREMENTS
from operate.yours import beside

# What takes a deployment; a function's packages are installed by it.
_DEPLOYED = {Path("template.yaml"), Path("settings/default.json"), Path("settings/local.json")}


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
        functions = {file for file in files if file.is_relative_to(paths.APP / "functions")}
        if any(file.relative_to(paths.APP) in _DEPLOYED or file.name == REQUIREMENTS for file in files):
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
            except OperatorError as refused:
                self.tell("not reloaded", f"{refused.cause} {refused.next_step}")
            except Exception as error:  # noqa: BLE001 - the next save may succeed
                self.tell("not reloaded", str(error))
