"""`make erase` of somebody to whom something is still to be sent: nothing is left, and nothing comes."""

import functools
import json
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, cast

import pytest
from switchboard.aws import bucket as s3
from switchboard.outbound import claims, delaying
from switchboard.outbound.carrying_out import carry_out
from switchboard.reach.campaign_ids import command_id
from switchboard.timeline import events

from operate.errors import OperatorError
from operate.kept import timeline
from operate.stack import Stack
from tests.fakes import buckets
from tests.fakes.scheduler import Scheduler, scheduling
from tests.fakes.stores import Aws, Refusal
from tests.samples import sample
from tests.unit.operate.campaigns.test_runs import (  # noqa: F401 - two are fixtures
    BULK,
    LADDER,
    MESSAGE,
    ROWS,
    Deployed,
    Typed,
    campaign,
    outcomes,
    stack,
    started,
    step,
)

Json = dict[str, Any]

# In the first part, and again in a row that is the same person; and in the second part.
ANN, BOB = "447700000000", "447700000101"
SMS = sample("command_sms_text") | {"id": "c-1", "name": "messages.send"}
EVE = SMS["detail"]["to"]


@pytest.fixture
def bucket(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[buckets.Buckets]:  # noqa: F811
    assert stack
    with buckets.running() as fake:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", fake.url)
        s3.client.cache_clear()  # an earlier test's may be kept
        yield fake


@pytest.fixture
def scheduler(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scheduler]:
    for name in ("DUE_QUEUE", "DUE_DLQ"):
        monkeypatch.setenv(f"SWITCHBOARD_{name}_ARN", f"arn:{name}")
    with scheduling(monkeypatch) as scheduler:
        yield scheduler


@pytest.fixture(autouse=True)
def _others(stack: Stack, stores: Aws, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    assert stack
    stores.tables["DialogTable"] = {}
    monkeypatch.setenv("SWITCHBOARD_TABLE_NAME", "timeline")


def erase(of: Stack, number: str) -> int:
    """Erase a number; how many items and rows those were, counted before as well."""
    counted = timeline.erase(of, number, confirmed=False)
    assert timeline.erase(of, number, confirmed=True) == counted
    assert timeline.erase(of, number, confirmed=True) == 0
    return counted


def everything(stores: Aws, bucket: buckets.Buckets) -> str:
    items = [item for table in stores.tables.values() for item in table.values()]
    return json.dumps(items) + b"".join(bucket.objects.values()).decode()


def queued(stores: Aws) -> list[Json]:
    return [json.loads(message["MessageBody"]) for message in stores.queues[BULK]]


def result(command: Json) -> Json:
    return cast(Json, carry_out(command))


def test_a_campaign_that_runs_sends_nothing_more_to_who_is_erased_and_its_result_adds_up(
    campaign: Typed,  # noqa: F811
    stack: Stack,  # noqa: F811
    stores: Aws,
    bucket: buckets.Buckets,
) -> None:
    identity = started(campaign)
    assert not step(identity)
    to_ann = next(each for each in queued(stores) if each["detail"]["to"] == ANN)
    stores.queues[BULK].clear()

    assert (erase(stack, ANN), erase(stack, BOB)) == (2, 1)

    assert not any(number in everything(stores, bucket) for number in (ANN, BOB))
    assert result(to_ann)["cancelled"] is True
    while not step(identity):
        pass
    assert len(queued(stores)) == ROWS - 100 - 1
    rows = campaign.result(identity)
    assert outcomes(rows) == {"erased": 3, "invalid": 1, "queued": ROWS - 2}
    assert {(row["to"], row["id"]) for row in rows if row["outcome"] == "erased"} == {("", "")}


def test_who_is_erased_does_not_get_a_campaign_again_that_is_started_from_the_same_file(
    campaign: Typed,  # noqa: F811
    stack: Stack,  # noqa: F811
    stores: Aws,
    bucket: buckets.Buckets,
) -> None:
    assert bucket
    identity = started(campaign)
    erase(stack, ANN)
    campaign("--id", identity, "--cancel")

    campaign.prepared("--confirm", "yes")
    step(identity, run=2)

    assert [result(each)["cancelled"] for each in queued(stores) if each["detail"]["to"] == ANN] == [True]


def test_who_is_erased_climbs_no_further(
    campaign: Typed,  # noqa: F811
    stack: Stack,  # noqa: F811
    stores: Aws,
    bucket: buckets.Buckets,
) -> None:
    campaign.people.write_text(f"to,name\n{ANN},Ann\n{BOB},Bob")
    campaign.message.write_text(json.dumps(LADDER))
    identity = started(campaign)
    step(identity)

    assert erase(stack, ANN) == 1

    tries = {
        command_id(identity, ANN, (number, attempt))
        for number, attempts in enumerate((1, 1, 3))
        for attempt in range(attempts)
    }
    assert tries <= {
        key[0].removeprefix("COMMAND#")
        for key, item in stores.tables["timeline"].items()
        if item.get("progress") == {"S": "cancelled"}
    }
    assert ANN not in everything(stores, bucket)
    assert outcomes(campaign.result(identity)) == {"erased": 1, "queued": 1}


@pytest.mark.parametrize(("reason", "items"), [(f"Vonage knows no {ANN}.", 3), ("There is no credit.", 2)])
def test_who_was_refused_does_not_get_it_after_they_were_erased(
    campaign: Typed,  # noqa: F811
    stack: Stack,  # noqa: F811
    stores: Aws,
    bucket: buckets.Buckets,
    reason: str,
    items: int,
) -> None:
    """What was rejected is sent again from its dead-letter queue, or when the campaign is started again."""
    assert not step(started(campaign))
    to_ann = next(each for each in queued(stores) if each["detail"]["to"] == ANN)
    claims.finish(to_ann, "rejected", reason=reason)
    stores.queues[BULK].clear()

    assert erase(stack, ANN) == items

    assert ANN not in everything(stores, bucket)
    assert result(to_ann)["cancelled"] is True


def test_what_stands_beside_a_campaign_s_command_is_deleted_rather_than_kept_for_ever(
    campaign: Typed,  # noqa: F811
    stack: Stack,  # noqa: F811
    stores: Aws,
    bucket: buckets.Buckets,
) -> None:
    """That it was counted, and which message it became: both expire, unlike the command's own item."""
    assert bucket
    assert not step(started(campaign))
    to_ann = next(each for each in queued(stores) if each["detail"]["to"] == ANN)
    claims.finish(to_ann, "rejected", reason=f"Vonage knows no {ANN}.")
    pk = f"COMMAND#{to_ann['id']}"
    for beside in ("counted", "message"):
        key = {"pk": {"S": pk}, "sk": {"S": beside}}
        stores.tables["timeline"][pk, beside] = {**key, "expires_at": {"N": "1"}}

    erase(stack, ANN)

    assert [sk for found, sk in stores.tables["timeline"] if found == pk] == ["progress"]


def test_a_row_that_was_never_to_be_sent_is_erased_however_it_has_the_number(
    campaign: Typed,  # noqa: F811
    stack: Stack,  # noqa: F811
    stores: Aws,
    bucket: buckets.Buckets,
) -> None:
    wrong = (f"Eve {EVE},Eve,Mars/Base", f"tel:{EVE},Eve,", f"{EVE},Eve,Mars/Base")
    campaign.people.write_text("\n".join(["to,name,zone", f"{ANN},Ann,", *wrong]))
    started(campaign)

    assert erase(stack, EVE) == 3

    assert EVE not in everything(stores, bucket)


def test_two_who_are_erased_at_once_are_both_gone(
    campaign: Typed,  # noqa: F811
    stack: Stack,  # noqa: F811
    stores: Aws,
    bucket: buckets.Buckets,
) -> None:
    """Both are in one file, which is read for one of them before it's written for the other."""
    started(campaign)
    cat, dan = "447700000002", "447700000003"

    bucket.meanwhile = functools.partial(timeline.erase, stack, cat, confirmed=True)
    assert timeline.erase(stack, dan, confirmed=True) == 1

    assert not any(number in everything(stores, bucket) for number in (cat, dan))


def test_a_campaign_that_is_called_after_who_is_erased_goes_on_for_the_others(
    campaign: Typed,  # noqa: F811
    stack: Stack,  # noqa: F811
    bucket: buckets.Buckets,
) -> None:
    assert bucket
    identity = f"from-{ANN}"
    campaign.prepared("--confirm", "yes", "--id", identity)

    assert erase(stack, ANN) == 2

    assert not step(identity)
    assert campaign("--id", identity)["queued"] == 100


@pytest.mark.parametrize(("message", "steps_before"), [(MESSAGE, 0), (LADDER, 1)])
def test_a_campaign_that_is_erased_to_the_last_row_ends(
    campaign: Typed,  # noqa: F811
    stack: Stack,  # noqa: F811
    stores: Aws,
    bucket: buckets.Buckets,
    message: Json,
    steps_before: int,
) -> None:
    assert bucket
    campaign.people.write_text(f"to,name\n{ANN},Ann")
    campaign.message.write_text(json.dumps(message))
    identity = started(campaign)
    for _ in range(steps_before):
        assert not step(identity)
    sent_before = queued(stores)
    erase(stack, ANN)
    looks = stores.tables["timeline"][f"CAMPAIGN#{identity}", "campaign"]["looks"]["M"]
    assert len(looks) == steps_before
    looks |= {part: {"N": "1"} for part in looks}  # each is due

    assert [step(identity), step(identity)] == [False, True]

    assert queued(stores) == sent_before
    assert outcomes(campaign.result(identity)) == {"erased": 1}


@pytest.mark.parametrize("fails", ["cancelled", "overwritten"])
def test_what_fails_in_between_is_done_by_doing_it_again(
    campaign: Typed,  # noqa: F811
    stack: Stack,  # noqa: F811
    stores: Aws,
    bucket: buckets.Buckets,
    fails: str,
) -> None:
    identity = started(campaign)
    step(identity)
    if fails == "cancelled":
        stores.refuse["DynamoDB_20120810.UpdateItem"] = "InternalServerError"
    bucket.is_read_only = fails == "overwritten"

    with pytest.raises(OperatorError):
        timeline.erase(stack, ANN, confirmed=True)

    stores.refuse.clear()
    bucket.is_read_only = False
    assert erase(stack, ANN)
    assert ANN not in everything(stores, bucket)
    assert result(queued(stores)[0])["cancelled"] is True


def waits(command: Json) -> None:
    with suppress(delaying.DelayedError):
        delaying.wait(command, time.time(), {"waiting"})


@pytest.mark.parametrize(
    "written",
    [
        EVE,
        f"+{EVE}",
        f"+{EVE[:2]} ({EVE[2:6]}) {EVE[6:9]}-{EVE[9:]}",
        f"0044\u00a0(0){EVE[2:]}",
        f"\u202a+44\u2011{EVE[2:6]}/{EVE[6:]}\u202c",
    ],
)
def test_a_command_that_waits_for_its_time_is_cancelled_with_its_schedule(
    stack: Stack,  # noqa: F811
    stores: Aws,
    bucket: buckets.Buckets,
    scheduler: Scheduler,
    written: str,
) -> None:
    command = SMS | {"after": 86_400, "detail": SMS["detail"] | {"to": written}}
    waits(command)
    waits(command | {"id": "c-2", "detail": SMS["detail"] | {"to": f"{EVE}9"}})
    assert len(scheduler.made) == 2

    assert erase(stack, EVE) == 1

    assert written not in everything(stores, bucket).replace(f"{EVE}9", "")
    assert len(scheduler.made) == 1
    assert not delaying.come_back("c-1")
    assert result(SMS)["cancelled"] is True


def test_an_id_with_the_number_in_it_goes_as_well(
    stack: Stack,  # noqa: F811
    stores: Aws,
    bucket: buckets.Buckets,
    scheduler: Scheduler,
) -> None:
    waits(SMS | {"after": 86_400, "id": f"reminder-{EVE}"})

    assert erase(stack, EVE) == 2

    assert (EVE in everything(stores, bucket), scheduler.made) == (False, {})


def test_a_schedule_that_may_still_be_there_is_tried_again(
    stack: Stack,  # noqa: F811
    bucket: buckets.Buckets,
    scheduler: Scheduler,
) -> None:
    assert bucket
    waits(SMS | {"after": 86_400})
    scheduler.refuses = "ThrottlingException"
    with pytest.raises(OperatorError, match="DeleteSchedule"):
        timeline.erase(stack, EVE, confirmed=True)

    scheduler.refuses = ""
    assert erase(stack, EVE) == 1
    assert scheduler.made == {}


def test_a_timeline_that_was_half_deleted_is_found_again(
    stack: Stack,  # noqa: F811
    stores: Aws,
    bucket: buckets.Buckets,
) -> None:
    assert bucket
    for sk, payload in (("1", f"from {EVE}"), ("2", "dtmf 1"), ("3", "completed")):
        item = {"pk": {"S": "CALL#CON-1"}, "sk": {"S": sk}, "payload": {"S": payload}}
        stores.tables["timeline"]["CALL#CON-1", sk] = item
    deleted = []

    def after_one(operation: str, _asked: Json) -> None:
        if operation.endswith("DeleteItem"):
            deleted.append(operation)
            if len(deleted) > 1:
                raise Refusal("AccessDeniedException")

    stores.fault = after_one
    with pytest.raises(OperatorError):
        timeline.erase(stack, EVE, confirmed=True)

    stores.fault = None
    assert erase(stack, EVE) == 2
    assert stores.tables["timeline"] == {}


def test_on_a_stack_that_has_no_reach_any_more_what_waits_is_cancelled_all_the_same(
    stores: Aws, scheduler: Scheduler
) -> None:
    waits(SMS | {"after": 86_400})
    scheduler.refuses = "AccessDeniedException"

    assert erase(cast(Stack, Deployed(reaches=False)), EVE) == 1

    assert EVE not in json.dumps([*stores.tables["timeline"].values()])


def test_the_timeline_of_a_verification_that_holds_a_number_is_exported_too(stores: Aws) -> None:
    """Such as that it was rejected, and why."""
    payload = {"id": "v-1", "command": "verify.start", "outcome": "rejected", "reason": f"{EVE} is barred."}
    item = events.item(
        {
            "id": "e-1",
            "name": "verify.start.rejected",
            "received_at": 1.5,
            "subject": "v-1",
            "payload": payload,
        }
    )
    stores.tables["timeline"]["VERIFY#v-1", item["sk"]["S"]] = item

    (story,) = json.loads(timeline.export_of(cast(Stack, Deployed(reaches=False)), EVE))

    assert (story["subject"], story["events"][0]["payload"]) == ("v-1", payload)
