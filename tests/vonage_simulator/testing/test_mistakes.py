"""Every mistake that a flow can make, as a test and a call script show it."""

import os
import time
from collections.abc import Callable

import pytest

from operate import paths

pytest_plugins = ["pytester"]

CONFTEST = """
import pytest
from switchboard import answer, event, inbound, input_, talk

pytest_plugins = ["vonage_simulator.testing.pytest_plugin"]

@answer
def answers(_call):
    return [talk("Press one."), input_("dtmf", dtmf={"maxDigits": 1})]

@event
def happens(happened):
    if "dtmf" in happened:
        return pressed(happened)

@inbound
def arrives(message):
    return received(message)

def received(message):
    return None

%s

@pytest.fixture
def webhooks():
    return {"answer": answers, "event": happens, "inbound": arrives}
"""
CALL = """
def test_call(phone):
    call = phone.dial("447700900000")
    call.presses("1")
    call.hears("You pressed")
"""
SILENT_CALL = """
def test_call(phone):
    call = phone.dial("447700900000")
    call.presses("1")
"""
MESSAGE = """
def test_message(sms):
    sms.send("Are you open?")
"""

Run = Callable[..., pytest.RunResult]


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    """Runs a test of a call or message with a function in the flow's place."""

    def tests(flow: str, test: str) -> pytest.RunResult:
        pytester.makeconftest(CONFTEST % flow)
        pytester.makepyfile(test)
        return pytester.runpytest_inprocess()

    return tests


@pytest.fixture
def run_with(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The same with a setting, in another process: pytest keeps the classes of warnings from run to run."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(str, (paths.ROOT, paths.LAYER))))

    def tests(filterwarnings: str, flow: str, test: str) -> pytest.RunResult:
        pytester.makeini(f"[pytest]\nfilterwarnings = {filterwarnings}\n")
        pytester.makeconftest(CONFTEST % flow)
        pytester.makepyfile(test)
        return pytester.runpytest_subprocess()

    return tests


@pytest.mark.parametrize("test", [CALL, SILENT_CALL], ids=["at a step", "by itself"])
def test_exception_fails_a_test_with_the_user_s_own_traceback(run: Run, test: str) -> None:
    result = run("def pressed(happened):\n    return MENU[happened['dtmf']['digits']]\nMENU = {}", test)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "> *return MENU?happened?'dtmf'??'digits'??",  # the traceback of what the flow raised
            "E *KeyError: '1'",
            "The above exception was the direct cause of the following exception:",
            "E *POST /webhooks/event voice.input → status 500 * ms, signed",
            "E *FlowFailed: KeyError: '1'",
            "E *  at conftest.py:* in happens: return pressed(happened)",
            "E *  at conftest.py:* in pressed: return MENU?happened?'dtmf'??'digits'??",
        ]
    )


def test_exception_of_an_event_that_nobody_waits_for_fails_the_test(run: Run) -> None:
    flow = "@event\ndef happens(happened):\n    raise LookupError(happened['status'])"

    result = run(flow, CALL.replace("presses", "waits").replace('"1"', "1").replace("You pressed", "Press"))

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["E *POST /webhooks/event voice.started → 204 *", "E *FlowFailed: LookupError: started"]
    )


@pytest.mark.parametrize(
    ("flow", "test", "expected"),
    [
        (
            "return 'You pressed'",
            SILENT_CALL,
            ["E *FlowFailed: the flow returned a str; it may return an NCCO *", "E *returned: 'You pressed'"],
        ),
        (
            "return [talk('You pressed', level=7)]",
            CALL,
            ["E *voice.input → 200 *", "E *action 1 (talk): level is 7; it must be *"],
        ),
    ],
    ids=["str", "NCCO"],
)
def test_what_can_t_be_used_fails_a_test_in_words(
    run: Run, flow: str, test: str, expected: list[str]
) -> None:
    result = run(f"def pressed(happened):\n    {flow}", test)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(expected)


def test_refused_ncco_fails_a_test_whose_steps_are_done(run: Run) -> None:
    result = run("def pressed(happened):\n    return [talk('You pressed', level=7)]", SILENT_CALL)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E *action 1 (talk): level is 7; it must be *"])


MISSPELT = "def pressed(happened):\n    return [talk('You pressed', bargein=True)]"


def test_doubtful_ncco_is_a_warning_even_where_warnings_are_errors(run_with: Run) -> None:
    result = run_with("error", MISSPELT, CALL)

    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines(
        ["*DoubtfulWarning: voice.input: action 1 (talk): bargein is not a field; did you mean bargeIn?"]
    )


def test_doubtful_ncco_is_an_error_where_that_is_asked_for(run_with: Run) -> None:
    result = run_with("error::vonage_simulator.testing.doubts.DoubtfulWarning", MISSPELT, CALL)

    result.assert_outcomes(failed=1)


@pytest.mark.parametrize("endless", ["while True: pass", "import time; time.sleep(2)"], ids=["loop", "sleep"])
def test_flow_that_takes_too_long_is_late(run: Run, monkeypatch: pytest.MonkeyPatch, endless: str) -> None:
    monkeypatch.setenv("SWITCHBOARD_ANSWER_BUDGET_MS", "900")
    began = time.monotonic()

    result = run(f"def pressed(happened):\n    {endless}", CALL)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["E *Late: the flow was stopped after 0.* s", f"E *  at conftest.py:* in pressed: {endless}"]
    )
    assert time.monotonic() - began < 60


def test_exception_over_a_message_fails_the_test(run: Run) -> None:
    result = run("def received(message):\n    raise ValueError('my own clear message')", MESSAGE)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["E *ValueError: my own clear message", "E *messages.inbound Are you open? → 200 *"]
    )


def test_message_that_never_comes_says_what_the_flow_raised(run: Run) -> None:
    flow = "def received(message):\n    raise ValueError('my own clear message')"

    result = run(flow, MESSAGE + "    sms.receives('open', within_s=0.1)\n")

    result.stdout.fnmatch_lines(
        ["E *never received *", "E *FlowFailed: ValueError: my own clear message, at *"]
    )


def test_missing_module_is_named(run: Run) -> None:
    result = run("import humanise", CALL)

    result.stderr.fnmatch_lines(["*ModuleNotFoundError: No module named 'humanise'"])


def test_syntax_error_is_named_with_its_line(run: Run) -> None:
    result = run("def pressed(happened:", CALL)

    result.stderr.fnmatch_lines(["*SyntaxError: *"])


def test_flows_of_a_marked_test_may_fail(run: Run) -> None:
    test = f"import pytest\n\n@pytest.mark.flows_may_fail{SILENT_CALL}"

    run("def pressed(happened):\n    raise LookupError", test).assert_outcomes(passed=1)


def test_what_an_injected_fault_leads_to_is_no_failure_of_the_flow(run: Run) -> None:
    test = """
    def test_call(phone, simulation):
        simulation.vonage.delivery.faults.next("event", signature="forged")
        phone.dial("447700900000").hears("Press one")
    """

    run("", test).assert_outcomes(passed=1)
