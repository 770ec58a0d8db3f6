"""The life of a stack, led by CloudFormation and the real SAM CLI: create, upgrade, update, delete.

It has what a team in production gives it: a key, a domain, media, somebody who hears of alarms. The embedded
CloudFormation ignores reserved concurrency and the bucket's key: tests/template asserts on these.
"""

import copy
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from rich.console import Console

from local import aws, up
from local.report import Report
from local.stage import SIGNATURE_SECRET_NAME, Stage
from local.up import CALLEE, PARAMETERS
from operate.credentials import SECRET_NAME
from operate.errors import OperatorError
from tests.e2e import releases
from tests.e2e.conftest import delete_quickly, packaged, stage_for, vonage_account, wait_until
from tests.e2e.test_commands import SMS, put_command, sent
from tests.e2e.traffic import OF_A_SLOW_MACHINE, Traffic, canonical, coming_in
from vonage_simulator.messages import inbound
from vonage_simulator.vonage import Vonage

Json = dict[str, Any]


DOMAIN = "voice.example.com"
LEAST_CALLS = 10
# What isn't given stays as it is.
CHANNELS_ON = {"Verify": "true", "InboundEmail": "true", "MediaDays": "0"}
CHANNELS_OFF = {"Verify": "false", "InboundEmail": "false", "MediaDays": "0"}


class Upgrade(NamedTuple):
    """What an upgrade found: the application and the numbers before, and what happened meanwhile."""

    application: Json
    numbers: Json
    asked: list[Json]
    traffic: Traffic


@pytest.fixture(scope="module")
def account(aws_url: str) -> Iterator[Vonage]:
    """An account that this module's stack has to itself."""
    with vonage_account(aws_url, domains=[DOMAIN]) as vonage:
        yield vonage


@pytest.fixture(scope="module")
def production(aws_url: str, account: Vonage) -> dict[str, str]:
    """Parameters of a team that has a KMS key, a certificate and a hosted zone of its own."""
    here = aws.session(aws_url)
    key = here.client("kms", endpoint_url=aws_url).create_key()["KeyMetadata"]["Arn"]
    acm = here.client("acm", endpoint_url=aws_url)
    certificate = acm.request_certificate(DomainName=DOMAIN, ValidationMethod="DNS")["CertificateArn"]
    route53 = here.client("route53", endpoint_url=aws_url)
    zone = route53.create_hosted_zone(Name="example.com", CallerReference="tests")["HostedZone"]["Id"]
    return {
        **PARAMETERS,
        "KmsKeyArn": key,
        "DomainName": DOMAIN,
        "CertificateArn": certificate,
        "HostedZoneId": zone.removeprefix("/hostedzone/"),
        "AlarmEmail": "oncall@example.com",
        "MediaDays": "7",
        "AnswerConcurrency": "5",
        "FallbackConcurrency": "5",
        # As with a regional host, the Numbers API is at another origin than the others.
        "VonageNumbersUrl": account.url.replace("127.0.0.1", "localhost"),
    }


@pytest.fixture(scope="module")
def built(aws_url: str, account: Vonage) -> Path:
    """The template, built in a folder of its own: tests that share a stack may run at the same time."""
    return packaged(stage_for(account, aws_url, "switchboard-lifecycle"))


@pytest.fixture(scope="module")
def lived(aws_url: str, account: Vonage, vonage: Vonage) -> Iterator[Stage]:
    """The stack whose life the tests below follow, in their order."""
    stage = stage_for(account, aws_url, "switchboard-lifecycle")
    stage.log.unlink(missing_ok=True)
    stage.store_credentials()
    yield stage
    stage_for(vonage, aws_url, stage.stack_name).store_credentials()  # the other tests' account again


def applications(vonage: Vonage) -> list[Json]:
    return list(vonage.account.applications.values())


def application_of(vonage: Vonage) -> Json:
    """A copy of the account's only application, as it is now."""
    (application,) = applications(vonage)
    return copy.deepcopy(application)


def links(vonage: Vonage) -> dict[str, str | None]:
    return {msisdn: number.get("app_id") for msisdn, number in vonage.account.numbers.items()}


