"""A ladder of messages and calls: what can be written, and what each row's steps are."""

import json
import re
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from switchboard.campaigns import message as messages
from switchboard.campaigns.estimate import end, ends_at, units
from switchboard.errors import CampaignError
from switchboard.reach.campaign_ids import command_id
from switchboard.reach.ladder import Rung
from switchboard.wire.validate import command_problems

from tests.unit.operate.campaigns.test_prepared import (
    BRITAIN,
    CALL,
    EVERYBODY,
    MONDAY,
    PEOPLE,
    SMS,
    prepared,
    told,
)

Json = dict[str, Any]

WHATSAPP = SMS | {"channel": "whatsapp", "from": "447700900001"}
MACHINE = {"advanced_machine_detection": {"behavior": "hangup", "mode": "detect"}}
LADDER: Json = {
    "steps": [
        WHATSAPP | {"wait": "30m"},
        SMS | {"wait": "2h"},
        CALL | MACHINE | {"again": {"busy": "10m", "unanswered": "2h", "machine": "1d"}, "attempts": 3},
    ],
    "window": {"hours": "08:00-20:00"},
    "purpose": "transactional",
}
WRONG_WAITS = ("30", "30s", "0m", "0.5h", "-1m", " 30m", "1w", "", 30, "999999d")
AGAIN: Json = CALL | {"again": {"busy": "10m"}}


def changed(step: int, **members: object) -> Json:
    """The ladder with other members in a step; None takes one out."""
    ladder = deepcopy(LADDER)
    merged = ladder["steps"][step] | members
    ladder["steps"][step] = {name: each for name, each in merged.items() if each is not None}
    return ladder


def test_each_step_of_each_row_is_a_command_with_an_id_of_its_own(tmp_path: Path) -> None:
    found = prepared(tmp_path, *PEOPLE, message=LADDER)

    for each in found.recipients:
        person = each.command["detail"]["to"]
        commands = [each.command, *each.then]
        assert [command["name"] for command in commands] == ["messages.send", "messages.send", "voice.call"]
        assert [command["id"] for command in commands] == [
            command_id("spring", person, (step, 0)) for step in range(3)
        ]
        assert [command_problems(command) for command in commands] == [[], [], []]
        for command in commands:
            assert command["ladder"] == ["447700900000", "447700900001"]
            assert command["window"] == LADDER["window"]
            assert command["purpose"] == "transactional"
            assert not {"wait", "again", "attempts"} & {*command["detail"]}
    assert found.recipients[0].then[1]["detail"]["ncco"][0]["text"] == "Hello Ann."
    assert found.ladder == [
        Rung(is_call=False, detects=False, wait_s=1800, again={}, attempts=1),
        Rung(is_call=False, detects=False, wait_s=7200, again={}, attempts=1),
        Rung(
            is_call=True,
            detects=True,
            wait_s=10800,
            again={"busy": 600, "unanswered": 7200, "machine": 86400},
            attempts=3,
        ),
    ]


def test_the_first_try_has_the_id_that_it_has_without_a_ladder(tmp_path: Path) -> None:
    plain = prepared(tmp_path, *PEOPLE, message=CALL).recipients[0]
    again = prepared(tmp_path, *PEOPLE, message=AGAIN | {"attempts": 3}).recipients[0]

    assert again.command == {**plain.command, "ladder": ["447700900000"]}
    assert len({command_id("c", "p", (step, attempt)) for step in range(3) for attempt in range(3)}) == 9


def test_a_call_may_be_made_again_without_steps(tmp_path: Path) -> None:
    (rung,) = prepared(tmp_path, *PEOPLE, message=AGAIN).ladder

    assert (rung.again, rung.attempts) == ({"busy": 600}, 2)


@pytest.mark.parametrize("message", [SMS, CALL, {"steps": [SMS]}, AGAIN | {"attempts": 1}])
def test_one_message_or_call_is_no_ladder(tmp_path: Path, message: Json) -> None:
    found = prepared(tmp_path, *PEOPLE, message=message)

    assert (found.ladder, found.recipients[0].then) == ([], [])
    assert "ladder" not in found.recipients[0].command


