"""What must hold of the stack whatever else changes, asserted on the template that CloudFormation gets."""

import json
import re
from collections.abc import Iterator
from typing import Any

from switchboard.envelope import source
from switchboard.reach import documents
from switchboard.webhooks.reply import COMMANDS
from switchboard.wire.classify import WebhookName, classify
from switchboard.wire.reach.campaigns import CAMPAIGN_COMMANDS

from operate.paths import ROOT
from provisioner.wanted.capabilities import Capabilities
from tests.projects import FLOWS

Json = dict[str, Any]

WEBHOOKS = {
    "POST /webhooks/answer": "AnswerFunction",
    "POST /webhooks/fallback": "FallbackFunction",
    "POST /webhooks/event": "EventFunction",
    "POST /webhooks/inbound": "InboundFunction",
    "POST /webhooks/status": "StatusFunction",
    "POST /webhooks/rtcevent": "RtcEventFunction",
    "POST /webhooks/verify": "VerifyFunction",
}


# What a callee hears first, which no capability of the application names.
NOTE = {"GET /webhooks/answer": "AnswerFunction"}


def functions(resources: Json) -> Json:
    return {name: r["Properties"] for name, r in resources.items() if r["Type"] == "AWS::Lambda::Function"}


def given(value: Any) -> Any:  # noqa: ANN401 - JSON
    """What is there if the condition holds."""
    return given(value["Fn::If"][1]) if isinstance(value, dict) and "Fn::If" in value else value


def without(condition: str, value: Any) -> Any:  # noqa: ANN401 - any part of a template
    """A part of the template as it is where a condition doesn't hold."""
    match value:
        case {"Fn::If": [found, _, otherwise]} if found == condition:
            return without(condition, otherwise)
        case dict():
            return {key: without(condition, member) for key, member in value.items()}
        case list():
            return [without(condition, member) for member in value]
    return value


def references(value: object) -> Iterator[str]:
    """Logical ids that a part of the template refers to."""
    if isinstance(value, list):
        for member in value:
            yield from references(member)
    elif isinstance(value, dict):
        for key, member in value.items():
            if key == "Ref":
                yield member
            elif key == "Fn::GetAtt":
                yield member[0]
            elif key == "Fn::Sub":
                text, values = (member, {}) if isinstance(member, str) else member
                yield from re.findall(r"\$\{(\w+)[}.]", text)
                yield from references(values)
            else:
                yield from references(member)


def statements(resources: Json) -> Iterator[Json]:
    for resource in resources.values():
        properties = resource.get("Properties", {})
        documents = [
            policy["PolicyDocument"] for policy in properties.get("Policies", []) if isinstance(policy, dict)
        ]
        if resource["Type"] == "AWS::IAM::ManagedPolicy":
            documents.append(properties["PolicyDocument"])
        for document in documents:
            for statement in document["Statement"]:
                yield statement["Fn::If"][1] if "Fn::If" in statement else statement


def test_api_has_exactly_one_post_route_for_each_webhook_and_one_for_a_callee_s_note(resources: Json) -> None:
    paths = resources["WebhookApi"]["Properties"]["Body"]["paths"]

    routes = {
        f"{method.upper()} {path}": next(
            references(given(given(operation)["x-amazon-apigateway-integration"]["uri"]))
        )
        for path, operations in paths.items()
        for method, operation in given(operations).items()
    }

    assert {key: route for key, route in routes.items() if route in WEBHOOKS.values()} == WEBHOOKS | NOTE
    assert routes.keys() == WEBHOOKS.keys() | NOTE.keys()


def test_every_function_folder_is_one_resource(written: Json) -> None:
    folders = {
        f"{house}/{path.parent.name}/"
        for house, folder in (("functions", FLOWS), ("workers", ROOT / "workers"))
        for path in folder.glob("*/app.py")
    }

    declared = [
        r["Properties"]["CodeUri"]
        for r in written["Resources"].values()
        if r["Type"] == "AWS::Serverless::Function"
    ]

    # The provisioner is three functions: itself, the one that looks at the credentials before webhooks are
    # touched, and the one that answers when they die.
    assert sorted(declared) == sorted([*folders, *["provisioner/"] * 3])


def test_every_function_writes_to_a_log_group_of_its_own(resources: Json) -> None:
    groups = [properties["LoggingConfig"]["LogGroup"]["Ref"] for properties in functions(resources).values()]

    assert len(set(groups)) == len(groups)
    assert all(
        resources[group]["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"} for group in groups
    )