def identity(stage: Stage, logical_id: str) -> str:
    """The physical id of one of the stack's resources."""
    client = aws.session(stage.aws_url).client("cloudformation", endpoint_url=stage.aws_url)
    found = client.describe_stack_resource(StackName=stage.stack_name, LogicalResourceId=logical_id)
    return found["StackResourceDetail"]["PhysicalResourceId"]


def records(stage: Stage) -> list[str]:
    """What the provisioner still remembers of this stack's application and numbers.

    AWS asks to delete a resource whose Create failed, the emulator does not: the note of that attempt stays.
    """
    ssm = aws.session(stage.aws_url).client("ssm", endpoint_url=stage.aws_url)
    pages = ssm.get_paginator("get_parameters_by_path").paginate(Path="/switchboard", Recursive=True)
    kept = {
        parameter["Name"]: json.loads(parameter["Value"])
        for page in pages
        for parameter in page["Parameters"]
    }
    ours = f"/resources/{stage.stack_name}."
    nothing: tuple[set[str], ...] = ({"create_request"}, {"gone_at"})
    return [name for name, record in kept.items() if ours in name and record.keys() not in nothing]


def test_failed_create_leaves_nothing_at_vonage(lived: Stage, account: Vonage, built: Path) -> None:
    with pytest.raises(OperatorError) as failure:
        lived.deploy(built, {"Numbers": "447700900123"})

    assert "does not own the number 447700900123" in failure.value.cause
    assert applications(account) == []
    assert set(links(account).values()) == {None}
    delete_quickly(lived)


def test_missing_credentials_are_explained(aws_url: str, account: Vonage, built: Path) -> None:
    stage = stage_for(account, aws_url, "switchboard-without-credentials")

    with pytest.raises(OperatorError, match="make credentials"):
        stage.deploy(built, {"CredentialsSecret": "switchboard/nowhere"})

    assert applications(account) == []
    delete_quickly(stage)


def test_own_number_as_forward_to_is_refused_before_anything_is_made(lived: Stage, built: Path) -> None:
    number = PARAMETERS["Numbers"].split(",")[0]

    with pytest.raises(OperatorError, match="forwarded to itself"):
        lived.deploy(built, {"Numbers": number, "ForwardTo": number})


def number_of_items(stage: Stage) -> int:
    """How much the timeline holds."""
    client = aws.session(stage.aws_url).client("dynamodb", endpoint_url=stage.aws_url)
    return client.scan(TableName=identity(stage, "Timeline"), Select="COUNT")["Count"]


class Release(NamedTuple):
    """A released version that is deployed, and what an upgrade said while there was no signature secret."""

    cause: str
    functions_before: Json
    functions_after: Json


def functions(stage: Stage) -> Json:
    """The code, layers and settings of each webhook's function."""
    client = aws.session(stage.aws_url).client("lambda", endpoint_url=stage.aws_url)
    names = ("Answer", "Event", "Inbound", "Status", "RtcEvent")
    found = {
        name: client.get_function_configuration(FunctionName=identity(stage, f"{name}Function"))
        for name in names
    }
    return {
        name: [each["CodeSha256"], each["Layers"], each["Environment"]["Variables"]]
        for name, each in found.items()
    }


