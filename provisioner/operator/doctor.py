"""Everything that can be examined without changing anything, and a plain word on what cannot.

Each finding has a stable code; `docs/provisioner.md` lists them. Nothing is repaired here: `check` does that.
"""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from provisioner.errors import ProvisionerError
from provisioner.operator import finding
from provisioner.operator.finding import Finding, Report
from provisioner.operator.managed_resource import ManagedResource
from provisioner.resources.application import ApplicationComparison
from provisioner.resources.number import NumberComparison
from provisioner.resources.tools import Tools
from provisioner.world import credentials

CLOCK_SKEW_S = 60
WEBHOOK_TIMEOUT_S = 5.0

UNKNOWABLE = (
    Finding(
        "SIGNATURE_SECRET_UNVERIFIED",
        "No API shows the account's signature secret, so only you can compare it.",
        "Compare signature_secret in the secret `<credentials secret>-signature` with the one on the API "
        "settings page.",
    ),
    Finding(
        "SMS_SETTING_UNVERIFIED",
        "No API shows the account's default SMS setting; with `SMS API` no inbound SMS reaches the webhooks.",
        "On the dashboard's API settings page, set `Default SMS Setting` to `Messages API`.",
    ),
    Finding(
        "EMAIL_DOMAINS_UNVERIFIED",
        "No API shows which e-mail domains are verified, and linked to the application; without a link no "
        "mail arrives.",
        "If you use e-mail: on the dashboard's page of the application, look at `Link domains`.",
    ),
)


UNRECORDED = Finding(
    "RECORDS_EMPTY",
    "The records know nothing that this provisioner looks after.",
    "If its stack is deployed, its records are gone from Parameter Store. An update of the application "
    "writes them again, such as `make deploy PARAMETERS=KeyVersion=<one it has not had>`.",
)


def examine(resources: list[ManagedResource], tools: Tools, _event: Mapping[str, Any]) -> Report:
    """Examine credentials, clock, applications, numbers and webhooks."""
    reports = [*_accounts(resources, tools), *(_resource(each, tools) for each in resources)]
    records = [*([] if resources else [UNRECORDED]), *_damaged(tools)]
    if records:
        reports.append({"resource": "records", "findings": [asdict(each) for each in records]})
    sick = any(report["findings"] for report in reports)
    return {
        "status": "sick" if sick else "healthy",
        "resources": reports,
        "by_hand": [asdict(each) for each in (*UNKNOWABLE, *_kept_twice(resources, tools))],
    }


def _damaged(tools: Tools) -> Iterator[Finding]:
    for name in tools.records.damaged():
        yield Finding(
            "RECORD_DAMAGED",
            f"The parameter {name} isn't a JSON object, and is ignored where it isn't needed.",
            "`aws ssm get-parameter-history` shows what it was: put that back, or delete the parameter.",
        )


def _names(resources: list[ManagedResource]) -> list[str]:
    """The credentials secrets."""
    return sorted({str(each.properties.get("CredentialsSecret", "")) for each in resources})


def _kept_twice(resources: list[ManagedResource], tools: Tools) -> Iterator[Finding]:
    for name in _names(resources):
        with contextlib.suppress(ProvisionerError):  # which is found elsewhere
            if credentials.read(tools.secrets, name).has_signature_secret:
                yield Finding(
                    "SIGNATURE_SECRET_TWICE",
                    f"The credentials secret {name} has a signature secret, too, which only stages of "
                    "release 0.1 read there.",
                    f"When there are none left: make credentials CREDENTIALS_SECRET={name} SEPARATE=true",
                )


def _accounts(resources: list[ManagedResource], tools: Tools) -> Iterator[Report]:
    for name in _names(resources):
        findings = [asdict(each) for each in _account(name, tools)]
        yield {"account": name, "findings": findings}


def _account(name: str, tools: Tools) -> Iterable[Finding]:
    return dict.fromkeys(
        [*_secrets(name, tools), *_clock(name, tools)]
    )  # what is amiss for both is told once


def _secrets(name: str, tools: Tools) -> Iterator[Finding]:
    try:
        credentials.refuse_two_accounts(tools.secrets, name)
    except ProvisionerError as error:
        yield finding.from_error(error)


