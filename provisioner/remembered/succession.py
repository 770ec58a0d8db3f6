"""Which application has taken the place of one that is gone.

Somebody deletes an application by hand, and a repair makes another one, under another id. CloudFormation goes
on with the id that it was given, in the stack's outputs and in the properties of whatever is linked to it.

successors/<application id>  the resource that had it, and has another one now
"""

from provisioner.remembered.memory import Memory
from provisioner.world.records import Records


def succeed(memory: Memory, application_id: str) -> None:
    """Write down that another application takes the place of the one that the resource had, if it had one."""
    gone = memory.record.get("application_id")
    if gone in (None, application_id):
        return
    memory.records.put(f"successors/{gone}", {"resource": memory.id})
    memory.note(predecessors=[*memory.record.get("predecessors", []), gone])


def today(records: Records, application_id: str) -> str:
    """The application that is meant by an id: its own, or the one that has taken its place."""
    successor = records.get(f"successors/{application_id}")
    resource = records.get(f"resources/{successor['resource']}") if successor else None
    return str((resource or {}).get("application_id") or application_id)


def forget(memory: Memory) -> None:
    """The resource is deleted, and with it everything that its ids could mean."""
    for application_id in memory.record.get("predecessors", []):
        memory.records.delete(f"successors/{application_id}")
