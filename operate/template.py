"""What template.yaml takes: which parameters, and how long a stack's name may be.

Source of the length: an unnamed resource is called <stack>-<logical id>-<random>, with up to 13 random
characters, cut to what its service takes. A FIFO queue's `.fifo` is appended after that, so a long name is
refused (aws-cloudformation/cloudformation-coverage-roadmap#280).
"""

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from operate import paths
from operate.errors import OperatorError
from operate.stages.sam import as_sam_reads

RANDOM = len("-1A2B3C4D5E6F7")
_LONGEST_QUEUE_NAME = 80


# Reads a template without working out its intrinsic functions; in C where it can, which takes a seventh.
_Loader = type("_Loader", (getattr(yaml, "CSafeLoader", yaml.SafeLoader),), {})
_Loader.add_multi_constructor("!", lambda _loader, _suffix, _node: None)  # type: ignore[attr-defined]


def read(path: Path) -> dict[str, Any]:
    """A template as it is written; None stands where a function of CloudFormation's does.

    Raises:
        OperatorError: It isn't YAML.
    """
    try:
        template: dict[str, Any] = yaml.load(path.read_text(), _Loader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        name = path.relative_to(paths.ROOT) if path.is_relative_to(paths.ROOT) else path
        raise OperatorError(
            f"{name} can't be read: {' '.join(str(error).split())}",
            "Correct that line, then run the same command again.",
        ) from error
    return template


def longest_stack_name(resources: Mapping[str, Any]) -> int:
    """How many characters a stack's name may have, so that every queue can be made."""
    return min(
        _LONGEST_QUEUE_NAME - len(f"-{name}.fifo") - RANDOM
        for name, resource in resources.items()
        if resource["Type"] == "AWS::SQS::Queue" and resource["Properties"].get("FifoQueue")
    )


def refuse(template: Mapping[str, Any], stack_name: str, parameters: Mapping[str, str]) -> None:
    """Refuse what a deployment of the template would fail with, or lose without a word.

    Raises:
        OperatorError: Naming what, and how it is right.
    """
    longest = longest_stack_name(template["Resources"])
    if len(stack_name) > longest:
        raise OperatorError(
            f"The stack's name {stack_name} has {len(stack_name)} characters, and its queues' names would be "
            "too long for SQS.",
            f"Give it at most {longest}: stack_name in samconfig.toml.",
        )
    if stack_name == "default":
        raise OperatorError(
            "The stack can't be called default: its event bus has its name, and every account has that bus.",
            "Call it something else: stack_name in samconfig.toml.",
        )
    refuse_parameters(template["Parameters"], parameters, "docs/parameters.md")


def refuse_parameters(known: Mapping[str, Any], parameters: Mapping[str, str], where: str) -> None:
    """Refuse parameters that a template doesn't have, or that can't be given to SAM.

    Args:
        known: Those of the template.
        parameters: What it is to be given.
        where: Names them all.

    Raises:
        OperatorError: Naming which, and how it is right.
    """
    for name, value in parameters.items():
        _refuse_parameter(known, name, value, where)


def _refuse_parameter(known: Mapping[str, Any], name: str, value: str, where: str) -> None:
    if name not in known:  # SAM leaves such a parameter out
        near = difflib.get_close_matches(name, known, n=1)
        meant = f" Did you mean {near[0]}?" if near else ""
        raise OperatorError(f"The template has no parameter {name!r}.{meant}", f"{where} has them all.")
    as_sam_reads(name, value)
    if name == "ApplicationName" and value != value.strip():
        raise OperatorError(
            f"ApplicationName begins or ends with a blank: {value!r}.",
            "Vonage takes no such name: leave it out.",
        )
