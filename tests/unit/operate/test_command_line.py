"""The commands as somebody types them: each has help, and what is typed wrong is a sentence and status 2."""

import argparse
import json
import re
import subprocess
import sys

import pytest
from rich.text import Text

from local import __main__ as local
from operate import __main__ as operate
from operate import command_line, paths
from operate.command_line import Command, Output
from operate.errors import OperatorError
from operate.paths import ROOT
from tests import projects

PROGRAMS = {"operate": operate, "local": local}
WORDS = [(name, word) for name, program in PROGRAMS.items() for word in program.COMMANDS]


def refused(capsys: pytest.CaptureFixture[str], program: str, *arguments: str) -> str:
    """What is said of a wrong command line."""
    with pytest.raises(SystemExit) as ended:
        PROGRAMS[program].main(list(arguments))
    assert ended.value.code == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    return shown.err


@pytest.mark.parametrize(("program", "word"), WORDS)
def test_every_command_has_help(capsys: pytest.CaptureFixture[str], program: str, word: str) -> None:
    with pytest.raises(SystemExit) as ended:
        PROGRAMS[program].main([word, "--help"])

    shown = capsys.readouterr().out
    assert ended.value.code == 0
    assert shown.startswith(f"usage: python -m {program} {word} ")
    assert PROGRAMS[program].COMMANDS[word].summary in shown
    assert f"make {word}" in shown
    assert f"python -m {program} {word}" in shown.partition("examples:")[2]
    assert "exit status: 0 well, 1" in shown


@pytest.mark.parametrize(("program", "word"), WORDS)
def test_every_option_says_what_it_is(program: str, word: str) -> None:
    _, parsers = command_line.parsers_of("program", "about", PROGRAMS[program].COMMANDS)

    assert [action.dest for action in parsers[word]._actions if not action.help] == []


@pytest.mark.parametrize("program", PROGRAMS)
def test_help_lists_every_command(capsys: pytest.CaptureFixture[str], program: str) -> None:
    assert PROGRAMS[program].main(["--help"]) == 0

    shown = capsys.readouterr().out
    assert all(f"\n    {word} " in shown for word in PROGRAMS[program].COMMANDS)


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "a command is missing"),
        (["xyzzy"], "'xyzzy' isn't a command."),
        (["--xyzzy"], "'--xyzzy' isn't a command."),
    ],
)
def test_wrong_word_is_a_sentence(
    capsys: pytest.CaptureFixture[str], program: str, words: list[str], sentence: str
) -> None:
    shown = refused(capsys, program, *words)

    assert shown.startswith(f"python -m {program}: {sentence}")
    assert shown.endswith(f"\n`python -m {program} --help` lists the commands.\n")


@pytest.mark.parametrize(
    ("program", "word", "meant"), [("operate", "histroy", "history"), ("local", "donw", "down")]
)
def test_word_that_is_nearly_right_is_met_with_the_right_one(
    capsys: pytest.CaptureFixture[str], program: str, word: str, meant: str
) -> None:
    assert f"'{word}' isn't a command; did you mean '{meant}'?\n" in refused(capsys, program, word)


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("logs --minutes abc", "argument --minutes: 'abc' isn't a whole number of minutes, such as 15."),
        ("logs --follow=maybe", "argument --follow: 'maybe' isn't true or false."),
        ("logs --cal CON-1", "unrecognized arguments: --cal CON-1."),
        ("drift --repair=yes", "argument --repair: 'yes' isn't true or false."),
        ("credentials --leaked=yes", "argument --leaked: 'yes' isn't true or false."),
        ("redrive", "what is missing: --queue."),
        ("redrive --queue everything", "argument --queue: invalid choice: 'everything'"),
        ("history", "one of the arguments --call --number is required."),
        (
            "history --call CON-1 --number 447700900111",
            "argument --number: not allowed with argument --call.",
        ),
        ("history --number +447700900111", "argument --number: '+447700900111' isn't a number"),
        ("erase", "what is missing: --number."),
        ("erase --number 4477.* --confirm", "argument --number: '4477.*' isn't a number"),
        ("erase --number 447700900111 --confirm=maybe", "argument --confirm: 'maybe' isn't yes."),
        ("replay", "give --call, or both --from and --to."),
        ("replay --from 2026-11-23T08:00", "give --call, or both --from and --to."),
        ("replay --call CON-1 --to 2026-11-23T08:00", "give --call, or --from and --to, not both."),
        ("replay --from yesterday", "argument --from: 'yesterday' isn't a time"),
        (
            "replay --from 2026-11-23T09:00 --to 2026-11-23T08:00",
            "--from 2026-11-23T09:00 isn't before --to 2026-11-23T08:00.",
        ),
    ],
)
def test_wrong_option_is_a_sentence_before_aws_is_asked(
    capsys: pytest.CaptureFixture[str], command: str, sentence: str
) -> None:
    shown = refused(capsys, "operate", *command.split())

    word = command.split(maxsplit=1)[0]
    assert shown.startswith(f"python -m operate {word}: {sentence}")
    assert f"\nFor example: make {word}" in shown


