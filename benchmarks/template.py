"""What the figures take from template.yaml itself."""

import re

from operate import paths

_TEXT = (paths.ROOT / "template.yaml").read_text()


def default(parameter: str) -> int:
    """The default of a numeric parameter.

    Raises:
        LookupError: there is no such parameter.
    """
    found = re.search(rf"^  {parameter}:\n(?:    .*\n)*?    Default: (\d+)$", _TEXT, re.MULTILINE)
    if not found:
        raise LookupError(f"template.yaml has no numeric parameter {parameter}")
    return int(found[1])


def alarm_metrics() -> int:
    """How many metrics the alarms look at: AWS bills an alarm for each of them."""
    several = len(re.findall(r"^      Metrics:$", _TEXT, re.MULTILINE))
    return (
        count("AWS::CloudWatch::Alarm") - several + len(re.findall(r"^ +MetricStat:$", _TEXT, re.MULTILINE))
    )


def count(resource_type: str) -> int:
    """How many resources of a type there are in every stack, whatever its parameters."""
    return len(re.findall(rf"^    Type: {resource_type}$(?!\n    Condition:)", _TEXT, re.MULTILINE))


def queues_polled() -> int:
    """How many queues functions of every stack take messages from."""
    resources = re.split(r"^  (?=\w+:$)", _TEXT, flags=re.MULTILINE)
    everywhere = (each for each in resources if not re.search(r"^    Condition:", each, re.MULTILINE))
    return sum(len(re.findall(r"^          Type: SQS$", each, re.MULTILINE)) for each in everywhere)
