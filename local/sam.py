"""The real SAM CLI, building the project's template and deploying it into the embedded AWS.

What it builds is the template's copy for the emulator (`local.template`), with layers for this machine.
"""

import fcntl
import os
import re
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from local import aws, service
from local.template import local_template, python
from operate import paths
from operate.errors import OperatorError
from operate.stack import Stack
from operate.stages.sam import as_sam_reads, run

# Left alone, the SAM CLI looks at a change set and a stack every 5 s, so that AWS does not throttle it.
_SETTINGS = {"SAM_CLI_POLL_DELAY": "0.3"}
_CONFIGURATION = paths.ROOT / "local" / "samconfig.toml"
_OFFLINE = re.compile(r"dns error|Failed to fetch|error sending request")
_NOISE = re.compile(r"^\s*$|SAM CLI update available|Telemetry")


def build(
    aws_url: str,
    template: Path,
    build_dir: Path,
    log: Path,
    adapt: Callable[[Path, Path, str], Path] = local_template,
) -> Path:
    """Run `sam build`. Returns the built template.

    Args:
        aws_url: The embedded AWS.
        template: The template, as it is written.
        build_dir: Takes what is built.
        log: Takes what SAM prints.
        adapt: Writes the copy of the template that runs on the embedded AWS.

    Raises:
        OperatorError: The build failed; the message quotes what SAM said.
    """
    copy = adapt(template, build_dir.with_suffix(".yaml"), aws_url)
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
            {**service.clean_environment(AWS_DEFAULT_REGION=aws.REGION), **layer_environment()},
            log,
            next_step="Fix what it names, then run the same command again.",
        )
    return build_dir / "template.yaml"


def deploy(aws_url: str, built: Path, stack_name: str, parameters: Mapping[str, str], log: Path) -> None:
    """Run `sam deploy` and wait for the stack.

    Raises:
        OperatorError: The deployment failed, and was rolled back if it had begun; it has the first cause.
    """
    begun = datetime.now(UTC)
    overrides = [as_sam_reads(name, value) for name, value in parameters.items()]
    _run(
        [
            "deploy",
            "--resolve-s3",
            "--no-confirm-changeset",
            "--no-fail-on-empty-changeset",
            *("--template-file", str(built)),
            *("--stack-name", stack_name),
            *("--capabilities", "CAPABILITY_IAM"),
            *(["--parameter-overrides", *overrides] if overrides else []),
        ],
        aws.environment(aws_url),
        log,
        next_step="Fix the cause, then run the same command again.",
        undone="The stack was rolled back. ",
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


def first_failure(aws_url: str, stack_name: str, since: datetime) -> str:
    """Which resource of the stack failed first, and why; empty when none did."""
    client = aws.session(aws_url).client("cloudformation", endpoint_url=aws_url)
    return Stack(stack_name, client=client).first_failure(since)


def layer_environment() -> dict[str, str]:
    """What has the layers built for this machine and the emulator's Python."""
    machine = os.uname().machine.replace("arm64", "aarch64")
    platform = f"{machine}-apple-darwin" if sys.platform == "darwin" else f"{machine}-manylinux_2_28"
    return {
        "LAYER_PYTHON": python(),
        "LAYER_INTERPRETER": str(aws.PYTHON),
        "LAYER_PLATFORM": platform,
    }


def _run(
    arguments: list[str],
    environment: dict[str, str],
    log: Path,
    *,
    next_step: str,
    undone: str = "",
    cause: Callable[[], str] = lambda: "",
) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        failed = run(
            *arguments,
            *("--config-file", str(_CONFIGURATION)),
            environment={**environment, **_SETTINGS},
            log=output,
        )
    if failed:
        said = [line for line in log.read_text(errors="replace").splitlines() if not _NOISE.search(line)]
        reason = " ".join(said[-3:])
        if begun := cause():
            reason, next_step = begun, undone + next_step
        elif _OFFLINE.search(reason):
            next_step = "Is the package index reachable? Then run the same command again."
        raise OperatorError(
            f"`sam {arguments[0]}` failed: {reason}", f"{next_step} All it printed is in {log}."
        )
