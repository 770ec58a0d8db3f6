"""`Custom::VonageApplication`: Create, Update and Delete."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from provisioner.cloudformation.protocol import Answer, Request
from provisioner.errors import ProvisionerError
from provisioner.plan import application
from provisioner.plan.application import Found
from provisioner.remembered.memory import Memory
from provisioner.resources.look import Site
from provisioner.resources.tools import Tools
from provisioner.steps.context import ApplicationContext
from provisioner.steps.execute import execute
from provisioner.steps.step import ApplicationStep
from provisioner.wanted import properties
from provisioner.wanted.properties import Application
from provisioner.world import keys

OWNED = "applications"
validate = properties.application


@dataclass(frozen=True)
class Survey:
    """What is wanted, what is there, and the steps from the one to the other."""

    wanted: Application
    site: Site
    found: Found
    steps: list[ApplicationStep]

    def context(self, tools: Tools, token: str, creating: str = "") -> ApplicationContext:
        """The tools to do the steps with."""
        return _context(tools, self.site, self.found, token, creating)


def survey(tools: Tools, memory: Memory, wants: Mapping[str, Any], stack_id: str) -> Survey:
    """Look, and plan. Changes nothing.

    Raises:
        ProvisionerError: it cannot be had, or cannot be found out.
    """
    wanted = properties.application(wants)
    site = _site(tools, memory, wanted.CredentialsSecret, wanted.ApplicationSecret)
    found = site.look(wanted, stack_id)
    return Survey(wanted, site, found, application.plan(wanted, found))


def converge(request: Request, tools: Tools, memory: Memory) -> Answer:
    """Create or Update: bring the application from whatever it is to what the properties say."""
    seen, known = (
        survey(tools, memory, request.properties, request.stack_id),
        memory.record.get("application_id"),
    )
    memory.begin(request)
    context = seen.context(tools, request.id, request.id if request.type == "Create" else "")
    execute(seen.steps, context)
    if known not in (None, context.live["id"]):
        seen.site.ownership.release(known, memory.id)
    memory.note(application_id=context.live["id"], public_key=context.key.public_pem)
    memory.done(request)
    data = {
        "ApplicationId": context.live["id"],
        "PublicKeyFingerprint": keys.fingerprint(context.key.public_pem),
        "Name": seen.wanted.Name,
        "SecretArn": seen.wanted.ApplicationSecret,
    }
    return Answer("SUCCESS", request.answer_id, data=data)


def remove(request: Request, tools: Tools, memory: Memory) -> Answer:
    """Delete what this resource made, give back what it took over, leave everything else alone."""
    application_id = memory.record.get("application_id", "")
    if not (application_id or memory.record.get("public_key")):
        return Answer("SUCCESS", request.answer_id)
    try:
        secrets = (
            str(request.properties.get(name) or "") for name in ("CredentialsSecret", "ApplicationSecret")
        )
        site = _site(tools, memory, *secrets)
        found = site.look_for_removal()
        steps, note = application.plan_removal(found)
        execute(steps, _context(tools, site, found, request.id))
        if application_id:
            site.ownership.release(application_id, memory.id)
    except ProvisionerError as error:
        remains = f"The application {application_id or 'with the key of this stack'}"
        by_hand = f"vonage apps delete {application_id or '<id>'}"
        error.cause = f"{remains} may remain at Vonage: {error.cause}"
        error.next_step += f" Then delete the stack again; or remove it by hand: `{by_hand}`."
        raise
    return Answer("SUCCESS", request.answer_id, note)


def _site(tools: Tools, memory: Memory, credentials_secret: str, application_secret: str) -> Site:
    return Site(
        vonage=tools.vonage(credentials_secret),
        secret=tools.application_secret(application_secret),
        ownership=tools.ownership(OWNED),
        memory=memory,
    )


def _context(tools: Tools, site: Site, found: Found, token: str, creating: str = "") -> ApplicationContext:
    return ApplicationContext(
        token=token,
        vonage=site.vonage,
        deadline=tools.deadline,
        ownership=site.ownership,
        memory=site.memory,
        secret=site.secret,
        current=found.current,
        pending=found.pending,
        make_key=tools.make_key,
        live=found.live or {},
        creating=creating,
    )
