"""People in a real table: an opt-out and sends that race, and a promise that is kept whoever comes first.

And what dialogs remember of them, in a call and a message at once.
"""

import os
import random
import threading
import time

import pytest
from switchboard.aws import table
from switchboard.aws.signed import Service
from switchboard.reach import documents
from switchboard.reach.ledger import EVERYTHING, Ledger
from switchboard.reach.person_table import PersonTable

from tests.contract.account import Account, by_the_atomic, judged_by

SENDER = "447700900000"


@pytest.fixture(autouse=True)
def people(stack: Account, monkeypatch: pytest.MonkeyPatch) -> PersonTable:
    """The same keys as the stack's other table."""
    del stack
    monkeypatch.setenv("SWITCHBOARD_PEOPLE_TABLE_NAME", os.environ["SWITCHBOARD_TABLE_NAME"])
    return PersonTable()


def test_a_send_begins_until_somebody_opts_out_of_its_sender_or_of_all(people: PersonTable) -> None:
    assert people.begin("p", {SENDER}, "l-1")
    assert people.stop("p", "another", "m-1") == (frozenset({"l-1"}), True)
    assert people.begin("p", {SENDER}, "l-2")
    assert "expires_at" not in (table.get("p", "consent") or {})
    assert people.stop("p", SENDER, "m-2") == (frozenset({"l-1", "l-2"}), True)

    assert not people.begin("p", {SENDER}, "l-3")
    people.end("p", frozenset({"l-1", "l-2"}))
    assert people.stop("p", SENDER, "m-3") == (frozenset(), False)
    assert people.stopped("p") == {"another", SENDER}
    assert people.stopped("nobody") == frozenset()

    assert people.stop("p", EVERYTHING, "m-4") == (frozenset(), True)
    assert not people.begin("p", {"a third"}, "l-4")


def test_a_send_that_several_senders_count_for_begins_until_somebody_opts_out_of_one(
    people: PersonTable,
) -> None:
    assert people.begin("p", {SENDER, "another"}, "l-1")
    people.stop("p", "another", "m-1")

    assert not people.begin("p", {SENDER, "another"}, "l-2")
    assert people.begin("p", {SENDER}, "l-3")


def test_an_opt_out_is_taken_back_of_a_sender_or_of_all(people: PersonTable) -> None:
    assert not people.start("p", EVERYTHING, "m-0")
    for sender in ("a", "b", EVERYTHING):
        people.stop("p", sender, f"m-{sender}")

    assert people.start("p", "a", "m-5")
    assert not people.start("p", "a", "m-6")
    assert people.stopped("p") == {"b", EVERYTHING}
    assert people.start("p", EVERYTHING, "m-7")
    assert people.start("p", EVERYTHING, "m-7")
    assert (people.stopped("p"), people.begin("p", {"b"}, "l-1")) == (frozenset(), True)


def test_what_is_said_last_counts_though_it_comes_first(people: PersonTable) -> None:
    for said_at in (100.5, 300.5):
        people.stop("p", SENDER, f"m-{said_at}", said_at)

    for sender in (SENDER, EVERYTHING):
        assert not people.start("p", sender, f"late-{sender}", 200)
    assert people.stopped("p") == {SENDER}
    assert people.start("p", EVERYTHING, "m-400", 400)


@judged_by("ministack")
@pytest.mark.parametrize("waits", [True, False])
def test_nothing_is_accepted_once_an_opt_out_was_acknowledged(*, waits: bool) -> None:
    """Without the wait, which is what it takes, some are: not asked of a table alone."""
    table.client()  # made before there are threads
    late = sum(races(f"p-{number}", waits=waits) for number in range(30))

    assert (late == 0) is waits


def races(person: str, *, waits: bool) -> int:
    """Five senders and one who opts out at about the same moment; how many come after the acknowledgement."""
    ledger = Ledger(PersonTable(), time.time)
    accepted: list[float] = []
    acknowledged: list[float] = []
    start = threading.Barrier(6)

    def send(number: int) -> None:
        start.wait(10)
        time.sleep(random.uniform(0, 0.03))  # noqa: S311 - nothing is secret
        lease = ledger.begin(person, {SENDER}, f"c-{number}")
        if lease:
            time.sleep(random.uniform(0, 0.03))  # noqa: S311 - on its way
            accepted.append(time.monotonic())
            ledger.end(person, lease)

    def stop() -> None:
        start.wait(10)
        time.sleep(random.uniform(0, 0.03))  # noqa: S311 - as above
        if waits:
            for seconds in ledger.stop(person, "", "m-1", until=time.time() + 30):
                time.sleep(seconds)
        else:
            PersonTable().stop(person, EVERYTHING, "m-1")
        acknowledged.append(time.monotonic())

    threads = [threading.Thread(target=send, args=(number,)) for number in range(5)]
    threads.append(threading.Thread(target=stop))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(at > acknowledged[0] for at in accepted)


@by_the_atomic
def test_a_call_and_a_message_at_once_lose_nothing_of_what_they_remember(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = threading.local()  # each environment has its own connection

    def dynamodb() -> Service:
        if not hasattr(own, "service"):
            own.service = Service("dynamodb", "DynamoDB_20120810", "1.0", "AWS_ENDPOINT_URL_DYNAMODB")
        service: Service = own.service
        return service

    monkeypatch.setattr(documents, "_dynamodb", dynamodb)
    written: list[str] = []

    def write(who: str) -> None:
        for number in range(5):
            documents.change("p", {f"{who} {number}": number, "last": who})
            written.append(f"{who} {number}")
        dynamodb().close()

    threads = [threading.Thread(target=write, args=(who,)) for who in ("call", "message")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    found = documents.read("p")
    dynamodb().close()
    assert sorted(found.content) == sorted([*written, "last"])
    assert (len(written), found.version) == (10, 10)
