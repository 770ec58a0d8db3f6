"""Which deployments the Rules let through, and what the Conditions make of the parameters, as AWS reads them.

The embedded CloudFormation gives Rules an empty list for an empty parameter. AWS gives a list of one empty
string, in Rules as in Conditions.
Source: CloudFormation User Guide, "Parameters" (CommaDelimitedList: one member more than commas, each of them
trimmed), "Rule-specific intrinsic functions" and "Condition functions".
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from switchboard.reach.hours import hours

from operate import deploy
from operate.stages.samconfig import settings_of
from tests.projects import SAMCONFIG

Json = dict[str, Any]
Functions = Mapping[str, Callable[..., Any]]

OURS, THEIRS = "447700900000", "447700900001"
PSEUDO = {"AWS::Partition": "aws"}
SHARED: Functions = {
    "Fn::And": lambda *parts: all(parts),
    "Fn::Or": lambda *parts: any(parts),
    "Fn::Not": lambda part: not part,
    "Fn::Equals": lambda one, other: one == other,
}
OF_RULES: Functions = {**SHARED, "Fn::Contains": lambda members, member: member in members}
# AWS has more; of these the embedded CloudFormation does not evaluate a join, which local/template.py knows.
OF_CONDITIONS: Functions = {**SHARED, "Fn::Join": lambda between, members: between.join(members)}
ALLOWED = [
    {},
    {"ForwardTo": THEIRS},
    {"Numbers": OURS},
    {"Numbers": f"{OURS},"},
    {"Numbers": f",{OURS}"},
    {"Numbers": " , "},
    {"Numbers": OURS, "ForwardTo": THEIRS},
    {"Numbers": f" {OURS} , ", "ForwardTo": THEIRS},
]
REFUSED = [
    {"Numbers": OURS, "ForwardTo": OURS},
    {"Numbers": f"14155550100, {OURS}", "ForwardTo": OURS},
    {"Numbers": f"{OURS},", "ForwardTo": OURS},
    {"Numbers": f",{OURS}", "ForwardTo": OURS},
]


def stages() -> list[str]:
    settings = tomllib.loads(SAMCONFIG.read_text())
    return [name for name in settings if name != "version"]


def value(written: Json, given: Mapping[str, str], name: str) -> str | list[str]:
    """What `Ref` makes of a parameter: text, or the members of a list."""
    if name in PSEUDO:
        return given.get(name, PSEUDO[name])
    parameter = written["Parameters"][name]
    text = given.get(name, str(parameter["Default"]))
    if parameter["Type"] != "CommaDelimitedList":
        return text
    return [member.strip() for member in text.split(",")]


def evaluated(expression: Any, functions: Functions, ref: Callable[[str], object]) -> Any:  # noqa: ANN401 - JSON
    """What an expression says; a function that the section does not have is a KeyError."""
    if isinstance(expression, list):
        return [evaluated(each, functions, ref) for each in expression]
    if not isinstance(expression, dict):
        return str(expression)
    [(function, argument)] = expression.items()
    return ref(argument) if function == "Ref" else functions[function](*evaluated(argument, functions, ref))


def refusals(written: Json, given: Mapping[str, str]) -> list[str]:
    """What the Rules hold against a deployment with these parameters."""

    def holds(expression: Json) -> bool:
        return bool(evaluated(expression, OF_RULES, lambda name: value(written, given, name)))

    return [
        assertion["AssertDescription"]
        for rule in written["Rules"].values()
        if "RuleCondition" not in rule or holds(rule["RuleCondition"])
        for assertion in rule["Assertions"]
        if not holds(assertion["Assert"])
    ]


def conditions(written: Json, given: Mapping[str, str]) -> set[str]:
    """The Conditions that hold with these parameters."""
    return {
        name
        for name, expression in written["Conditions"].items()
        if evaluated(expression, OF_CONDITIONS, lambda parameter: value(written, given, parameter))
    }


@pytest.mark.parametrize("given", ALLOWED, ids=str)
def test_deployment_that_makes_sense_is_let_through(written: Json, given: Mapping[str, str]) -> None:
    assert refusals(written, given) == []


@pytest.mark.usefixtures("stages_as_shipped")
@pytest.mark.parametrize("stage", stages())
def test_every_stage_is_let_through(written: Json, stage: str) -> None:
    overrides = deploy.parameters(settings_of(stage).overrides, "", datetime.now(UTC))

    assert refusals(written, overrides) == []


@pytest.mark.parametrize("given", REFUSED, ids=str)
def test_forwarding_to_one_of_our_own_numbers_is_refused(written: Json, given: Mapping[str, str]) -> None:
    [refusal] = refusals(written, given)

    assert refusal.startswith("ForwardTo is one of Numbers")


def test_domain_without_its_certificate_and_zone_is_refused(written: Json) -> None:
    domain = {"DomainName": "voice.example.com", "CertificateArn": "arn:…", "HostedZoneId": "Z1"}

    assert refusals(written, domain) == []
    assert "needs CertificateArn" in refusals(written, {**domain, "CertificateArn": ""})[0]
    assert "needs HostedZoneId" in refusals(written, {**domain, "HostedZoneId": ""})[0]


def test_only_an_archive_and_the_check_exist_by_default(written: Json) -> None:
    assert conditions(written, {}) == {"HasArchive", "HasCheck"}


@pytest.mark.parametrize("numbers", [OURS, f"{OURS},", f" {OURS} , ", f",{OURS}", f" , {OURS}", f",,{OURS}"])
def test_numbers_are_linked_when_given(written: Json, numbers: str) -> None:
    assert "HasNumbers" in conditions(written, {"Numbers": numbers})


@pytest.mark.parametrize("numbers", ["", " ", ",", " , "])
def test_commas_alone_are_no_numbers(written: Json, numbers: str) -> None:
    assert "HasNumbers" not in conditions(written, {"Numbers": numbers})


@pytest.mark.parametrize("name", ["Numbers", "ForwardTo", "FallbackNumber"])
@pytest.mark.parametrize(
    ("number", "taken"),
    [
        (OURS, True), ("+447700900000", True), ("+44 7700 900000", True), ("0044 (7700) 900-000", True),
        ("", True), ("hello", False), ("4477", False), ("447700900000x", False),
        ("\u202a447700900000", False),
    ],
)  # fmt: skip
def test_numbers_are_taken_as_people_write_them(
    written: Json, name: str, number: str, *, taken: bool
) -> None:
    """The pattern is for each member of a list. Source: CloudFormation User Guide, "Parameters"."""
    allowed = re.compile(written["Parameters"][name]["AllowedPattern"])

    assert bool(allowed.fullmatch(number)) == taken


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("", True), ("21:00-08:00", True), ("Mon-Sat 20:00-09:00, Sun 00:00-24:00", True),
        ("12:00-14:00,Sun 00:00-24:00", True),
        ("9-5", False), ("25:00-08:00", False), ("21:00-24:30", False), ("mon 21:00-08:00", False),
        ("21:00-08:00;", False), ("21:00-08:00,", False), ("21:00-08:0021:00-08:00", False),
    ],
)  # fmt: skip
def test_quiet_hours_are_taken_as_the_function_reads_them(written: Json, text: str, *, taken: bool) -> None:
    allowed = re.compile(written["Parameters"]["QuietHours"]["AllowedPattern"])

    assert bool(allowed.fullmatch(text)) == taken
    if taken and text:
        assert hours(text)


def test_quiet_hours_need_what_lets_commands_wait_for_the_morning(written: Json) -> None:
    quiet = {"QuietHours": "21:00-08:00"}

    assert refusals(written, quiet | {"Reach": "true"}) == []
    (refusal,) = refusals(written, quiet)
    assert refusal.startswith("QuietHours needs Reach")


def test_every_other_parameter_that_is_optional_has_its_condition(written: Json) -> None:
    given = {
        "ApplicationName": "Front desk", "VoiceRegion": "eu-west", "WithVbc": "true", "MediaDays": "7",
        "Verify": "true", "InboundEmail": "true", "TranscriptText": "true", "Reach": "true",
        "AlarmEmail": "oncall@example.com", "AlarmTopicArn": "arn:…", "AnswerConcurrency": "5",
        "FallbackConcurrency": "5", "KmsKeyArn": "arn:…", "PermissionsBoundaryArn": "arn:…",
        "DomainName": "voice.example.com", "CertificateArn": "arn:…", "CloudFrontCertificateArn": "arn:…",
        "WebAclArn": "arn:…", "Numbers": OURS, "Dialogs": "true",
    }  # fmt: skip

    assert conditions(written, given) == {name for name in written["Conditions"] if name.startswith("Has")}
    assert conditions(written, {"ArchiveDays": "0", "DeployCheck": "false"}) == set()
