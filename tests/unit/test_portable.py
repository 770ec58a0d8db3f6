"""Makefiles and the commands of the pages use what macOS has, too: GNU Make 3.81, BSD's tools, /bin/sh."""

import re
from pathlib import Path

import pytest

from operate.paths import ROOT
from tests.pages.pages import in_language

MAKEFILES = [ROOT / "Makefile", *sorted((ROOT / "layers").glob("*/Makefile"))]
SHOWN = {str(snippet): snippet.text for snippet in in_language("sh")}
SHELL = {**{str(path.relative_to(ROOT)): path.read_text() for path in MAKEFILES}, **SHOWN}

NEWER_THAN_3_81 = re.compile(
    r"""
    ^\s*\.(ONESHELL|SHELLFLAGS|RECIPEPREFIX|EXTRA_PREREQS|NOTINTERMEDIATE)\b # special names
    | ^[\w.-]+\s*(::=|:::=|!=) # assignments
    | ^define\s+\S+\s*[:+?]?= # a definition with an operator
    | ^(undefine|private)\s # directives
    | &: # targets that are made together
    | \$\((file|let|intcmp|guile)\b # functions
    | --(output-sync|trace|shuffle|jobserver-style)\b # options
    """,
    re.VERBOSE | re.MULTILINE,
)
NOT_EVERYWHERE = re.compile(
    r"""
    \bsed\s+(-\w+\s+)*-i\b | \bgrep\s+-\w*P | \breadlink\s+-f | \bdate\s+-d | \bxargs\s+-\w*r
    | \bfind\b[^|;]*-printf
    | \b(nproc|tac|timeout|realpath|shuf|stat\s+-c|sha256sum|mktemp\s+--)\b | \bcp\s+--\w | \bdu\s+-\w*b
    | \[\[ | <\( | <<< | \becho\s+-[en] | \bsource\s | \bfunction\s+\w+\s*\{ | &>
    """,
    re.VERBOSE,
)


@pytest.mark.parametrize("makefile", MAKEFILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_makefile_can_be_read_by_the_make_of_macos(makefile: Path) -> None:
    assert [found[0] for found in NEWER_THAN_3_81.finditer(makefile.read_text())] == []


@pytest.mark.parametrize("place", SHELL)
def test_shell_is_such_as_every_system_has_it(place: str) -> None:
    assert [found[0] for found in NOT_EVERYWHERE.finditer(SHELL[place])] == []


@pytest.mark.parametrize(
    "line", [".ONESHELL:", "A != date", "define A =", "a b &: c", "x: $(file >y)", "A ::= b"]
)
def test_newer_make_is_found(line: str) -> None:
    assert NEWER_THAN_3_81.search(line)


@pytest.mark.parametrize(
    "line", ["sed -i s/a/b/ c", "if [[ -f x ]]", "readlink -f .", "date -d now", "nproc"]
)
def test_what_only_linux_has_is_found(line: str) -> None:
    assert NOT_EVERYWHERE.search(line)
