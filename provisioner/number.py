"""`Custom::VonageNumber`: owned numbers linked to an application, and put back afterwards."""

from collections.abc import Iterable

from provisioner import number_plan, properties
from provisioner.bench import Bench
from provisioner.errors import ProvisionerError
from provisioner.execute import execute
from provisioner.memory import Memory
from provisioner.number_plan import FoundNumber, WantedLinks
from provisioner.ownership import Ownership
from provisioner.protocol import Answer, Request
from provisioner.vonage import Vonage
from provisioner.wiring import Tools

OWNED = "numbers"
validate = properties.number


def converge(request: Request, tools: Tools, memory: Memory) -> Answer:
    """Create or Update: link what is wanted, then release what is wanted no more."""
    wanted = properties.number(request.properties)
    vonage = tools.vonage(wanted.CredentialsSecret)
    ownership = tools.ownership(OWNED)
    found = look([*wanted.Numbers, *ownership.things_of(memory.id)], vonage, ownership)
    links = WantedLinks(
        owner=memory.id,
        application_id=wanted.ApplicationId,
        numbers=wanted.Numbers,
        takeover=wanted.AllowTakeover,
        unchanged=memory.record.get("properties") == dict(request.properties),
    )
    steps, notes = number_plan.plan_links(links, found)
    memory.begin(request)
    execute(steps, _bench(request, vonage, tools, memory, ownership))
    memory.done(request)
    data = {"Numbers": ",".join(wanted.Numbers)}
    return Answer("SUCCESS", request.answer_id, " ".join(notes), data)


def remove(request: Request, tools: Tools, memory: Memory) -> Answer:
    """Delete: put back every number that this resource still links."""
    ownership = tools.ownership(OWNED)
    numbers = ownership.things_of(memory.id)
    if not numbers:
        return Answer("SUCCESS", request.answer_id)
    try:
        vonage = tools.vonage(str(request.properties.get("CredentialsSecret") or ""))
        found = look(numbers, vonage, ownership)
        for msisdn in numbers:
            steps = number_plan.plan_release(memory.id, msisdn, found[msisdn])
            execute(steps, _bench(request, vonage, tools, memory, ownership))
    except ProvisionerError as error:
        application_id = request.properties.get("ApplicationId", "<application id>")
        error.cause = f"The numbers {', '.join(numbers)} may remain linked: {error.cause}"
        error.next_step += (
            " Then delete the stack again; or unlink each by hand: "
            f"`vonage apps numbers unlink {application_id} <number>`."
        )
        raise
    return Answer("SUCCESS", request.answer_id)


def look(numbers: Iterable[str], vonage: Vonage, ownership: Ownership) -> dict[str, FoundNumber]:
    """What the account lists of these numbers, and who links them; one request a second."""
    return {
        msisdn: FoundNumber(vonage.number(msisdn), ownership.of(msisdn)) for msisdn in dict.fromkeys(numbers)
    }


def _bench(request: Request, vonage: Vonage, tools: Tools, memory: Memory, ownership: Ownership) -> Bench:
    return Bench(memory.id, request.id, vonage, tools.deadline, ownership, memory)
