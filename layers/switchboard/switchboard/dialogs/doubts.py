"""What is doubtful about a dialog's code, told to whoever writes it: on a laptop alone, by reading the file.

It looks at every `async def` of the file in which the dialog is, as most of its helpers are there.
"""

import ast
import functools
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from switchboard import telemetry
from switchboard.reach.words import word_of

FINALLY = "`finally` around an await runs at each pause: for what is to be done once, catch CallEnded"
WITH = "`with` around an await is left at each pause: put what it needs into a function, and that into `do`"
SWALLOWS = "this swallows CallEnded: catch Exception instead"
OUTSIDE = "{} gives something else in each replay: call.now, call.random and call.do give the same"
NOT_AWAITED = "call.{} does nothing without `await`"
OPTS_OUT = "whoever answers “{}” opts out{}, and the chat never sees it: offer another word"

# Whose numbers have the most words for it.
_AMERICAN, _ANYBODY = "1", ""

# Modules whose functions do, whatever these are called here, and single functions.
_MODULES = {"random", "secrets", "time", "uuid"}
_FUNCTIONS = {
    *(f"datetime.{of}" for of in ("datetime.now", "datetime.today", "datetime.utcnow", "date.today")),
    "os.urandom",
}
_STEPS = {
    "ask", "ask_secret", "choose", "connect", "conversation", "do", "hang_up", "hold", "person", "receive",
    "record", "transfer",
}  # fmt: skip


@functools.cache
def tell_of_chat(flow: Callable[..., Any]) -> None:
    """Tell whoever is at a laptop, once, what is doubtful about a chat's code."""
    for sentence in of(flow):
        telemetry.outcome("Doubtful", "inbound", "WARNING", reason=of_chat(sentence))


def of_chat(sentence: str) -> str:
    """The same of a chat's code."""
    return sentence.replace("CallEnded", "ChatEnded").replace("call.", "chat.")


def of(flow: Callable[..., Any]) -> list[str]:
    """A sentence for each doubtful line, with file and line; nothing where there is no source to read."""
    file = inspect.getsourcefile(flow)
    if not (file and Path(file).is_file()):
        return []
    return of_code(Path(file).read_text(), Path(file).name)


def of_code(code: str, name: str) -> list[str]:
    """The same of a file's text, by the name that the file is told of with."""
    module = ast.parse(code)
    imported = dict(pair for node in ast.walk(module) for pair in _imported(node))
    functions = [node for node in ast.walk(module) if isinstance(node, ast.AsyncFunctionDef)]
    found = {each for function in functions for node in ast.walk(function) for each in _of(node, imported)}
    found |= {each for function in functions for each in _not_awaited(function)}
    found |= {each for function in functions for each in _opting_out(function)}
    return [f"{name}:{line}: {sentence}" for line, sentence in sorted(found)]


def _of(node: ast.AST, imported: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    match node:
        case ast.Try(body=body, handlers=handlers, orelse=others, finalbody=final):
            if final and _awaits([*body, *handlers, *others]):
                yield final[0].lineno, FINALLY
            for handler in handlers:
                if _awaits(body) and _swallows(handler):
                    yield handler.lineno, SWALLOWS
        case ast.With(body=body) | ast.AsyncWith(body=body) if _awaits(body):
            yield node.lineno, WITH
        case ast.Call(func=function):
            written = ast.unparse(function)
            first, dot, rest = written.partition(".")
            known = f"{imported.get(first, '')}{dot}{rest}"
            if known in _FUNCTIONS or known.partition(".")[0] in _MODULES:
                yield node.lineno, OUTSIDE.format(f"{written}()")


def _imported(node: ast.AST) -> Iterator[tuple[str, str]]:
    """What names mean that are imported, such as `dt` for `datetime`, or `choice` for `random.choice`."""
    match node:
        case ast.Import(names=names):
            for each in names:
                if each.asname or "." not in each.name:
                    yield each.asname or each.name, each.name
        case ast.ImportFrom(module=str(module), names=names):
            for each in names:
                yield each.asname or each.name, f"{module}.{each.name}"


def _not_awaited(function: ast.AsyncFunctionDef) -> Iterator[tuple[int, str]]:
    """Steps of the dialog, which is the first argument, whose results nobody waits for."""
    dialog = next((argument.arg for argument in function.args.args), "")
    for node in ast.walk(function):
        match node:
            case (
                ast.Expr(value=value)
                | ast.Assign(value=value)
                | ast.NamedExpr(value=value)
                | ast.If(test=value)
                | ast.While(test=value)
                | ast.UnaryOp(operand=value)
                | ast.Match(subject=value)
            ):
                match value:
                    case ast.Call(func=ast.Attribute(value=ast.Name(id=on), attr=step)):
                        if on == dialog and step in _STEPS:
                            yield value.lineno, NOT_AWAITED.format(step)


def _opting_out(function: ast.AsyncFunctionDef) -> Iterator[tuple[int, str]]:
    """Choices that are words by which people opt out of everything."""
    for node in ast.walk(function):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="choose"),
                args=[_, ast.List(elts=choices) | ast.Tuple(elts=choices) | ast.Dict(keys=choices), *_],
            ):
                for choice in choices:
                    if isinstance(choice, ast.Constant) and _opts_out(str(choice.value), _AMERICAN):
                        of_all = _opts_out(str(choice.value), _ANYBODY)
                        whose = "" if of_all else " if their number is one of +1"
                        yield choice.lineno, OPTS_OUT.format(choice.value, whose)


def _opts_out(text: str, number: str) -> bool:
    word = word_of(text, number)
    return word is not None and word.wish == "stop"


def _awaits(body: Sequence[ast.AST]) -> bool:
    return any(isinstance(node, ast.Await) for statement in body for node in ast.walk(statement))


def _swallows(handler: ast.ExceptHandler) -> bool:
    """Whether it catches everything, and doesn't raise it again."""
    everything = handler.type is None or (
        isinstance(handler.type, ast.Name) and handler.type.id == "BaseException"
    )
    return everything and not any(isinstance(node, ast.Raise) for node in ast.walk(handler))
