"""The flows of a project, imported as Lambda does it: a file beside `app.py` is a module of its own name."""

import importlib
import os
import sys

from vonage_simulator.testing.handlers import Handler


def handler_of(name: str) -> Handler:
    """The handler of `functions/<name>/app.py`.

    Its folder is on the path while it is imported, and never two of them, so that functions may have files of
    one name; nor later, when `app` would be the function's own file.
    """
    module = f"functions.{name}.app"
    if module not in sys.modules:
        folder = importlib.import_module(f"functions.{name}").__path__[0]
        sys.path.insert(0, folder)
        try:
            importlib.import_module(module)
        finally:
            sys.path.remove(folder)
            for each in [each for each in sys.modules if _is_beside(each, folder)]:
                del sys.modules[each]
    handler: Handler = sys.modules[module].lambda_handler
    return handler


def _is_beside(module: str, folder: str) -> bool:
    """Whether a module was found in the folder by its bare name."""
    file = getattr(sys.modules[module], "__file__", None) or ""
    return file.startswith(folder + os.sep) and not module.startswith("functions.")
