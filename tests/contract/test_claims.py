"""The record that guards a command, as far as it is AWS alone: who may carry it out, what became of it."""

import threading
import time
from typing import Any

import pytest
from switchboard.aws import table
from switchboard.outbound import carrying_out, claims
from switchboard.outbound.claims import LaterError

from tests.contract.account import by_the_atomic

pytestmark = pytest.mark.usefixtures("stack")

COMMAND: dict[str, Any] = {
    "id": "c-1",
    "name": "voice.update",
    "detail": {"uuid": "63f61863-4a51-4f6b-86e1-46edebcf9356", "action": "talk", "text": "Hello"},
}


@by_the_atomic
def test_of_many_at_the_same_moment_one_may_carry_a_command_out() -> None:
    table.client()  # made before there are threads
    start, found = threading.Barrier(8), []

    def claim() -> None:
        start.wait(10)
        found.append(claims.claim(COMMAND))

    threads = [threading.Thread(target=claim) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [earlier for earlier in found if earlier is None] == [None]
    assert {earlier["progress"]["S"] for earlier in found if earlier} == {"sending"}


def test_a_command_that_is_being_sent_is_left_to_who_sends_it() -> None:
    claims.claim(COMMAND)

    with pytest.raises(LaterError, match="being sent"):
        carrying_out.carry_out(COMMAND)


def test_a_command_that_was_cut_off_long_ago_is_uncertain_and_stays_so() -> None:
    table.put({**claims.item_of(COMMAND, "sending"), "since": {"N": str(time.time() - 3600)}})

    result = carrying_out.carry_out(COMMAND)

    assert result["outcome"] == "uncertain"
    assert carrying_out.carry_out(COMMAND) == result


def test_a_result_is_remembered_for_the_next_delivery() -> None:
    result = claims.finish(COMMAND, "accepted", uuid="u-1")

    assert carrying_out.carry_out(COMMAND) == result


def test_what_waits_and_what_was_rejected_may_be_tried_again() -> None:
    claims.put_back(COMMAND, "busy")
    assert claims.claim(COMMAND) is None

    assert carrying_out.give_up(COMMAND, "too often")["outcome"] == "rejected"
    assert claims.claim(COMMAND) is None


def test_a_command_that_cannot_be_carried_out_is_rejected_without_vonage() -> None:
    assert carrying_out.carry_out({**COMMAND, "detail": {}})["outcome"] == "rejected"
