"""The flows of a project, imported as Lambda does it: a file beside `app.py` is a module of its own name."""

import importlib
import sys
from pathlib import Path

from vonage_simulator.testing.handlers import Handler


def handler_of(name: str) -> Handler:
    """The handler of `functions/<name>/app.py`.

    Its folder is on the path while it is imported, and never two of them, so that functions may have files of
    one name; nor later, when `app` would be the function's own file.
    """
    package = importlib.import_module(f"functions.{name}")
    folder = package.__path__[0]
    sys.path.insert(0, folder)
    try:
        handler: Handler = importlib.import_module(f"functions.{name}.app").lambda_handler
    finally:
        sys.path.remove(folder)
        for module in [name for name in sys.modules if _is_beside(name, Path(folder))]:
            del sys.modules[module]
    return handler


def _is_beside(module: str, folder: Path) -> bool:
    """Whether a module was found in the folder by its bare name."""
    file = getattr(sys.modules[module], "__file__", None) or ""
    return Path(file).is_relative_to(folder) and not module.startswith("functions.")
