"""`make table`, `make secret` and `make setting`: what a flow needs, written into app/."""

import argparse
import getpass
import json
import keyword
import re
from argparse import ArgumentTypeError
from collections.abc import Callable

import boto3

from operate import paths
from operate.command_line import WELL, Command, Output, takes_stage
from operate.errors import OperatorError
from operate.refusals import asking_aws_to
from operate.stack import Stack
from operate.stages import here
from operate.stages.samconfig import settings_of
from operate.yours import beside, lines
from operate.yours.lines import FLOWS, Template

# Without figures at the beginning of a word: x_12 and x12 would both be X12 in a template.
_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z][a-z0-9]*)*")
_TABLE_ACTIONS = [
    "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:Query",
]  # fmt: skip
_TO_READ = (
    "!Sub arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:"
    "${Switchboard}/app/%s-??????"
)
_NEXT = "Next: make deploy, or make up."


def name(text: str) -> str:
    """What something of the user's is called: words in lower case, as Python writes names."""
    if not _NAME.fullmatch(text) or len(text) > 40:
        raise ArgumentTypeError(f"{text!r} isn't a name in lower case, such as callers or lost_calls")
    return text


def python_name(text: str) -> str:
    """The same, of what is a name in a flow's code."""
    if keyword.iskeyword(text):
        raise ArgumentTypeError(f"{text!r} is a word that Python reserves")
    return name(text)


def setting_name(text: str) -> str:
    """What a setting is called."""
    if text == beside.STAGE_NAME:
        raise ArgumentTypeError(f"{text!r} is among the settings already: the stage's own name")
    return python_name(text)


def flows(text: str) -> list[str]:
    """The flows that are named, with commas between them."""
    named = [each.strip() for each in text.split(",") if each.strip()]
    for each in named:
        if each not in FLOWS:
            raise ArgumentTypeError(f"{each!r} isn't a flow; name some of {', '.join(FLOWS)}")
    return named


def add_table(out: Output, given: argparse.Namespace) -> int:
    """Write a table, its name among the settings, and the flows' rights."""
    template = _template()
    logical_id = f"{lines.logical_id(given.name)}Table"
    if not template.has(logical_id):
        template.add(lines.table(given.name, given.key))
    template.add_setting(f"{given.name}_table", f"${{{logical_id}}}")
    for flow in given.flows:
        template.allow(flow, f"the table {given.name}", _TABLE_ACTIONS, f"!GetAtt {logical_id}.Arn")
    _write(template)
    _tell_test(f"{given.name}_table", given.name)
    schema = beside.template()["Resources"][logical_id]["Properties"].get("KeySchema")
    has = schema[0]["AttributeName"] if schema else given.key  # it may have been there already
    key = "" if has == "id" else f', key="{has}"'
    out.advise(
        f"app/template.yaml has the table {logical_id}. In a flow:\n\n"
        "    from dataclasses import dataclass\n\n"
        "    from switchboard import settings, table\n\n"
        "    @dataclass(frozen=True)\n"
        "    class Mine:\n"
        f"        {given.name}_table: str\n\n"
        f"    {given.name} = table(settings(Mine).{given.name}_table{key})\n\n"
        f"{_NEXT} docs/your-stack.md has the rest."
    )
    return WELL


def add_setting(out: Output, given: argparse.Namespace) -> int:
    """Write a text into the stage's settings, and let the stack keep them."""
    if given.env not in (here.STAGE, beside.TESTS):
        settings_of(given.env)  # a stage that isn't there would never be deployed
    file = beside.settings_file(given.env)
    values = {**beside.read(file), given.name: given.value}
    template = _template()
    template.add_settings()
    _write(template)
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"{json.dumps(values, indent=2, ensure_ascii=False)}\n")
    _tell_test(given.name, given.value)
    out.advise(
        f"{given.name} is in app/settings/{given.env}.json; other stages have files of their own beside it.\n"
        f"In a flow: a field `{given.name}: str` of the dataclass that settings() reads. {_NEXT}"
    )
    return WELL