def test_every_function_has_a_role_of_its_own(resources: Json) -> None:
    roles = [properties["Role"]["Fn::GetAtt"][0] for properties in functions(resources).values()]

    assert len(set(roles)) == len(roles)


def test_no_statement_is_open_to_every_resource(resources: Json) -> None:
    for statement in statements(resources):
        assert statement["Resource"] != "*", statement
        assert "*" not in str(statement["Action"]), statement


def test_concurrency_is_reserved_only_when_asked_for(resources: Json) -> None:
    """The embedded CloudFormation ignores it, so no deployment of ours tries it."""
    reserved = {
        name: properties["ReservedConcurrentExecutions"]
        for name, properties in functions(resources).items()
        if "ReservedConcurrentExecutions" in properties
    }

    assert reserved == {
        f"{name}Function": {
            "Fn::If": [f"Has{name}Concurrency", {"Ref": f"{name}Concurrency"}, {"Ref": "AWS::NoValue"}]
        }
        for name in ("Answer", "Fallback")
    }


def test_fallback_shares_nothing_with_answer(resources: Json) -> None:
    fallback = resources["FallbackFunction"]["Properties"]

    assert "Layers" not in fallback
    assert fallback["Environment"]["Variables"].keys() == {"FALLBACK_NUMBER"}
    role = resources[fallback["Role"]["Fn::GetAtt"][0]]["Properties"]
    assert "ManagedPolicyArns" not in role
    (policy,) = role["Policies"]  # its own log alone, as test_logs.py has it
    assert len(policy["PolicyDocument"]["Statement"]) == 1
    assert {"ReadCredentialsPolicy", "SwitchboardLayer", "DependenciesLayer"}.isdisjoint(references(fallback))


def test_application_comes_after_the_api_and_every_permission_to_call_it(resources: Json) -> None:
    permissions = {
        name for name, r in resources.items() if r["Type"] == "AWS::Lambda::Permission" and "Webhook" in name
    }

    waits_for = set(references(resources["VonageApplication"]["Metadata"]))
    needed = set(resources["VonageApplication"]["DependsOn"]) | waits_for

    assert len(permissions) == len(WEBHOOKS | NOTE) + 1  # the fallback has two addresses
    assert needed >= permissions | {"WebhookApiApiGatewayDefaultStage", "FallbackApiApiGatewayDefaultStage"}


def test_application_comes_after_the_domain_leads_to_the_api(resources: Json) -> None:
    assert "DomainRecord" in references(resources["VonageApplication"]["Metadata"])


def test_application_comes_after_what_copies_its_first_recording(resources: Json) -> None:
    """What comes before its rule is copied by nobody, and Vonage deletes it after 30 days."""
    before = set(references(resources["VonageApplication"]["Metadata"]))

    assert {"MediaFunctionQueue", "MediaRule", "MediaQueuePolicy"} <= before


def test_numbers_are_linked_last_and_unlinked_first(resources: Json) -> None:
    assert "VonageApplication" in references(resources["VonageNumbers"]["Properties"])


def test_policy_and_log_group_of_the_provisioner_outlive_what_it_manages(resources: Json) -> None:
    provisioner = set(references(resources["ProvisionerFunction"]["Properties"]))

    assert {"ProvisionerRole", "ProvisionerLogGroup"} <= provisioner
    for name in ("VonageApplication", "VonageNumbers"):
        assert "ProvisionerFunction" in references(resources[name]["Properties"])


def test_webhook_addresses_are_the_routes_of_the_api(resources: Json) -> None:
    capabilities = resources["VonageApplication"]["Properties"]["Capabilities"]
    webhooks = {**capabilities["voice"]["webhooks"], **capabilities["messages"]["webhooks"]}
    webhooks["rtc_event_url"] = capabilities["rtc"]["webhooks"]["event_url"]
    webhooks["verify_status_url"] = given(capabilities["verify"])["webhooks"]["status_url"]

    addresses = [webhook["address"]["Fn::Sub"] for webhook in webhooks.values()]
    texts = [address if isinstance(address, str) else address[0] for address in addresses]
    paths = {f"POST /webhooks/{text.rsplit('/', 1)[1]}" for text in texts}

    assert paths == WEBHOOKS.keys()
    assert {webhook["http_method"] for webhook in webhooks.values()} == {"POST"}


