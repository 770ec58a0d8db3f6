"""The real SAM CLI, building the project's template and deploying it into the embedded AWS.

Six things differ from a deployment to AWS, and all are decided here. The layers are built for this machine.
The template's runtime is this machine's Python, because the emulator runs functions on it. One policy
statement is open to every resource, because the emulator authorises `ssm:GetParametersByPath` against no
narrower one. Whether there are numbers is asked of their text, because the emulator joins no list in a
condition. How many messages of a queue are worked on at once is a number, because the emulator takes a
parameter's for a text and then stops working on any queue. The deployment tries its webhooks at the
emulator's own address, because the stack's is a name that only Amazon's DNS knows.
"""

import fcntl
import functools
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from local import aws
from operate import paths
from operate.errors import OperatorError

_RUNTIME = "python3.13"
# Lines of the template that are to be others: what the first group matches stays, the rest is replaced.
_OWN_API = re.compile(r"(BaseUrl: )!Sub .*\$\{WebhookApi\}.*")
_LISTING = re.compile(r"(Action: ssm:GetParametersByPath\n\s+Resource: ).*")
# A release before this one asked its first number alone.
_NUMBERS = re.compile(r"(HasNumbers: !Not \[!Equals \[)!(?:Join|Select) \[[^,]+, !Ref Numbers\]")
_CONCURRENCY = re.compile(r"(MaximumConcurrency: )!Ref \w+")
_LICENSE = re.compile(r"(LicenseUrl: )(?=\w)")
_README = re.compile(r"(ReadmeUrl: )(?=\w)")
# Left alone, the SAM CLI looks at a change set and a stack every 5 s, so that AWS does not throttle it.
_SETTINGS = {"SAM_CLI_TELEMETRY": "0", "SAM_CLI_POLL_DELAY": "0.3"}
_CONFIGURATION = paths.ROOT / "local" / "samconfig.toml"
_NOISE = re.compile(r"^\s*$|SAM CLI update available|Telemetry")


@functools.cache
def python() -> str:
    """The minor version of Python that the emulator runs functions on, such as "3.12"."""
    version = "import sys; print('{}.{}'.format(*sys.version_info))"
    return subprocess.run(
        [paths.AWS_PYTHON, "-c", version], check=True, capture_output=True, text=True
    ).stdout.strip()


