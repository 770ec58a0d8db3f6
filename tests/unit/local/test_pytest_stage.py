"""`pytest --stage`, as far as it needs no stage: the other half is in tests/e2e."""

from pathlib import Path

import pytest

from local import state
from tests.unit.local.stages import this_process, up_at

pytest_plugins = ["pytester"]


@pytest.fixture(autouse=True)
def nothing_is_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "FILE", tmp_path / "state.json")


def test_stage_that_is_not_up_is_an_error_before_the_first_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_nothing(): pass")

    run = pytester.runpytest_inprocess("-p", "local.pytest_stage", "--stage")

    assert run.ret == pytest.ExitCode.USAGE_ERROR
    run.stderr.fnmatch_lines(["*Nothing is running here.", "Start it with `make up`."])


def test_without_the_option_tests_run_in_their_own_process(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_nothing(): pass")

    pytester.runpytest_inprocess("-p", "local.pytest_stage").assert_outcomes(passed=1)


def test_call_script_is_left_to_the_command_that_sees_what_a_stage_sends(pytester: pytest.Pytester) -> None:
    state.save(up_at("http://127.0.0.1:9", [this_process()]))
    (pytester.path / "mine.call.yaml").write_text("{}")

    run = pytester.runpytest_inprocess("-rs", "-p", "local.pytest_stage", "--stage")

    run.assert_outcomes(skipped=1)
    run.stdout.fnmatch_lines(["*on the stage: make call SCRIPT=*mine.call.yaml"])


def test_repository_offers_the_option_to_all_of_its_tests(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.getoption("--stage", default=None) is not None