def test_a_row_that_fails_at_any_step_is_told_with_the_step(tmp_path: Path) -> None:
    long = [*changed(0, text="Hello")["steps"][:1], SMS | {"text": "{name}"}]

    found = prepared(tmp_path, *PEOPLE, f"447700900333,{'a' * 4000}", message={"steps": long})

    assert [each.line for each in found.recipients] == [2, 3]
    assert told(found)[4].startswith("step 2: detail.text is 4000 characters long")


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        ({"steps": []}, "steps that aren't a list of 1 to 5"),
        ({"steps": SMS}, "steps that aren't a list of 1 to 5"),
        ({"steps": [SMS | {"wait": "1m"}] * 5 + [SMS]}, "steps that aren't a list of 1 to 5"),
        ({"steps": ["sms"]}, "Step 1 of .* isn't a message"),
        (LADDER | {"text": "Hello"}, "has `text` beside its steps"),
        (changed(1, purpose="transactional"), "Step 2 of .* has `purpose`"),
        (changed(1, window={"hours": "08:00-20:00"}), "Step 2 of .* has `window`"),
        (changed(1, steps=[SMS]), "Step 2 of .* has `steps`"),
        (changed(1, to="447700900111"), "Step 2 of .* says `to`"),
        (changed(1, failover=[SMS]), "Step 2 of .* has a failover"),
        (changed(1, webhook_url="https://example.com"), "Step 2 of .* has `webhook_url`"),
        (changed(2, event_url=["https://example.com"]), "Step 3 of .* has `event_url`"),
        (AGAIN | {"event_url": ["https://example.com"]}, "has `event_url`"),
        (changed(0, wait=None), "Step 1 of .* doesn't say how long"),
        (changed(2, wait="1h"), "Step 3 of .* has a `wait`, and nothing comes after it"),
        *((changed(0, wait=wait), f"Step 1 of .*: wait is {wait!r}") for wait in WRONG_WAITS),
        (changed(1, again={"busy": "10m"}), "Step 2 of .* has an `again` that can't be"),
        (changed(2, again="10m"), "Step 3 of .* has an `again` that can't be"),
        (changed(2, again={"busy": "10"}), r"Step 3 of .*: again.busy is '10'"),
        (changed(2, again={"engaged": "10m"}), "'engaged', which never becomes of a call"),
        (changed(2, again={"completed": "10m"}), "'completed', which never becomes of a call"),
        (changed(2, advanced_machine_detection=None), "again has 'machine', which Vonage says only where"),
        (changed(1, attempts=2), "Step 2 of .* has `attempts` without `again`"),
        (SMS | {"attempts": 2}, "has `attempts` without `again`"),
        *((changed(2, attempts=each), f"Step 3 of .*: attempts is {each!r}") for each in (0, 6, "3", True)),
        (changed(1, channel="pigeon"), "line 2: step 2: "),
    ],
)
def test_a_ladder_that_cannot_be_climbed_says_what_is_wrong(
    tmp_path: Path, message: Json, cause: str
) -> None:
    with pytest.raises(CampaignError, match=cause):
        prepared(tmp_path, *PEOPLE, message=message)


def test_a_ladder_has_as_many_rows_as_it_may_have_tries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("switchboard.campaigns.prepared.MOST_ROWS", 9)

    with pytest.raises(CampaignError, match="2 rows, each tried up to 5 times, are too many") as refused:
        prepared(tmp_path, *PEOPLE, message=LADDER)
    assert refused.value.next_step == "Give 1 at most, and an ID."


