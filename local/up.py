"""Bringing the local stage up and taking it down."""

import secrets
import sys
from collections.abc import Mapping

import httpx

from local import aws, service, state
from local.live import changes
from local.report import Report
from local.service import Service
from local.stage import Stage
from local.yours.beside import deploy as deploy_beside
from operate import paths
from operate.handlers import dialogs, imports
from operate.yours import beside

# The simulated account's numbers, and the callee who answers by itself after a second.
NUMBERS = ["447700900000", "14155550100"]
CALLEE = "447700900999"
# An address in a domain that is linked to the application.
MAIL = "hello@mail.example.com"
VONAGE = "the simulated Vonage"
# With dialogs, so that an answer function that is one works as soon as it is saved.
PARAMETERS = {"Numbers": ",".join(NUMBERS), "ForwardTo": CALLEE, "Dialogs": "true"}


def start(
    report: Report, *, aws_port: int, vonage_port: int, parameters: Mapping[str, str], live: bool
) -> state.State:
    """Start the embedded AWS and the simulated Vonage and deploy the stack.

    Args:
        parameters: Of the stack.
        live: Whether calls take real time, for a person; otherwise time jumps to what happens next.

    Raises:
        OperatorError: Something could not be started or deployed. What had been started is stopped again.
    """
    imports.refuse(folders := imports.folders())
    dialogs.warn(report.console, folders)
    services: list[Service] = []
    try:
        stage = _start_services(report, services, aws_port, vonage_port, live=live)
        _deploy(report, stage, parameters)
        return state_of(stage, services)
    except BaseException:
        stop(services)
        raise


def again(report: Report, running: state.State, parameters: Mapping[str, str]) -> state.State:
    """Deploy what has changed since into what is up. Its calls, messages, tables and application stay.

    Args:
        parameters: Of the stack.

    Raises:
        OperatorError: It could not be deployed; what was up is as it was.
    """
    imports.refuse(folders := imports.folders())
    dialogs.warn(report.console, folders)
    stage = stage_of(running)
    before = stage.definitions()
    _build_and_deploy(report, stage, parameters)
    for server in running.services:
        if server.name == VONAGE:
            service.remind(server)
    report.console.print(changes.told(before, stage.definitions()))
    return state_of(stage, running.services)


def _start_services(
    report: Report, services: list[Service], aws_port: int, vonage_port: int, *, live: bool
) -> Stage:
    service.refuse_busy_port(VONAGE, vonage_port, "VONAGE_PORT")
    with report.step("Starting the embedded AWS"):
        services.append(aws.start(aws_port, paths.LOGS / "aws.log", service.url(vonage_port)))
    with report.step("Starting the simulated Vonage"):
        credentials = _new_credentials()
        services.append(_start_vonage(vonage_port, services[0].url, credentials, live=live))
    return Stage(aws_url=services[0].url, vonage_url=services[1].url, **credentials)


def _deploy(report: Report, stage: Stage, parameters: Mapping[str, str]) -> None:
    stage.store_credentials()
    _build_and_deploy(report, stage, parameters)
    # As its owner would, in the dashboard.
    domains = {MAIL.partition("@")[2]: stage.application().json()["id"]}
    url = f"{stage.vonage_url}/_simulator/domains"
    httpx.post(url, json=domains, trust_env=False).raise_for_status()


def _build_and_deploy(report: Report, stage: Stage, parameters: Mapping[str, str]) -> None:
    stage.log.unlink(missing_ok=True)
    with report.step("sam build"):
        built = stage.build()
    # Flows may need what is beside them, which imports from ours: a new stage is tried once both are there.
    later = bool(beside.template()) and not stage.is_there() and "DeployCheck" not in parameters
    with report.step("sam deploy") as progress:
        stage.deploy(built, {**parameters, "DeployCheck": "later"} if later else parameters, progress)
    if beside.template():
        with report.step("sam build and deploy, app/"):
            deploy_beside(stage.aws_url, stage.stack_name)
    if later:
        with report.step("sam deploy, which tries the webhooks") as progress:
            stage.deploy(built, {**parameters, "DeployCheck": "true"}, progress)


def stop(services: list[Service]) -> None:
    """Stop the servers, last started first."""
    for running in reversed(services):
        service.stop(running)


def stage_of(running: state.State) -> Stage:
    """The stage that a saved state describes."""
    return Stage(
        aws_url=running.aws_url,
        vonage_url=running.vonage_url,
        api_key=running.api_key,
        api_secret=running.api_secret,
        signature_secret=running.signature_secret,
        stack_name=running.stack_name,
    )


def _new_credentials() -> dict[str, str]:
    return {
        "api_key": secrets.token_hex(4),
        "api_secret": f"Aa1{secrets.token_urlsafe(12)}",
        "signature_secret": secrets.token_urlsafe(32),
    }


def _start_vonage(port: int, aws_url: str, credentials: Mapping[str, str], *, live: bool) -> Service:
    person = ["--reload", Stage.stack_name] if live else []
    options = ["--port", str(port), "--embedded-aws", aws_url, *person]
    settings = {f"VONAGE_{name.upper()}": value for name, value in credentials.items()}
    return service.start(
        VONAGE,
        [sys.executable, "-m", "local.simulated_vonage", *options],
        port=port,
        health_path="/_simulator/journal",
        log=paths.LOGS / "vonage.log",
        port_setting="VONAGE_PORT",
        environment=service.clean_environment(PYTHONPATH=str(paths.ROOT), **settings),
    )


def state_of(stage: Stage, services: list[Service]) -> state.State:
    """What is saved about a stage that is up, with the servers that were started for it."""
    outputs, root_user = stage.outputs(), aws.root_user(stage.aws_url)
    return state.State(
        aws_url=stage.aws_url,
        vonage_url=stage.vonage_url,
        console_url=f"{stage.vonage_url}/",
        webhook_url=stage.webhook_url(),
        stack_name=stage.stack_name,
        application_id=outputs["ApplicationId"],
        api_key=stage.api_key,
        api_secret=stage.api_secret,
        signature_secret=stage.signature_secret,
        aws_access_key_id=root_user["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=root_user["AWS_SECRET_ACCESS_KEY"],
        aws_region=root_user["AWS_DEFAULT_REGION"],
        numbers=outputs["LinkedNumbers"].split(","),
        services=services,
    )
