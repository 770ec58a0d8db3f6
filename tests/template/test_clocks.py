"""CloudFormation always hears of a custom resource before it gives up: Lambda's clocks, added up.

Lambda keeps CloudFormation's request in a queue for `MaximumEventAgeInSeconds`, tries it, and after an error
again: a minute after the first attempt, two after the second. Past its age or its last attempt the request
goes to the on-failure function.
Source: Lambda Developer Guide, "How Lambda handles errors and retries with asynchronous invocation". When a
request that has become too old is let go is not documented: here, when it would have been tried again.
"""

import itertools
import re
from typing import Any

import pytest

from operate.paths import ROOT
from operate.provisioner import _PATIENCE_S
from provisioner.cloudformation.deadline import Deadline
from provisioner.remembered.memory import OVERTAKEN_S
from tests.template.test_template import references
from tests.unit.provisioner.world.test_many_numbers import TIMEOUT_S

Json = dict[str, Any]

PAUSES_S = (60, 120)
SLACK_S = 30
LONGEST_TIMEOUT_S, LONGEST_SERVICE_TIMEOUT_S = 900, 3600


@pytest.fixture
def clocks(resources: Json) -> Json:
    return {
        "timeout": resources["ProvisionerFunction"]["Properties"]["Timeout"],
        "answering": resources["UnansweredFunction"]["Properties"]["Timeout"],
        "age": resources["ProvisionerFunctionEventInvokeConfig"]["Properties"]["MaximumEventAgeInSeconds"],
        "retries": resources["ProvisionerFunctionEventInvokeConfig"]["Properties"].get(
            "MaximumRetryAttempts", 2
        ),
    }


@pytest.fixture
def custom(resources: Json) -> Json:
    return {name: r for name, r in resources.items() if r["Type"].startswith("Custom::")}


def handed_over(clocks: Json, started_s: float, lengths_s: tuple[float, ...]) -> float:
    """When the on-failure function is asked, in seconds since CloudFormation's request."""
    now = started_s
    for attempt, length in enumerate(lengths_s):
        now += length
        if attempt == clocks["retries"]:
            break
        now += PAUSES_S[attempt]
        if now > clocks["age"]:
            break
    return now


def test_cloudformation_is_told_of_a_dead_provisioner_before_it_gives_up(clocks: Json, custom: Json) -> None:
    """Each attempt may end at once, when the function cannot be loaded, or when its time is up."""
    starts = range(clocks["age"] + 1)
    lengths = itertools.product((0, clocks["timeout"]), repeat=clocks["retries"] + 1)

    latest = max(handed_over(clocks, start, each) for start, each in itertools.product(starts, lengths))
    told = latest + clocks["answering"]

    for name, resource in custom.items():
        # Nor does it wait for long when nobody can tell it.
        assert told + SLACK_S <= resource["Properties"]["ServiceTimeout"] <= 2 * told, name


def test_cloudformation_waits_longer_than_the_provisioner_may_take(clocks: Json, custom: Json) -> None:
    for resource in custom.values():
        assert clocks["timeout"] < resource["Properties"]["ServiceTimeout"] <= LONGEST_SERVICE_TIMEOUT_S
    assert clocks["timeout"] <= LONGEST_TIMEOUT_S
    assert len({r["Properties"]["ServiceTimeout"] for r in custom.values()}) == 1


def test_time_in_which_many_numbers_are_linked_is_the_provisioner_s(clocks: Json) -> None:
    assert clocks["timeout"] == TIMEOUT_S


def test_operators_wait_longer_than_the_provisioner_may_take(clocks: Json) -> None:
    assert clocks["timeout"] < _PATIENCE_S


def test_pages_and_examples_tell_other_stacks_to_wait_as_long(custom: Json) -> None:
    waits = custom["VonageApplication"]["Properties"]["ServiceTimeout"]
    texts = [*(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("template.yaml")]

    told = [
        (path.name, int(seconds))
        for path in texts
        for seconds in re.findall(r"ServiceTimeout: (?:Integer +# recommended: )?(\d+)", path.read_text())
    ]

    assert len(told) >= 6
    assert [each for each in told if each[1] != waits] == []


def test_what_a_dead_attempt_began_is_finished_by_the_next(clocks: Json) -> None:
    """It has to wait for the dead one's lease, which lasts as long as that one could have worked."""
    lease = Deadline.after(clocks["timeout"], lambda: 0.0).undo_until
    patience = Deadline.after(clocks["timeout"], lambda: 0.0).work_until

    assert PAUSES_S[0] + patience > lease


def test_a_refused_answer_is_tried_once_more(clocks: Json) -> None:
    """The provisioner raises what CloudFormation did not take, so that Lambda delivers again."""
    assert clocks["retries"] >= 1
    assert clocks["age"] > PAUSES_S[0]


def test_a_create_that_was_overtaken_is_fenced_off_for_as_long_as_it_may_come(clocks: Json) -> None:
    assert clocks["age"] <= OVERTAKEN_S


def test_what_answers_for_the_provisioner_is_there_before_and_after_every_custom_resource(
    resources: Json, custom: Json
) -> None:
    configs = {
        name: f"{r['Properties']['ServiceToken']['Fn::GetAtt'][0]}EventInvokeConfig"
        for name, r in custom.items()
    }
    first = {name for name, r in custom.items() if configs[name] in r.get("DependsOn", [])}

    for name, resource in custom.items():
        assert "UnansweredFunction" in references(resources[configs[name]]["Properties"])
        assert name in first or first & {*references(resource["Properties"])}, name