def test_the_hash_is_of_all_steps_and_of_how_they_follow(tmp_path: Path) -> None:
    others = (
        LADDER,
        changed(0, wait="1h"),
        changed(1, text="Bye {name}"),
        changed(2, attempts=2),
        changed(2, again={"busy": "10m"}),
        {"steps": [WHATSAPP | {"wait": "1m"}, SMS]},
    )

    hashes = [prepared(tmp_path, *PEOPLE, message=each).hash for each in (*others, LADDER)]

    assert len({*hashes}) == len(others)
    assert hashes[0] == hashes[-1]


def test_the_campaign_s_id_is_of_what_is_said_at_all_steps_and_not_of_when() -> None:
    def identity(message: Json) -> str:
        return messages.parse(message, "it").campaign()

    assert identity(LADDER) == identity(changed(0, wait="1h")) == identity(changed(2, attempts=2))
    assert identity(AGAIN) == identity(CALL)
    assert len({identity(LADDER), identity(changed(2, ncco=[])), identity(SMS), identity(WHATSAPP)}) == 4


def test_what_is_paid_for_is_each_step_with_all_its_attempts(tmp_path: Path) -> None:
    long = changed(1, text="{name}" + "a" * 160)

    assert units(prepared(tmp_path, *PEOPLE, message=long)) == [2, 4, 6]


def test_it_is_done_at_the_latest_when_every_try_has_taken_its_longest(tmp_path: Path) -> None:
    message = {**LADDER, "steps": [*LADDER["steps"][:2], CALL]}
    message["window"] = {"hours": "00:00-24:00", "zone": "Europe/London"}
    found = prepared(tmp_path, *PEOPLE, message=message, bounds=EVERYBODY)

    gap = (3 * 2 + 1800 + 7200) / 1000  # as a ladder is looked at now and then
    late = 2 * gap  # a look comes a gap after the last one, at the next multiple of it

    assert ends_at(found, MONDAY, 1) == pytest.approx(MONDAY + 3 * 2 + 1800 + 7200 + 2 * late, abs=0.01)

    closed = prepared(tmp_path, *PEOPLE, message=message | {"window": {"hours": "08:00-09:00"}})
    assert ends_at(closed, MONDAY, 1) == MONDAY + 86400 + 2
    with pytest.raises(CampaignError, match="longer than its rows are kept: 1 days"):
        end(closed, MONDAY, 1, 1)


def test_who_is_tried_again_may_make_others_wait_for_another_day(tmp_path: Path) -> None:
    """A hundred take three hours. Tokyo has two tries in six, and then it's evening in Australia."""
    rows = [f"4477009{number:05},Ann,Asia/Tokyo" for number in range(100)]
    rows += [f"61412345{number:03},Bob," for number in range(100)]
    message = {"steps": [SMS | {"wait": "1m"}, SMS], "window": {"hours": "08:00-16:00"}}
    found = prepared(tmp_path, "to,name,zone", *rows, message=message, bounds=EVERYBODY)

    at = datetime.fromtimestamp(ends_at(found, MONDAY, 0, wished=100 / (3 * 3600)), UTC)

    assert f"{at:%a %H:%M}" == "Wed 07:30"


def test_bounds_hold_for_each_step(tmp_path: Path) -> None:
    french = changed(
        2, ncco=[{"action": "connect", "endpoint": [{"type": "phone", "number": "33612345678"}]}]
    )

    with pytest.raises(CampaignError, match="step 3: '33612345678' is in no country that AllowedCountries"):
        prepared(tmp_path, *PEOPLE, message=french, bounds=BRITAIN)


def test_the_ladder_that_is_documented_can_be_climbed(tmp_path: Path) -> None:
    page = (Path(__file__).parents[4] / "docs/campaigns.md").read_text("utf-8")
    (shown,) = (each for each in re.findall(r"```json\n(.*?)```", page, re.DOTALL) if '"steps"' in each)

    found = prepared(tmp_path, "to,name,day", "447700900111,Ann,Monday", message=json.loads(shown))

    assert [each.wait_s for each in found.ladder[:2]] == [1800, 7200]
    assert found.ladder[2].again == {"busy": 600, "unanswered": 7200, "machine": 86400}
    assert found.doubts() == []
