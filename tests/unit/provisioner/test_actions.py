"""`plan`, `check`, `rotate` and `doctor`."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from provisioner.errors import ProvisionerError
from provisioner.operator import actions
from provisioner.world import keys
from tests.unit.provisioner.conftest import (
    CREDENTIALS,
    FUNCTION,
    GB,
    US,
    World,
    application_properties,
    bus,
    codes,
    number_properties,
)
from vonage_simulator.testing.endpoint import Answer, serving

Json = dict[str, Any]


def act(world: World, **event: object) -> Json:
    return actions.act(event, FUNCTION, world.tools())


def test_an_unknown_action_names_the_known_ones(world: World) -> None:
    with pytest.raises(ProvisionerError, match="Use one of: plan, check, rotate, doctor"):
        act(world, action="destroy")


def test_an_unknown_resource_names_the_known_ones(world: World) -> None:
    created = world.create_application(world.stack())

    with pytest.raises(ProvisionerError, match=re.escape(created.physical_id)):
        act(world, action="plan", resource="nothing")


def test_plan_says_what_an_update_would_do_and_does_nothing(world: World) -> None:
    world.create_application(world.stack())
    before = world.applications

    report = act(world, action="plan", resource="App", properties={"Name": "other", "KeyVersion": "2"})

    [planned] = report["resources"]
    assert planned["status"] == "change"
    assert planned["steps"][0].startswith("change name of the application")
    assert planned["steps"][-1] == "make the new key the current one"
    assert world.applications == before


def test_plan_of_bad_properties_says_why(world: World) -> None:
    world.create_application(world.stack())

    report = act(world, action="plan", resource="App", properties={"ImproveAi": "maybe"})

    assert codes(report) == ["PROPERTIES_INVALID"]


def test_plan_needs_to_know_whose_properties(world: World) -> None:
    with pytest.raises(ProvisionerError, match="needs a `resource`"):
        act(world, action="plan", properties={"Name": "x"})


def test_nothing_has_drifted_after_a_deployment(world: World) -> None:
    world.linked_stack()

    report = act(world, action="check")

    assert report["status"] == "ok"
    assert [each["status"] for each in report["resources"]] == ["ok", "ok"]
    assert world.calls("PUT") == []


def test_drift_is_named_and_put_on_the_bus(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.linked_stack()
    bus(world, monkeypatch)
    world.applications[0]["capabilities"]["voice"]["webhooks"]["answer_url"]["address"] = (
        "https://evil.example/"
    )
    world.applications[0]["keys"] = {"public_key": keys.make().public_pem}
    del world.vonage.account.numbers[GB]["app_id"]

    report = act(world, action="check")

    assert report["status"] == "drift"
    assert codes(report) == ["APPLICATION_CHANGED", "NUMBER_UNLINKED"]
    assert [event["DetailType"] for event in world.aws.events] == ["provisioner.drift"] * 2
    detail = json.loads(world.aws.events[0]["Detail"])
    assert "answer_url.address" in detail["findings"][0]["message"]
    assert "keys.public_key" in detail["findings"][0]["message"]


def test_drift_is_counted(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.linked_stack()
    world.applications[0]["name"] = "renamed by hand"

    act(world, action="check")

    metric = json.loads(capsys.readouterr().out)
    assert metric["ResourcesDrifted"] == [1.0]
    assert metric["ResourcesChecked"] == [2.0]
    assert metric["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Switchboard"


def test_drift_is_repaired_when_asked_to(world: World) -> None:
    stack = world.linked_stack()
    world.applications[0]["name"] = "renamed by hand"
    world.applications[0]["keys"] = {"public_key": keys.make().public_pem}
    del world.vonage.account.numbers[GB]["app_id"]

    report = act(world, action="check", repair=True)

    assert [each["status"] for each in report["resources"]] == ["repaired", "repaired"]
    assert world.applications[0]["name"] == "shop"
    assert keys.same(
        world.applications[0]["keys"]["public_key"], keys.pair(world.secret(stack)["private_key"]).public_pem
    )
    assert world.vonage.account.numbers[GB]["app_id"] == world.applications[0]["id"]
    assert act(world, action="check")["status"] == "ok"


def test_an_application_deleted_by_hand_is_made_again(world: World) -> None:
    stack = world.linked_stack()
    world.vonage.account.applications = {}

    assert "APPLICATION_MISSING" in codes(act(world, action="check", resource="App"))
    act(world, action="check", resource="App", repair=True)

    assert world.secret(stack)["application_id"] == world.applications[0]["id"]


def test_an_application_made_again_leaves_no_record_of_the_one_deleted_by_hand(world: World) -> None:
    world.linked_stack()
    world.vonage.account.applications = {}

    act(world, action="check", resource="App", repair=True)

    recorded = {name.partition("/")[0] for name in world.aws.records("applications")}
    assert recorded == {world.applications[0]["id"]}


def test_a_number_taken_by_somebody_is_told_and_not_taken_back(world: World) -> None:
    world.linked_stack()
    other = world.create_application(world.stack("other")).data["ApplicationId"]
    world.vonage.account.numbers[GB]["app_id"] = other

    report = act(world, action="check", resource="Link", repair=True)

    assert codes(report) == ["NUMBER_LINKED_ELSEWHERE"]
    assert world.vonage.account.numbers[GB]["app_id"] == other


def test_a_repair_that_leaves_something_to_others_is_told_as_drift(world: World) -> None:
    stack = world.linked_stack()
    application = world.applications[0]["id"]
    assert stack.update("Link", number_properties(application, Numbers=[GB, US])).succeeded
    other = world.create_application(world.stack("other")).data["ApplicationId"]
    world.vonage.account.numbers[GB]["app_id"] = other
    del world.vonage.account.numbers[US]["app_id"]

    report = act(world, action="check", resource="Link", repair=True)

    assert (report["status"], report["resources"][-1]["status"]) == ("drift", "drift")
    assert world.vonage.account.numbers[US]["app_id"] == application


def test_a_number_that_moved_to_another_stack_is_not_fetched_back(world: World) -> None:
    stack, other = world.linked_stack(), world.stack("other")
    taken_by = world.create_application(other).data["ApplicationId"]
    stack.update("Link", number_properties(world.applications[0]["id"], AllowTakeover=True))
    assert world.create_number(other, taken_by, AllowTakeover=True).succeeded

    report = act(world, action="check", repair=True)

    assert report["status"] == "ok", report
    assert world.vonage.account.numbers[GB]["app_id"] == taken_by


def test_a_renamed_resource_leaves_its_application_to_the_new_one(world: World) -> None:
    stack = world.stack()
    world.create_application(stack, "Old", Name="before")
    world.create_application(stack, "New", Name="after")

    assert act(world, action="check", repair=True)["status"] == "ok"
    act(world, action="rotate")

    assert world.applications[0]["name"] == "after"
    assert len(world.calls("GET /v1/calls")) == 1


def test_resources_of_another_provisioner_are_left_alone(world: World) -> None:
    world.linked_stack()

    report = actions.act({"action": "check"}, "arn:aws:lambda:us-east-1:1:function:other", world.tools())

    assert report["resources"] == []


def test_check_forgets_what_went_long_ago(world: World) -> None:
    stack = world.stack()
    world.create_application(stack)
    stack.delete("App")
    act(world, action="check")
    assert world.aws.records("tombstones")

    world.time.offset += 90_000
    act(world, action="check")

    assert world.aws.parameters == {}


def test_rotate_gives_every_application_a_new_key(world: World) -> None:
    stack = world.linked_stack()
    before = world.secret(stack)

    report = act(world, action="rotate")

    after = world.secret(stack)
    assert report["status"] == "ok"
    assert after["private_key"] != before["private_key"]
    assert keys.same(world.applications[0]["keys"]["public_key"], keys.pair(after["private_key"]).public_pem)
    assert report["resources"][0]["fingerprint"] == keys.fingerprint(
        keys.pair(after["private_key"]).public_pem
    )
    assert stack.update("App", application_properties(stack)).succeeded
    assert world.secret(stack) == after


def test_a_rotation_that_vonage_does_not_accept_is_taken_back(world: World) -> None:
    stack = world.linked_stack()
    before = world.secret(stack)
    world.vonage.faults.next("GET /v1/calls", status=401, times=99)

    report = act(world, action="rotate")

    assert report["status"] == "failed"
    assert world.secret(stack) == before
    assert keys.same(world.applications[0]["keys"]["public_key"], keys.pair(before["private_key"]).public_pem)
    world.vonage.faults.clear()
    assert act(world, action="check")["status"] == "ok"


def test_a_rotation_that_died_is_gone_on_with(world: World) -> None:
    stack = world.linked_stack()
    for calls in range(1, 20):
        died = world.death.of(lambda: act(world, action="rotate"), calls)
        world.time.offset += 200

        act(world, action="check", repair=True)

        secret = world.secret(stack)
        where = f"killed after call {calls}, {world.death.last_call}"
        assert keys.same(
            world.applications[0]["keys"]["public_key"], keys.pair(secret["private_key"]).public_pem
        ), where
        assert act(world, action="check")["status"] == "ok", where
        if not died:
            return
    pytest.fail("the rotation never ended")


@pytest.mark.parametrize("refusal", [401, 503], ids=["of a caller", "of a message"])
def test_a_healthy_stack_leaves_only_what_no_api_can_check(world: World, refusal: int) -> None:
    with webhooks(world, refusal):
        world.linked_stack()

        report = act(world, action="doctor")

    assert report["status"] == "healthy", report
    assert [each["code"] for each in report["by_hand"]] == [
        "SIGNATURE_SECRET_UNVERIFIED",
        "SMS_SETTING_UNVERIFIED",
        "EMAIL_DOMAINS_UNVERIFIED",
    ]


def test_doctor_does_not_call_a_provisioner_without_records_healthy(world: World) -> None:
    world.linked_stack()
    world.aws.parameters.clear()

    report = act(world, action="doctor")

    assert (report["status"], codes(report)) == ("sick", ["RECORDS_EMPTY"])
    assert "make deploy PARAMETERS=KeyVersion=" in report["resources"][0]["findings"][0]["next_step"]


def test_next_update_goes_on_without_records_and_says_so(world: World) -> None:
    stack = world.linked_stack()
    [before] = world.applications
    world.aws.parameters.clear()

    updated = stack.update("App", application_properties(stack, Name="renamed", KeyVersion="2"))
    relinked = stack.update("Link", number_properties(before["id"], AllowTakeover=True))

    assert updated.succeeded, updated.reason
    assert "were gone, and were written again" in updated.reason
    assert (updated.physical_id, updated.data["ApplicationId"]) == (
        stack.resources["App"]["id"],
        before["id"],
    )
    assert relinked.succeeded, relinked.reason
    assert act(world, action="check")["status"] == "ok"


def test_application_without_records_may_have_been_adopted_and_stays(world: World) -> None:
    stack = world.linked_stack()
    world.aws.parameters.clear()
    assert stack.update("App", application_properties(stack, Name="renamed")).succeeded
    assert stack.update("App", application_properties(stack, Name="again")).succeeded

    assert stack.delete("App").succeeded

    assert len(world.applications) == 1
    assert world.secret(stack) == {}


def test_update_without_records_that_fails_is_rolled_back(world: World) -> None:
    stack = world.linked_stack()
    world.aws.parameters.clear()
    world.vonage.faults.next("* *", times=10_000, status=503)

    for logical_id, changes in (("App", {"Name": "renamed"}), ("Link", {"AllowTakeover": "true"})):
        before = stack.resources[logical_id]["properties"]
        update, back = stack.update_and_roll_back(logical_id, {**before, **changes})

        assert (update.succeeded, back.succeeded) == (False, True), back.reason
    assert world.applications[0]["name"] == "shop"


def test_update_without_records_takes_no_application_of_another_resource(world: World) -> None:
    one, two = world.linked_stack(), world.stack("two")
    world.create_application(two)
    [record] = [name for name in world.aws.parameters if "/resources/two." in name]
    del world.aws.parameters[record]
    stolen = application_properties(two, ApplicationSecret="shop-application", Name="stolen")
    two.resources["App"]["properties"] = stolen

    updated = two.update("App", {**stolen, "Name": "renamed"})

    assert "holds the key of the application" in updated.reason
    assert one.resources
    assert "stolen" not in {each["name"] for each in world.applications}


def test_doctor_names_refused_credentials(world: World) -> None:
    world.linked_stack()
    world.aws.secret(CREDENTIALS, {"api_key": "abcd1234", "api_secret": "wrong"})
    world.aws.secret(f"{CREDENTIALS}-signature", {"api_key": "abcd1234"})

    report = act(world, action="doctor")

    assert {"SIGNATURE_SECRET_MISSING", "VONAGE_401"} <= set(codes(report))


def test_doctor_names_a_signature_secret_that_is_missing_once(world: World) -> None:
    world.linked_stack()
    del world.aws.secrets[f"{CREDENTIALS}-signature"]

    report = act(world, action="doctor")

    assert codes(report).count("CREDENTIALS_MISSING") == 1
    assert f"{CREDENTIALS}-signature" in str(report["resources"])


def test_doctor_names_missing_credentials_once(world: World) -> None:
    world.linked_stack()
    del world.aws.secrets[CREDENTIALS]

    (account,) = [each for each in act(world, action="doctor")["resources"] if "account" in each]

    assert [found["code"] for found in account["findings"]] == ["CREDENTIALS_MISSING"]


def test_doctor_names_secrets_of_two_accounts(world: World) -> None:
    world.linked_stack()
    world.aws.secret(f"{CREDENTIALS}-signature", {"api_key": "another1", "signature_secret": "s"})

    assert "CREDENTIALS_DIFFER" in codes(act(world, action="doctor"))


def test_doctor_says_when_the_signature_secret_lies_beside_the_api_secret_too(world: World) -> None:
    world.linked_stack()
    before = act(world, action="doctor")
    kept = world.aws.secrets[CREDENTIALS]
    kept.rotate({**kept.current(), "signature_secret": "of a stage of 0.1"})

    after = act(world, action="doctor")

    twice = [each for each in after["by_hand"] if each["code"] == "SIGNATURE_SECRET_TWICE"]
    assert ["SEPARATE=true" in each["next_step"] for each in twice] == [True]
    assert "SIGNATURE_SECRET_TWICE" not in str(before)
    assert after["status"] == before["status"]


def test_doctor_names_a_key_that_vonage_refuses(world: World) -> None:
    with webhooks(world, 401):
        world.linked_stack()
        world.applications[0]["keys"] = {"public_key": keys.make().public_pem}
        world.vonage.faults.next("GET /v1/calls", status=401)

        report = act(world, action="doctor", resource="App")

    assert codes(report) == ["APPLICATION_CHANGED", "KEY_REFUSED"]


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (404, "", "WEBHOOK_FAILS"),
        (500, "", "WEBHOOK_FAILS"),
        (503, '{"message":"Service Unavailable"}', "WEBHOOK_FAILS"),
        (0, "", "WEBHOOK_UNREACHABLE"),
    ],
    ids=["gone", "broken", "throttled", "silent"],
)
def test_doctor_names_webhooks_that_do_not_answer_as_they_should(
    world: World, status: int, body: str, code: str
) -> None:
    with webhooks(world, status, body):
        world.linked_stack()

        report = act(world, action="doctor", resource="App")

    assert set(codes(report)) == {code}


def test_doctor_asks_webhooks_whose_address_no_dns_knows_where_they_are(world: World) -> None:
    with serving(lambda _: Answer(401, b"")) as url:
        world.linked_stack()
        tools = replace(world.tools(), reached={"https://shop.example.com": url})

        report = actions.act({"action": "doctor"}, FUNCTION, tools)

    assert report["status"] == "healthy", report


def test_doctor_names_webhooks_in_the_clear(world: World) -> None:
    stack = world.stack()
    world.create_application(
        stack,
        Capabilities={
            "rtc": {"webhooks": {"event_url": {"address": f"{world.vonage.url}/_simulator/journal"}}}
        },
    )

    assert "WEBHOOK_INSECURE" in codes(act(world, action="doctor"))


def test_doctor_names_a_number_without_voice(world: World) -> None:
    world.linked_stack()
    world.vonage.account.numbers[GB]["features"] = ["SMS"]

    assert "NUMBER_WITHOUT_VOICE" in codes(act(world, action="doctor", resource="Link"))


def test_doctor_names_a_number_that_is_not_owned_any_more(world: World) -> None:
    world.linked_stack()
    del world.vonage.account.numbers[GB]

    assert "NUMBER_NOT_OWNED" in codes(act(world, action="doctor", resource="Link"))


def test_doctor_names_a_wrong_clock(world: World) -> None:
    with webhooks(world, 401):
        world.linked_stack()
        world.time.offset += 3600

        report = act(world, action="doctor", resource="App")

    assert codes(report) == ["CLOCK_SKEW"]


def test_every_code_is_documented() -> None:
    source = "".join(path.read_text() for path in Path("provisioner").rglob("*.py"))
    documented = Path("docs/provisioner.md").read_text()

    found = set(re.findall(r'"([A-Z]+(?:_[A-Z]+)+)"', source)) - {
        "AWS_LAMBDA_FUNCTION_NAME",
        "POWERTOOLS_SERVICE_NAME",
    }

    missing = {code for code in found if not code.startswith(("SWITCHBOARD_", "VONAGE_A", "VONAGE_N"))}
    assert {code for code in missing if f"`{code}`" not in documented} == set()


class webhooks:  # noqa: N801 - reads as a phrase
    """The stacks' webhooks answer with a status; 0 breaks the connection off."""

    def __init__(self, world: World, status: int, body: str = "") -> None:
        self._world, self._status, self._body = world, status, body
        self._real = world.http

    def __enter__(self) -> None:
        self._world.http = httpx.Client(transport=httpx.MockTransport(self._reply))

    def __exit__(self, *_: object) -> None:
        self._world.http.close()
        self._world.http = self._real

    def _reply(self, request: httpx.Request) -> httpx.Response:
        if not request.url.host.endswith("example.com"):
            reply = self._real.send(
                self._real.build_request(
                    request.method, request.url, content=request.content, headers=request.headers
                )
            )
            return httpx.Response(reply.status_code, content=reply.content, headers=reply.headers)
        if self._status == 0:
            raise httpx.ConnectError("nobody there")
        return httpx.Response(self._status, text=self._body)