def test_a_stack_that_reaches_nobody_in_bulk_has_nothing_for_it(resources: Json) -> None:
    """No queue to be polled, no rule, bucket, machine or alarm; marked commands go the way of all others."""
    there = {name for name in resources if name.startswith(("Bulk", "Campaign"))}
    assert {resources[name].get("Condition") for name in there} == {"HasReach"}

    pattern = resources["CommandRule"]["Properties"]["EventPattern"]["detail"]
    assert pattern["Fn::If"] == [
        "HasReach", {"pace": [{"exists": False}, {"anything-but": "bulk"}]}, {"Ref": "AWS::NoValue"},
    ]  # fmt: skip
    assert "Campaign" not in json.dumps(without("HasReach", resources["CommandQueuePolicy"]))
    for name in ("OutboundFunction", "OutboundRole", "CommandQueuePolicy", "ScheduleRole"):
        assert "BulkCommand" in json.dumps(resources[name])
        assert "BulkCommand" not in json.dumps(without("HasReach", resources[name]))
    others = {name: each["Properties"] for name, each in resources.items() if name not in there}
    assert {name for name, each in others.items() if "Campaign" in json.dumps(each)} == {
        "Dashboard",
        "CommandQueuePolicy",
    }


def test_campaigns_keep_the_pace_and_the_quiet_hours_of_all_commands(resources: Json) -> None:
    given = {
        name: resources[name]["Properties"]["Environment"]["Variables"]
        for name in ("CampaignFunction", "CampaignCommandFunction", "OutboundFunction")
    }

    for each in ("MESSAGES_PER_SECOND", "CALLS_PER_SECOND", "SENDERS_PER_SECOND", "QUIET_HOURS"):
        setting = f"SWITCHBOARD_{each}"
        assert given["CampaignFunction"][setting] == given["OutboundFunction"][setting]
        assert given["CampaignCommandFunction"][setting] == given["OutboundFunction"][setting]
    for each in ("NUMBERS", "ALLOWED_COUNTRIES", "PEOPLE_TABLE_NAME", "PERSON_KEY"):
        setting = f"SWITCHBOARD_{each}"
        assert given["CampaignCommandFunction"][setting] == given["OutboundFunction"][setting]


