"""The flows of a project, imported as Lambda does it: a file beside `app.py` is a module of its own name."""

import importlib
import os
import sys

from vonage_simulator.testing.handlers import Handler


class NoFlowError(LookupError):
    """The project has no flow of that name; the message says how a test names its handlers."""


def handler_of(name: str) -> Handler:
    """The handler of `functions/<name>/app.py`.

    Its folder is on the path while it is imported, and never two of them, so that functions may have files of
    one name; nor later, when `app` would be the function's own file.

    Raises:
        NoFlowError: there is no such function, as in a project that isn't Switchboard's.
    """
    module = f"functions.{name}.app"
    if module not in sys.modules:
        folder = _folder_of(name)
        sys.path.insert(0, folder)
        try:
            importlib.import_module(module)
        finally:
            sys.path.remove(folder)
            for each in [each for each in sys.modules if _is_beside(each, folder)]:
                del sys.modules[each]
    handler: Handler = sys.modules[module].lambda_handler
    return handler


def _folder_of(name: str) -> str:
    try:
        return importlib.import_module(f"functions.{name}").__path__[0]
    except ModuleNotFoundError as missing:
        if missing.name not in ("functions", f"functions.{name}"):
            raise
        raise NoFlowError(
            f"there is no functions/{name} here: give the handlers of your webhooks in a fixture "
            f'`webhooks`, such as {{"{name}": lambda_handler}}'
        ) from None


def _is_beside(module: str, folder: str) -> bool:
    """Whether a module was found in the folder by its bare name."""
    file = getattr(sys.modules[module], "__file__", None) or ""
    return file.startswith(folder + os.sep) and not module.startswith("functions.")
