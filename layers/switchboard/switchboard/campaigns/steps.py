"""The steps of a campaign's message: one, or several with waits between them, and how often a call is tried.

{"steps": [{<a message>, "wait": "30m"}, {<a call>, "again": {"busy": "10m"}, "attempts": 3}]}
"""

import re
from collections.abc import Collection, Mapping
from typing import Any

from switchboard.errors import CampaignError
from switchboard.reach.ladder import MISSED, Rung

Json = Mapping[str, Any]

MOST_STEPS, MOST_ATTEMPTS = 5, 5
# How long the last word of a call is waited for, which lasts two hours unless its `length_timer` says more.
_LAST_WORD_S = 3 * 3600
_CALLS = ("ncco", "answer_url")
_DETECTION = ("machine_detection", "advanced_machine_detection")
# Where Vonage would tell somebody else what becomes of it.
_ELSEWHERE = ("event_url", "webhook_url")
_OWN = ("wait", "again", "attempts")
# What other commands say to the stack, and Vonage would ignore.
_NOT_HERE = {
    "at": "Take it out: a `window` says when it may reach people.",
    "after": "Take it out: a `window` says when it may reach people.",
    "pace": "Take it out: how fast it goes is said beside the message.",
}
_DURATION = re.compile(r"([1-9][0-9]{0,4})([mhd])")
_SECONDS = {"m": 60, "h": 3600, "d": 86400}


def read(found: Json, source: str, *, beside: Collection[str]) -> list[tuple[Json, Rung]]:
    """What is sent at each step, and how.

    Args:
        found: the whole message.
        source: what to call it, the subject of a sentence.
        beside: what is said once for all steps.

    Raises:
        CampaignError: It says something that a campaign's message can't.
    """
    steps, single = found.get("steps"), {key: each for key, each in found.items() if key not in beside}
    if "steps" not in found:
        return [_step(single, source, is_last=True, climbs="again" in found)]
    if more := sorted({*single} - {"steps"}):
        raise CampaignError(f"{source} has `{more[0]}` beside its steps.", "Put it into one of them.")
    if not isinstance(steps, list) or not 1 <= len(steps) <= MOST_STEPS:
        raise CampaignError(f"{source} has steps that aren't a list of 1 to {MOST_STEPS}.", _SUCH)
    read = []
    for number, step in enumerate(steps, 1):
        of = f"Step {number} of {source}"
        if not isinstance(step, dict):
            raise CampaignError(f"{of} isn't a message.", _SUCH)
        if common := [each for each in (*beside, "steps") if each in step]:
            raise CampaignError(f"{of} has `{common[0]}`.", "Put it beside the steps: it's for all of them.")
        read.append(_step(step, of, is_last=number == len(steps), climbs=True))
    return read


def is_detecting(call: Json) -> bool:
    """Whether Vonage is asked to say who takes up a call, a human or a machine."""
    return any(each in call for each in _DETECTION)


_SUCH = 'Such as {"steps": [{"channel": "whatsapp", …, "wait": "30m"}, {"channel": "sms", …}]}.'


def _step(step: Json, of: str, *, is_last: bool, climbs: bool) -> tuple[Json, Rung]:
    if "to" in step:
        raise CampaignError(f"{of} says `to`.", "Take it out: it's the column `to` of the people.")
    if "failover" in step:
        raise CampaignError(
            f"{of} has a failover, which Vonage would send later, also after an opt-out.",
            "Take it out; `steps` has what comes next.",
        )
    for mark, next_step in _NOT_HERE.items():
        if mark in step:
            raise CampaignError(f"{of} says `{mark}`.", next_step)
    if climbs and (elsewhere := [each for each in _ELSEWHERE if each in step]):
        raise CampaignError(
            f"{of} has `{elsewhere[0]}`, so that the stack isn't told what becomes of it.", "Take it out."
        )
    is_call, detects = any(each in step for each in _CALLS), is_detecting(step)
    again = _again(step.get("again", {}), of, is_call=is_call, detects=detects)
    wait_s = _wait(step, of, is_call=is_call, is_last=is_last)
    rung = Rung(is_call, detects, wait_s, again, _attempts(step, of, is_repeated=bool(again)))
    return {key: each for key, each in step.items() if key not in _OWN}, rung


def _wait(step: Json, of: str, *, is_call: bool, is_last: bool) -> int:
    if is_last:
        if "wait" in step:
            raise CampaignError(f"{of} has a `wait`, and nothing comes after it.", "Take it out.")
        return _LAST_WORD_S
    if "wait" in step:
        return _duration(step["wait"], f"{of}: wait")
    if not is_call:
        raise CampaignError(
            f"{of} doesn't say how long it's waited until the next one.", 'Give it a `wait`, such as "30m".'
        )
    return _LAST_WORD_S


def _again(again: Any, of: str, *, is_call: bool, detects: bool) -> dict[str, int]:  # noqa: ANN401 - whatever it says
    if again == {}:
        return {}
    if not is_call or not isinstance(again, dict):
        raise CampaignError(
            f"{of} has an `again` that can't be.", 'Only a call has one, such as {"busy": "10m"}.'
        )
    if unknown := [each for each in again if each not in MISSED]:
        raise CampaignError(
            f"{of}: again has {unknown[0]!r}, which never becomes of a call.", f"Give {', '.join(MISSED)}."
        )
    if "machine" in again and not detects:
        raise CampaignError(
            f"{of}: again has 'machine', which Vonage says only where it's asked for.",
            "Give the call `advanced_machine_detection`, too.",
        )
    return {word: _duration(each, f"{of}: again.{word}") for word, each in again.items()}


def _attempts(step: Json, of: str, *, is_repeated: bool) -> int:
    attempts = step.get("attempts", 2 if is_repeated else 1)
    if "attempts" in step and not is_repeated:
        raise CampaignError(
            f"{of} has `attempts` without `again`.", 'Say after what there is another: {"busy": "10m"}.'
        )
    if type(attempts) is not int or not 1 <= attempts <= MOST_ATTEMPTS:
        raise CampaignError(f"{of}: attempts is {attempts!r}.", f"Give a number from 1 to {MOST_ATTEMPTS}.")
    return attempts


def _duration(text: object, of: str) -> int:
    found = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if not found:
        raise CampaignError(
            f"{of} is {text!r}.", "Give a whole number of minutes, hours or days: 30m, 2h, 1d."
        )
    return int(found[1]) * _SECONDS[found[2]]
