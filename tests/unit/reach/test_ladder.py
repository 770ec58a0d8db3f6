"""What comes next for a person, by what became of their tries, and by the clock."""

import pytest
from switchboard.campaigns.tries import Found
from switchboard.campaigns.visits import gap, look_at
from switchboard.reach.ladder import Rung, Try, Verdict, longest, places, said, verdict
from switchboard.timeline.events import Entry

HALF_HOUR, TWO_HOURS = 1800, 7200
TEXT = Rung(is_call=False, detects=False, wait_s=HALF_HOUR, again={}, attempts=1)
SMS = TEXT._replace(wait_s=TWO_HOURS)
CALL = Rung(is_call=True, detects=False, wait_s=TWO_HOURS, again={"busy": 600, "unanswered": 900}, attempts=3)
DETECTS = CALL._replace(detects=True, again={"machine": 86400})
LADDER = (TEXT, SMS, CALL)
THEN = 1000.0


def words(*said: str) -> list[tuple[str, float]]:
    """Each a minute after the one before."""
    return [(word, THEN + 60 * number) for number, word in enumerate(said, 1)]


def text(*said: str, progress: str = "accepted") -> dict[tuple[int, int], Try]:
    return {(0, 0): Try(progress, THEN, words(*said))}


def call(*said: str, attempt: int = 0, progress: str = "accepted") -> dict[tuple[int, int], Try]:
    return {(0, attempt): Try(progress, THEN, words(*said))}


@pytest.mark.parametrize("arrived", [["delivered"], ["submitted", "read"], ["undeliverable", "delivered"]])
def test_a_message_that_has_arrived_ends_the_ladder(arrived: list[str]) -> None:
    assert verdict(LADDER, text(*arrived), THEN + 1e6).word == "reached"


def test_what_arrives_late_ends_the_ladder_at_whichever_step_it_is() -> None:
    tries = text("submitted", "delivered") | {(1, 0): Try("accepted", THEN, words("undeliverable"))}

    assert verdict(LADDER, tries, THEN).word == "reached"


@pytest.mark.parametrize("word", ["undeliverable", "rejected", "failed"])
def test_what_does_not_arrive_is_followed_at_once(word: str) -> None:
    assert verdict(LADDER, text("submitted", word), THEN + 120) == Verdict("next", THEN + 120, (1, 0), THEN)


def test_what_was_refused_is_followed_at_once() -> None:
    assert verdict(LADDER, text(progress="rejected"), THEN) == Verdict("next", THEN, (1, 0), THEN)


@pytest.mark.parametrize("heard", [[], ["submitted"], ["submitted", "parked"]])
@pytest.mark.parametrize("progress", ["accepted", "uncertain"])
def test_without_word_the_next_step_comes_when_the_wait_is_over(heard: list[str], progress: str) -> None:
    tries = text(*heard, progress=progress)

    assert verdict(LADDER, tries, THEN + HALF_HOUR - 1) == Verdict("wait", THEN + HALF_HOUR, (1, 0), THEN)
    assert verdict(LADDER, tries, THEN + HALF_HOUR) == Verdict("next", THEN + HALF_HOUR, (1, 0), THEN)


def test_what_has_not_been_asked_of_vonage_is_waited_for() -> None:
    assert verdict(LADDER, {}, THEN).word == "wait"
    assert verdict(LADDER, text(progress="open"), THEN + 14 * 86400) == Verdict("wait", since=THEN)


def test_what_waits_for_its_time_is_waited_for_until_then_however_far_off() -> None:
    due = THEN + 20 * 86400
    tries = {(0, 0): Try("open", THEN, due=due)}

    assert verdict(LADDER, tries, due - 1) == Verdict("wait", due, since=THEN)
    assert look_at(verdict(LADDER, tries, due - 3600), due - 3600, 5) == due
    assert verdict(LADDER, tries, due) == Verdict("wait", since=THEN)
    assert verdict(LADDER, tries, due + 15 * 86400).word == "next"


def test_what_is_in_no_queue_any_more_holds_nobody_up() -> None:
    assert verdict(LADDER, text(progress="open"), THEN + 15 * 86400).word == "next"


