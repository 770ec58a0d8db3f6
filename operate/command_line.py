"""A command line with one word for each command: `python -m operate …`, and `python -m local …` on a laptop.

The exit status is for scripts: 0 when all is well, 1 when something is wrong or can't be done, 2 when the
command line is wrong, 130 when it was interrupted.
"""

import argparse
import difflib
import json
import signal
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from rich.console import Console, ConsoleOptions, RenderableType
from rich.markup import escape
from rich.segment import Segment
from rich.text import Text
from switchboard.wire.printable import printable

from operate.arguments import consent, truth
from operate.errors import OperatorError

WELL, AMISS, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130
EXIT_STATUS = "exit status: 0 well, 1 something is wrong or can't be done, 2 wrong usage, 130 interrupted"


_MISSING = "the following arguments are required: "  # as argparse says it


class UsageError(Exception):
    """Options that don't go together, in one sentence."""


class Terminal(Console):
    """A console that shows what a terminal would otherwise obey: strangers' words are printed here."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Every piece of text that is printed, its styles still apart from it."""
        for segment in super().render(renderable, options):
            text, style, control = segment
            yield segment if control else Segment(printable(text, lines=True), style)


@dataclass(frozen=True)
class Output:
    """Where a command prints: sentences for a person, or JSON for a program.

    Attributes:
        console: The terminal, or what stands in for it.
        as_json: Whether a program reads.
    """

    console: Console
    as_json: bool = False

    def tell(self, sentence: str | Text, data: object) -> None:
        """Print what a command found or did: the sentence, or the data as one line of JSON."""
        if self.as_json:
            self.console.out(json.dumps(data, ensure_ascii=False), highlight=False)
        else:
            self.advise(sentence)

    def advise(self, sentence: str | Text) -> None:
        """Print what is for a person alone, such as what to do next."""
        if not self.as_json:
            self.console.print(sentence, markup=False)


@dataclass(frozen=True)
class Command:
    """One word of the command line.

    Attributes:
        summary: What it does, in one line.
        run: Does it, and returns the exit status.
        examples: How it is typed.
        options: Adds what it takes to its parser.
    """

    summary: str
    run: Callable[[Output, argparse.Namespace], int]
    examples: tuple[str, ...]
    options: Callable[[argparse.ArgumentParser], None] = lambda _: None


class Parser(argparse.ArgumentParser):
    """argparse, with one sentence for what is wrong and one for how it is right."""

    next_step = ""

    def error(self, message: str) -> NoReturn:
        """End with status 2."""
        if message.startswith(_MISSING):
            message = f"what is missing: {message.removeprefix(_MISSING)}"
        sentence = message if message.endswith("?") else f"{message}."
        self.exit(WRONG_USAGE, f"{self.prog}: {sentence}\n{self.next_step}\n")


def main(program: str, about: str, commands: Mapping[str, Command], arguments: Sequence[str]) -> int:
    """Run one command and return its exit status.

    Args:
        program: How it is started, such as `python -m operate`.
        about: What the commands are for.
        commands: The commands by their words.
        arguments: What was typed after the program.

    Raises:
        SystemExit: Help was asked for, or the command line is wrong.
    """
    word, *options = arguments or [""]
    needed = {word: commands[word]} if word in commands else commands
    parser, parsers = parsers_of(program, about, needed)
    if broken := [each for each in arguments if not _is_text(each)]:
        parser.error(f"{broken[0]!r} isn't text in UTF-8")
    if word in ("-h", "--help"):
        parser.print_help()
        return WELL
    if word not in commands:
        _refuse(parser, commands, word)
    given = parsers[word].parse_args(options)
    out = Output(_console(), as_json=getattr(given, "json", False))
    try:
        return commands[word].run(out, given)
    except UsageError as error:
        parsers[word].error(str(error))
    except OperatorError as error:
        _console(stderr=True).print(f"[bold red]{escape(error.cause)}[/]\n{escape(error.next_step)}")
        return AMISS
    except KeyboardInterrupt:
        _console(stderr=True).print("\nStopped.")
        return INTERRUPTED


def parsers_of(program: str, about: str, commands: Mapping[str, Command]) -> tuple[Parser, dict[str, Parser]]:
    """The parser that lists the commands, and each command's own."""
    plain = argparse.RawDescriptionHelpFormatter
    parser = Parser(prog=program, description=about, epilog=EXIT_STATUS, formatter_class=plain)
    parser.next_step = f"`{program} --help` lists the commands."
    words = parser.add_subparsers(metavar="COMMAND", title="commands")
    parsers = {}
    for word, command in commands.items():
        examples = "\n  ".join(("examples:", *command.examples))
        own = words.add_parser(
            word,
            help=command.summary,
            description=f"{command.summary}.",
            epilog=f"{examples}\n\n{EXIT_STATUS}",
            formatter_class=plain,
            allow_abbrev=False,
        )
        own.next_step = f"For example: {command.examples[0]}\n`{own.prog} --help` shows all that it takes."
        command.options(own)
        parsers[word] = own
    return parser, parsers


def switch(parser: argparse.ArgumentParser, name: str, what: str) -> None:
    """Let a command take a switch; given without a value it's on. Make gives one, such as `--follow=true`."""
    parser.add_argument(name, nargs="?", type=truth, const=True, default=False, metavar="true", help=what)


def takes_json(parser: argparse.ArgumentParser) -> None:
    """Let a command print JSON."""
    switch(parser, "--json", "print JSON, for programs")


def takes_confirmation(parser: argparse.ArgumentParser, what: str) -> None:
    """Let a command be told that it may go ahead."""
    parser.add_argument(
        "--confirm", nargs="?", type=consent, const=True, default=False, metavar="yes", help=what
    )


def takes_agreement(parser: argparse.ArgumentParser) -> None:
    """Let a deployment be agreed to before it's asked, as a pipeline does."""
    what = "deploy without asking, though the stage has confirm_changeset = true"
    takes_confirmation(parser, what)


def takes_stage(parser: argparse.ArgumentParser) -> None:
    """Let a command be told which stage it is about."""
    what = "a stage of samconfig.toml, or local: what `make up` started (default: %(default)s)"
    parser.add_argument("--env", metavar="STAGE", default="default", help=what)


def interrupted_by(*signals: signal.Signals) -> None:
    """Let these interrupt as Ctrl-C does, so that what was made is removed.

    Once: a shell or make passes such a signal on, and the second would interrupt the removal. What is
    ignored already stays so, as with `nohup`.
    """

    def interrupt(_number: int, _frame: object) -> None:
        for each in signals:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    for each in signals:
        if signal.getsignal(each) != signal.SIG_IGN:
            signal.signal(each, interrupt)


def _is_text(argument: str) -> bool:
    """Whether it can be written anywhere: bytes that are no UTF-8 reach Python as halves of characters."""
    try:
        argument.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refuse(parser: Parser, commands: Mapping[str, Command], word: str) -> NoReturn:
    if not word:
        parser.error("a command is missing")
    near = difflib.get_close_matches(word, commands, n=1)
    parser.error(f"{word!r} isn't a command" + (f"; did you mean {near[0]!r}?" if near else ""))


def _console(*, stderr: bool = False) -> Console:
    return Terminal(stderr=stderr, highlight=False, soft_wrap=True, emoji=False)
