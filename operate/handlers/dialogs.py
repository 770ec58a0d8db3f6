"""`python -m operate.handlers.dialogs`: what is doubtful about dialogs, before anybody calls."""

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from switchboard.dialogs import doubts

from operate import paths
from operate.handlers import imports

DECORATORS = {"call_dialog", "message_dialog"}


def doubtful(folders: Sequence[Path]) -> list[str]:
    """A sentence for each doubtful line of the dialogs in these folders, with file and line."""
    return [sentence for folder in folders for sentence in _of(folder / "app.py")]


def warn(out: Console, folders: Sequence[Path]) -> None:
    """Print these sentences."""
    for sentence in doubtful(folders):
        out.print(f"warning: {sentence}", style="yellow", markup=False, soft_wrap=True)


def _of(file: Path) -> Iterator[str]:
    code = file.read_text() if file.is_file() else ""
    try:
        used = {name for node in ast.walk(ast.parse(code)) for name in _decorators(node)} & DECORATORS
    except SyntaxError:
        return  # whoever imports it says so
    if used:
        found = doubts.of_code(code, str(file.relative_to(paths.ROOT)))
        yield from map(doubts.of_chat, found) if used == {"message_dialog"} else found


def _decorators(node: ast.AST) -> Iterator[str]:
    """The last part of each decorator's name: `call_dialog` of `@switchboard.call_dialog()`."""
    for each in node.decorator_list if isinstance(node, ast.AsyncFunctionDef) else ():
        yield ast.unparse(each).partition("(")[0].rpartition(".")[2]


if __name__ == "__main__":
    warn(Console(stderr=True, highlight=False), imports.folders())