@pytest.mark.parametrize("progress", ["accepted", "uncertain"])
def test_nobody_is_tried_again_of_whom_it_is_forgotten_whether_they_were_reached(progress: str) -> None:
    tries = text(progress=progress) | {(1, 0): Try("rejected", THEN + 100)}

    assert verdict(LADDER, tries, THEN + 200, THEN + 1) == Verdict("ended")
    assert verdict(LADDER, tries, THEN + 200, THEN).word == "next"
    assert verdict(LADDER, text(progress="rejected"), THEN + 200, THEN + 100).word == "next"


@pytest.mark.parametrize("progress", ["opted_out", "cancelled", "barred"])
def test_an_opt_out_and_a_cancellation_end_the_ladder(progress: str) -> None:
    assert verdict(LADDER, text(progress=progress), THEN + 1e6) == Verdict("ended")
    assert verdict(LADDER, text() | {(1, 0): Try(progress, THEN)}, THEN + 1e6) == Verdict("ended")


@pytest.mark.parametrize("progress", ["open", "accepted", "uncertain", "rejected"])
def test_after_the_last_try_nothing_can_follow(progress: str) -> None:
    tries = text("undeliverable") | {(2, 2): Try(progress, THEN)}

    assert verdict(LADDER, tries, THEN) == Verdict("ended")
    assert verdict((TEXT,), text(progress=progress), THEN) == Verdict("ended")


@pytest.mark.parametrize(("word", "after"), [("busy", 600), ("unanswered", 900), ("timeout", 900)])
@pytest.mark.parametrize("besides", [[], ["completed"]])
def test_a_call_that_nobody_takes_up_is_made_again_when_that_is_wished(
    word: str, after: int, besides: list[str]
) -> None:
    tries = call("started", *besides, "ringing", word)
    ended = THEN + 60 * 2 if besides else THEN + 60 * 3
    due = Verdict("next", ended + after, (0, 1), THEN)

    assert verdict((CALL,), tries, ended + after - 1) == due._replace(word="wait")
    assert verdict((CALL,), tries, ended + after) == due
    assert verdict((CALL,), tries | call("busy", attempt=1), THEN + 660).place == (0, 2)
    assert verdict((CALL,), tries | call("busy", attempt=2), THEN + 1e6) == Verdict("ended")


def test_a_timeout_of_its_own_counts_before_what_is_unanswered() -> None:
    rung = CALL._replace(again={"unanswered": 900, "timeout": 300})

    assert verdict((rung,), call("timeout"), THEN).at == THEN + 60 + 300


@pytest.mark.parametrize("word", ["rejected", "failed", "cancelled"])
def test_a_call_that_is_not_made_again_is_followed_at_once(word: str) -> None:
    assert verdict((CALL, SMS), call(word), THEN + 60) == Verdict("next", THEN + 60, (1, 0), THEN)
    assert verdict((CALL,), call(word), THEN + 60).word == "ended"


def test_after_its_last_attempt_a_call_is_followed_at_once() -> None:
    tries = call("busy") | call("busy", attempt=1) | call("busy", attempt=2)

    assert verdict((CALL, SMS), tries, THEN + 60) == Verdict("next", THEN + 60, (1, 0), THEN)


@pytest.mark.parametrize("progress", ["uncertain", "open", "accepted"])
def test_a_call_of_which_nothing_is_known_is_never_made_again(progress: str) -> None:
    assert verdict((CALL, SMS), call("ringing", progress=progress), THEN + 15 * 86400).place == (1, 0)
    assert verdict((CALL,), call("ringing", progress=progress), THEN + 15 * 86400).word == "ended"


@pytest.mark.parametrize(
    ("rung", "heard", "word"),
    [
        (CALL, ["started", "ringing"], ""),
        (CALL, ["ringing", "answered"], "reached"),
        (CALL, ["completed"], "reached"),
        (CALL, ["completed", "busy"], "busy"),
        (DETECTS, ["answered"], ""),
        (DETECTS, ["answered", "human"], "reached"),
        (DETECTS, ["answered", "machine"], ""),
        (DETECTS, ["answered", "machine", "completed"], "machine"),
        (DETECTS, ["machine", "human", "completed"], "reached"),
        (DETECTS, ["answered", "completed"], "reached"),
        (DETECTS, ["busy"], "busy"),
    ],
)
def test_a_call_reaches_whom_a_human_took_it_up_for(rung: Rung, heard: list[str], word: str) -> None:
    assert said(rung, words(*heard))[0] == word