@pytest.fixture(scope="module")
def released(
    lived: Stage, built: Path, production: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Release | None:
    """The newest release's stack, or UPGRADE_FROM's, left alone by an upgrade without a signature secret."""
    wanted = os.environ.get("UPGRADE_FROM")
    release = releases.commit(wanted) if wanted else releases.newest()
    if release is None:
        return None
    secrets = aws.session(lived.aws_url).client("secretsmanager", endpoint_url=lived.aws_url)
    held = {name: getattr(lived, name) for name in ("api_key", "api_secret", "signature_secret")}
    secrets.put_secret_value(SecretId=SECRET_NAME, SecretString=json.dumps(held))
    secrets.delete_secret(SecretId=SIGNATURE_SECRET_NAME, ForceDeleteWithoutRecovery=True)
    template = releases.unpack(release, tmp_path_factory.mktemp("release"))
    known = {name: value for name, value in production.items() if f"\n  {name}:\n" in template.read_text()}
    lived.deploy(lived.build(template), known)
    before = functions(lived)
    with pytest.raises(OperatorError) as stopped:
        lived.deploy(built, production)
    after = functions(lived)
    signing = {name: held[name] for name in ("api_key", "signature_secret")}
    secrets.create_secret(Name=SIGNATURE_SECRET_NAME, SecretString=json.dumps(signing))
    return Release(stopped.value.cause, before, after)


def test_upgrade_without_a_signature_secret_touches_no_function(released: Release | None) -> None:
    if released is None:
        pytest.skip("git knows no release but what is checked out")
    assert "CredentialsCheck" in released.cause
    assert "make credentials" in released.cause
    assert released.functions_after == released.functions_before


@pytest.fixture(scope="module")
def upgrade(
    lived: Stage,
    account: Vonage,
    built: Path,
    production: dict[str, str],
    released: Release | None,
) -> Upgrade:
    """Today's stack, deployed over the release's while calls come in."""
    if released is None:
        lived.deploy(built, production)  # the tests below need it
        pytest.skip("git knows no release but what is checked out, so none was deployed first")
    before, numbers = application_of(account), dict(account.account.numbers)
    account.faults.next("POST /v1/messages", status=429, retry_after=20)
    put_command(lived, "messages.send", SMS | {"text": "Put before the upgrade"})
    wait_until(lambda: not account.faults.waiting(), 60)
    asked = len(account.journal.entries(kind="api"))
    number = lived.outputs()["LinkedNumbers"].split(",")[0]
    with coming_in(account, number, least=LEAST_CALLS) as traffic:
        lived.deploy(built, production)
    return Upgrade(before, numbers, account.journal.entries(kind="api")[asked:], traffic)


def test_upgrade_touches_neither_the_number_nor_the_key(upgrade: Upgrade, account: Vonage) -> None:
    application = application_of(account)
    assert (application["id"], application["keys"]) == (
        upgrade.application["id"],
        upgrade.application["keys"],
    )
    assert account.account.numbers == upgrade.numbers
    assert not [entry for entry in upgrade.asked if "/number/update" in entry["request"]["url"]]


@pytest.mark.usefixtures("upgrade")
def test_upgrade_loses_no_command(lived: Stage, account: Vonage) -> None:
    """One waited in the queue that version 0.1 put it in, the other goes through the new one."""
    put_command(lived, "messages.send", SMS | {"text": "Put after the upgrade"})
    for text in ("Put before the upgrade", "Put after the upgrade"):
        wait_until(lambda text=text: sent(account)[text] == 1, 60)  # type: ignore[misc]


def test_every_call_that_came_in_during_the_upgrade_was_answered(upgrade: Upgrade) -> None:
    traffic = upgrade.traffic

    assert len(traffic.calls) >= LEAST_CALLS
    assert {call.status for call in traffic.calls} == {"completed"}
    assert traffic.failures() <= OF_A_SLOW_MACHINE
    assert len([said for said in traffic.said() if said != "Connecting you."]) <= len(
        traffic.failed("answer")
    )


def test_nothing_that_came_in_during_the_upgrade_is_lost(upgrade: Upgrade, lived: Stage) -> None:
    scan = aws.session(lived.aws_url).client("dynamodb", endpoint_url=lived.aws_url).get_paginator("scan")
    table = lived.outputs()["TimelineTableName"]

    def lost() -> set[str]:
        items = [item for page in scan.paginate(TableName=table) for item in page["Items"]]
        kept = {canonical(json.loads(item["payload"]["S"])) for item in items if "payload" in item}
        return upgrade.traffic.sent() - kept

    wait_until(lambda: lost() == set(), timeout_s=90)


def test_stack_has_one_application_and_links_the_numbers(lived: Stage, account: Vonage) -> None:
    (application,) = applications(account)
    voice, inbound = (application["capabilities"][name]["webhooks"] for name in ("voice", "messages"))
    webhooks = {**voice, **inbound, "rtc": application["capabilities"]["rtc"]["webhooks"]["event_url"]}
    names = {hook["address"].rsplit("/", 1)[1] for hook in webhooks.values()}
    assert names == {"answer", "fallback", "event", "inbound", "status", "rtcevent"}
    assert {hook["http_method"] for hook in webhooks.values()} == {"POST"}
    assert webhooks.pop("fallback_answer_url")["address"] == lived.outputs()["FallbackUrl"]
    assert {hook["address"].partition("/webhooks/")[0] for hook in webhooks.values()} == {f"https://{DOMAIN}"}
    assert application["id"] == lived.outputs()["ApplicationId"]
    assert set(links(account).values()) == {application["id"]}


def test_call_is_answered_by_the_deployed_function_and_forwarded(lived: Stage, account: Vonage) -> None:
    number = lived.outputs()["LinkedNumbers"].split(",")[0]

    outcome = account.engine.run(account.lines.call_in("447700900111", number))

    story = [(line["what"], line.get("text") or line.get("number")) for line in outcome.transcript]
    assert outcome.status == "completed"
    assert ("talk", "Connecting you.") in story
    assert ("connected", CALLEE) in story
    webhooks = account.journal.entries(kind="webhook", call=outcome.call)
    assert [hook["request"]["body"]["status"] for hook in webhooks if hook["webhook"] == "event"].count(
        "completed"
    ) == 2
    assert all(hook["response"]["status"] in {200, 204} for hook in webhooks)


def test_sms_is_taken_by_the_deployed_function(lived: Stage, account: Vonage) -> None:
    number = lived.outputs()["LinkedNumbers"].split(",")[0]
    sms = {"channel": "sms", "from": "447700900111", "to": number, "text": "Hello"}

    taken = account.engine.run(inbound.receive(account.mailbox, sms))

    assert taken["delivered"]


def test_file_of_a_message_is_copied_into_the_bucket(lived: Stage, account: Vonage) -> None:
    (application,) = applications(account)
    file = account.exchange.keep_recording(application["id"], "wav").file_id
    image = {"url": f"{account.url}/v1/files/{file}"}
    number = lived.outputs()["LinkedNumbers"].split(",")[0]
    message = {
        "channel": "mms",
        "message_type": "image",
        "from": "447700900111",
        "to": number,
        "image": image,
    }

    account.engine.run(inbound.receive(account.mailbox, message))

    bucket, s3 = (
        identity(lived, "MediaBucket"),
        aws.session(lived.aws_url).client("s3", endpoint_url=lived.aws_url),
    )
    wait_until(lambda: s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 1)


def test_what_is_kept_is_encrypted_with_the_team_s_key(lived: Stage, production: dict[str, str]) -> None:
    key, here = production["KmsKeyArn"], aws.session(lived.aws_url)
    queue = here.client("sqs", endpoint_url=lived.aws_url).get_queue_attributes(
        QueueUrl=identity(lived, "EventQueue"), AttributeNames=["KmsMasterKeyId"]
    )
    secret = here.client("secretsmanager", endpoint_url=lived.aws_url).describe_secret(
        SecretId=identity(lived, "ApplicationSecret")
    )

    assert queue["Attributes"]["KmsMasterKeyId"] == key
    assert secret["KmsKeyId"] == key


def test_alarms_go_to_the_address(lived: Stage) -> None:
    sns = aws.session(lived.aws_url).client("sns", endpoint_url=lived.aws_url)
    subscribed = sns.list_subscriptions_by_topic(TopicArn=identity(lived, "AlarmTopic"))["Subscriptions"]

    assert [(each["Protocol"], each["Endpoint"]) for each in subscribed] == [("email", "oncall@example.com")]


def test_domain_leads_to_the_api(lived: Stage, production: dict[str, str]) -> None:
    route53 = aws.session(lived.aws_url).client("route53", endpoint_url=lived.aws_url)
    found = route53.list_resource_record_sets(HostedZoneId=production["HostedZoneId"])["ResourceRecordSets"]

    assert lived.outputs()["WebhookUrl"] == f"https://{DOMAIN}/webhooks"
    assert f"{DOMAIN}." in [record["Name"] for record in found if record["Type"] == "A"]


def test_event_reaches_the_timeline(lived: Stage, account: Vonage) -> None:
    table = aws.session(lived.aws_url).client("dynamodb", endpoint_url=lived.aws_url)
    call = account.journal.entries(kind="call")[-1]["call"]

    def recorded() -> list[Json]:
        key = {":call": {"S": f"CALL#{call}"}}
        found = table.query(
            TableName=lived.outputs()["TimelineTableName"],
            KeyConditionExpression="pk = :call",
            ExpressionAttributeValues=key,
        )
        return list(found["Items"])

    wait_until(lambda: len(recorded()) >= 8)


def test_make_up_again_changes_the_application_in_place_and_keeps_its_key_and_the_timeline(
    lived: Stage, account: Vonage, built: Path
) -> None:
    (before,) = applications(account)
    before = {"id": before["id"], "key": before["keys"]["public_key"]}
    packaged, table = built.read_text(), identity(lived, "Timeline")
    kept = number_of_items(lived)

    changed = {"ApplicationName": "Renamed", "VoiceRegion": "eu-west", "WithVbc": "true"}
    bucket = identity(lived, "MediaBucket")
    changed |= CHANNELS_ON
    up.again(Report(Console(quiet=True)), up.state_of(lived, []), {**PARAMETERS, **changed})
    built.write_text(packaged)  # `sam build` empties the folder

    assert identity(lived, "Timeline") == table
    assert number_of_items(lived) >= kept > 0

    (application,) = applications(account)
    assert application["name"] == "Renamed"
    assert application["capabilities"]["voice"]["region"] == "eu-west"
    assert application["capabilities"]["vbc"] == {}
    assert verify_webhook(application).endswith("/webhooks/verify")
    assert lived.outputs()["MediaBucketName"] == bucket
    assert {"id": application["id"], "key": application["keys"]["public_key"]} == before


def test_failing_update_is_rolled_back_to_what_was(lived: Stage, account: Vonage, built: Path) -> None:
    linked, key = links(account), applications(account)[0]["keys"]["public_key"]
    numbers = f"{PARAMETERS['Numbers']},447700900123"
    changed = {**PARAMETERS, **CHANNELS_OFF, "ApplicationName": "Never", "Numbers": numbers}

    with pytest.raises(OperatorError, match="VonageNumbers"):
        lived.deploy(built, changed)

    (application,) = applications(account)
    assert application["name"] == "Renamed"
    assert application["keys"]["public_key"] == key
    assert links(account) == linked
    assert lived.outputs()["ApplicationId"] == application["id"]
    assert verify_webhook(application).endswith("/webhooks/verify")
    assert lived.outputs()["MediaBucketName"] == identity(lived, "MediaBucket")


def verify_webhook(application: Json) -> str:
    return str(application["capabilities"]["verify"]["webhooks"]["status_url"]["address"])


def test_update_rotates_the_key_and_unlinks_the_numbers_that_are_dropped(
    lived: Stage, account: Vonage, built: Path
) -> None:
    (before,) = applications(account)
    old_key, fingerprint = before["keys"]["public_key"], lived.outputs()["PublicKeyFingerprint"]
    bucket = lived.outputs()["MediaBucketName"]

    lived.deploy(built, {**PARAMETERS, **CHANNELS_OFF, "Numbers": "", "KeyVersion": "2"})

    (application,) = applications(account)
    assert application["keys"]["public_key"] != old_key
    assert lived.outputs()["PublicKeyFingerprint"] != fingerprint
    assert set(links(account).values()) == {None}
    # Verify and InboundEmail are off again: Vonage hears of it, and what was kept is kept.
    assert "verify" not in application["capabilities"]
    assert "MediaBucketName" not in lived.outputs()
    s3 = aws.session(lived.aws_url).client("s3", endpoint_url=lived.aws_url)
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] > 0


def test_delete_leaves_nothing_at_vonage(lived: Stage, account: Vonage) -> None:
    delete_quickly(lived)

    assert applications(account) == []
    assert set(links(account).values()) == {None}
    assert records(lived) == []
