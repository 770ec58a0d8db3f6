"""What is the user's is shipped as our tests know it, from tests/flows; afterwards it may be anything."""

import os
import re
from pathlib import Path

import pytest

from operate.paths import ROOT
from tests.projects import APP, FLOWS

RELEASE = pytest.mark.skipif(
    "SWITCHBOARD_RELEASE" not in os.environ,
    reason="functions/ and samconfig.toml are yours to change; .ci/run holds a release to what it ships",
)


USERS = re.compile(r"^(?:from|import) functions\b|ROOT / \"(?:functions|app|samconfig\.toml)\"", re.MULTILINE)


def test_no_test_of_ours_looks_at_what_is_the_user_s() -> None:
    looking = {path for path in (ROOT / "tests").rglob("*.py") if USERS.search(path.read_text())}

    assert looking - {Path(__file__)} == set()


@RELEASE
def test_app_is_shipped_as_our_tests_know_it() -> None:
    frozen = [path.relative_to(APP) for path in APP.rglob("*") if path.is_file()]

    assert len(frozen) == 6
    for path in frozen:
        assert (ROOT / "app" / path).read_text() == (APP / path).read_text(), f"{path} differs"


@RELEASE
def test_what_is_shipped_is_what_our_tests_use() -> None:
    frozen = {path.relative_to(FLOWS) for path in FLOWS.rglob("*") if path.suffix in {".py", ".toml"}}
    flows = {path.relative_to(ROOT / "functions") for path in (ROOT / "functions").rglob("*.py")}

    assert flows == {path for path in frozen if path.suffix == ".py"}
    for path in frozen:
        shipped = ROOT / path if path.suffix == ".toml" else ROOT / "functions" / path
        assert shipped.read_text() == (FLOWS / path).read_text(), f"{shipped} and tests/flows/{path} differ"
