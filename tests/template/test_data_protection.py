"""docs/privacy.md says how long everything that the stack stores is there, and who reads it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from operate.paths import ROOT

Json = dict[str, Any]

PAGE = (ROOT / "docs" / "privacy.md").read_text()
STORES = {
    "AWS::DynamoDB::Table",
    "AWS::Events::Archive",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::SecretsManager::Secret",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::Scheduler::ScheduleGroup",
}
LIFETIMES = ("RetentionInDays", "RetentionDays", "MessageRetentionPeriod")
READING = re.compile(
    r"dynamodb:(GetItem|BatchGetItem|Query|Scan)|s3:(GetObject|\*)|secretsmanager:GetSecretValue|sqs:ReceiveMessage|.*:\*"
)


def rows() -> Iterator[tuple[str, list[str]]]:
    """The name of each thing that is stored, with the cells of its row."""
    table = PAGE.partition("## What is stored")[2].partition("\n## ")[0]
    for row in re.findall(r"^\| (.+) \|$", table, re.MULTILINE):
        where, *cells = re.split(r"\s*\|\s*", row)
        for name in re.findall(r"`(\w+)`", where.partition(", with")[0]):
            yield name, cells


ROWS = dict(rows())


@pytest.fixture(scope="module")
def stores(translated: Json) -> Json:
    return {name: each for name, each in translated["Resources"].items() if each["Type"] in STORES}


def test_everything_that_stores_something_has_its_row(stores: Json) -> None:
    assert stores.keys() - ROWS.keys() == set()


def test_no_row_is_about_something_that_is_gone(translated: Json) -> None:
    assert ROWS.keys() - translated["Resources"].keys() == set()


def test_the_row_names_the_parameter_that_says_how_long(stores: Json) -> None:
    for name, store in stores.items():
        for lifetime in filter(None, map(store.get("Properties", {}).get, LIFETIMES)):
            parameter = f"`{lifetime['Ref']}`" if isinstance(lifetime, dict) else "14 days"
            assert parameter in ROWS[name][1], name


def test_the_row_says_what_is_kept_when_the_stack_goes(stores: Json) -> None:
    for name, store in stores.items():
        kept = store.get("DeletionPolicy", "Delete") != "Delete"
        backup = "PointInTimeRecoverySpecification" in store.get("Properties", {})
        assert ("**kept**" in ROWS[name][2], "35 days" in ROWS[name][2]) == (kept, backup), name


def test_the_row_names_every_function_that_reads(stores: Json, resources: Json) -> None:
    for name in stores:
        assert {reader for reader in readers(resources, name) if reader not in ROWS[name][3]} == set(), name


def readers(resources: Json, store: str) -> set[str]:
    """The functions whose roles may read a store, by the names that the page has for them."""
    return {
        re.sub(r"(Function)?Role$", "", role).lower()
        for roles, statement in granted(resources)
        if reads(statement) and store in references(statement["Resource"])
        for role in roles
        if resources[role]["Type"] == "AWS::IAM::Role"
    }


def granted(resources: Json) -> Iterator[tuple[set[str], Json]]:
    """Every statement that allows something, with the roles that it is for."""
    for name, each in resources.items():
        properties = each.get("Properties", {})
        documents = [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
        roles = {name}
        if each["Type"] in ("AWS::IAM::ManagedPolicy", "AWS::IAM::Policy"):
            documents, roles = [properties["PolicyDocument"]], references(properties.get("Roles", []))
        if each["Type"] == "AWS::IAM::Role":
            roles |= references(properties.get("ManagedPolicyArns", []))
        for document in documents:
            for statement in document["Statement"]:
                for one in statement.get("Fn::If", [None, statement])[1:]:
                    if one.get("Effect") == "Allow":
                        yield roles & resources.keys(), one


def reads(statement: Json) -> bool:
    actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
    return any(READING.fullmatch(action) for action in actions)


def references(value: object) -> set[str]:
    """The logical ids that a value refers to."""
    match value:
        case {"Ref": str(name)}:
            return {name}
        case {"Fn::GetAtt": [str(name), *_]}:
            return {name}
        case {"Fn::Sub": str(text)}:
            return set(re.findall(r"\$\{(\w+)", text))
        case dict():
            return {name for each in value.values() for name in references(each)}
        case list():
            return {name for each in value for name in references(each)}
        case _:
            return set()