def local_template(source: Path, target: Path, aws_url: str) -> Path:
    """Write a copy of the template that runs on the emulator, with the differences named above.

    Raises:
        OperatorError: A line that has to differ is written in another way than the patterns above expect.
    """
    template = source.read_text()
    if _RUNTIME not in template:
        raise _rewritten(_RUNTIME, 0)
    template = template.replace(_RUNTIME, f"python{python()}")
    folder = f"{source.parent}/"  # the copy is in another one
    own_api = f"!Sub {aws_url}/_aws/execute-api/${{WebhookApi}}/$default/webhooks"
    template = _replaced(template, _OWN_API, own_api)
    template = _replaced(template, _LISTING, '"*"')
    template = _replaced(template, _NUMBERS, "!Ref Numbers")
    template = _replaced(template, _CONCURRENCY, "2", once=False)
    template = _replaced(template, _LICENSE, folder)
    template = _replaced(template, _README, folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(template)
    return target


def _replaced(template: str, pattern: re.Pattern[str], replacement: str, *, once: bool = True) -> str:
    """The template with such a line replaced, or each of several, but for the pattern's first group."""
    replaced, hits = pattern.subn(lambda found: found[1] + replacement, template)
    if hits == 0 or (once and hits > 1):
        raise _rewritten(pattern.pattern, hits)
    return replaced


def _rewritten(pattern: str, hits: int) -> OperatorError:
    return OperatorError(
        f"The local stage changes a line of template.yaml, {pattern!r}, and found {hits} such lines.",
        "Write the line as it was, or change the pattern in local/sam.py.",
    )


def build(aws_url: str, template: Path, build_dir: Path, log: Path) -> Path:
    """Run `sam build`. Returns the built template.

    Raises:
        OperatorError: The build failed; the message quotes what SAM said.
    """
    copy = local_template(template, build_dir.with_suffix(".yaml"), aws_url)
    # SAM's cache does not know that a layer built for one Python is of no use to another.
    cache = template.parent / ".local" / f"sam-cache-{python()}"
    cache.mkdir(parents=True, exist_ok=True)
    arguments = [
        "build",
        "--cached",
        "--parallel",
        *("--template-file", str(copy)),
        *("--base-dir", str(template.parent)),
        *("--build-dir", str(build_dir)),
        *("--cache-dir", str(cache)),
    ]
    with cache.with_name(f"{cache.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two builds at once would spoil the cache for each other
        _run(
            arguments,
            {**aws.environment(aws_url), **_layer_environment()},
            log,
            next_step="Fix what it names, then run the same command again.",
        )
    return build_dir / "template.yaml"


def deploy(aws_url: str, built: Path, stack_name: str, parameters: Mapping[str, str], log: Path) -> None:
    """Run `sam deploy` and wait for the stack.

    Raises:
        OperatorError: The deployment failed and was rolled back; the message has the first cause.
    """
    begun = datetime.now(UTC)
    _run(
        [
            "deploy",
            "--resolve-s3",
            "--no-confirm-changeset",
            "--no-fail-on-empty-changeset",
            *("--template-file", str(built)),
            *("--stack-name", stack_name),
            *("--capabilities", "CAPABILITY_IAM"),
            *(["--parameter-overrides", *_overrides(parameters)] if parameters else []),
        ],
        aws.environment(aws_url),
        log,
        next_step="The stack was rolled back. Fix the cause, then run the same command again.",
        cause=lambda: first_failure(aws_url, stack_name, begun),
    )


def delete(aws_url: str, stack_name: str, log: Path) -> None:
    """Run `sam delete` and wait until the stack is gone."""
    begun = datetime.now(UTC)
    _run(
        ["delete", "--no-prompts", "--stack-name", stack_name, "--region", aws.REGION],
        aws.environment(aws_url),
        log,
        next_step="Read the log; what is left is named there.",
        cause=lambda: first_failure(aws_url, stack_name, begun),
    )


def first_failure(aws_url: str, stack_name: str, since: datetime) -> str | None:
    """Which resource of the stack failed first, and why, as CloudFormation's events tell it."""
    client = aws.session().client("cloudformation", endpoint_url=aws_url)
    pages = client.get_paginator("describe_stack_events").paginate(StackName=stack_name)
    try:
        newest_first = [event for page in pages for event in page["StackEvents"]]
    except client.exceptions.ClientError:
        return None
    for event in reversed(newest_first):
        if event["ResourceStatus"].endswith("_FAILED") and event["Timestamp"] >= since:
            return f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', 'no reason was given')}"
    return None


def _layer_environment() -> dict[str, str]:
    machine = os.uname().machine.replace("arm64", "aarch64")
    platform = f"{machine}-apple-darwin" if sys.platform == "darwin" else f"{machine}-manylinux_2_28"
    return {
        "PATH": os.pathsep.join([str(paths.UV), os.environ.get("PATH", os.defpath)]),
        "LAYER_PYTHON": python(),
        "LAYER_INTERPRETER": str(paths.AWS_PYTHON),
        "LAYER_PLATFORM": platform,
    }


def _overrides(parameters: Mapping[str, str]) -> list[str]:
    return [f'ParameterKey={name},ParameterValue="{value}"' for name, value in parameters.items()]


def _run(
    arguments: list[str],
    environment: dict[str, str],
    log: Path,
    *,
    next_step: str,
    cause: Callable[[], str | None] = lambda: None,
) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        done = subprocess.run(
            [str(paths.SAM), *arguments, "--config-file", str(_CONFIGURATION)],
            env={**environment, **_SETTINGS},
            cwd=paths.ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        said = [line for line in log.read_text(errors="replace").splitlines() if not _NOISE.search(line)]
        reason = cause() or " ".join(said[-3:])
        raise OperatorError(
            f"`sam {arguments[0]}` failed: {reason}", f"{next_step} All it printed is in {log}."
        )
