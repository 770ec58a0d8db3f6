"""The template's copy that runs on the embedded AWS, and each line in which it differs.

The template's runtime is this machine's Python, because the emulator runs functions on it. One policy
statement is open to every resource, because the emulator authorises `ssm:GetParametersByPath` against no
narrower one; another is for the default group of schedules, which it takes each schedule to be in. Whether
there are numbers is asked of their text, because the emulator joins no list in a condition. How many messages
of a queue are worked on at once is a number, because the emulator takes a parameter's for a text and then
stops working on any queue. The deployment tries its webhooks at the emulator's own addresses, and `doctor`
asks them there, because the stack's are names that only Amazon's DNS knows. Alarms that look at several
metrics or at other alarms are of a type without effect, because the emulator refuses them. The files that the
application's metadata names are found from the copy's folder. And the functions tell whoever is at the laptop
what they keep to themselves in production.
"""

import functools
import re
import subprocess
from pathlib import Path

from local import aws
from operate.errors import OperatorError

_RUNTIME = "python3.13"
# Lines of the template that are to be others: what the first group matches stays, the rest is replaced.
_OWN_API = re.compile(r"(BaseUrl: )!Sub .*\$\{WebhookApi\}.*")
# It has to be the same one; a release before this one did not name it.
_SIGNED_FOR = re.compile(r"(SWITCHBOARD_WEBHOOKS_URL: )!Sub .*\$\{WebhookApi\}.*")
# A release up to 0.1.1 has neither this address nor such an alarm.
_FALLBACK_API = re.compile(r"(FallbackUrl: )!Sub .*\$\{FallbackApi\}.*")
_COMBINING_ALARM = re.compile(
    r"(Type: )AWS::CloudWatch::"
    r"(?:CompositeAlarm|"
    r"Alarm(?=\n(?:    Condition: \w+\n)?    Properties:\n(?:      .*\n)*?      Metrics:\n))"
)
_LISTING = re.compile(r"(Action: ssm:GetParametersByPath\n\s+Resource: ).*")
# A release before this one made no schedules.
_SCHEDULES = re.compile(r"(Resource: !Sub arn:\S+:schedule/)\$\{ScheduleGroup\}(?=/\*)")
# A release before this one asked its first number alone.
_NUMBERS = re.compile(r"(HasNumbers: !Not \[!Equals \[)!(?:Join|Select) \[[^,]+, !Ref Numbers\]")
_CONCURRENCY = re.compile(r"(MaximumConcurrency: )!Ref \w+")
_VARIABLES = re.compile(r"(        POWERTOOLS_METRICS_NAMESPACE: Switchboard\n)")
_LICENSE = re.compile(r"(LicenseUrl: )(?=\w)")
_README = re.compile(r"(ReadmeUrl: )(?=\w)")


@functools.cache
def python() -> str:
    """The minor version of Python that the emulator runs functions on, such as "3.12"."""
    version = "import sys; print('{}.{}'.format(*sys.version_info))"
    return subprocess.run(
        [aws.PYTHON, "-c", version], check=True, capture_output=True, text=True
    ).stdout.strip()


def local_template(source: Path, target: Path, aws_url: str) -> Path:
    """Write a copy of the template that runs on the emulator, with the differences named above.

    Raises:
        OperatorError: A line that has to differ is written in another way than the patterns above expect.
    """
    template = on_this_machine(source.read_text())
    folder = f"{source.parent}/"  # the copy is in another one
    gateway = f"!Sub {aws_url}/_aws/execute-api"
    own_api = f"{gateway}/${{WebhookApi}}/$default/webhooks"
    template = _replaced(template, _OWN_API, own_api)
    if "SWITCHBOARD_WEBHOOKS_URL" in template:
        template = _replaced(template, _SIGNED_FOR, own_api + _reached_at(template, aws_url))
    if "FallbackApi" in template:
        fallback = f"{gateway}/${{FallbackApi}}/$default/webhooks/fallback"
        template = _replaced(template, _FALLBACK_API, fallback)
        without_effect = "AWS::CloudFormation::WaitConditionHandle"
        template = _replaced(template, _COMBINING_ALARM, without_effect, once=False)
    if "ScheduleGroup" in template:
        template = _replaced(template, _SCHEDULES, "default", once=False)
    template = _replaced(template, _NUMBERS, "!Ref Numbers")
    template = _replaced(template, _CONCURRENCY, "2", once=False)
    template = _replaced(template, _LICENSE, folder)
    template = _replaced(template, _README, folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(template)
    return target


def on_this_machine(template: str) -> str:
    """A template of ours with the differences that any with the provisioner in it has.

    Raises:
        OperatorError: As above.
    """
    if _RUNTIME not in template:
        raise _rewritten(_RUNTIME, 0)
    template = template.replace(_RUNTIME, f"python{python()}")
    template = _replaced(template, _LISTING, '"*"')
    return _replaced(template, _VARIABLES, '        SWITCHBOARD_TELL_ALL: "1"\n')


def _reached_at(template: str, aws_url: str) -> str:
    """One more variable of the provisioner's: where it reaches what the stack's APIs are known as."""
    pairs = (
        f'"https://${{{api}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}": '
        f'"{aws_url}/_aws/execute-api/${{{api}}}/$default"'
        for api in ("WebhookApi", "FallbackApi")
        if api in template
    )
    return f"\n          SWITCHBOARD_REACHED_AT: !Sub '{{{', '.join(pairs)}}}'"


def _replaced(template: str, pattern: re.Pattern[str], replacement: str, *, once: bool = True) -> str:
    """The template with such a line replaced, or each of several, but for the pattern's first group."""
    replaced, hits = pattern.subn(lambda found: found[1] + replacement, template)
    if hits == 0 or (once and hits > 1):
        raise _rewritten(pattern.pattern, hits)
    return replaced


def _rewritten(pattern: str, hits: int) -> OperatorError:
    return OperatorError(
        f"The local stage changes a line of template.yaml, {pattern!r}, and found {hits} such lines.",
        "Write the line as it was, or change the pattern in local/template.py.",
    )