def test_campaigns_are_started_by_nobody_who_replays_and_by_nothing_that_vonage_said(
    resources: Json,
) -> None:
    rule = resources["CampaignCommandRule"]["Properties"]
    pattern = rule["EventPattern"]

    assert pattern["detail-type"] == [*CAMPAIGN_COMMANDS]
    assert {*pattern["detail-type"]}.isdisjoint(COMMANDS)
    for each in ("source", "replay-name"):
        assert pattern[each] == resources["CommandRule"]["Properties"]["EventPattern"][each]
    (target,) = rule["Targets"]
    assert target["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["UndeliveredCommandQueue", "Arn"]}}
    assert {"CampaignCommandFunctionQueue", "CampaignCommandQueuePolicy"} <= {
        *resources["CampaignCommandRule"]["DependsOn"]
    }


def test_an_event_about_a_campaign_comes_back_after_its_function_has_surely_ended(resources: Json) -> None:
    queue = resources["CampaignCommandQueue"]["Properties"]
    function = resources["CampaignCommandFunction"]["Properties"]

    assert queue["VisibilityTimeout"] >= 6 * function["Timeout"]


def test_a_stack_that_verifies_nobody_has_nothing_for_it(resources: Json) -> None:
    """No function, permission, route or capability, nobody who may read the table for it, no command."""
    there = {name for name, resource in resources.items() if name.startswith("Verify")}
    assert {resources[name].get("Condition") for name in there} == {"HasVerify"}

    routes = resources["WebhookApi"]["Properties"]["Body"]["paths"]["/webhooks/verify"]
    assert routes["Fn::If"][::2] == ["HasVerify", {"Ref": "AWS::NoValue"}]
    capability = resources["VonageApplication"]["Properties"]["Capabilities"]["verify"]
    assert capability["Fn::If"][::2] == ["HasVerify", {"Ref": "AWS::NoValue"}]
    (document,) = (policy["PolicyDocument"] for policy in resources["OutboundRole"]["Properties"]["Policies"])
    reading = [
        one
        for one in document["Statement"]
        if "dynamodb:GetItem" in str(one) and "PersonTable" not in str(one)
    ]
    assert [one["Fn::If"][0] for one in reading] == ["HasVerify", "HasReach"]  # each for its own reason
    names = resources["CommandRule"]["Properties"]["EventPattern"]["detail-type"]
    assert all(isinstance(name, dict) for name in names if "verify" in str(name))


def test_the_rule_takes_every_command(resources: Json) -> None:
    names = resources["CommandRule"]["Properties"]["EventPattern"]["detail-type"]

    assert [given(name) for name in names] == list(COMMANDS)


def test_vbc_is_asked_for_in_a_way_that_cloudformation_keeps(resources: Json) -> None:
    """As text: what becomes of an empty map in a custom resource's properties is not documented."""
    capability = resources["VonageApplication"]["Properties"]["Capabilities"]["vbc"]

    assert capability == {"Fn::If": ["HasVbc", "true", {"Ref": "AWS::NoValue"}]}
    assert Capabilities.model_validate({"vbc": "true"}).vbc is not None


def test_no_secret_is_a_parameter_or_an_output(translated: Json) -> None:
    names = [*translated["Parameters"], *translated["Outputs"]]

    assert not [
        name
        for name in names
        if re.search("api_?secret$|signature_?secret$|private_?key", name, re.IGNORECASE)
    ]


def test_every_parameter_is_described_and_documented(written: Json) -> None:
    page = (ROOT / "docs" / "parameters.md").read_text()

    for name, parameter in written["Parameters"].items():
        assert parameter["Description"].endswith("."), f"{name}: a description is a full sentence"
        assert f"`{name}`" in page, f"{name} is missing in docs/parameters.md"


def test_output_says_what_only_the_dashboard_can_link_to_the_application(written: Json) -> None:
    assert (
        "domains of e-mail are linked to on Vonage's dashboard"
        in written["Outputs"]["ApplicationId"]["Description"]
    )


def test_every_parameter_is_in_a_group(written: Json) -> None:
    groups = written["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]

    assert sorted(name for group in groups for name in group["Parameters"]) == sorted(written["Parameters"])


def test_layers_are_built_for_the_platform_that_the_template_runs_on(written: Json) -> None:
    makefile = (ROOT / "layers" / "dependencies" / "Makefile").read_text()
    function = written["Globals"]["Function"]

    assert f"LAYER_PYTHON ?= {function['Runtime'].removeprefix('python')}#" in makefile
    assert function["Architectures"] == ["arm64"]
    assert "LAYER_PLATFORM ?= aarch64-" in makefile
    layers = [r["Properties"] for r in written["Resources"].values() if "LayerVersion" in r["Type"]]
    assert [layer["CompatibleArchitectures"] for layer in layers] == [["arm64"], ["arm64"]]


def behind(resources: Json, name: str) -> set[str]:
    """Everything that CloudFormation makes before a resource, and changes before it."""
    found: set[str] = set()
    left = [name]
    while left:
        resource = resources[left.pop()]
        depends = resource.get("DependsOn", [])
        named = {*references(resource), *([depends] if isinstance(depends, str) else depends)}
        new = named & resources.keys() - found
        found |= new
        left += new
    return found


def test_commands_go_to_a_queue_once_they_may_and_somebody_carries_them_out(resources: Json) -> None:
    """An upgrade that changed the target earlier would send them where they are refused or stay."""
    (target,) = resources["CommandRule"]["Properties"]["Targets"]
    queue = target["Arn"]["Fn::GetAtt"][0]
    first = behind(resources, "CommandRule")
    mappings = {
        name
        for name, r in resources.items()
        if r["Type"] == "AWS::Lambda::EventSourceMapping"
        and r["Properties"]["EventSourceArn"]["Fn::GetAtt"][0] == queue
    }
    policies = {
        name
        for name, r in resources.items()
        if r["Type"] == "AWS::SQS::QueuePolicy" and {"Ref": queue} in r["Properties"]["Queues"]
    }

    assert mappings
    assert policies
    assert mappings | policies <= first


def test_upgrade_changes_where_commands_go_when_nothing_else_can_fail_any_more(resources: Json) -> None:
    """Rolled back later, it would delete the new queue with what is in it."""
    custom = {name for name, r in resources.items() if r["Type"].startswith("Custom::")}

    assert custom <= behind(resources, "CommandRule")


def test_what_vonage_said_is_never_taken_for_a_command(resources: Json) -> None:
    """Neither by its name, nor should it have one."""
    pattern = resources["CommandRule"]["Properties"]["EventPattern"]

    assert pattern["source"] == [{"anything-but": {"prefix": "vonage."}}]
    webhooks: dict[str, WebhookName] = {"voice": "event", "messages": "status", "verify": "verify"}
    for name in map(given, pattern["detail-type"]):
        if name.startswith(("consent.", "command.")):  # no webhook has such news
            continue
        family, _, word = name.partition(".")
        assert classify(webhooks[family], {"type": word, "status": word}) != name
        assert source(name).startswith("vonage.")


def test_commands_of_the_bus_are_in_no_group(resources: Json) -> None:
    """AWS may take a rule's MessageGroupId for a text, so one command would hold up all others."""
    (target,) = resources["CommandRule"]["Properties"]["Targets"]

    assert "SqsParameters" not in target
    assert "FifoQueue" not in resources[target["Arn"]["Fn::GetAtt"][0]]["Properties"]


def test_schedules_are_made_by_outbound_alone_in_one_group_and_may_do_two_things(resources: Json) -> None:
    """What faces the internet can make none, and whoever can gives them a role that wakes and brings back."""
    making = [one for one in statements(resources) if "scheduler:" in str(one["Action"])]
    passing = [one for one in statements(resources) if "iam:PassRole" in str(one["Action"])]
    (waking,) = resources["ScheduleRole"]["Properties"]["Policies"]

    assert [(one["Action"], one["Resource"]["Fn::Sub"].rpartition(":")[2]) for one in making] == [
        ("scheduler:CreateSchedule", "schedule/${ScheduleGroup}/*"),
        ("scheduler:DeleteSchedule", "schedule/${ScheduleGroup}/*"),
    ]
    assert "DeleteSchedule" not in str(without("HasReach", resources["SchedulePolicy"]))
    assert [one["Resource"] for one in passing] == [{"Fn::GetAtt": ["ScheduleRole", "Arn"]}]
    assert resources["SchedulePolicy"]["Properties"]["Roles"] == [{"Ref": "OutboundRole"}]
    wakes, brings_back = (one["Fn::If"] for one in waking["PolicyDocument"]["Statement"])
    assert (wakes[0], wakes[1]["Action"]) == ("HasDialogs", "lambda:InvokeFunction")
    assert list(references(wakes[1])) == ["InboundFunction"]
    assert (brings_back[0], brings_back[1]["Action"]) == ("HasReach", "sqs:SendMessage")
    assert {*references(brings_back[1])} == {
        "BusCommandQueue", "BulkCommandQueue", "BusCommandDeadLetterQueue", "BulkCommandDeadLetterQueue",
    }  # fmt: skip


def test_a_campaign_s_machine_may_call_its_function_and_nothing_else(resources: Json) -> None:
    (steps,) = resources["CampaignMachineRole"]["Properties"]["Policies"]
    (calls,) = steps["PolicyDocument"]["Statement"]

    assert (calls["Action"], calls["Resource"]) == (
        "lambda:InvokeFunction",
        {"Fn::GetAtt": ["CampaignFunction", "Arn"]},
    )


def test_dialogs_may_read_and_write_what_they_remember_of_people_and_nobody_s_consent(
    resources: Json,
) -> None:
    of_people = [one for one in statements(resources) if "PersonTable" in references(one["Resource"])]
    outbound, of_dialogs, of_campaigns = sorted(of_people, key=lambda one: str(one.get("Condition", "")))

    for role, one in (("OutboundRole", outbound), ("CampaignCommandRole", of_campaigns)):
        assert one in resources[role]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    assert of_dialogs in resources["DialogPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert of_dialogs["Action"] == ["dynamodb:GetItem", "dynamodb:UpdateItem"]
    assert of_dialogs["Condition"] == {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": [f"{documents.PREFIX}*"]},
        "Null": {"dynamodb:LeadingKeys": "false"},
    }


def test_a_stack_without_dialogs_has_nothing_for_them(resources: Json) -> None:
    there = {name for name in resources if name.startswith(("Dialog", "CallEnd", "ChatWake"))}

    assert {resources[name].get("Condition") for name in there} == {"HasDialogs"}


def test_a_stack_with_neither_dialogs_nor_reach_has_no_schedules(written: Json, resources: Json) -> None:
    there = {name for name in resources if name.startswith("Schedule")}
    either = [{"Fn::Equals": [{"Ref": name}, "true"]} for name in ("Dialogs", "Reach")]

    assert {resources[name].get("Condition") for name in there} == {"HasSchedules"}
    assert written["Conditions"]["HasSchedules"] == {"Fn::Or": either}
