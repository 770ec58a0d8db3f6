"""What is doubtful about a dialog's code, told to whoever writes it: on a laptop alone, by reading the file.

It looks at every `async def` of the file in which the dialog is, as most of its helpers are there.
"""

import ast
import functools
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from switchboard import telemetry

FINALLY = "`finally` around an await runs at each pause: for what is to be done once, catch CallEnded"
WITH = "`with` around an await is left at each pause: put what it needs into a function, and that into `do`"
SWALLOWS = "this swallows CallEnded: catch Exception instead"
OUTSIDE = "{} gives something else in each replay: call.now, call.random and call.do give the same"

# Modules whose functions do, and functions of such names whatever they are called on.
_MODULES = {"random", "secrets", "time", "uuid"}
_METHODS = {"now", "today", "utcnow"}
_CLOCKS = {"date", "datetime"}


@functools.cache
def tell_of_chat(flow: Callable[..., Any]) -> None:
    """Tell whoever is at a laptop, once, what is doubtful about a chat's code."""
    for sentence in of(flow):
        of_chat = sentence.replace("CallEnded", "ChatEnded").replace("call.", "chat.")
        telemetry.outcome("Doubtful", "inbound", "WARNING", reason=of_chat)


def of(flow: Callable[..., Any]) -> list[str]:
    """A sentence for each doubtful line, with file and line; nothing where there is no source to read."""
    file = inspect.getsourcefile(flow)
    if not (file and Path(file).is_file()):
        return []
    name = Path(file).name
    functions = [
        node for node in ast.walk(ast.parse(Path(file).read_text())) if isinstance(node, ast.AsyncFunctionDef)
    ]
    found = sorted({each for function in functions for node in ast.walk(function) for each in _of(node)})
    return [f"{name}:{line}: {sentence}" for line, sentence in found]


def _of(node: ast.AST) -> Iterator[tuple[int, str]]:
    match node:
        case ast.Try(body=body, handlers=handlers, finalbody=final) if _awaits(body):
            if final:
                yield final[0].lineno, FINALLY
            for handler in handlers:
                if _swallows(handler):
                    yield handler.lineno, SWALLOWS
        case ast.With(body=body) | ast.AsyncWith(body=body) if _awaits(body):
            yield node.lineno, WITH
        case ast.Call(func=ast.Attribute(value=ast.Name(id=on), attr=attribute)):
            if on in _MODULES or (on in _CLOCKS and attribute in _METHODS):
                yield node.lineno, OUTSIDE.format(f"{on}.{attribute}()")


def _awaits(body: list[ast.stmt]) -> bool:
    return any(isinstance(node, ast.Await) for statement in body for node in ast.walk(statement))


def _swallows(handler: ast.ExceptHandler) -> bool:
    """Whether it catches everything, and doesn't raise it again."""
    everything = handler.type is None or (
        isinstance(handler.type, ast.Name) and handler.type.id == "BaseException"
    )
    return everything and not any(isinstance(node, ast.Raise) for node in ast.walk(handler))
