"""`Custom::VonageApplication`: Create, Update and Delete."""

from provisioner import keys, plan, properties
from provisioner.bench import ApplicationBench
from provisioner.errors import ProvisionerError
from provisioner.execute import execute
from provisioner.look import Site
from provisioner.memory import Memory
from provisioner.plan import Found
from provisioner.protocol import Answer, Request
from provisioner.wiring import Tools

OWNED = "applications"
validate = properties.application


def converge(request: Request, tools: Tools, memory: Memory) -> Answer:
    """Create or Update: bring the application from whatever it is to what the properties say."""
    wanted = properties.application(request.properties)
    site = _site(tools, memory, wanted.CredentialsSecret, wanted.ApplicationSecret)
    found, known = site.look(wanted, request.stack_id), memory.record.get("application_id")
    memory.begin(request)
    bench = _bench(request, tools, site, found)
    execute(plan.plan(wanted, found), bench)
    if known not in (None, bench.live["id"]):
        site.ownership.release(known, memory.id)
    memory.note(application_id=bench.live["id"], public_key=bench.key.public_pem)
    memory.done(request)
    data = {
        "ApplicationId": bench.live["id"],
        "PublicKeyFingerprint": keys.fingerprint(bench.key.public_pem),
        "Name": wanted.Name,
        "SecretArn": wanted.ApplicationSecret,
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
        steps, note = plan.plan_removal(found)
        execute(steps, _bench(request, tools, site, found))
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


def _bench(request: Request, tools: Tools, site: Site, found: Found) -> ApplicationBench:
    return ApplicationBench(
        owner=site.memory.id,
        token=request.id,
        vonage=site.vonage,
        deadline=tools.deadline,
        ownership=site.ownership,
        memory=site.memory,
        secret=site.secret,
        current=found.current,
        pending=found.pending,
        live=found.live or {},
        creating=request.id if request.type == "Create" else "",
    )