def _clock(name: str, tools: Tools) -> Iterator[Finding]:
    try:
        skew = abs(_vonage_time(tools, name) - tools.clock())
    except ProvisionerError as error:
        yield finding.from_error(error)
        return
    if skew > CLOCK_SKEW_S:
        yield Finding(
            "CLOCK_SKEW",
            f"Vonage's clock and this one differ by {skew:.0f} seconds, and signatures carry the time.",
            "On a laptop, set its clock. On AWS, report it.",
        )


def _vonage_time(tools: Tools, credentials_secret: str) -> float:
    """Unix time at Vonage; asking for it also proves the credentials."""
    date = tools.vonage(credentials_secret).server_date()
    return parsedate_to_datetime(date).timestamp() if date else tools.clock()


def _resource(resource: ManagedResource, tools: Tools) -> Report:
    findings = finding.owed(resource)
    try:
        comparison = resource.compare(tools)
        findings += finding.from_comparison(comparison)
        if isinstance(comparison, ApplicationComparison):
            findings += _application(comparison, tools)
        if isinstance(comparison, NumberComparison):
            findings += _numbers(comparison)
    except ProvisionerError as error:
        findings.append(finding.from_error(error))
    return {"resource": resource.id, "findings": [asdict(each) for each in findings]}


def _application(comparison: ApplicationComparison, tools: Tools) -> Iterator[Finding]:
    found = comparison.found
    key = found.current.key
    if found.live and key and not comparison.context.vonage.accepts(found.live["id"], key.private_pem):
        yield Finding(
            "KEY_REFUSED",
            f"Vonage refuses tokens signed with the key of the application {found.live['id']}.",
            '`{"action": "check", "repair": true}` gives Vonage the stored public key again.',
        )
    wanted = comparison.wanted.Capabilities.model_dump(exclude_none=True)
    for path, address in _addresses(wanted, "Capabilities"):
        yield from _webhook(path, address, tools)


def _numbers(comparison: NumberComparison) -> Iterator[Finding]:
    for msisdn in comparison.wanted.Numbers:
        features = (comparison.found[msisdn].live or {"features": ["VOICE", "SMS"]}).get("features", [])
        for missing in sorted({"VOICE", "SMS"} - set(features)):
            yield Finding(
                f"NUMBER_WITHOUT_{missing}",
                f"The number {msisdn} has no {missing} feature.",
                "Use another number for that, or go on without.",
            )


def _addresses(wanted: object, path: str) -> Iterator[tuple[str, str]]:
    """Every webhook address among the capabilities, with its path."""
    if isinstance(wanted, Mapping):
        for name, value in wanted.items():
            if name == "address" and value:
                yield path, str(value)
            else:
                yield from _addresses(value, f"{path}.{name}")


def _webhook(path: str, address: str, tools: Tools) -> Iterable[Finding]:
    """Ask a webhook without a signature: anything but silence, 404 or 5xx shows that it is there.

    A 503 without a body does, too: that is how ours refuse strangers, so that a genuine message comes again.
    API Gateway's own 503 has a body.
    """
    if not address.startswith("https://"):
        yield Finding(
            "WEBHOOK_INSECURE",
            f"{path} is not HTTPS: telephone numbers and messages travel in the clear.",
            "Use an https:// address.",
        )
    try:
        reply = tools.http.post(
            tools.reached_at(address),
            json={},
            timeout=WEBHOOK_TIMEOUT_S,
            headers={"User-Agent": "switchboard-doctor"},
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        yield Finding(
            "WEBHOOK_UNREACHABLE",
            f"{path} does not answer ({type(error).__name__}).",
            "Open its address; check that the API and its stage exist.",
        )
        return
    refused = reply.status_code == 503 and not reply.content
    if reply.status_code == 404 or (reply.status_code >= 500 and not refused):
        yield Finding(
            "WEBHOOK_FAILS",
            f"{path} answers {reply.status_code} to an unsigned request, not 401, 2xx or an empty 503.",
            "Look at the log of its function.",
        )