@pytest.mark.parametrize(
    ("rung", "first", "then"),
    [(CALL, [], "busy"), (DETECTS, ["answered"], "machine"), (DETECTS, [], "machine")],
)
def test_the_end_of_a_call_decides_nothing_while_the_word_before_it_may_still_come(
    rung: Rung, first: list[str], then: str
) -> None:
    heard = [*words(*first), ("completed", THEN + 100)]
    late = [*heard, (then, THEN + 99)]
    after = 600 if then == "busy" else 86400

    assert verdict((rung,), {(0, 0): Try("accepted", THEN, heard)}, THEN + 101).word == "wait"
    assert verdict((rung,), {(0, 0): Try("accepted", THEN, heard)}, THEN + 160) == Verdict("reached")
    assert verdict((rung,), {(0, 0): Try("accepted", THEN, late)}, THEN + 101).at == THEN + 100 + after


def test_a_call_that_was_taken_up_has_reached_whom_it_is_for_at_once_whatever_the_clocks() -> None:
    assert verdict((CALL,), call("answered"), THEN) == Verdict("reached")
    assert verdict((DETECTS,), call("answered", "human"), THEN) == Verdict("reached")


def test_who_was_reached_by_a_step_that_was_another_one_then_stays_reached() -> None:
    """The campaign was started again with the same id, and a step that it didn't have before."""
    for rung, heard in ((TEXT, ["answered", "completed"]), (TEXT, ["human"]), (DETECTS, ["delivered"])):
        assert verdict((rung, SMS), call(*heard), THEN + 1e6) == Verdict("reached")


def test_a_machine_is_called_again_when_it_is_done_talking() -> None:
    heard = call("answered", "machine", "completed")

    assert verdict((DETECTS,), heard, THEN + 200) == Verdict("wait", THEN + 180 + 86400, (0, 1), THEN)


def test_a_ladder_has_its_places_and_takes_its_longest() -> None:
    assert places(LADDER) == [(0, 0), (1, 0), (2, 0), (2, 1), (2, 2)]
    assert longest(LADDER) == [HALF_HOUR, TWO_HOURS, 1200, 1200]
    assert (places(()), longest(())) == ([], [])


def test_it_is_looked_as_often_as_a_run_has_steps_for() -> None:
    assert gap((TEXT, SMS), 100, 1) == 5
    assert gap(LADDER, 1000, 100) == (5 * 100 + 1800 + 7200 + 2 * 1200) / 1000
    assert gap(LADDER, 20_000, 2000) == (5 * 2000 + 1800 + 7200 + 2 * 1200) / 1000 * 20


def entry(status: str, **leg: str) -> Entry:
    payload = {"status": status, **leg}
    at = "2027-01-11T12:00:00.000Z"
    return {"subject": "CON-1", "id": status, "name": f"voice.{status}", "at": at, "payload": payload}


def test_of_a_call_the_leg_counts_that_was_asked_for_also_where_vonage_names_it_otherwise() -> None:
    told = [
        entry("answered", uuid="u-1"),
        entry("busy", uuid="u-2"),
        entry("human", call_uuid="u-2"),
        entry("machine", call_uuid="u-1"),
        entry("completed", uuid="u-1"),
    ]
    found = Found("accepted", THEN, {"outcome": "accepted", "uuid": "u-1"}, "CON-1", told)

    assert [word for word, _ in found.as_try().statuses] == ["answered", "machine", "completed"]
    assert said(DETECTS, found.as_try().statuses)[0] == "machine"


def test_a_leg_is_the_same_with_and_without_its_dashes() -> None:
    told = [entry("answered", uuid="63f618634a514f6b86e146edebcf9356"), entry("busy", uuid="other")]
    uuid = "63f61863-4a51-4f6b-86e1-46edebcf9356"
    found = Found("accepted", THEN, {"outcome": "accepted", "uuid": uuid}, "CON-1", told)

    assert [word for word, _ in found.as_try().statuses] == ["answered"]
