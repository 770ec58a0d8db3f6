"""`python import_each.py FOLDER…`: import the `app` of each folder; why one can't be imported, as JSON.

For each folder that fails: the exception, the file and line in the folder, whether an import failed, and the
name of a module that is missing. `operate.handlers.imports` runs it, in an environment like a function's.
"""

import importlib
import json
import os
import sys
import traceback

# httpx's command line would take a fifth of the time; no function has it, as it needs click and rich.
sys.modules["httpx._main"] = None  # type: ignore[assignment]


def main(folders: list[str]) -> None:
    """Import each, and forget its modules before the next one: all of them are called `app`."""
    failures = {}
    for folder in folders:
        sys.path.insert(0, folder)
        try:
            importlib.import_module("app")
        except BaseException as error:  # noqa: BLE001 - whatever a module does when it is imported
            failures[folder] = _told(error, folder)
        sys.path.remove(folder)
        for name, module in list(sys.modules.items()):
            if (getattr(module, "__file__", None) or "").startswith(folder):
                del sys.modules[name]
    sys.stdout.write(f"\n{json.dumps(failures)}\n")


def _told(error: BaseException, folder: str) -> tuple[str, str, bool, str | None]:
    frames = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError):
        frames.append((error.filename or "", error.lineno))
    places = [f"{os.path.relpath(name, folder)}:{line}" for name, line in frames if name.startswith(folder)]
    raised = "".join(traceback.format_exception_only(error)).splitlines()[-1]
    is_import = isinstance(error, ImportError | SyntaxError)
    return raised, places[-1] if places else "app.py", is_import, getattr(error, "name", None)


if __name__ == "__main__":
    main(sys.argv[1:])