def add_secret(out: Output, given: argparse.Namespace) -> int:
    """Ask for a secret's text, keep it in Secrets Manager, and let the flows named read it."""
    stage = settings_of(given.env)
    stage.sign_in()
    template = _template()
    for flow in given.flows:
        template.allow(
            flow, f"the secret {given.name}", ["secretsmanager:GetSecretValue"], _TO_READ % given.name
        )
    template.checked()
    full_name = f"{stage.stack_name}/app/{given.name}"
    text = _typed(full_name)
    with asking_aws_to(f"store the secret {full_name}"):
        done = _store(Stack(stage.stack_name, stage.options), full_name, text)
    if given.flows:
        _write(template)
    next_step = _NEXT if given.flows else "Flows that read it already have it within 5 minutes."
    out.advise(f'{done} {full_name}. In a flow: secret("{given.name}"), from switchboard. {next_step}')
    return WELL


def _typed(full_name: str) -> str:
    try:
        text = getpass.getpass(f"The text of {full_name} (not shown): ")
    except EOFError:
        text = ""
    if not text:
        raise OperatorError("The secret was left empty.", "Run the same command again.")
    return text


def _store(stack: Stack, full_name: str, text: str) -> str:
    client = boto3.client("secretsmanager")
    try:
        client.put_secret_value(SecretId=full_name, SecretString=text)
    except client.exceptions.ResourceNotFoundException:
        about = f"Read by flows of {stack.name}; written by make secret"
        key = stack.parameter("KmsKeyArn") or "alias/aws/secretsmanager"
        client.create_secret(Name=full_name, Description=about, SecretString=text, KmsKeyId=key)
        return "Created"
    return "Updated"


def _template() -> Template:
    path = paths.APP / "template.yaml"
    try:
        return Template(path.read_text())
    except FileNotFoundError as error:
        raise OperatorError(
            "There is no app/template.yaml.", f"Take it from a release. {beside.HERE}"
        ) from error


def _write(template: Template) -> None:
    (paths.APP / "template.yaml").write_text(template.checked())


def _tell_test(setting: str, value: str) -> None:
    """Let the tests have the setting, too, unless they do."""
    values = beside.settings_of(beside.TESTS)
    if setting not in values:
        file = beside.settings_file(beside.TESTS)
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"{json.dumps({**values, setting: value}, indent=2, ensure_ascii=False)}\n")


def _named(parser: argparse.ArgumentParser, what: str, kind: Callable[[str], str]) -> None:
    parser.add_argument("--name", metavar="NAME", type=kind, required=True, help=what)


def _for_flows(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument("--flows", metavar="FLOWS", type=flows, default=[], help=f"{what}: answer,event")


def _table_options(parser: argparse.ArgumentParser) -> None:
    _named(parser, "what it's called, in lower case", python_name)
    _for_flows(parser, "the flows that may read and write it")
    key = "the attribute that is its key, a text (default: %(default)s)"
    parser.add_argument("--key", metavar="KEY", type=name, default="id", help=key)


def _secret_options(parser: argparse.ArgumentParser) -> None:
    takes_stage(parser)
    _named(parser, "what a flow calls it, in lower case", name)
    _for_flows(parser, "the flows that may read it, unless they do")


def _setting_options(parser: argparse.ArgumentParser) -> None:
    takes_stage(parser)
    _named(parser, "what a flow calls it, in lower case", setting_name)
    parser.add_argument(
        "--value", metavar="VALUE", required=True, help="a text; others are written into the file"
    )


TABLE = Command(
    "Write a table of your own into app/template.yaml, for the flows named",
    add_table,
    ("make table NAME=callers FLOWS=answer,event", "python -m operate table --name callers --flows answer"),
    _table_options,
)
SECRET = Command(
    "Keep a secret of your own in Secrets Manager, for the flows named; asks for it",
    add_secret,
    ("make secret NAME=crm FLOWS=answer ENV=dev", "python -m operate secret --name crm --flows answer"),
    _secret_options,
)
SETTING = Command(
    "Write a setting of a stage, for flows to read",
    add_setting,
    (
        'make setting NAME=greeting VALUE="Hello" ENV=dev',
        "python -m operate setting --name greeting --value Hello",
    ),
    _setting_options,
)
