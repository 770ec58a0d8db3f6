"""`make campaign`: prepared, started once, paused, resumed, cancelled; and what became of each row."""

import csv
import json
import time
from argparse import Namespace
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any, cast

import pytest
from rich.console import Console
from switchboard.aws import bucket as s3
from switchboard.aws import executions, queues, table
from switchboard.reach import campaigns, references
from switchboard.reach.campaign_ids import command_id
from switchboard.reach.people import pseudonym
from switchboard.reach.person_table import PersonTable
from switchboard.reach.zones import of_number

from operate.campaigns import command, results
from operate.campaigns.runs import Campaigns
from operate.command_line import AMISS, WELL, Output, Parser, UsageError
from operate.errors import OperatorError
from operate.stack import Stack
from tests.fakes import backbone, buckets
from tests.fakes.executions import EXECUTIONS
from tests.fakes.stores import Aws, Refusal
from workers.campaign import app

Json = dict[str, Any]

MESSAGE = {"channel": "sms", "message_type": "text", "from": "447700900000", "text": "Hello {name}"}
ROWS = 230
BULK, KEY = backbone.BULK, "k" * 64


class Deployed:
    """A stack with campaigns, or without."""

    name = "switchboard"

    def __init__(self, *, reaches: bool = True) -> None:
        self._reaches = reaches

    def has(self, _name: str) -> bool:
        return self._reaches

    def id_of(self, name: str) -> str:
        known = {"Timeline": "timeline", "PersonTable": "people", "PersonKey": "person-key"}
        return known.get(
            name, f"arn:aws:states:eu-west-1:1:stateMachine:{name}" if "Machine" in name else name
        )

    def parameter(self, name: str) -> str:
        return {
            "MessagesPerSecond": "10",
            "CallsPerSecond": "3",
            "Numbers": "447700900000",
            "TimelineDays": "1",
            "DailyMessages": "2",
            "DailyCalls": "0",
        }.get(name, "")