def test_words_of_strangers_do_not_command_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    def run(out: Output, _: argparse.Namespace) -> int:
        out.tell(Text.assemble(("Answer", "dim"), " \x1b[2J\nnext line"), None)
        out.advise("\x9b31m")
        out.console.print("[bold]caller[/] says \x1b]0;title\x07")
        Output(out.console, as_json=True).tell("", {"text": "\x9b \x1b"})
        raise OperatorError("Vonage said \x1b[31m.", "Ask \x1b[32m.")

    command_line.main("program", "about", {"show": Command("Show", run, ("make show",))}, ["show"])

    shown = capsys.readouterr()
    assert re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f]", shown.out + shown.err) == []
    assert shown.out.startswith("Answer \\u001b[2J\nnext line\n\\u009b31m\n")
    assert json.loads(shown.out.splitlines()[-1]) == {"text": "\x9b \x1b"}
    assert shown.err == "Vonage said \\u001b[31m.\nAsk \\u001b[32m.\n"


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_port_that_cannot_be_one_is_refused(capsys: pytest.CaptureFixture[str], port: str) -> None:
    assert f"'{port}' isn't a port" in refused(capsys, "local", "up", f"--aws-port={port}")


def test_example_of_what_cannot_be_undone_only_counts() -> None:
    """It is also what a mistake is answered with."""
    assert "CONFIRM" not in operate.COMMANDS["erase"].examples[0]


def run(command: str) -> int:
    """Run one of three made-up commands."""

    def tell(out: Output, _: argparse.Namespace) -> int:
        out.tell("[bold]2[/] events :warning:", {"events": 2})
        out.advise("Look at them.")
        return 0

    def fail(_: Output, __: argparse.Namespace) -> int:
        raise OperatorError("It is [gone].", "Make another.")

    def wait(_: Output, __: argparse.Namespace) -> int:
        raise KeyboardInterrupt

    commands = {
        "tell": Command("Tell", tell, ("make tell",), command_line.takes_json),
        "fail": Command("Fail", fail, ("make fail",)),
        "wait": Command("Wait", wait, ("make wait",)),
    }
    return command_line.main("program", "about", commands, command.split())


def test_person_reads_sentences_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("tell") == 0

    assert capsys.readouterr().out == "[bold]2[/] events :warning:\nLook at them.\n"


@pytest.mark.parametrize("json_", ["--json", "--json=true"])
def test_program_reads_json_alone(capsys: pytest.CaptureFixture[str], json_: str) -> None:
    assert run(f"tell {json_}") == 0

    assert json.loads(capsys.readouterr().out) == {"events": 2}


def test_what_cannot_be_done_is_said_beside_the_output_with_status_1(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("fail") == 1

    assert capsys.readouterr() == ("", "It is [gone].\nMake another.\n")


def test_interrupted_command_ends_with_status_130(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("wait") == 130

    assert capsys.readouterr().err == "\nStopped.\n"


def test_deployment_by_nobody_is_refused_before_anything_is_built() -> None:
    nobody = {
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    command = [sys.executable, "-m", "operate", "deploy"]

    done = subprocess.run(command, cwd=ROOT, env=nobody, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("AWS did not let us deploy: Unable to locate credentials\nSign in (")


def test_stage_that_is_none_is_refused_with_those_that_exist(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "ROOT", projects.shipped())

    assert operate.main(["doctor", "--env", "staging"]) == 1

    assert "ENV=default ENV=dev ENV=prod" in capsys.readouterr().err
