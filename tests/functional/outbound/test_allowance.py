"""What commands may cost is bounded before Vonage is asked: countries, and calls and messages a day."""

import json
from datetime import UTC, datetime

import pytest
from switchboard.outbound.countries import calling_code, is_allowed

from tests.conftest import Logs
from tests.fakes.backbone import REJECTED
from tests.fakes.stores import Aws, Json, Refusal
from tests.fakes.vonage_api import Reply, VonageApi
from tests.functional.outbound.test_outbound import (
    CALL,
    HANGUP,
    READ,
    SMS,
    TALK,
    deliver,
    interrupt,
    long_ago,
    result,
    results,
    spoiled,
)
from tests.samples import sample

pytestmark = pytest.mark.usefixtures("vonage")

HOME, ABROAD = "447700900123", "18765550123"
TO_HOME = {"type": "phone", "number": HOME}
TO_ABROAD = {"type": "phone", "number": ABROAD}
MESSENGER = sample("command_messenger_text")
CHANNELS = ("sms", "mms", "rcs", "whatsapp", "viber_service")


@pytest.fixture(autouse=True)
def _in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stack with a British number, and Vonage."""
    monkeypatch.setenv("SWITCHBOARD_NUMBERS", "+44 7700 900000")


def calling(endpoint: Json, **more: object) -> Json:
    return spoiled(CALL, to=[endpoint], **more)


def connecting(*endpoints: Json) -> list[Json]:
    return [{"action": "connect", "endpoint": [each]} for each in endpoints]


def transferring(*endpoints: Json) -> Json:
    destination = {"type": "ncco", "ncco": connecting(*endpoints)}
    return spoiled(HANGUP, action="transfer", destination=destination)


def messaging(channel: str, to: str) -> Json:
    return spoiled(sample(f"command_{channel}_{'image' if channel == 'mms' else 'text'}"), to=to)


@pytest.mark.parametrize(
    "command",
    [messaging(channel, HOME) for channel in CHANNELS]
    + [messaging("sms", "+44 (7700) 900-123"), messaging("sms", "00447700900123"), MESSENGER,
       messaging("whatsapp", "US.13491208655302741918"),
       spoiled(SMS, failover=[MESSENGER["detail"], messaging("rcs", HOME)["detail"]]),
       calling(TO_HOME), calling(TO_HOME, ncco=connecting(TO_HOME)), transferring(TO_HOME),
       calling({"type": "sip", "uri": f"sip:{ABROAD}@example.com"}),
       calling({"type": "websocket", "uri": "wss://example.com/s"}),
       calling({"type": "app", "user": "maria"}), calling({"type": "vbc", "extension": "123"}),
       HANGUP, TALK, READ],
)  # fmt: skip
def test_what_stays_in_the_countries_of_the_stacks_numbers_passes(backbone: Aws, command: Json) -> None:
    assert deliver(command)
    assert result(backbone)[0].endswith(".accepted")


@pytest.mark.parametrize(
    ("command", "field"),
    [(messaging(channel, ABROAD), "detail.to") for channel in CHANNELS]
    + [
        (messaging("sms", f"+{ABROAD}"), "detail.to"),
        (messaging("sms", f"00{ABROAD}"), "detail.to"),
        (messaging("sms", "+1 (876) 555-0123"), "detail.to"),
        (messaging("sms", "07700900123"), "detail.to"),  # without its country nobody can tell
        (messaging("sms", f"x{HOME}"), "detail.to"),
        (messaging("rcs", "\uff11\uff18\uff17\uff16\uff15\uff15\uff15"), "detail.to"),  # digits elsewhere
        (messaging("sms", "\u0664\u0664\u0667\u0667\u0660\u0660"), "detail.to"),
        (spoiled(SMS, to=int(ABROAD)), "detail.to"),
        (spoiled(SMS, failover=[messaging("rcs", ABROAD)["detail"]]), "detail.failover[0].to"),
        (spoiled(SMS, failover=[{**SMS["detail"], "failover": [{**SMS["detail"], "to": ABROAD}]}]),
         "detail.failover[0].failover[0].to"),
        (calling(TO_ABROAD), "detail.to[0].number"),
        (calling(TO_ABROAD | {"number": int(ABROAD)}), "detail.to[0].number"),
        (calling(TO_ABROAD, ncco=None, answer_url=["https://example.com"]), "detail.to[0].number"),
        (calling(TO_HOME, ncco=connecting(TO_HOME, TO_ABROAD)), "detail.ncco[1].endpoint[0].number"),
        (transferring(TO_HOME, TO_ABROAD), "detail.destination.ncco[1].endpoint[0].number"),
        (calling(TO_HOME | {"number": "881612345678"}), "detail.to[0].number"),
    ],
)  # fmt: skip
def test_what_goes_elsewhere_is_rejected_with_the_next_step_and_never_sent(
    backbone: Aws, vonage: VonageApi, logs: Logs, command: Json, field: str
) -> None:
    command["detail"] = {name: value for name, value in command["detail"].items() if value is not None}

    assert deliver(command)
    assert vonage.requests == []
    name, payload = result(backbone)
    assert name == f"{command['name']}.rejected"
    assert payload["reason"].startswith(f"{field} is '")
    assert "AllowedCountries" in payload["reason"]
    assert payload["barred"] is True
    assert "status_code" not in payload
    assert len(backbone.queues[REJECTED]) == 1
    assert [line["message"] for line in logs.lines] == ["Barred", "Rejected"]
    assert ABROAD not in logs.text


@pytest.mark.parametrize("allowed", ["*", "44,1876", "1876", " +1876 , 44", "1,1876", "-449,1876", "*,-449"])
def test_a_country_is_allowed_by_its_calling_code(
    backbone: Aws, monkeypatch: pytest.MonkeyPatch, allowed: str
) -> None:
    monkeypatch.setenv("SWITCHBOARD_ALLOWED_COUNTRIES", allowed)
    assert deliver(calling(TO_ABROAD))
    assert result(backbone)[0] == "voice.call.accepted"


def test_a_stack_that_names_no_number_and_no_country_reaches_all(
    backbone: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    for numbers in ("", " , "):
        monkeypatch.setenv("SWITCHBOARD_NUMBERS", numbers)
        assert deliver(calling(TO_ABROAD) | {"id": f"call{numbers}"})
    assert [event["name"] for event in results(backbone)] == ["voice.call.accepted"] * 2


def test_what_was_rejected_is_carried_out_once_its_country_is_allowed(
    backbone: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(calling(TO_ABROAD))
    monkeypatch.setenv("SWITCHBOARD_ALLOWED_COUNTRIES", "44,1876")

    assert deliver(json.loads(backbone.queues[REJECTED][0]["MessageBody"]))
    assert [event["name"] for event in results(backbone)] == ["voice.call.rejected", "voice.call.accepted"]


@pytest.mark.parametrize("setting", ["SWITCHBOARD_ALLOWED_COUNTRIES", "SWITCHBOARD_DAILY_CALLS"])
def test_while_a_setting_is_wrong_commands_wait_and_none_is_uncertain(
    backbone: Aws, vonage: VonageApi, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    with monkeypatch.context() as wrong:
        wrong.setenv(setting, "GB")
        assert not deliver(CALL)
    long_ago(backbone)

    assert deliver(CALL, 2)
    assert (result(backbone)[0], len(vonage.requests)) == ("voice.call.accepted", 1)


@pytest.mark.parametrize(
    ("number", "allowed", "own", "passes"),
    [
        ("14155550100", "", "14155550101", True),
        ("14165550100", "", "14155550101", True),  # Canada
        ("18095550100", "", "14155550101", False),
        ("18095550100", "1", "", False),
        ("18765550100", "", "18765550101", True),
        ("14155550100", "", "18765550101", False),
        ("449098790000", "44,-449", "", False),
        ("447700900123", "44,-449", "", True),
        ("447700900123", "-449", "447700900000", True),
        ("449098790000", "-449", "447700900000", False),
        ("449098790000", "*,-449", "", False),
        ("18765550100", "*", "14155550101", True),
        ("353850000000", "", "353851234567,447700900000", True),
        ("353850000000", "35", "", True),
        ("35", "353", "", False),
        ("", "44", "", False),
        ("", "*", "", False),
        ("sip:a@b", "*", "", False),
        ("07700900123", "*", "", False),  # of no country
        ("447700900123447700900124", "44", "", False),  # two
    ],
)
def test_the_longest_code_that_fits_decides(number: str, allowed: str, own: str, *, passes: bool) -> None:
    assert is_allowed(number, allowed, own) is passes


@pytest.mark.parametrize(("number", "code"), [
    ("447700900000", "44"), ("14155550100", "1"), ("18765550100", "1876"), ("79261234567", "7"),
    ("353851234567", "353"), ("2125271234", "212"), ("27821234567", "27"), ("881612345678", "881"),
    ("998901234567", "998"), ("5491123456789", "54"), ("85261234567", "852"), ("8613912345678", "86"),
])  # fmt: skip
def test_calling_code_of_a_number(number: str, code: str) -> None:
    assert calling_code(number) == code


def counted(aws: Aws, kind: str) -> int:
    item = aws.tables["timeline"].get((f"DAY#{datetime.now(UTC).date()}", kind), {})
    return int(item.get("counted", {"N": "0"})["N"])


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCHBOARD_DAILY_CALLS", "3")
    monkeypatch.setenv("SWITCHBOARD_DAILY_MESSAGES", "2")


@pytest.mark.usefixtures("limited")
@pytest.mark.parametrize(("command", "most", "kind"), [(CALL, 3, "calls"), (SMS, 2, "messages")])
def test_a_day_has_so_many_calls_and_messages(
    backbone: Aws, vonage: VonageApi, logs: Logs, command: Json, most: int, kind: str
) -> None:
    for number in range(most + 2):
        assert deliver(command | {"id": f"c-{number}"})

    assert len(vonage.requests) == most
    outcomes = [event["payload"]["outcome"] for event in results(backbone)]
    assert outcomes == ["accepted"] * most + ["rejected"] * 2
    reason = results(backbone)[-1]["payload"]["reason"]
    assert reason.startswith(f"It would be more than the {most} {kind} ")
    assert f"Daily{kind.capitalize()}" in reason
    assert [line["message"] for line in logs.lines].count("Barred") == 2
    assert counted(backbone, kind) == most


@pytest.mark.usefixtures("limited")
@pytest.mark.parametrize(
    ("command", "kind", "number"),
    [
        (CALL, "calls", 1), (HANGUP, "calls", 0), (TALK, "calls", 0), (READ, "messages", 0),
        (calling(TO_HOME, ncco=connecting(TO_HOME, {"type": "app", "user": "maria"})), "calls", 3),
        (calling({"type": "sip", "uri": "sip:a@example.com"}), "calls", 1),
        (calling({"type": "websocket", "uri": "wss://example.com/s"}), "calls", 1),
        (transferring(TO_HOME, {"type": "vbc", "extension": "123"}), "calls", 2),
        (SMS, "messages", 1), (MESSENGER, "messages", 1),
        (spoiled(SMS, failover=[MESSENGER["detail"]]), "messages", 2),
    ],
)  # fmt: skip
def test_whatever_a_command_may_become_counts(backbone: Aws, command: Json, kind: str, number: int) -> None:
    assert deliver(command)
    assert result(backbone)[0].endswith(".accepted")
    assert counted(backbone, kind) == number


@pytest.mark.usefixtures("limited")
def test_a_command_that_may_become_more_than_is_left_is_not_begun(backbone: Aws, vonage: VonageApi) -> None:
    deliver(CALL)
    assert deliver(calling(TO_HOME, ncco=connecting(TO_HOME, TO_HOME)) | {"id": "c-2"})
    assert deliver(calling(TO_HOME, ncco=connecting(*[TO_HOME] * 3)) | {"id": "c-3"})

    assert len(vonage.requests) == 1
    assert counted(backbone, "calls") == 1


@pytest.mark.usefixtures("limited")
def test_a_command_that_is_tried_often_counts_once(backbone: Aws, vonage: VonageApi) -> None:
    vonage.replies.extend([Reply(429)] * 5)

    assert [deliver(CALL, attempts) for attempts in range(1, 8)] == [False] * 5 + [True] * 2
    assert counted(backbone, "calls") == 1


@pytest.mark.usefixtures("limited")
def test_a_command_that_was_cut_off_counts_once_even_when_the_day_is_used_up(backbone: Aws) -> None:
    backbone.fault = interrupt
    assert not deliver(HANGUP | {"detail": transferring(TO_HOME)["detail"]})
    backbone.fault = None
    for number in range(2):
        deliver(CALL | {"id": f"c-{number}"})
    long_ago(backbone)

    assert deliver(HANGUP | {"detail": transferring(TO_HOME)["detail"]}, 2)
    assert [event["payload"]["outcome"] for event in results(backbone)] == ["accepted"] * 3
    assert counted(backbone, "calls") == 3


@pytest.mark.usefixtures("limited")
@pytest.mark.parametrize(
    "code", ["ProvisionedThroughputExceededException", "InternalServerError", "AccessDeniedException"]
)
def test_what_could_not_be_counted_waits_and_is_not_uncertain(
    backbone: Aws, vonage: VonageApi, code: str
) -> None:
    def down(operation: str, _asked: Json) -> None:
        if operation.endswith("TransactWriteItems"):
            raise Refusal(code, status=500 if code.startswith("Internal") else 400)

    backbone.fault = down
    assert not deliver(CALL)
    backbone.fault = None
    long_ago(backbone)

    assert deliver(CALL, 2)
    assert (result(backbone)[0], len(vonage.requests)) == ("voice.call.accepted", 1)
    assert counted(backbone, "calls") == 1


@pytest.mark.usefixtures("limited")
def test_two_that_count_at_the_same_moment_both_count(backbone: Aws, vonage: VonageApi) -> None:
    conflicts = iter(range(3))

    def conflict(operation: str, _asked: Json) -> None:
        if operation.endswith("TransactWriteItems") and next(conflicts, None) is not None:
            reasons = [{"Code": "None"}, {"Code": "TransactionConflict"}]
            raise Refusal("TransactionCanceledException", CancellationReasons=reasons)

    backbone.fault = conflict
    assert deliver(CALL)
    assert (len(vonage.requests), counted(backbone, "calls")) == (1, 1)


def test_without_a_limit_nothing_is_counted(backbone: Aws) -> None:
    assert deliver(CALL)
    assert set(backbone.tables["timeline"]) == {(f"COMMAND#{CALL['id']}", "progress")}