@pytest.fixture
def stack(stores: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """A stack, and the environment of its function."""
    for name in ("SWITCHBOARD_TABLE_NAME", "SWITCHBOARD_PEOPLE_TABLE_NAME", "SWITCHBOARD_MESSAGES_PER_SECOND",
                 "SWITCHBOARD_CALLS_PER_SECOND", "SWITCHBOARD_SENDERS_PER_SECOND",
                 "SWITCHBOARD_CAMPAIGN_MACHINE"):  # fmt: skip
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("SWITCHBOARD_CAMPAIGN_BUCKET", "CampaignBucket")
    monkeypatch.setenv("SWITCHBOARD_BULK_COMMANDS_QUEUE_URL", BULK)
    monkeypatch.setattr(backbone, "_AT_ONCE", 100)  # a table that isn't busy
    stores.tables |= {"timeline": {}, "people": {}}
    monkeypatch.setenv("SWITCHBOARD_QUEUE_URL", backbone.QUEUE)
    stores.queues |= {BULK: [], backbone.QUEUE: []}
    stores.secret("person-key", {"key": KEY})
    EXECUTIONS.clear()
    with buckets.running() as fake:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", fake.url)
        yield cast(Stack, Deployed())
        queues._sqs.close()
        if s3.client.cache_info().currsize:
            s3.client().close()
        s3.client.cache_clear()
        executions.client.cache_clear()


class Typed:
    """Somebody at a terminal, with a file and a message."""

    def __init__(self, stack: Stack, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.status = WELL
        self.people, self.message, self.out = (folder / each for each in ("p.csv", "spring.json", "out.csv"))
        rows = [f"447700{number:06},Ann" for number in range(ROWS)]
        self.people.write_text("\n".join(["to,name", *rows, "12,Eve", rows[0]]))
        self.message.write_text(json.dumps(MESSAGE))
        monkeypatch.setattr(Stack, "of_stage", lambda _: stack)

    def __call__(self, *options: str) -> Json:
        given = self.parsed(*options, "--json")
        screen = StringIO()
        command.COMMAND.run(Output(Console(file=screen, width=500), as_json=True), given)
        return cast(Json, json.loads(screen.getvalue().splitlines()[-1]))

    def words(self, *options: str) -> str:
        screen = StringIO()
        self.status = command.COMMAND.run(Output(Console(file=screen, width=500)), self.parsed(*options))
        return screen.getvalue()

    def prepared(self, *options: str) -> Json:
        return self("--file", str(self.people), "--message", str(self.message), *options)

    def result(self, identity: str) -> list[Json]:
        self("--id", identity, "--result", str(self.out))
        with self.out.open(newline="") as file:
            return list(csv.DictReader(file))

    @staticmethod
    def parsed(*options: str) -> Namespace:
        parser = Parser(allow_abbrev=False)
        command.COMMAND.options(parser)
        return parser.parse_args(options)


@pytest.fixture
def campaign(stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    return Typed(stack, tmp_path, monkeypatch)


def started(campaign: Typed) -> str:
    identity = str(campaign.prepared("--confirm", "yes")["id"])
    assert [json.loads(each["input"]) for each in EXECUTIONS.values()] == [{"campaign": identity, "run": 1}]
    return identity


def step(identity: str, run: int = 1) -> bool:
    return app.lambda_handler({"campaign": identity, "run": run})["ended"]


def outcomes(rows: list[Json]) -> dict[str, int]:
    found = [row["outcome"] for row in rows]
    return {each: found.count(each) for each in sorted({*found})}


def carried_out(stores: Aws, number: int, outcome: str, **known: object) -> None:
    """Take a command out of the queue, and remember what became of it, as `outbound` does."""
    for message in stores.queues[BULK][:number]:
        identity = json.loads(message["MessageBody"])["id"]
        keep(identity, outcome, **known)
    del stores.queues[BULK][:number]


def keep(identity: str, outcome: str, **known: object) -> None:
    """What became of a command."""
    result = {"id": identity, "outcome": outcome, "timestamp": "2026-11-29T10:00:00.000Z", **known}
    table.put(
        {
            "pk": {"S": f"COMMAND#{identity}"},
            "sk": {"S": "progress"},
            "progress": {"S": outcome},
            "since": {"N": str(time.time())},
            "result": {"S": json.dumps(result)},
        }
    )


def told_of(subject: str, status: str, **known: object) -> None:
    """What Vonage has said of a message or a call."""
    kind = "CALL" if subject.startswith("CON") else "MSG"
    table.put(
        {
            "pk": {"S": f"{kind}#{subject}"},
            "sk": {"S": f"1#{status}"},
            "id": {"S": "e"},
            "name": {"S": f"voice.{status}" if kind == "CALL" else f"messages.status.{status}"},
            "at": {"S": "2026-11-29T10:00:00.000Z"},
            "payload": {"S": json.dumps({"status": status, **known})},
        }
    )


def references_item(identity: str, message: str) -> table.Item:
    """Which message a command became, as `record` notes it."""
    key = {"pk": {"S": f"COMMAND#{identity}"}, "sk": {"S": references.SORT_KEY}}
    return {**key, "message_uuid": {"S": message}}


def test_a_dry_run_tells_all_and_writes_nothing(campaign: Typed, stores: Aws) -> None:
    campaign.people.write_text(campaign.people.read_text() + "\n14155550100,Bob")
    opted = PersonTable()
    with pytest.raises(OperatorError):  # so that the table's name is known
        campaign("--id", "none")
    for number, sender in ((1, "*"), (2, "447700900000"), (3, "another"), (999_999, "*")):
        opted.stop(pseudonym(f"447700{number:06}", KEY.encode()), sender, "test")
    before = dict(stores.tables["timeline"])

    told = campaign.prepared("--price", "0.04")

    assert told["recipients"] == ROWS
    assert [each["line"] for each in told["invalid"]] == [232, 233, 234]
    assert (told["opted_out"], told["countries"]) == (2, {"44": ROWS})
    assert (told["zones"], told["units"], told["cost"]) == (
        {" ".join(of_number("447700")): ROWS},
        ROWS,
        "9.20",
    )
    ends_at = datetime.fromisoformat(told["ends_at"]).timestamp()
    assert ends_at == pytest.approx(time.time() + ROWS / 9.5, abs=10)
    assert (stores.tables["timeline"], EXECUTIONS) == (before, {})


def test_a_dry_run_says_what_to_do_next(campaign: Typed) -> None:
    paths = ("--file", str(campaign.people), "--message", str(campaign.message))
    said = campaign.words(*paths)

    assert "230 × messages.send. Nothing has been sent." in said
    assert "line 232: '12' is in no country" in said
    assert "line 233: the same person as line 2" in said
    assert "done by: 20" in said
    assert "PRICE=…" in said
    assert f"CONFIRM={campaign.prepared()['hash']}" in said


def test_what_is_started_is_exactly_what_was_confirmed(campaign: Typed) -> None:
    confirmed = campaign.prepared()["hash"]
    campaign.message.write_text(json.dumps(MESSAGE | {"text": "Bye {name}"}))

    with pytest.raises(OperatorError, match="was confirmed"):
        campaign.prepared("--confirm", confirmed)
    assert EXECUTIONS == {}

    campaign.message.write_text(json.dumps(MESSAGE))
    assert campaign.prepared("--confirm", confirmed)["progress"] == "running"


def test_the_result_has_a_row_for_each_of_the_file_s_and_adds_up(campaign: Typed, stores: Aws) -> None:
    identity = started(campaign)
    assert not step(identity)
    carried_out(stores, 10, "accepted")
    carried_out(stores, 3, "uncertain", reason="The reply was lost.")
    carried_out(stores, 2, "rejected", reason="no credit")
    carried_out(stores, 1, "rejected", opted_out=True)
    carried_out(stores, 1, "rejected", cancelled=True)

    rows = campaign.result(identity)

    assert outcomes(rows) == {
        "accepted": 10, "uncertain": 3, "rejected": 2, "opted_out": 1, "cancelled": 1, "queued": 83,
        "waiting": 130,
        "invalid": 2,
    }  # fmt: skip
    assert [int(row["line"]) for row in rows] == list(range(2, ROWS + 4))
    assert {row["reason"] for row in rows if row["outcome"] == "rejected"} == {"no credit"}
    assert rows[-1]["reason"] == "the same person as line 2"


def test_what_is_still_queued_when_the_campaign_is_over_is_pointed_out(campaign: Typed, stores: Aws) -> None:
    identity = started(campaign)
    while not step(identity):
        carried_out(stores, 100, "accepted")
    asked = ("--id", identity, "--result", str(campaign.out))
    told = campaign(*asked)
    assert (told["progress"], told["rows"], told["expected"]) == ("done", ROWS + 2, ROWS + 2)
    assert "still queued" not in campaign.words(*asked)

    for key in [key for key in stores.tables["timeline"] if key[0].startswith("COMMAND#")][:3]:
        del stores.tables["timeline"][key]

    assert campaign(*asked)["queued"] == 3
    assert "3 rows are still queued, and the campaign is done" in campaign.words(*asked)


def test_what_is_queued_while_the_campaign_runs_is_nothing_to_point_out(campaign: Typed) -> None:
    identity = started(campaign)
    step(identity)

    assert "still queued" not in campaign.words("--id", identity, "--result", str(campaign.out))


def test_rows_that_have_gone_from_a_campaign_s_files_are_missed(campaign: Typed) -> None:
    identity = started(campaign)
    state = campaigns.read(identity)
    assert state
    key = campaigns.part_key(identity, state.hash, 2)
    s3.put("CampaignBucket", key, b"\n".join(s3.get("CampaignBucket", key).splitlines()[:-2]), "text/plain")
    asked = ("--id", identity, "--result", str(campaign.out))

    told = campaign(*asked)
    assert (told["rows"], told["expected"]) == (ROWS, ROWS + 2)
    assert f"It was prepared with {ROWS + 2} rows" in campaign.words(*asked)
    assert campaign.status == AMISS


def test_a_message_that_has_arrived_is_delivered(campaign: Typed, stores: Aws) -> None:
    identity = started(campaign)
    step(identity)
    for number, status in enumerate(("delivered", "submitted", "undeliverable")):
        carried_out(stores, 1, "accepted", message_uuid=f"m-{number}")
        told_of(f"m-{number}", status)

    first = campaign.result(identity)[:3]

    assert [(row["outcome"], row["status"], row["id"]) for row in first] == [
        ("delivered", "delivered", "m-0"),
        ("accepted", "submitted", "m-1"),
        ("accepted", "undeliverable", "m-2"),
    ]  # fmt: skip


def test_a_call_that_a_machine_took_up_says_so_also_when_it_is_over(campaign: Typed, stores: Aws) -> None:
    call = {"from": {"type": "phone", "number": "447700900000"}, "ncco": [{"action": "talk", "text": "Hi."}]}
    campaign.message.write_text(json.dumps(call | {"machine_detection": "continue"}))
    identity = started(campaign)
    step(identity)
    for number, word in enumerate(("machine", "human")):
        carried_out(stores, 1, "accepted", conversation_uuid=f"CON-{number}", uuid="u")
        for status in ("answered", word, "completed"):
            told_of(f"CON-{number}", status, uuid="u")

    assert [row["status"] for row in campaign.result(identity)[:2]] == ["machine", "completed"]


LADDER: Json = {
    "steps": [
        MESSAGE | {"channel": "whatsapp", "from": "447700900001", "wait": "30m"},
        MESSAGE | {"wait": "2h"},
        {
            "from": {"type": "phone", "number": "447700900000"},
            "ncco": [{"action": "talk", "text": "Hello {name}"}],
            "again": {"busy": "90m", "unanswered": "3h"},
            "attempts": 3,
        },
    ]
}


@pytest.fixture
def ladder(campaign: Typed) -> Typed:
    campaign.message.write_text(json.dumps(LADDER))
    return campaign


def test_a_dry_run_tells_a_ladder_s_steps_what_they_cost_at_most_and_when_it_ends(ladder: Typed) -> None:
    told = ladder.prepared("--price", "0.05,0.04,0.02")

    assert (told["price"], told["units"]) == ("0.05,0.04,0.02", 5 * ROWS)
    assert told["cost"] == str(ROWS * Decimal("0.05") + ROWS * Decimal("0.04") + 3 * ROWS * Decimal("0.02"))
    assert ladder.prepared("--price", "0.1")["cost"] == str(5 * ROWS * Decimal("0.1"))
    assert told["steps"] == [
        {"channel": "whatsapp", "again": {}, "attempts": 1, "wait_s": 1800},
        {"channel": "sms", "again": {}, "attempts": 1, "wait_s": 7200},
        {"channel": "voice", "again": {"busy": 5400, "unanswered": 10800}, "attempts": 3, "wait_s": None},
    ]
    lasts = 1800 + 7200 + 2 * (10800 + 300) + 5 * ROWS / (3 * 0.95)
    late = 4 * 2 * lasts / 1000  # as it's looked at now and then whether the next try is due
    ends_at = datetime.fromisoformat(told["ends_at"]).timestamp()
    assert ends_at == pytest.approx(time.time() + lasts + late, abs=10)


def test_a_dry_run_says_a_ladder_s_steps(ladder: Typed) -> None:
    said = ladder.words("--file", str(ladder.people), "--message", str(ladder.message), "--price", "1,2,3")

    assert f"{ROWS} people, each until they are reached. Nothing has been sent." in said
    assert "step 1: whatsapp; the next step after 30m without word\n" in said
    assert "step 3: voice, 3 times at most: busy after 90m, unanswered after 3h\n" in said
    assert "at the latest, if it begins now" in said
    assert f"costs at most: {ROWS} × 1 + {ROWS} × 2 + {3 * ROWS} × 3 = {12 * ROWS}" in said


def test_a_ladder_that_is_started_again_has_its_earlier_steps_where_they_were(ladder: Typed) -> None:
    """What is known of a try is known by the number of its step."""
    whatsapp, text, call = LADDER["steps"]
    twice = call | {"attempts": 2}
    ladder.prepared("--id", "spring", "--confirm", "yes")
    ladder("--id", "spring", "--cancel")

    for steps, wrong in (
        ([whatsapp, text | {"channel": "mms", "wait": "1h"}, text, call], r"Step 2 .* was sms\."),
        ([text, call], "Step 1 .* was whatsapp"),
        ([whatsapp, text, twice, MESSAGE], "Step 3 .* was voice, 3 times at most"),
    ):
        ladder.message.write_text(json.dumps({"steps": steps}))
        with pytest.raises(OperatorError, match=wrong):
            ladder.prepared("--id", "spring", "--confirm", "yes")
    for steps in ([whatsapp, text, twice], [whatsapp, MESSAGE], [whatsapp, text, call, MESSAGE]):
        ladder.message.write_text(json.dumps({"steps": steps}))
        assert ladder.prepared("--id", "spring", "--confirm", "yes")["progress"] == "running"
        ladder("--id", "spring", "--cancel")


def test_as_many_prices_as_steps_are_given_or_one(ladder: Typed) -> None:
    with pytest.raises(UsageError, match=r"2 prices.*once for each of the 3 steps.* with a point: 0\.04"):
        ladder.prepared("--price", "0.05,0.04")


def test_two_prices_of_one_message_may_be_meant_as_one_with_a_decimal_comma(campaign: Typed) -> None:
    with pytest.raises(UsageError, match=r"2 prices\. Give PRICE=… once\. .* with a point: 0\.04"):
        campaign.prepared("--price", "1,50")


def test_who_has_opted_out_of_any_step_s_sender_is_counted_before_a_ladder(ladder: Typed) -> None:
    ladder.prepared()  # so that the table's name is known
    for number, sender in enumerate(("447700900001", "447700900000", "another")):
        PersonTable().stop(pseudonym(f"447700{number:06}", KEY.encode()), sender, "test")

    assert ladder.prepared()["opted_out"] == 2


def test_the_result_of_a_ladder_is_what_became_of_the_last_try_or_of_that_which_arrived(
    ladder: Typed, stores: Aws
) -> None:
    identity = started(ladder)
    step(identity)
    stores.queues[BULK].clear()
    person = "447700{:06}".format
    became: list[tuple[tuple[int, int], str, Json, str]] = [
        ((0, 0), "accepted", {"message_uuid": "m-0"}, "delivered"),
        ((0, 0), "uncertain", {"reason": "The reply was lost."}, ""),
        ((1, 0), "accepted", {"message_uuid": "m-2"}, "undeliverable"),
        ((1, 0), "rejected", {"opted_out": True}, ""),
        ((2, 1), "accepted", {"conversation_uuid": "CON-4", "uuid": "u-4"}, "busy"),
    ]
    for number, (place, outcome, known, status) in enumerate(became):
        keep(command_id(identity, person(number)), "rejected", reason="no account")
        keep(command_id(identity, person(number), place), outcome, **known)
        if status:
            subject = known.get("message_uuid", known.get("conversation_uuid"))
            told_of(str(subject), status, uuid=known.get("uuid"))
    uncertain = command_id(identity, person(5))
    keep(uncertain, "uncertain", reason="The reply was lost.")
    table.put(references_item(uncertain, "m-5"))
    told_of("m-5", "delivered")

    rows = ladder.result(identity)

    told = [[row[name] for name in ("outcome", "status", "reason", "id", "channel", "tries")] for row in rows]
    assert told[:6] == [
        ["delivered", "delivered", "", "m-0", "whatsapp", "1"],
        ["uncertain", "", "The reply was lost.", "", "whatsapp", "1"],
        ["accepted", "undeliverable", "", "m-2", "sms", "2"],
        ["opted_out", "", "", "", "sms", "2"],
        ["accepted", "busy", "", "CON-4", "voice", "2"],
        ["delivered", "delivered", "", "m-5", "whatsapp", "1"],
    ]
    assert sum(outcomes(rows).values()) == ROWS + 2


def test_what_is_under_way_in_a_ladder_is_told(ladder: Typed, stores: Aws) -> None:
    identity = started(ladder)
    for _ in range(3):
        stores.queues[BULK].clear()
        step(identity)
    stores.queues[BULK].clear()

    told = ladder("--id", identity)

    assert (told["progress"], told["queued"], told["climbing"]) == ("running", ROWS, ROWS)
    assert datetime.fromisoformat(told["next_look"]).timestamp() > time.time()
    assert f"Of {ROWS}, some may be tried again; the next look is at 20" in ladder.words(
        "--id", identity, "--follow"
    )


def test_a_program_that_follows_a_campaign_waits_as_well(
    campaign: Typed, stores: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = started(campaign)
    monkeypatch.setattr(command, "_LOOK_AGAIN_S", 0)
    looked = 0

    def ends(operation: str, _asked: Json) -> None:
        nonlocal looked
        looked += operation == "DynamoDB_20120810.GetItem"
        if looked == 3:
            stores.fault = None
            state = campaigns.read(identity)
            assert state
            assert campaigns.mark(identity, "done", state)

    stores.fault = ends
    assert campaign("--id", identity, "--follow")["progress"] == "done"


def test_it_is_paused_and_goes_on_where_it_was(campaign: Typed, stores: Aws) -> None:
    identity = started(campaign)
    step(identity)
    paused = campaign("--id", identity, "--pause")
    assert (paused["progress"], paused["queued"], paused["rows"]) == ("paused", 100, ROWS)
    assert step(identity)

    stores.queues[BULK].clear()
    assert campaign("--id", identity, "--resume")["progress"] == "running"

    assert [json.loads(each["input"])["run"] for each in EXECUTIONS.values()] == [1, 2]
    step(identity, run=2)
    assert campaign("--id", identity)["queued"] == 200
    with pytest.raises(OperatorError, match="is running and can't be resumed"):
        campaign("--id", identity, "--resume")


def test_what_is_cancelled_is_never_sent_and_the_result_says_so(campaign: Typed, stores: Aws) -> None:
    identity = started(campaign)
    step(identity)
    carried_out(stores, 100, "accepted")

    campaign("--id", identity, "--cancel")

    assert step(identity)
    assert outcomes(campaign.result(identity)) == {"accepted": 100, "cancelled": 130, "invalid": 2}
    for wish in ("--pause", "--resume", "--cancel"):
        with pytest.raises(OperatorError, match="is cancelled and can't be"):
            campaign("--id", identity, wish)


def test_a_campaign_that_runs_is_started_no_second_time(campaign: Typed) -> None:
    identity = started(campaign)
    step(identity)

    assert campaign.prepared("--confirm", "yes")["queued"] == 100
    assert len(EXECUTIONS) == 1

    campaign("--id", identity, "--pause")
    with pytest.raises(OperatorError, match="is paused"):
        campaign.prepared("--confirm", "yes")


def test_a_run_that_step_functions_tells_of_a_moment_later_has_not_failed(
    campaign: Typed, stores: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executions, "_PAUSES_S", (0, 0))
    asked: list[str] = []

    def not_yet(operation: str, _: Json) -> None:
        if operation.endswith("DescribeExecution"):
            asked.append(operation)
            if len(asked) < 3:
                raise Refusal("ExecutionDoesNotExist")

    stores.fault = not_yet
    assert not campaign.prepared("--confirm", "yes")["failed"]


def test_a_start_that_was_cut_off_is_made_up_for(
    campaign: Typed, stores: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executions, "_PAUSES_S", ())
    stores.refuse["AWSStepFunctions.StartExecution"] = "AccessDeniedException"
    with pytest.raises(OperatorError, match="did not let us start"):
        campaign.prepared("--confirm", "yes")
    identity = campaign.prepared()["id"]
    assert campaign("--id", identity)["failed"]
    stores.refuse.clear()

    assert not campaign.prepared("--confirm", "yes")["failed"]
    assert len(EXECUTIONS) == 1


def test_a_run_that_has_failed_is_said_and_resumed(campaign: Typed) -> None:
    identity = started(campaign)
    EXECUTIONS[f"{identity}-1"]["status"] = "FAILED"

    assert "Its run has failed: RESUME=true." in campaign.words("--id", identity, "--follow")
    assert not campaign("--id", identity, "--resume")["failed"]


def test_other_rows_wait_until_the_campaign_has_ended_and_reach_nobody_twice(
    campaign: Typed, stores: Aws
) -> None:
    identity = started(campaign)
    more = campaign.people.read_text() + "\n447700999999,Zoe"
    campaign.people.write_text(more)
    with pytest.raises(OperatorError, match="is running, with other rows"):
        campaign.prepared("--confirm", "yes")
    while not step(identity):
        carried_out(stores, 100, "accepted")

    assert campaign.prepared("--confirm", "yes")["progress"] == "running"

    again = outcomes(campaign.result(identity))
    assert again == {"accepted": ROWS, "waiting": 1, "invalid": 2}


def test_what_was_sent_is_not_started_again(campaign: Typed, stores: Aws) -> None:
    identity = started(campaign)
    while not step(identity):
        stores.queues[BULK].clear()

    with pytest.raises(OperatorError, match="has been sent"):
        campaign.prepared("--confirm", "yes")
    assert campaign.prepared("--confirm", "yes", "--id", "another")["id"] == "another"


def test_the_same_message_is_the_same_campaign_whatever_its_files_and_its_window_are(campaign: Typed) -> None:
    one = campaign.prepared()["id"]
    campaign.people = campaign.people.rename(campaign.people.with_name("other.csv"))
    campaign.message = campaign.message.rename(campaign.message.with_name("other.json"))
    campaign.message.write_text(json.dumps(MESSAGE | {"window": {"hours": "09:00-20:00"}}, indent=2))

    assert campaign.prepared()["id"] == one
    campaign.message.write_text(json.dumps(MESSAGE | {"text": "Bye {name}"}))
    assert campaign.prepared()["id"] != one


def test_what_takes_longer_than_its_rows_are_kept_is_refused(campaign: Typed) -> None:
    assert campaign.prepared("--pace", "0.003")["recipients"] == ROWS
    for confirmed in ((), ("--confirm", "yes")):
        with pytest.raises(OperatorError, match="longer than its rows are kept: 1 days"):
            campaign.prepared("--pace", "0.002", *confirmed)
    assert EXECUTIONS == {}


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--file", "p.csv"),
        ("--message", "m.json", "--id", "a"),
        ("--file", "p.csv", "--message", "m.json", "--pause"),
        ("--id", "a", "--pause", "--cancel"),
        ("--pause",),
        ("--id", "a", "--confirm", "yes"),
        ("--id", "a", "--resume", "--pace", "5"),
    ],
)
def test_options_that_do_not_go_together_are_refused(campaign: Typed, options: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match="Give "):
        campaign(*options)


@pytest.mark.parametrize(
    "options", [("--id", "a/b"), ("--price", "much"), ("--pace", "-1"), ("--id", ""), ("--confirm", "true")]
)
def test_what_is_no_id_no_number_and_no_hash_is_refused(options: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit):
        Typed.parsed(*options)


@pytest.mark.parametrize(
    "price",
    [
        "0,04",
        "0.05,0,04",
        "0.04€",
        "€0.04",
        "-0.04",
        "nan",
        "inf",
        "1e999999",
        "1_000",
        "",
        "0.04,",
        ",",
        "00",
    ],
)
def test_what_is_not_a_price_is_refused_with_how_it_is_written(
    price: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        Typed.parsed("--price", price)

    said = capsys.readouterr().err
    assert f"{price!r} isn't a price" in said
    assert "Write 0.04, or 0.05,0.04 for a ladder's steps: commas separate prices" in said


@pytest.mark.parametrize("price", ["0.04", ".04", "0", "12", "0.05, 0.04", "1,50"])
def test_a_price_is_a_decimal_number_with_a_point(price: str) -> None:
    assert Typed.parsed("--price", price).price == tuple(map(Decimal, price.split(",")))


def test_an_id_is_known_as_the_event_had_it() -> None:
    assert Typed.parsed("--id", "day-2027-01-11T08:00:00Z").id == "day-2027-01-11T08-00-00Z"


def test_a_campaign_that_nobody_started_is_unknown(campaign: Typed) -> None:
    for options in ((), ("--pause",), ("--resume",), ("--result", str(campaign.out))):
        with pytest.raises(OperatorError, match="There is no campaign 'none'"):
            campaign("--id", "none", *options)


def test_rows_that_are_gone_are_said(campaign: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    identity = started(campaign)
    with buckets.running() as empty:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", empty.url)
        s3.client.cache_clear()
        with pytest.raises(OperatorError, match="rows are gone"):
            campaign.result(identity)


@pytest.mark.parametrize("was", ["paused", "failed"])
def test_a_campaign_whose_rows_are_gone_can_be_started_again_or_cancelled(
    campaign: Typed, monkeypatch: pytest.MonkeyPatch, was: str
) -> None:
    identity = started(campaign)
    if was == "paused":
        campaign("--id", identity, "--pause")
    else:
        EXECUTIONS[f"{identity}-1"]["status"] = "FAILED"
    with buckets.running() as emptied:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", emptied.url)
        s3.client.cache_clear()
        assert campaign("--id", identity)["gone"] is True
        assert "rows are gone" in campaign.words("--id", identity)
        with pytest.raises(OperatorError, match="rows are gone"):
            campaign("--id", identity, "--resume")

        again = campaign.prepared("--confirm", "yes")
        assert (again["progress"], again["rows"], again["failed"]) == ("running", ROWS, False)
        assert f"{identity}-2" in EXECUTIONS
        emptied.objects.clear()
        assert campaign("--id", identity, "--cancel")["progress"] == "cancelled"
        s3.client().close()
        s3.client.cache_clear()


def test_who_changes_it_at_the_same_moment_is_told(campaign: Typed, stores: Aws) -> None:
    identity = started(campaign)
    state = campaigns.read(identity)
    assert state

    def meanwhile(operation: str, _asked: Json) -> None:
        if operation == "DynamoDB_20120810.UpdateItem":
            stores.fault = None
            assert campaigns.mark(identity, "cancelled", state)

    stores.fault = meanwhile
    with pytest.raises(OperatorError, match="has changed at this moment"):
        campaign("--id", identity, "--pause")
    assert stores.tables["timeline"][f"CAMPAIGN#{identity}", "campaign"]["progress"] == {"S": "cancelled"}


def test_a_stack_without_reach_has_no_campaigns() -> None:
    with pytest.raises(OperatorError, match="has no campaigns"):
        Campaigns(cast(Stack, Deployed(reaches=False)))


def test_a_result_that_cannot_be_written_is_said(campaign: Typed, tmp_path: Path) -> None:
    identity = started(campaign)

    with pytest.raises(OperatorError, match="can't be written"):
        campaign("--id", identity, "--result", str(tmp_path / "none" / "out.csv"))


def test_a_sender_given_as_a_number_is_one(campaign: Typed) -> None:
    campaign.message.write_text(json.dumps(MESSAGE | {"from": 447700900000}))
    assert campaign.prepared()["opted_out"] == 0

    PersonTable().stop(pseudonym("447700000000", KEY.encode()), "447700900000", "test")

    assert campaign.prepared()["opted_out"] == 1


def test_nothing_in_a_result_is_computed_by_a_spreadsheet(tmp_path: Path) -> None:
    cells = ("=1+1", "+44 7700 900111", "@SUM(A1)", "-A1+1", "447700900111", "ann@example.com")
    results.write([results.RowResult(2, each, "invalid") for each in cells], tmp_path / "out.csv")

    with (tmp_path / "out.csv").open(newline="") as file:
        found = [row["to"] for row in csv.DictReader(file)]
    assert found == ["'=1+1", "+44 7700 900111", "'@SUM(A1)", "'-A1+1", "447700900111", "ann@example.com"]
